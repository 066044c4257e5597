//! Whether a step was taken already, and whether it said the same; and what there is to read.

use renkei_base::{Ctx, Id, Refusal};

use super::visit::is_same_time;
use super::{Outcome, text_of};
use crate::message;
use crate::referral::case::Case;
use crate::referral::{Command, Step};

/// The state says that it was done: it is the same step only when it says and asks for the same.
pub(super) fn already(case: &Case, command: &Command, ctx: &Ctx) -> Result<Outcome, Refusal> {
    match command {
        Command::Book(time) if !is_same_time(case, time) => {
            Err(Refusal::not_now("refuse-already-booked"))
        }
        Command::CancelBooking { .. } if !was_taken(case, command.step()) => {
            Err(Refusal::not_now("refuse-not-booked"))
        }
        Command::Accept {
            department: Some(department),
            ..
        } if !is_assigned(case, department) => Err(done(case, command, ctx)),
        _ if !is_said(case, command) => Err(done(case, command, ctx)),
        _ => Ok(Outcome::Already),
    }
}

fn was_taken(case: &Case, step: Step) -> bool {
    let entries = case.task.view.entries();
    entries.iter().any(|entry| entry.code == step.code())
}

/// Somebody did it with other words: a colleague, or the caller a moment ago.
fn done(case: &Case, command: &Command, ctx: &Ctx) -> Refusal {
    let entries = case.task.view.entries();
    let mut last = entries.iter().rev();
    let last = last.find(|entry| entry.code == command.step().code());
    let own = last.is_some_and(|last| {
        last.by == ctx.caller.name && last.institution == ctx.caller.institution
    });
    Refusal::not_now(if own {
        "refuse-done-by-you"
    } else {
        "refuse-already-done"
    })
}

/// Whether what comes with a repeated step is on record, so that no written word is lost.
fn is_said(case: &Case, command: &Command) -> bool {
    let (code, text, reason) = (command.step().code(), text_of(command), command.reason());
    if matches!(command, Command::Decline { .. }) {
        let on_record = case.task.view.reason().map(|(code, _)| code);
        if on_record != Some(reason) {
            return false;
        }
    }
    let entries = case.task.view.entries();
    let mut same = entries.iter().filter(|entry| entry.code == code);
    (text.is_empty() && reason.is_empty())
        || same.any(|entry| {
            let fits = reason.is_empty() || entry.reason.is_empty() || entry.reason == reason;
            fits && (text.is_empty() || entry.text == text)
        })
}

/// Whether the step was the last one: the second of a double click, of a step that leads back.
pub(super) fn is_last(case: &Case, command: &Command) -> bool {
    let entries = case.task.view.entries();
    let last = entries.last();
    command.step() == Step::UndoArrive
        && last.is_some_and(|last| {
            last.code == Step::UndoArrive.code() && last.text == text_of(command)
        })
}

pub(super) fn is_assigned(case: &Case, department: &Id) -> bool {
    let now = case.task.view.department();
    now.is_some_and(|(id, _)| id == *department)
}

/// Whether the caller's side has something to read: a message, news, or, at the end, the answer.
pub(crate) fn has_to_read(case: &Case, ctx: &Ctx) -> bool {
    has_news(case, ctx) || message::is_unread(ctx, case)
}

/// The same without messages.
pub(crate) fn has_news(case: &Case, ctx: &Ctx) -> bool {
    let answer = case.state.is_over() && case.holder().is_some() && case.holder() == case.side(ctx);
    let news = case.task.view.news();
    answer || (news.is_some() && news == ctx.caller.institution)
}

pub(super) fn acknowledged(case: &Case) -> Result<Outcome, Refusal> {
    match case.holder() {
        None => Ok(Outcome::Already),
        Some(_) if case.state.is_over() => Err(Refusal::forbidden("refuse-other-side")),
        Some(_) if was_read(case) => Ok(Outcome::Already),
        Some(_) => Err(Refusal::not_now("refuse-nothing-to-acknowledge")),
    }
}

fn was_read(case: &Case) -> bool {
    let entries = case.task.view.entries();
    entries
        .last()
        .is_some_and(|last| last.code == Step::Acknowledge.code())
}
