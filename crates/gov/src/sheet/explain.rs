//! Who looks at a sheet asks for an explanation of one answer; the respondent gives it beside the answer.

use renkei_base::limits::NOTE_CHARS;
use renkei_base::{Ctx, Id, Refusal, text};
use renkei_store::explanation::ExplanationRow;
use renkei_store::{Changes, Failure, Store, SurveyRow};

use super::load;
use crate::audit;
use crate::survey::seen;

/// Asks the respondent to explain an answer: the owner, or who checks the sheet. An empty text takes the own wish back.
///
/// # Errors
/// `Forbidden` (`refuse-sheet-asks-not`) to the respondent itself; `Invalid` on `wanted`, and on the question
/// (`fault-explanation-empty`) where the caller says nothing and has asked nothing.
pub async fn ask(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    question: &str,
    wanted: &str,
) -> Result<(), Failure> {
    let asked = ask_tried(store, ctx, sheet, question, wanted).await;
    audit::noted(store, ctx, "survey.ask", sheet, asked).await
}

async fn ask_tried(
    store: &Store,
    ctx: &Ctx,
    (code, respondent): (&str, &Id),
    question: &str,
    wanted: &str,
) -> Result<(), Failure> {
    let sheet = load::find(store, ctx, (code, respondent)).await?;
    if !sheet.seen.owner && !seen::checks(ctx, &sheet.row) {
        return Err(Refusal::forbidden("refuse-sheet-asks-not").into());
    }
    if sheet.is_locked() {
        return Err(Refusal::not_now("refuse-survey-locked").into());
    }
    if sheet.questionnaire.question(question).is_none() {
        return Err(Refusal::fault("question", "fault-answer-question").into());
    }
    let wanted =
        text::line("wanted", wanted, NOTE_CHARS).map_err(|fault| Refusal::Invalid(vec![fault]))?;
    let mut changes = Changes::default();
    if wanted.is_empty() {
        let open = self::wanted(store, (code, respondent)).await?;
        let mine =
            |row: &ExplanationRow| row.question == question && row.asked_by == ctx.caller.account;
        if !open.iter().any(mine) {
            return Err(Refusal::fault(question, "fault-explanation-empty").into());
        }
        changes.end_explanation((code, respondent), question, ctx.at);
    } else {
        changes.ask_explanation(&ExplanationRow {
            survey: code.to_owned(),
            respondent: respondent.clone(),
            question: question.to_owned(),
            wanted,
            asked_by: ctx.caller.account.clone(),
            asked_name: ctx.caller.name.clone(),
            asked_at: ctx.at,
            given_at: None,
        });
    }
    changes.note(audit::note("survey.ask", (code, respondent), [question]));
    changes.tell.push(respondent.clone());
    store.commit(ctx, changes).await?;
    Ok(())
}

/// What is to be explained in a sheet still.
pub async fn wanted(
    store: &Store,
    (code, respondent): (&str, &Id),
) -> Result<Vec<ExplanationRow>, Failure> {
    let rows = store.explanations(code, respondent).await?;
    let open = rows.into_iter().filter(|row| row.given_at.is_none());
    Ok(open.collect())
}

/// An own sheet with answers that are to be explained.
#[derive(Clone, Debug)]
pub struct Due {
    pub survey: SurveyRow,
    pub respondent: Id,
    /// What was asked, and the number of its question (`ア①`).
    pub asked: Vec<(ExplanationRow, String)>,
}

/// What the caller's institution is to explain, in surveys of which nothing is approved yet.
pub async fn due(store: &Store, ctx: &Ctx) -> Result<Vec<Due>, Failure> {
    let Some(institution) = &ctx.caller.institution else {
        return Ok(Vec::new());
    };
    let mut all: Vec<Due> = Vec::new();
    for row in store.explanations_wanted_of(institution).await? {
        if let Some(known) = all.iter_mut().find(|due| due.survey.code == row.survey) {
            known.asked.push((row, String::new()));
            continue;
        }
        let sheet = match load::find(store, ctx, (&row.survey, institution)).await {
            Ok(sheet) if sheet.own && !sheet.is_locked() => sheet,
            Ok(_) | Err(Failure::Refused(_)) => continue,
            Err(other) => return Err(other),
        };
        all.push(Due {
            survey: sheet.survey().clone(),
            respondent: institution.clone(),
            asked: vec![(row, String::new())],
        });
    }
    for due in &mut all {
        let questionnaire = load::questionnaire(store, &due.survey).await?;
        for (row, number) in &mut due.asked {
            let mut questions = questionnaire.questions();
            let found = questions.find(|(_, question)| question.id == row.question);
            if let Some((section, question)) = found {
                *number = format!("{}{}", section.label, question.label);
            }
        }
    }
    Ok(all)
}
