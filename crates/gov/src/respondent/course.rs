//! A sheet on its way from its respondent to the owner: looked at by the health centre, accepted, or sent back.

use renkei_access::policy::Action;
use renkei_base::{Ctx, Id, Micros, Refusal};
use renkei_store::{Changes, Failure, Note, RespondentRow, Store, SurveyRow};

use super::turn::{SheetAct, turn};
use super::{SheetState, state_of};
use crate::gate;
use crate::survey::course::said;
use crate::survey::event::event;
use crate::survey::{Seen, SurveyState, day, seen};

/// Days that a respondent has at least for a sheet that was sent back.
pub const DAYS_TO_MEND: i64 = 7;

/// The health centre has looked at a sheet: it goes on to the owner.
///
/// # Errors
/// `refuse-sheet-state`, `refuse-survey-locked`; `NotFound` to those whom the sheet does not pass by.
pub async fn check(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    respondent: &Id,
    comment: &str,
) -> Result<(), Failure> {
    let (seen, mut row) = seen::sheet(store, ctx, code, respondent).await?;
    let checker = row.checker.clone().ok_or(Refusal::NotFound)?;
    gate::own(ctx, Action::SurveyCheck, &checker)?;
    let comment = said("comment", comment, false)?;
    go(&seen, &mut row, SheetAct::Check, ctx)?;
    write(
        store,
        ctx,
        &seen,
        &row,
        Changes::default(),
        ("checked", &comment),
    )
    .await
}

/// The owner accepts a sheet: it is locked. One that its health centre has not looked at needs a reason, which the history
/// keeps.
///
/// # Errors
/// `fault-sheet-unchecked` on `comment`, `refuse-sheet-state`, `refuse-survey-locked`; `NotFound` to all but the owner.
pub async fn accept(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    respondent: &Id,
    comment: &str,
) -> Result<(), Failure> {
    let (seen, mut row) = seen::sheet(store, ctx, code, respondent).await?;
    gate::own(ctx, Action::SurveyManage, &seen.row.owner)?;
    let comment = said("comment", comment, false)?;
    let unchecked = is_unchecked(&seen.row, &row);
    go(&seen, &mut row, SheetAct::Accept, ctx)?;
    if unchecked && comment.is_empty() {
        return Err(Refusal::fault("comment", "fault-sheet-unchecked").into());
    }
    let kind = if unchecked {
        "accepted-unchecked"
    } else {
        "accepted"
    };
    write(
        store,
        ctx,
        &seen,
        &row,
        Changes::default(),
        (kind, &comment),
    )
    .await
}

/// Whether a sheet still waits for its health centre.
pub fn is_unchecked(survey: &SurveyRow, row: &RespondentRow) -> bool {
    crate::survey::is_checked(&survey.chain)
        && row.checker.is_some()
        && state_of(row) == SheetState::Submitted
}

/// Accepts all sheets that are with the owner. Returns how many.
pub async fn accept_all(store: &Store, ctx: &Ctx, code: &str) -> Result<usize, Failure> {
    let survey = seen::owned(store, ctx, code).await?;
    let checked = crate::survey::is_checked(&survey.chain);
    let mut done = 0;
    for row in store.respondents(code).await? {
        let state = state_of(&row);
        let here = match checked && row.checker.is_some() {
            true => state == SheetState::Checked,
            false => state == SheetState::Submitted,
        };
        if here {
            accept(store, ctx, code, &row.respondent, "").await?;
            done += 1;
        }
    }
    Ok(done)
}

/// The health centre or the owner sends a sheet back with a comment. Its window is open for some days more where it has
/// passed, so that it can be mended; a survey that was closed is open again for this respondent alone.
///
/// # Errors
/// `fault-…` on `comment` where it is empty; as [`check`] else.
pub async fn send_back(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    respondent: &Id,
    comment: &str,
) -> Result<(), Failure> {
    let (seen, mut row) = seen::sheet(store, ctx, code, respondent).await?;
    let state = state_of(&row);
    match &row.checker {
        _ if seen.owner => gate::own(ctx, Action::SurveyManage, &seen.row.owner)?,
        // What has gone on to the owner is the owner's.
        Some(checker) if state == SheetState::Submitted => {
            gate::own(ctx, Action::SurveyCheck, checker)?;
        }
        Some(checker) => {
            gate::own(ctx, Action::SurveyCheck, checker)?;
            return Err(Refusal::not_now("refuse-sheet-state").into());
        }
        None => return Err(Refusal::NotFound.into()),
    }
    let comment = said("comment", comment, true)?;
    go(&seen, &mut row, SheetAct::SendBack, ctx)?;
    row.closes = row.closes.max(mending(ctx.at));
    let mut changes = Changes::default();
    reopen_for_one(&seen, ctx, &mut changes);
    write(store, ctx, &seen, &row, changes, ("returned", &comment)).await
}

/// The end of the day until which a sheet can be mended that is sent back now.
fn mending(at: Micros) -> Micros {
    day::end(
        (at + renkei_base::clock::Span::days(DAYS_TO_MEND))
            .in_japan()
            .date(),
    )
}

/// A closed survey must be open where one respondent may write; the windows of all others have passed.
pub(crate) fn reopen_for_one(seen: &Seen, ctx: &Ctx, changes: &mut Changes) {
    if seen.state == SurveyState::Closed {
        let mut survey = seen.row.clone();
        SurveyState::Open.code().clone_into(&mut survey.state);
        survey.updated_at = ctx.at;
        changes.put_survey(&survey, Some(seen.row.revision));
    }
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
    let about = format!("{} {}", row.survey, row.respondent);
    changes.note(Note::new(&format!("survey.{kind}")).detail(about));
    changes.tell.push(seen.row.owner.clone());
    changes.tell.push(row.respondent.clone());
    changes.tell.extend(row.checker.clone());
    store.commit(ctx, changes).await?;
    Ok(())
}
