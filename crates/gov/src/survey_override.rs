//! Lines that count otherwise than they were answered, with the reason (「今回の意見交換会をもって該当」). The owner decides.

use renkei_base::{Ctx, Fault, Id, Refusal};
use renkei_store::survey_override::OverrideRow;
use renkei_store::{Changes, Failure, Note, Store, StoreError};

use crate::count::load::questionnaire;
use crate::line::lines;
use crate::respondent::state_of;
use crate::survey::course::said;
use crate::survey::{SurveyState, seen};

/// What a line shall count as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// `h1`, or `g3.pamphlet` for a choice.
    pub line: String,
    /// `yes` or `no`; empty takes the override back.
    pub class: String,
    pub reason: String,
}

/// Sets or takes back what a line of a sheet counts as.
///
/// # Errors
/// `Invalid` on `line`, `class`, `reason`; `refuse-survey-locked` once it is approved; `NotFound` to all but the owner.
pub async fn set(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    respondent: &Id,
    typed: &Typed,
) -> Result<(), Failure> {
    let survey = seen::owned(store, ctx, code).await?;
    let states = [SurveyState::Open, SurveyState::Closed];
    if !states.contains(&seen::state_of(&survey)) {
        return Err(Refusal::not_now("refuse-survey-locked").into());
    }
    let sheet = store.respondent(code, respondent).await?;
    let sheet = sheet.ok_or(Refusal::NotFound)?;
    if !state_of(&sheet).counts() && !typed.class.is_empty() {
        return Err(Refusal::not_now("refuse-sheet-state").into());
    }
    let known = lines(&questionnaire(store, &survey).await?);
    if !known.iter().any(|line| line.id == typed.line) {
        return Err(invalid("line", "fault-survey-line").into());
    }
    let mut changes = Changes::default();
    if typed.class.is_empty() {
        changes.drop_override(code, respondent, &typed.line);
    } else {
        if !matches!(typed.class.as_str(), "yes" | "no") {
            return Err(invalid("class", "fault-survey-class").into());
        }
        changes.put_override(&OverrideRow {
            survey: code.to_owned(),
            respondent: respondent.clone(),
            line: typed.line.clone(),
            class: typed.class.clone(),
            reason: said("reason", &typed.reason, true)?,
            done_by: ctx.caller.account.clone(),
            done_at: ctx.at,
        });
    }
    changes.note(Note::new("survey.override").detail(code));
    changes.tell.push(survey.owner);
    store.commit(ctx, changes).await?;
    Ok(())
}

fn invalid(field: &'static str, key: &'static str) -> Refusal {
    Refusal::Invalid(vec![Fault::new(field, key)])
}

/// The overrides of a survey, by respondent and line. For those who see who said what.
pub async fn list(store: &Store, code: &str) -> Result<Vec<OverrideRow>, StoreError> {
    store.overrides(code).await
}
