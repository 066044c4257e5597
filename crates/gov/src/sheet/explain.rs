//! Who looks at a sheet asks for an explanation of one answer; the respondent gives it beside the answer.

use renkei_base::limits::NOTE_CHARS;
use renkei_base::{Ctx, Id, Refusal, text};
use renkei_store::explanation::ExplanationRow;
use renkei_store::{Changes, Failure, Store};

use super::load;
use crate::audit;
use crate::survey::seen;

/// Asks the respondent to explain an answer: the owner, or who checks the sheet. An empty text takes the wish back.
///
/// # Errors
/// `Forbidden` (`refuse-sheet-asks-not`) to the respondent itself; `Invalid` on `wanted`.
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
