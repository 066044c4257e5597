//! The course of a survey: opened, closed, given more days, approved, opened again. Each with its line in the history.

use renkei_access::policy::Action;
use renkei_base::limits::NOTE_CHARS;
use renkei_base::{Ctx, Fault, Micros, Refusal, text};
use renkei_store::{Changes, Failure, Note, RespondentRow, Store, SurveyRow};

use super::{SurveyState, day, event::event, seen};
use crate::approver::{self, Standing};
use crate::respondent::SheetState;
use crate::{audit, respondent};

/// Asks: from now on the sheets are open to their respondents, inside the window.
///
/// # Errors
/// `refuse-survey-asked` where it is open already, `refuse-survey-nobody` without respondents, `refuse-survey-over` where
/// its last day has passed.
pub async fn open(store: &Store, ctx: &Ctx, code: &str, revision: i64) -> Result<(), Failure> {
    let done = open_tried(store, ctx, code, revision).await;
    let note = Note::new("survey.opened").detail(audit::plain(code));
    store.noted(ctx, note, done).await
}

async fn open_tried(store: &Store, ctx: &Ctx, code: &str, revision: i64) -> Result<(), Failure> {
    let mut row = seen::owned(store, ctx, code).await?;
    if seen::state_of(&row) != SurveyState::Draft {
        return Err(Refusal::not_now("refuse-survey-asked").into());
    }
    if row.closes <= ctx.at {
        return Err(Refusal::not_now("refuse-survey-over").into());
    }
    let respondents = store.respondents(code).await?;
    if respondents.is_empty() {
        return Err(Refusal::not_now("refuse-survey-nobody").into());
    }
    let mut changes = Changes::default();
    changes.close_respondents_at(code, row.closes, ctx.at);
    changes
        .tell
        .extend(respondents.into_iter().map(|one| one.respondent));
    turn(&mut row, SurveyState::Open, ctx);
    write(store, ctx, changes, &row, revision, "opened", "").await
}

/// Closes before its time: nobody may write any more.
pub async fn close(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    revision: i64,
    why: &str,
) -> Result<(), Failure> {
    let done = close_tried(store, ctx, code, revision, why).await;
    let note = Note::new("survey.closed").detail(audit::plain(code));
    store.noted(ctx, note, done).await
}

async fn close_tried(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    revision: i64,
    why: &str,
) -> Result<(), Failure> {
    let mut row = seen::owned(store, ctx, code).await?;
    needs(&row, &[SurveyState::Open], "refuse-survey-not-open")?;
    let why = said("why", why, false)?;
    let mut changes = Changes::default();
    changes.shut_respondents(code, ctx.at);
    turn(&mut row, SurveyState::Closed, ctx);
    row.closes = row.closes.min(ctx.at);
    write(store, ctx, changes, &row, revision, "closed", &why).await
}

/// Another last day for all, also after it was closed: a later one, or an earlier one where it was mistyped. Whoever has a
/// later one of its own keeps it.
///
/// # Errors
/// `fault-survey-day`, `fault-survey-past`, `fault-survey-far` on `closes`; `fault-survey-why` on `why`.
pub async fn prolong(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    revision: i64,
    closes: &str,
    why: &str,
) -> Result<(), Failure> {
    let done = prolong_tried(store, ctx, code, revision, closes, why).await;
    let note = Note::new("survey.prolonged").detail(audit::plain(code));
    store.noted(ctx, note, done).await
}

async fn prolong_tried(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    revision: i64,
    closes: &str,
    why: &str,
) -> Result<(), Failure> {
    let mut row = seen::owned(store, ctx, code).await?;
    let states = [SurveyState::Open, SurveyState::Closed];
    needs(&row, &states, "refuse-survey-not-open")?;
    let why = said("why", why, true)?;
    let closes = day::closing("closes", closes, row.opens, ctx.at).map_err(fault)?;
    let mut changes = Changes::default();
    let kind = match closes < row.closes {
        true => "shortened",
        false => "prolonged",
    };
    changes.move_respondents(code, row.closes, closes, ctx.at);
    changes.open_respondents_until(code, closes, ctx.at);
    turn(&mut row, SurveyState::Open, ctx);
    row.closes = closes;
    let note = format!("{} {why}", day::last(closes));
    write(store, ctx, changes, &row, revision, kind, &note).await
}

/// The owner's approver stands for the figures: from now on nothing changes. Where it is approved already, nothing happens.
///
/// # Errors
/// `refuse-survey-not-closed` while a sheet is open, `refuse-needs-approver`; `fault-survey-unaccepted` (count) on `why` without
/// a reason, where sheets that were handed in were not accepted.
pub async fn approve(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    revision: i64,
    comment: &str,
) -> Result<(), Failure> {
    let done = approve_tried(store, ctx, code, revision, comment).await;
    let note = Note::new("survey.approved").detail(audit::plain(code));
    store.noted(ctx, note, done).await
}

async fn approve_tried(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    revision: i64,
    comment: &str,
) -> Result<(), Failure> {
    let mut row = seen::owned(store, ctx, code).await?;
    let standing = approver::stand(store, ctx, Action::SurveyApprove, &row.owner).await?;
    if seen::state_of(&row) == SurveyState::Approved {
        return Ok(());
    }
    let sheets = store.respondents(code).await?;
    if !is_settled(&row, &sheets, ctx.at) {
        return Err(Refusal::not_now("refuse-survey-not-closed").into());
    }
    let comment = said("why", comment, false)?;
    let unaccepted = unaccepted(&sheets);
    if unaccepted > 0 && comment.is_empty() {
        let fault = Fault::new("why", "fault-survey-unaccepted").with("count", unaccepted);
        return Err(Refusal::Invalid(vec![fault]).into());
    }
    let mut changes = Changes::default();
    if seen::state_of(&row) == SurveyState::Open {
        changes.shut_respondents(code, ctx.at);
    }
    turn(&mut row, SurveyState::Approved, ctx);
    let kind = match standing {
        Standing::Approver => "approved",
        Standing::Alone => "approved-alone",
    };
    // How many stand in the figures that nobody accepted: the reason is theirs.
    let note = match unaccepted {
        0 => comment,
        count => format!("({count}) {comment}"),
    };
    write(store, ctx, changes, &row, revision, kind, &note).await
}

/// How many sheets are in the counts that the owner has not accepted: with a health centre, or waiting for the owner.
pub fn unaccepted(sheets: &[RespondentRow]) -> usize {
    sheets.iter().filter(|row| is_unaccepted(row)).count()
}

/// Whether a sheet is in the counts that the owner has not accepted.
pub fn is_unaccepted(row: &RespondentRow) -> bool {
    let state = respondent::state_of(row);
    row.counted && state.counts() && state != SheetState::Accepted
}

/// Takes the approval back, with a reason: corrections can be made again. What was published stays as it is.
pub async fn unlock(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    revision: i64,
    why: &str,
) -> Result<(), Failure> {
    let done = unlock_tried(store, ctx, code, revision, why).await;
    let note = Note::new("survey.unlocked").detail(audit::plain(code));
    store.noted(ctx, note, done).await
}

async fn unlock_tried(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    revision: i64,
    why: &str,
) -> Result<(), Failure> {
    let mut row = seen::owned(store, ctx, code).await?;
    approver::stand(store, ctx, Action::SurveyApprove, &row.owner).await?;
    let states = [SurveyState::Approved, SurveyState::Published];
    needs(&row, &states, "refuse-survey-not-approved")?;
    let why = said("why", why, true)?;
    turn(&mut row, SurveyState::Closed, ctx);
    write(
        store,
        ctx,
        Changes::default(),
        &row,
        revision,
        "unlocked",
        &why,
    )
    .await
}

fn turn(row: &mut SurveyRow, to: SurveyState, ctx: &Ctx) {
    to.code().clone_into(&mut row.state);
    row.updated_at = ctx.at;
}

fn needs(row: &SurveyRow, states: &[SurveyState], key: &'static str) -> Result<(), Refusal> {
    match states.contains(&seen::state_of(row)) {
        true => Ok(()),
        false => Err(Refusal::not_now(key)),
    }
}

fn fault(fault: renkei_base::Fault) -> Refusal {
    Refusal::Invalid(vec![fault])
}

/// A reason or comment as typed.
pub(crate) fn said(field: &'static str, typed: &str, required: bool) -> Result<String, Refusal> {
    let read = match required {
        true => text::required_line(field, typed, NOTE_CHARS),
        false => text::line(field, typed, NOTE_CHARS),
    };
    read.map_err(fault)
}

async fn write(
    store: &Store,
    ctx: &Ctx,
    mut changes: Changes,
    row: &SurveyRow,
    revision: i64,
    kind: &'static str,
    note: &str,
) -> Result<(), Failure> {
    changes.put_survey(row, Some(revision));
    changes.put_survey_event(&event(ctx, &row.code, None, kind, note));
    changes.note(Note::new(&format!("survey.{kind}")).detail(&row.code));
    changes.tell.push(row.owner.clone());
    store.commit(ctx, changes).await?;
    Ok(())
}

/// How many sheets may still be handed in: with their respondents, inside their windows.
pub fn still_open(sheets: &[RespondentRow], at: Micros) -> usize {
    let is_open = |row: &&RespondentRow| !respondent::state_of(row).counts() && row.closes > at;
    sheets.iter().filter(is_open).count()
}

/// Whether nothing more can come in, so that its figures can be approved: it is closed, or its last day has passed and no
/// sheet that was sent back or given more days is out.
pub fn is_settled(row: &SurveyRow, sheets: &[RespondentRow], at: Micros) -> bool {
    match seen::state_of(row) {
        SurveyState::Closed => true,
        SurveyState::Open => row.closes <= at && still_open(sheets, at) == 0,
        _ => false,
    }
}

/// Whether all windows of an open survey have passed, so that it waits to be closed.
pub fn is_over(row: &SurveyRow, latest: Micros, at: Micros) -> bool {
    seen::state_of(row) == SurveyState::Open && row.closes <= at && latest <= at
}
