//! A sheet leaves its respondent: proposed to the own approver, given back, handed in with its marks.

use renkei_access::policy::Action;
use renkei_base::{Ctx, Fault, Id, Refusal};
use renkei_store::{Changes, Failure, RespondentRow, Store};

use super::door::Origin;
use super::save::TRIES;
use super::{Sheet, load};
use crate::answer::condition;
use crate::approver::{self, Standing};
use crate::respondent::turn::{SheetAct, turn};
use crate::respondent::{SheetState, course};
use crate::survey::course::said;
use crate::{audit, gate};

/// What is done with a sheet as a whole before it has left its respondent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The officer asks the own approver to hand it in.
    Propose,
    /// The officer takes a proposed sheet back to go on writing.
    Recall,
    /// The own approver gives a proposed sheet back, with a comment.
    Refuse,
    /// The respondent's approver hands it in (or an officer, where there is none), or the asking institution for a sheet that
    /// came on paper. What must be answered is asked of both.
    Submit,
    /// As [`Step::Submit`], where the paper itself leaves blank what must be answered: the asking institution says why.
    /// Everybody else is asked for it all the same.
    SubmitWithBlanks,
}

impl Step {
    pub const ALL: [Self; 5] = [
        Self::Propose,
        Self::Recall,
        Self::Refuse,
        Self::Submit,
        Self::SubmitWithBlanks,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Propose => "propose",
            Self::Recall => "recall",
            Self::Refuse => "refuse",
            Self::Submit => "submit",
            Self::SubmitWithBlanks => "submit-with-blanks",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    const fn act(self) -> SheetAct {
        match self {
            Self::Propose => SheetAct::Propose,
            Self::Recall => SheetAct::Recall,
            Self::Refuse => SheetAct::Refuse,
            Self::Submit | Self::SubmitWithBlanks => SheetAct::Submit,
        }
    }

    const fn needs_comment(self) -> bool {
        matches!(self, Self::Refuse | Self::SubmitWithBlanks)
    }

    /// What the audit calls a try of it that was refused: the word for what it would have been.
    const fn tried(self) -> &'static str {
        match self {
            Self::Propose => "survey.awaiting",
            Self::Recall => "survey.recalled",
            Self::Refuse => "survey.refused",
            Self::Submit | Self::SubmitWithBlanks => "survey.submitted",
        }
    }
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
    is_asker(sheet, ctx)
        && (!is_of_its_respondent(sheet) || is_left_over(sheet, ctx))
        && turn(sheet.state(), SheetAct::Submit).is_ok()
}

/// Whether the caller asked and is not asked itself.
fn is_asker(sheet: &Sheet, ctx: &Ctx) -> bool {
    sheet.seen.owner
        && !sheet.own
        && !sheet.is_locked()
        && gate::own(ctx, Action::SurveyManage, &sheet.survey().owner).is_ok()
}

/// Whether something in the sheet came otherwise than on paper: then it is its respondent's to hand in.
fn is_of_its_respondent(sheet: &Sheet) -> bool {
    sheet.state() == SheetState::Awaiting || sheet.origins().any(|one| one != Origin::Paper.code())
}

/// Whether the respondent cannot hand it in any more, because its days are over.
fn is_left_over(sheet: &Sheet, ctx: &Ctx) -> bool {
    sheet.window().closes <= ctx.at
}

/// Takes a step with a sheet. Handing in twice is handing in once.
///
/// # Errors
/// `Invalid` with `fault-answer-required` for each question that must be answered and is not, or on `comment` where a step
/// needs one; `refuse-needs-approver`, `refuse-sheet-state`, `refuse-sheet-over`, `refuse-sheet-not-yet`,
/// `refuse-survey-locked`; to the asking institution `refuse-sheet-blank` for paper of which nothing was typed in, and
/// `refuse-sheet-not-paper` for what the respondent writes itself and can still hand in.
pub async fn step(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    step: Step,
    comment: &str,
) -> Result<(), Failure> {
    let done = tried(store, ctx, sheet, step, comment).await;
    audit::noted(store, ctx, step.tried(), sheet, done).await
}

async fn tried(
    store: &Store,
    ctx: &Ctx,
    place: (&str, &Id),
    step: Step,
    comment: &str,
) -> Result<(), Failure> {
    let comment = said("comment", comment, step.needs_comment())?;
    for _ in 0..TRIES {
        let sheet = load::find(store, ctx, place).await?;
        if step.act() == SheetAct::Submit && is_sent_by(&sheet, ctx) {
            return Ok(());
        }
        let kind = may(store, ctx, &sheet, (step, &comment)).await?;
        let row = after(ctx, &sheet, step.act())?;
        let changes = Changes::default();
        let written = course::write(store, ctx, &sheet.seen, &row, changes, (kind, &comment));
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
    (step, comment): (Step, &str),
) -> Result<&'static str, Failure> {
    let act = step.act();
    if act == SheetAct::Submit && is_asker(sheet, ctx) {
        on_paper(sheet, ctx, step, comment)?;
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

/// Nothing typed in is no paper that came. What the respondent wrote itself is its own to hand in while it can; afterwards
/// the asking institution says why it takes it without the respondent's approval.
fn on_paper(sheet: &Sheet, ctx: &Ctx, step: Step, comment: &str) -> Result<(), Refusal> {
    turn(sheet.state(), SheetAct::Submit)?;
    if is_of_its_respondent(sheet) {
        if !is_left_over(sheet, ctx) {
            return Err(Refusal::not_now("refuse-sheet-not-paper"));
        }
        if comment.is_empty() {
            return Err(Refusal::fault("comment", "fault-sheet-not-paper"));
        }
    }
    let (answered, _) = condition::progress(&sheet.questionnaire, &sheet.answers);
    if answered == 0 {
        return Err(Refusal::not_now("refuse-sheet-blank"));
    }
    match step {
        Step::SubmitWithBlanks => Ok(()),
        _ => complete(sheet),
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
