//! The marks of sheets that were handed in, made anew from their answers: marks are written when a sheet is handed in, so a
//! rule of counting that was wrong then stands in them until they are. What is published stays as it is.

use renkei_base::{Ctx, Refusal};
use renkei_store::{Changes, Failure, Note, RespondentRow, Store, StoreError, SurveyRow};

use super::load;
use super::save::TRIES;
use crate::answer::{self, condition};
use crate::respondent::state_of;
use crate::survey::SurveyState;
use crate::survey::event::event;

/// Surveys whose figures are not out.
const UNPUBLISHED: [SurveyState; 3] = [
    SurveyState::Open,
    SurveyState::Closed,
    SurveyState::Approved,
];

/// Puts right the marks that are not what the answers say, in all surveys that are not published. The history of a survey
/// says how many there were. Returns how many in all.
pub async fn remark(store: &Store, ctx: &Ctx) -> Result<usize, Failure> {
    let mut done = 0;
    for state in UNPUBLISHED {
        for survey in store.surveys_in(state.code()).await? {
            done += of_survey(store, ctx, &survey).await?;
        }
    }
    Ok(done)
}

async fn of_survey(store: &Store, ctx: &Ctx, survey: &SurveyRow) -> Result<usize, Failure> {
    for _ in 0..TRIES {
        let wrong = wrong(store, survey).await?;
        if wrong.is_empty() {
            return Ok(0);
        }
        let mut changes = Changes::default();
        for row in &wrong {
            changes.put_respondent(row, Some(row.revision));
        }
        let count = wrong.len().to_string();
        changes.put_survey_event(&event(ctx, &survey.code, None, "remarked", &count));
        changes.note(Note::new("survey.remarked").detail(format!("{} {count}", survey.code)));
        changes.tell.push(survey.owner.clone());
        match store.commit(ctx, changes).await {
            // A sheet was corrected meanwhile: looked at again.
            Err(StoreError::Conflict(_)) => {}
            done => return done.map(|_| wrong.len()).map_err(Failure::from),
        }
    }
    Err(Refusal::Conflict.into())
}

/// The sheets with other marks than their answers make, with these.
async fn wrong(store: &Store, survey: &SurveyRow) -> Result<Vec<RespondentRow>, Failure> {
    let questionnaire = load::questionnaire(store, survey).await?;
    let mut wrong = Vec::new();
    for mut row in store.respondents(&survey.code).await? {
        if !state_of(&row).counts() {
            continue;
        }
        let answers = store.answers(&survey.code, &row.respondent).await?;
        let marks = condition::marks(&questionnaire, &answer::answers(&answers)?).write();
        if marks != row.marks {
            row.marks = marks;
            wrong.push(row);
        }
    }
    Ok(wrong)
}
