//! Who may write in a sheet now, and under which guard of the database.

use renkei_access::policy::Action;
use renkei_base::limits::NOTE_CHARS;
use renkei_base::{Ctx, Fault, Refusal, text};
use renkei_store::answer::SheetGuard;

use super::Sheet;
use crate::answer::input::Given;
use crate::gate;
use crate::respondent::SheetState;
use crate::survey::SurveyState;

/// How an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Browser,
    Workbook,
    /// Typed in by the asking institution from a sheet on paper.
    Paper,
    Program,
    /// Taken over from the asking before.
    Copied,
}

impl Origin {
    pub const ALL: [Self; 5] = [
        Self::Browser,
        Self::Workbook,
        Self::Paper,
        Self::Program,
        Self::Copied,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Workbook => "workbook",
            Self::Paper => "paper",
            Self::Program => "program",
            Self::Copied => "copied",
        }
    }

    /// What the audit calls a save of such answers.
    pub(crate) const fn act(self) -> &'static str {
        match self {
            Self::Workbook => "survey.workbook",
            _ => "survey.save",
        }
    }
}

/// As whom somebody writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// The respondent, inside its window.
    Respondent,
    /// The respondent corrects what it handed in: its approver does, inside its window.
    Correction,
    /// Its window has passed: its approver gives explanations that were asked for, and changes nothing else.
    Explanation,
    /// The institution that asked: what came on paper, or a correction.
    Owner,
}

/// What a writer was let through with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    pub hand: Hand,
    pub guard: SheetGuard,
    /// The reason; empty where none is needed.
    pub why: String,
    /// The sheet was handed in: its marks change with the write.
    pub marked: bool,
}

/// As whom the caller could write in the sheet now, or why not. The reason of a correction is not looked at.
///
/// # Errors
/// `refuse-survey-locked`, `refuse-sheet-not-yet`, `refuse-sheet-over`, `refuse-sheet-awaiting`, `refuse-sheet-accepted`;
/// `refuse-sheet-correct` to an officer of a respondent with an approver, once it was handed in;
/// `refuse-sheet-awaiting-own` to the institution that asked; `Forbidden` to who only looks at it.
pub fn hand(sheet: &Sheet, ctx: &Ctx) -> Result<Hand, Refusal> {
    if sheet.own && !sheet.seen.owner {
        gate::own(ctx, Action::SurveyAnswer, &sheet.row.respondent)?;
        return of_respondent(sheet, ctx);
    }
    // Whoever asks may be asked too: inside the window such a sheet is its respondent's.
    if sheet.own
        && let Ok(hand) = of_respondent(sheet, ctx)
    {
        return Ok(hand);
    }
    if !sheet.seen.owner {
        return Err(Refusal::forbidden("refuse-sheet-looks-only"));
    }
    gate::own(ctx, Action::SurveyManage, &sheet.survey().owner)?;
    if sheet.is_locked() {
        return Err(locked(sheet));
    }
    // What an approver is looking at is not changed meanwhile, by nobody.
    if sheet.state() == SheetState::Awaiting {
        return Err(Refusal::not_now("refuse-sheet-awaiting-own"));
    }
    Ok(Hand::Owner)
}

fn locked(sheet: &Sheet) -> Refusal {
    match sheet.seen.state {
        SurveyState::Draft => Refusal::not_now("refuse-survey-not-open"),
        _ => Refusal::not_now("refuse-survey-locked"),
    }
}

fn of_respondent(sheet: &Sheet, ctx: &Ctx) -> Result<Hand, Refusal> {
    if sheet.is_locked() {
        return Err(locked(sheet));
    }
    match sheet.state() {
        SheetState::Submitted | SheetState::Checked => of_corrector(sheet, ctx),
        SheetState::Accepted => Err(Refusal::not_now("refuse-sheet-accepted")),
        SheetState::Awaiting => Err(Refusal::not_now("refuse-sheet-awaiting")),
        _ if sheet.is_open(ctx) => Ok(Hand::Respondent),
        _ if ctx.at < sheet.window().opens => Err(Refusal::not_now("refuse-sheet-not-yet")),
        _ => Err(Refusal::not_now("refuse-sheet-over")),
    }
}

/// Who hands a sheet in corrects it, as long as it could be handed in; an officer alone does neither. What was asked about
/// an answer is explained later too.
fn of_corrector(sheet: &Sheet, ctx: &Ctx) -> Result<Hand, Refusal> {
    let in_time = sheet.seen.state == SurveyState::Open && sheet.window().holds(ctx.at);
    if !in_time && sheet.wanted.is_empty() {
        return Err(Refusal::not_now("refuse-sheet-over"));
    }
    match (sheet.approves, in_time) {
        (false, _) => Err(Refusal::forbidden("refuse-sheet-correct")),
        (true, true) => Ok(Hand::Correction),
        (true, false) => Ok(Hand::Explanation),
    }
}

/// [`hand`] with the reason, which a change of a sheet that was handed in needs; explanations that were asked for need none,
/// which [`Pass::allows`] tells.
///
/// # Errors
/// As [`hand`]; `Invalid` on `why` where a reason is missing.
pub fn pass(sheet: &Sheet, ctx: &Ctx, why: &str) -> Result<Pass, Refusal> {
    let hand = hand(sheet, ctx)?;
    let marked = sheet.state().counts();
    let why = text::line("why", why, NOTE_CHARS).map_err(fault)?;
    let explains = matches!(hand, Hand::Correction | Hand::Explanation) && !sheet.wanted.is_empty();
    if marked && !explains {
        reasoned(&why)?;
    }
    let guard = match hand {
        Hand::Respondent => SheetGuard::Open,
        Hand::Correction => SheetGuard::Submitted,
        Hand::Explanation => SheetGuard::Explained,
        Hand::Owner => SheetGuard::Unlocked,
    };
    Ok(Pass {
        hand,
        guard,
        why,
        marked,
    })
}

impl Pass {
    /// Whether these answers may be written with it.
    ///
    /// # Errors
    /// `Invalid` on `why` where a reason is missing; `refuse-sheet-over` for more than what was asked about.
    pub(super) fn allows(&self, sheet: &Sheet, writes: &[(&str, &Given)]) -> Result<(), Refusal> {
        if self.explains(sheet, writes) {
            return Ok(());
        }
        if self.hand == Hand::Explanation {
            return Err(Refusal::not_now("refuse-sheet-over"));
        }
        match self.marked {
            true => reasoned(&self.why),
            false => Ok(()),
        }
    }

    /// Whether nothing is written but explanations that were asked for of a sheet that was handed in.
    pub(super) fn explains(&self, sheet: &Sheet, writes: &[(&str, &Given)]) -> bool {
        let explained = |(question, given): &(&str, &Given)| {
            let there = sheet.given(question);
            sheet.wanted.iter().any(|wanted| wanted == question)
                && (there.status, &there.value) == (given.status, &given.value)
        };
        self.marked && self.hand != Hand::Owner && writes.iter().all(explained)
    }
}

fn reasoned(why: &str) -> Result<(), Refusal> {
    match why.is_empty() {
        true => Err(fault(Fault::new("why", "fault-answer-why"))),
        false => Ok(()),
    }
}

fn fault(fault: Fault) -> Refusal {
    Refusal::Invalid(vec![fault])
}
