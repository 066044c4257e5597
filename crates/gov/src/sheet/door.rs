//! Who may write in a sheet now, and under which guard of the database.

use renkei_access::policy::Action;
use renkei_base::limits::NOTE_CHARS;
use renkei_base::{Ctx, Fault, Refusal, text};
use renkei_store::answer::SheetGuard;

use super::Sheet;
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
    /// The respondent corrects what it handed in.
    Correction,
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
        SheetState::Submitted | SheetState::Checked => Ok(Hand::Correction),
        SheetState::Accepted => Err(Refusal::not_now("refuse-sheet-accepted")),
        SheetState::Awaiting => Err(Refusal::not_now("refuse-sheet-awaiting")),
        _ if sheet.is_open(ctx) => Ok(Hand::Respondent),
        _ if ctx.at < sheet.window().opens => Err(Refusal::not_now("refuse-sheet-not-yet")),
        _ => Err(Refusal::not_now("refuse-sheet-over")),
    }
}

/// [`hand`] with the reason, which a change of a sheet that was handed in needs.
///
/// # Errors
/// As [`hand`]; `Invalid` on `why` where a reason is missing.
pub fn pass(sheet: &Sheet, ctx: &Ctx, why: &str) -> Result<Pass, Refusal> {
    let hand = hand(sheet, ctx)?;
    let marked = sheet.state().counts();
    let why = text::line("why", why, NOTE_CHARS).map_err(fault)?;
    if marked && why.is_empty() {
        return Err(fault(Fault::new("why", "fault-answer-why")));
    }
    let guard = match hand {
        Hand::Respondent => SheetGuard::Open,
        Hand::Correction => SheetGuard::Submitted,
        Hand::Owner => SheetGuard::Unlocked,
    };
    Ok(Pass {
        hand,
        guard,
        why,
        marked,
    })
}

fn fault(fault: Fault) -> Refusal {
    Refusal::Invalid(vec![fault])
}
