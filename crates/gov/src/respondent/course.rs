//! A sheet on its way from its respondent to the owner: looked at by the health centre, accepted, or sent back.

use renkei_access::policy::Action;
use renkei_base::{Ctx, Id, Micros, Refusal};
use renkei_store::{Changes, Failure, Note, RespondentRow, Store, SurveyRow};

use super::turn::{SheetAct, turn};
use super::{SheetState, state_of};
use crate::survey::course::said;
use crate::survey::event::event;
use crate::survey::{Seen, SurveyState, day, seen};
use crate::{audit, gate};

/// Days that a respondent has at least for a sheet that was sent back.
pub const DAYS_TO_MEND: i64 = 7;

/// What is decided about a sheet that has left its respondent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The health centre has looked at it: it goes on to the owner.
    Check,
    /// The owner accepts it: it is locked. One that its health centre has not looked at needs a reason, which the history
    /// keeps.
    Accept,
    /// The health centre or the owner sends it back with a comment. Its window is open for some days more where it has
    /// passed, so that it can be mended; a survey that was closed is open again for this respondent alone.
    SendBack,
}

impl Decision {
    const fn act(self) -> SheetAct {
        match self {
            Self::Check => SheetAct::Check,
            Self::Accept => SheetAct::Accept,
            Self::SendBack => SheetAct::SendBack,
        }
    }

    /// What the audit calls a try that was refused: the word for what it would have been.
    const fn tried(self) -> &'static str {
        match self {
            Self::Check => "survey.checked",
            Self::Accept => "survey.accepted",
            Self::SendBack => "survey.returned",
        }
    }
}

/// Decides about a sheet.
///
/// # Errors
/// `fault-sheet-unchecked` or an empty one on `comment`; `refuse-sheet-state`, `refuse-survey-locked`; `NotFound` to those
/// whom the sheet does not pass by.
pub async fn decide(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    decision: Decision,
    comment: &str,
) -> Result<(), Failure> {
    let done = decided(store, ctx, sheet, decision, comment).await;
    audit::noted(store, ctx, decision.tried(), sheet, done).await
}

async fn decided(
    store: &Store,
    ctx: &Ctx,
    (code, respondent): (&str, &Id),
    decision: Decision,
    comment: &str,
) -> Result<(), Failure> {
    let (seen, mut row) = seen::sheet(store, ctx, code, respondent).await?;
    may(ctx, &seen, &row, decision)?;
    let comment = said("comment", comment, decision == Decision::SendBack)?;
    let unchecked = is_unchecked(&seen.row, &row);
    go(&seen, &mut row, decision.act(), ctx)?;
    let mut changes = Changes::default();
    let kind = match decision {
        Decision::Check => "checked",
        Decision::Accept if unchecked && comment.is_empty() => {
            return Err(Refusal::fault("comment", "fault-sheet-unchecked").into());
        }
        Decision::Accept if unchecked => "accepted-unchecked",
        Decision::Accept => "accepted",
        Decision::SendBack => {
            row.closes = row.closes.max(mending(ctx.at));
            reopen_for_one(&seen, ctx, &mut changes);
            "returned"
        }
    };
    write(store, ctx, &seen, &row, changes, (kind, &comment)).await
}

fn may(ctx: &Ctx, seen: &Seen, row: &RespondentRow, decision: Decision) -> Result<(), Refusal> {
    let owner = |ctx: &Ctx| gate::own(ctx, Action::SurveyManage, &seen.row.owner);
    let checker = |ctx: &Ctx| {
        let checker = row.checker.as_ref().ok_or(Refusal::NotFound)?;
        gate::own(ctx, Action::SurveyCheck, checker)
    };
    match decision {
        Decision::Check => checker(ctx),
        Decision::Accept => owner(ctx),
        Decision::SendBack if seen.owner => owner(ctx),
        Decision::SendBack => {
            checker(ctx)?;
            // What has gone on to the owner is the owner's.
            match state_of(row) {
                SheetState::Submitted => Ok(()),
                _ => Err(Refusal::not_now("refuse-sheet-state")),
            }
        }
    }
}

/// Whether a sheet still waits for its health centre.
pub fn is_unchecked(survey: &SurveyRow, row: &RespondentRow) -> bool {
    crate::survey::is_checked(&survey.chain)
        && row.checker.is_some()
        && state_of(row) == SheetState::Submitted
}

/// Accepts all sheets that are with the owner. Returns how many.
pub async fn accept_all(store: &Store, ctx: &Ctx, code: &str) -> Result<usize, Failure> {
    let tried = Note::new(Decision::Accept.tried()).detail(audit::plain(code));
    let survey = seen::owned(store, ctx, code).await;
    let survey = store.noted(ctx, tried, survey).await?;
    let checked = crate::survey::is_checked(&survey.chain);
    let mut done = 0;
    for row in store.respondents(code).await? {
        let state = state_of(&row);
        let here = match checked && row.checker.is_some() {
            true => state == SheetState::Checked,
            false => state == SheetState::Submitted,
        };
        if here {
            let sheet = (code, &row.respondent);
            decide(store, ctx, sheet, Decision::Accept, "").await?;
            done += 1;
        }
    }
    Ok(done)
}

/// The end of the day until which a sheet can be mended that is sent back now.
fn mending(at: Micros) -> Micros {
    day::end(
        (at + renkei_base::clock::Span::days(DAYS_TO_MEND))
            .in_japan()
            .date(),
    )
}

/// A closed survey must be open where one respondent may write; the windows of all others have passed. The survey's revision
/// counts up in any case: who approves it has read that this one may write.
pub(crate) fn reopen_for_one(seen: &Seen, ctx: &Ctx, changes: &mut Changes) {
    let mut survey = seen.row.clone();
    SurveyState::Open.code().clone_into(&mut survey.state);
    survey.updated_at = ctx.at;
    changes.put_survey(&survey, Some(seen.row.revision));
}

fn go(seen: &Seen, row: &mut RespondentRow, act: SheetAct, ctx: &Ctx) -> Result<(), Refusal> {
    unlocked(seen)?;
    let next = turn(state_of(row), act)?;
    next.code().clone_into(&mut row.state);
    row.decided_by = ctx.caller.account.clone();
    row.decided_at = Some(ctx.at);
    Ok(())
}

/// Nothing changes in a survey that is approved or published, nor in one that has not begun.
pub(crate) fn unlocked(seen: &Seen) -> Result<(), Refusal> {
    match seen.state {
        SurveyState::Open | SurveyState::Closed => Ok(()),
        SurveyState::Draft => Err(Refusal::not_now("refuse-survey-not-open")),
        SurveyState::Approved | SurveyState::Published => {
            Err(Refusal::not_now("refuse-survey-locked"))
        }
    }
}

pub(crate) async fn write(
    store: &Store,
    ctx: &Ctx,
    seen: &Seen,
    row: &RespondentRow,
    mut changes: Changes,
    (kind, note): (&'static str, &str),
) -> Result<(), Failure> {
    let was = row.revision;
    let row = RespondentRow {
        updated_at: ctx.at,
        ..row.clone()
    };
    changes.put_respondent(&row, Some(was));
    // Whom to reach may change later too; nothing else once it is approved, which may happen meanwhile.
    if !matches!(kind, "called" | "contact") {
        changes.hold_asking_survey(&row.survey);
    }
    changes.put_survey_event(&event(ctx, &row.survey, Some(&row.respondent), kind, note));
    let act = format!("survey.{kind}");
    changes.note(audit::note(&act, (&row.survey, &row.respondent), []));
    changes.tell.push(seen.row.owner.clone());
    changes.tell.push(row.respondent.clone());
    changes.tell.extend(row.checker.clone());
    changes.tell.extend(row.successor.clone());
    store.commit(ctx, changes).await?;
    Ok(())
}
