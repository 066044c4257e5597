//! A sheet leaves its respondent: proposed to the own approver, given back, handed in with its marks.

use renkei_access::policy::Action;
use renkei_base::{Ctx, Fault, Id, Refusal};
use renkei_store::{Changes, Failure, RespondentRow, Store};

use super::save::TRIES;
use super::{Sheet, load};
use crate::answer::condition;
use crate::approver::{self, Standing};
use crate::gate;
use crate::respondent::turn::{SheetAct, turn};
use crate::respondent::{SheetState, course};
use crate::survey::course::said;

/// The officer asks the own approver to hand the sheet in.
///
/// # Errors
/// `Invalid` with `fault-answer-required` for each question that must be answered and is not; `refuse-sheet-state`,
/// `refuse-sheet-over`, `refuse-sheet-not-yet`, `refuse-survey-locked`.
pub async fn propose(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    comment: &str,
) -> Result<(), Failure> {
    let comment = said("comment", comment, false)?;
    turned(
        store,
        ctx,
        sheet,
        (SheetAct::Propose, Blanks::Asked),
        &comment,
    )
    .await
}

/// The officer takes a proposed sheet back to go on writing.
pub async fn recall(store: &Store, ctx: &Ctx, sheet: (&str, &Id)) -> Result<(), Failure> {
    turned(store, ctx, sheet, (SheetAct::Recall, Blanks::Asked), "").await
}

/// The own approver gives a proposed sheet back, with a comment.
///
/// # Errors
/// A fault on `comment` where it is empty; `refuse-needs-approver`.
pub async fn refuse(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    comment: &str,
) -> Result<(), Failure> {
    let comment = said("comment", comment, true)?;
    turned(
        store,
        ctx,
        sheet,
        (SheetAct::Refuse, Blanks::Asked),
        &comment,
    )
    .await
}

/// Hands the sheet in: the respondent's approver (or an officer, where there is none), or the asking institution for a
/// sheet that came on paper. What must be answered is asked of both.
///
/// # Errors
/// As [`propose`]; `refuse-needs-approver`; `refuse-sheet-blank` for paper of which nothing was typed in.
pub async fn submit(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    comment: &str,
) -> Result<(), Failure> {
    let comment = said("comment", comment, false)?;
    turned(
        store,
        ctx,
        sheet,
        (SheetAct::Submit, Blanks::Asked),
        &comment,
    )
    .await
}

/// As [`submit`], where the paper itself leaves blank what must be answered: the asking institution says why. Everybody
/// else is asked for it all the same.
///
/// # Errors
/// As [`submit`]; a fault on `comment` where it is empty.
pub async fn submit_with_blanks(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    comment: &str,
) -> Result<(), Failure> {
    let comment = said("comment", comment, true)?;
    turned(
        store,
        ctx,
        sheet,
        (SheetAct::Submit, Blanks::OnPaper),
        &comment,
    )
    .await
}

/// What becomes of questions that must be answered and are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blanks {
    Asked,
    /// They are blank on the paper too.
    OnPaper,
}

/// What the caller may do with the sheet as a whole now. Pages show these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    pub propose: bool,
    pub recall: bool,
    pub refuse: bool,
    pub submit: bool,
    /// There is nobody who may approve: an officer hands it in alone.
    pub alone: bool,
}

/// What may be done with a sheet now, completeness aside.
pub async fn steps(store: &Store, ctx: &Ctx, sheet: &Sheet) -> Result<Steps, Failure> {
    let mut steps = Steps::default();
    let paper = may_on_paper(sheet, ctx);
    if sheet.own {
        let standing = approver::stand(store, ctx, Action::SurveySubmit, &sheet.row.respondent);
        let standing = match standing.await {
            Ok(standing) => Some(standing),
            Err(Failure::Refused(_)) => None,
            Err(other) => return Err(other),
        };
        let may = |act: SheetAct| in_time(sheet, ctx, act).is_ok();
        steps.propose = standing != Some(Standing::Alone) && may(SheetAct::Propose);
        steps.recall = may(SheetAct::Recall);
        steps.refuse = standing == Some(Standing::Approver) && may(SheetAct::Refuse);
        steps.submit = standing.is_some() && may(SheetAct::Submit);
        steps.alone = standing == Some(Standing::Alone);
    }
    steps.submit |= paper;
    Ok(steps)
}

/// Whether the caller hands a sheet in for its respondent, from paper.
fn may_on_paper(sheet: &Sheet, ctx: &Ctx) -> bool {
    sheet.seen.owner
        && !sheet.own
        && !sheet.is_locked()
        && gate::own(ctx, Action::SurveyManage, &sheet.survey().owner).is_ok()
        && turn(sheet.state(), SheetAct::Submit).is_ok()
}

async fn turned(
    store: &Store,
    ctx: &Ctx,
    (code, respondent): (&str, &Id),
    (act, blanks): (SheetAct, Blanks),
    comment: &str,
) -> Result<(), Failure> {
    for _ in 0..TRIES {
        let sheet = load::load(store, ctx, code, respondent).await?;
        if act == SheetAct::Submit && is_sent_by(&sheet, ctx) {
            return Ok(());
        }
        let kind = may(store, ctx, &sheet, (act, blanks)).await?;
        let row = after(ctx, &sheet, act)?;
        let changes = Changes::default();
        let written = course::write(store, ctx, &sheet.seen, &row, changes, (kind, comment));
        match written.await {
            // Somebody wrote an answer, or the sheet has just closed: looked at again.
            Err(Failure::Refused(Refusal::Conflict)) => {}
            other => return other,
        }
    }
    Err(Refusal::Conflict.into())
}

/// Whether the caller has handed it in already: a form that was sent twice.
fn is_sent_by(sheet: &Sheet, ctx: &Ctx) -> bool {
    let by = &sheet.row.submitted_by;
    sheet.state() == SheetState::Submitted && by.is_some() && *by == ctx.caller.account
}

/// Whether the caller may do it, and what the history calls it.
async fn may(
    store: &Store,
    ctx: &Ctx,
    sheet: &Sheet,
    (act, blanks): (SheetAct, Blanks),
) -> Result<&'static str, Failure> {
    if act == SheetAct::Submit && may_on_paper(sheet, ctx) {
        on_paper(sheet, blanks)?;
        return Ok("submitted-paper");
    }
    let own = &sheet.row.respondent;
    gate::own(ctx, Action::SurveyAnswer, own)?;
    let standing = match act {
        SheetAct::Submit | SheetAct::Refuse => {
            approver::stand(store, ctx, Action::SurveySubmit, own).await?
        }
        _ => Standing::Approver,
    };
    in_time(sheet, ctx, act)?;
    if matches!(act, SheetAct::Submit | SheetAct::Propose) {
        complete(sheet)?;
    }
    Ok(match (act, standing) {
        (SheetAct::Submit, Standing::Alone) => "submitted-alone",
        (SheetAct::Submit, Standing::Approver) => "submitted",
        (SheetAct::Propose, _) => "awaiting",
        (SheetAct::Recall, _) => "recalled",
        _ => "refused",
    })
}

/// Whether the state allows it, and the window, which holds for handing in as it does for writing.
fn in_time(sheet: &Sheet, ctx: &Ctx, act: SheetAct) -> Result<(), Refusal> {
    course::unlocked(&sheet.seen)?;
    turn(sheet.state(), act)?;
    let window = sheet.window();
    if matches!(act, SheetAct::Submit | SheetAct::Propose) && !window.holds(ctx.at) {
        let early = ctx.at < window.opens;
        let key = match early {
            true => "refuse-sheet-not-yet",
            false => "refuse-sheet-over",
        };
        return Err(Refusal::not_now(key));
    }
    Ok(())
}

/// Nothing typed in is no paper that came.
fn on_paper(sheet: &Sheet, blanks: Blanks) -> Result<(), Refusal> {
    let (answered, _) = condition::progress(&sheet.questionnaire, &sheet.answers);
    if answered == 0 {
        return Err(Refusal::not_now("refuse-sheet-blank"));
    }
    match blanks {
        Blanks::Asked => complete(sheet),
        Blanks::OnPaper => Ok(()),
    }
}

fn complete(sheet: &Sheet) -> Result<(), Refusal> {
    let missing = condition::missing(&sheet.questionnaire, &sheet.answers);
    if missing.is_empty() {
        return Ok(());
    }
    let faults = missing
        .iter()
        .map(|question| Fault::new(&question.id, "fault-answer-required"));
    Err(Refusal::Invalid(faults.collect()))
}

/// The respondent's row after the act; a sheet that is handed in gets its marks.
fn after(ctx: &Ctx, sheet: &Sheet, act: SheetAct) -> Result<RespondentRow, Refusal> {
    let mut row = sheet.row.clone();
    let next = turn(sheet.state(), act)?;
    next.code().clone_into(&mut row.state);
    if act == SheetAct::Submit {
        row.marks = condition::marks(&sheet.questionnaire, &sheet.answers).write();
        row.submitted_by = ctx.caller.account.clone();
        row.submitted_at = Some(ctx.at);
    }
    Ok(row)
}
