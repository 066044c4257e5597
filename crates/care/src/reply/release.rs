//! Releasing a reply: the rule, and the use case.

use renkei_base::{Ctx, Id, Refusal};
use renkei_fhir::composition::Mode;
use renkei_store::{Changes, Failure, StoreError};

use super::{Kind, ReplyForm, form_of, kind_of, normal, put, written};
use crate::attachment::{self, Of};
use crate::referral::act::{already, done};
use crate::referral::case::Case;
use crate::referral::table::{Cell, cell};
use crate::referral::turn::{self, Turn};
use crate::referral::{Done, Side, State, Step};
use crate::text::Check;
use crate::tries::{TRIES, noted};
use crate::{Care, Deadlines, count, party, policy};

/// Releases a reply with these texts: the referring institution sees it from now on. Only a doctor.
/// With `closes` the case is closed as well. `base` as in [`super::save`].
///
/// # Errors
/// `Invalid` (incomplete: faults name the fields), `NotNow`, `Forbidden`, `NotFound`, `Conflict` (somebody else wrote).
pub async fn release(
    care: &Care,
    ctx: &Ctx,
    case: &Id,
    base: u32,
    form: &ReplyForm,
) -> Result<Done, Failure> {
    let done = release_tried(care, ctx, case, base, form).await;
    noted(care, ctx, turn::tried(case, Step::Reply), done).await
}

async fn release_tried(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    base: u32,
    form: &ReplyForm,
) -> Result<Done, Failure> {
    let form = normal(form)?;
    for _ in 0..TRIES {
        let case = Case::load(care, ctx, id, &turn::action(Step::Reply)).await?;
        let (_, area) = party::areas(care, ctx, &case).await?;
        let Some((changes, to)) = decide_release(ctx, &case, base, &form, &area, &care.deadlines)?
        else {
            return Ok(already(&case));
        };
        match care.store.commit(ctx, changes).await {
            Ok(written) => return Ok(done(id, to, &written)),
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

/// What the release of a new reply comes to on a case as it was read; `None` when it was done already. A reply that a
/// colleague is writing is not written over.
///
/// # Errors
/// As [`release`]; nothing was written.
pub(crate) async fn plan_release(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    form: &ReplyForm,
) -> Result<Option<Changes>, Failure> {
    let form = normal(form)?;
    let (_, area) = party::areas(care, ctx, case).await?;
    let decided = decide_release(ctx, case, 0, &form, &area, &care.deadlines)?;
    Ok(decided.map(|(changes, _)| changes))
}

/// The rule of releasing: pure. `None` when it was done already.
pub(crate) fn decide_release(
    ctx: &Ctx,
    case: &Case,
    base: u32,
    form: &ReplyForm,
    area: &str,
    deadlines: &Deadlines,
) -> Result<Option<(Changes, State)>, Refusal> {
    policy::may(ctx, Step::Reply, case)?;
    match cell(case.state, Step::Reply) {
        Cell::No(key) => return Err(Refusal::not_now(key)),
        _ if says_the_same(case, form) => return Ok(None),
        Cell::Already | Cell::To(_) | Cell::OneOf(_) => {}
    }
    let kind = kind_of(case, form)?;
    complete(form)?;
    // A doctor signs what was read: not what a colleague has put there meanwhile.
    let draft = case.reply_draft();
    if draft.is_some_and(|held| held.stored.version != base && form_of(&held.view) != *form) {
        return Err(Refusal::Conflict);
    }
    let to = match kind {
        // A late one arrives, and opens nothing again.
        _ if form.closes() || case.state == State::Closed => State::Closed,
        Kind::First => State::RepliedFirst,
        Kind::Interim | Kind::Final => State::RepliedInterim,
    };
    let mut turn = Turn::new(ctx, case, Step::Reply);
    let (account, name) = (ctx.caller.account.as_ref(), ctx.caller.name.as_str());
    let mut reply = written(ctx, case, form)?;
    reply.finish(ctx.at);
    reply.set_attester(Mode::Approved, account, name, ctx.at);
    let owner = case.task.view.owner().ok_or(Refusal::NotFound)?;
    reply.set_author(Some((account, name)), &owner.0, owner.1);
    let id = reply.id().ok_or(Refusal::NotFound)?;
    put(&mut turn.changes, ctx, case, reply)?;
    for file in attachment::files(case, Of::Reply) {
        let mut view = file.view.clone();
        view.finish();
        view.set_reply(&id);
        turn.changes.update(&file.stored, view.into_resource());
    }
    if kind == Kind::First {
        counted(&mut turn, case, ctx, area);
    }
    turn.enter(to, deadlines, None);
    if form.more() && to != State::Closed {
        turn.await_reply(deadlines);
    }
    turn.log("", "");
    Ok(Some((turn.finish(to), to)))
}

/// The first reply is what the indicators count.
fn counted(turn: &mut Turn<'_>, case: &Case, ctx: &Ctx, area: &str) {
    let in_time = case.task.view.due().is_none_or(|due| ctx.at <= due);
    turn.count(count::REPLIED, Side::Receiver, area, 1, 0);
    turn.count(
        count::REPLIED_IN_TIME,
        Side::Receiver,
        area,
        i64::from(in_time),
        1,
    );
}

/// Whether the latest released reply is this one, and no other is being written: then the release was pressed twice.
fn says_the_same(case: &Case, form: &ReplyForm) -> bool {
    let last = case.last_reply();
    case.reply_draft().is_none() && last.is_some_and(|held| form_of(&held.view) == *form)
}

fn complete(form: &ReplyForm) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.require("diagnosis", &form.diagnosis);
    check.require("findings", &form.findings);
    check.require("plan", &form.plan);
    check.done()
}
