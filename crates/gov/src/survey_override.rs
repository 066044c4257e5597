//! Lines that count otherwise than they were answered, with the reason (「今回の意見交換会をもって該当」). The owner decides.

use renkei_base::{Ctx, Fault, Id, Micros, Refusal};
use renkei_store::survey_override::OverrideRow;
use renkei_store::{Changes, Failure, Note, Store, StoreError};

use crate::audit;
use crate::count::load::questionnaire;
use crate::line::lines;
use crate::respondent::state_of;
use crate::survey::course::said;
use crate::survey::event::event;
use crate::survey::{SurveyState, seen};
use crate::{Marks, Status};

/// What a line shall count as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// `h1`, or `g3.pamphlet` for a choice.
    pub line: String,
    /// `yes` or `no`; empty takes the override back.
    pub class: String,
    pub reason: String,
    /// The moment of the override that the person had before them, where there was one.
    pub seen: Option<Micros>,
}

/// Sets or takes back what a line of a sheet counts as. The history keeps what it was, what it is and why.
///
/// # Errors
/// `Invalid` on `line` (`fault-override-there`, with the reason of another one that the person has not seen), `class`,
/// `reason`; `refuse-survey-locked` once it is approved; `NotFound` to all but the owner.
pub async fn set(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    respondent: &Id,
    typed: &Typed,
) -> Result<(), Failure> {
    let done = set_tried(store, ctx, code, respondent, typed).await;
    let note = Note::new("survey.override").detail(format!("{} {respondent}", audit::plain(code)));
    store.noted(ctx, note, done).await
}

async fn set_tried(
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
    let at = known.iter().position(|line| line.id == typed.line);
    let at = at.ok_or_else(|| Refusal::fault("line", "fault-survey-line"))?;
    let line = known.get(at).ok_or(Refusal::NotFound)?;
    let there = there(store, code, respondent, &typed.line).await?;
    let reason = said("reason", &typed.reason, !typed.class.is_empty())?;
    if is_so(there.as_ref(), &typed.class, &reason) {
        return Ok(());
    }
    seen_by_writer(there.as_ref(), typed)?;
    let mut changes = Changes::default();
    let answered = Marks::read(&sheet.marks).0.get(at).copied();
    let answered = answered.unwrap_or(Status::NoAnswer);
    let before = there.as_ref().and_then(|row| class(&row.class));
    let (kind, after) = match (&there, typed.class.as_str()) {
        (Some(there), "") => {
            changes.drop_override(there);
            ("override-dropped", answered)
        }
        (there, chosen) => {
            let after = class(chosen);
            let after = after.ok_or_else(|| Refusal::fault("class", "fault-survey-class"))?;
            let row = new(ctx, (code, respondent), typed, &reason);
            changes.put_override(&row, there.as_ref().map(|there| there.done_at));
            ("overridden", after)
        }
    };
    changes.hold_asking_survey(code);
    let number = format!("{}{}", line.item, line.label);
    let (was, is) = (before.unwrap_or(answered).word(), after.word());
    let told = format!("{number} {was}→{is} {reason}");
    let told = event(ctx, code, Some(respondent), kind, told.trim_end());
    changes.put_survey_event(&told);
    changes.note(Note::new("survey.override").detail(format!("{code} {respondent} {}", line.id)));
    changes.tell.push(survey.owner);
    store.commit(ctx, changes).await?;
    Ok(())
}

fn new(ctx: &Ctx, (code, respondent): (&str, &Id), typed: &Typed, reason: &str) -> OverrideRow {
    OverrideRow {
        survey: code.to_owned(),
        respondent: respondent.clone(),
        line: typed.line.clone(),
        class: typed.class.clone(),
        reason: reason.to_owned(),
        done_by: ctx.caller.account.clone(),
        done_at: ctx.at,
    }
}

/// Whether it is as it was typed: a form that was sent twice.
fn is_so(there: Option<&OverrideRow>, class: &str, reason: &str) -> bool {
    match there {
        None => class.is_empty(),
        Some(there) => there.class == class && there.reason == reason,
    }
}

fn class(code: &str) -> Option<Status> {
    match code {
        "yes" => Some(Status::Yes),
        "no" => Some(Status::No),
        _ => None,
    }
}

/// The override of a line as it stands.
async fn there(
    store: &Store,
    code: &str,
    respondent: &Id,
    line: &str,
) -> Result<Option<OverrideRow>, StoreError> {
    let all = store.overrides(code).await?;
    let is = |row: &OverrideRow| row.respondent == *respondent && row.line == line;
    Ok(all.into_iter().find(is))
}

/// What somebody else decided is not written over unseen.
fn seen_by_writer(there: Option<&OverrideRow>, typed: &Typed) -> Result<(), Refusal> {
    let Some(there) = there.filter(|there| typed.seen != Some(there.done_at)) else {
        return Ok(());
    };
    let fault = Fault::new("line", "fault-override-there").with("reason", &there.reason);
    Err(Refusal::Invalid(vec![fault]))
}

/// The overrides of a survey, by respondent and line. For those who see who said what.
pub async fn list(store: &Store, code: &str) -> Result<Vec<OverrideRow>, StoreError> {
    store.overrides(code).await
}
