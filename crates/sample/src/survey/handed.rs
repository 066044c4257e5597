//! What has come in of the survey that asks: some sheets are handed in, some are begun, one was sent back. 目黒区 has
//! written nothing, so that its people can.

use renkei_base::{Ctx, Micros};
use renkei_gov::Status;
use renkei_gov::questionnaire::home_care;
use renkei_gov::respondent::SheetState;
use renkei_gov::survey::{SurveyState, event};
use renkei_store::answer::AnswerRow;
use renkei_store::{Changes, Note, RespondentRow};

use super::published;
use crate::SampleError;
use crate::region::Region;

/// 目黒区
const KEPT: &str = "131105";
/// Every how many places a municipality does what it did not do before.
const STEP: usize = 3;
/// What the health centre's officer, or the prefecture's, wrote to whom a sheet is sent back.
const WHY: &str = "（見本）ウ①の取組の内容を補足してください";

pub(crate) async fn make(region: &Region) -> Result<(), SampleError> {
    let store = &region.care.store;
    let open = store.surveys_in(SurveyState::Open.code()).await?;
    let Some(survey) = open.first() else {
        return Ok(());
    };
    let rows = store.respondents(&survey.code).await?;
    let counted = rows.into_iter().filter(|row| row.counted);
    let ctx = region.program("survey/handed", region.days_ago(2));
    let (mut changes, mut all) = (Changes::default(), Vec::new());
    for (place, mut row) in counted.enumerate() {
        let Some(state) = state(place, &row) else {
            continue;
        };
        let at = region.days_ago(2 + i64::try_from(place % 9).unwrap_or_default());
        let said = answers(&row, place, state, at);
        let was = row.revision;
        fill(&mut row, &said, state, at)?;
        changes.put_respondent(&row, Some(was));
        for event in events(&ctx, &row, state, at) {
            changes.put_survey_event(&event);
        }
        all.extend(said);
    }
    changes.add_answers(&all);
    changes.note(Note::new("survey.answer").detail(&survey.code));
    store.commit(&ctx, changes).await?;
    Ok(())
}

/// How far the municipality at this place is; nothing where it has not begun. Two of five have handed in.
fn state(place: usize, row: &RespondentRow) -> Option<SheetState> {
    if row.municipality == KEPT {
        return None;
    }
    match place {
        3 => Some(SheetState::Returned),
        _ => match place % 10 {
            0 | 5 => Some(SheetState::Accepted),
            1 | 6 => Some(SheetState::Submitted),
            4 => Some(SheetState::Answering),
            _ => None,
        },
    }
}

fn answers(row: &RespondentRow, place: usize, state: SheetState, at: Micros) -> Vec<AnswerRow> {
    // A little more is done than in the published survey.
    let before = place.saturating_sub(place / STEP);
    let each = published::DONE.iter().filter_map(|(question, _)| {
        let value = published::value(before, question)?;
        Some(AnswerRow {
            survey: row.survey.clone(),
            respondent: row.respondent.clone(),
            question: (*question).to_owned(),
            value: value.write(),
            status: Status::Stated.code().to_owned(),
            explanation: String::new(),
            origin: "browser".to_owned(),
            answered_by: None,
            answered_at: at,
            revision: 1,
        })
    });
    let written = match state {
        SheetState::Answering => 4,
        _ => published::DONE.len(),
    };
    each.take(written).collect()
}

fn fill(
    row: &mut RespondentRow,
    said: &[AnswerRow],
    state: SheetState,
    at: Micros,
) -> Result<(), SampleError> {
    state.code().clone_into(&mut row.state);
    row.updated_at = at;
    if state != SheetState::Answering {
        row.marks = published::marks(&home_care(), said)?;
        row.submitted_at = Some(at);
    }
    if matches!(state, SheetState::Accepted | SheetState::Returned) {
        row.decided_at = Some(at);
    }
    Ok(())
}

/// Its history.
fn events(
    ctx: &Ctx,
    row: &RespondentRow,
    state: SheetState,
    at: Micros,
) -> Vec<renkei_store::SurveyEventRow> {
    let ctx = Ctx { at, ..ctx.clone() };
    let of = |kind, note| event::event(&ctx, &row.survey, Some(&row.respondent), kind, note);
    match state {
        SheetState::Answering => Vec::new(),
        SheetState::Accepted => vec![of("submitted", ""), of("accepted", "")],
        SheetState::Returned => vec![of("submitted", ""), of("returned", WHY)],
        _ => vec![of("submitted", "")],
    }
}
