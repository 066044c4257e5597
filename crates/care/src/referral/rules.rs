//! The rules of the steps: pure, from a case and a command to changes or a refusal.

use renkei_base::{Ctx, Fault, Grantee, Id, Micros, Refusal, Scope};
use renkei_store::{Access, Changes, Stored};

mod said;
mod visit;

use renkei_fhir::composition::Mode;
use renkei_fhir::task::{CANCEL_REASON, DECLINE_REASON};

use self::said::{acknowledged, already, is_assigned, is_last};
use self::visit::{
    arrive, before_arrival, book, is_same_time, move_away, on_the_day, release, undo_arrive,
};
use super::case::Case;
use super::table::{Cell, cell};
use super::turn::{REPLY_BEGUN, RETURNED, Turn};
use super::{Command, Side, State, draft, number};
use crate::{Deadlines, count, policy};

pub(crate) use self::said::{has_news, has_to_read};
pub(crate) use self::visit::early;

/// What a step needs besides the case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inputs {
    /// Municipality of the sender and of the addressee, for the counts.
    pub(crate) sender_area: String,
    pub(crate) addressee_area: String,
    /// The slot that is asked for.
    pub(crate) slot: Option<Stored>,
    /// The slot of the appointment that stands, or that it gave back.
    pub(crate) old_slot: Option<Stored>,
    /// The schedule that a new time hangs on, where it is there already.
    pub(crate) schedule: Option<Stored>,
    /// The department of the caller's institution that is to take the case, with its name.
    pub(crate) department: Option<(Id, String)>,
    /// The version of the case that the page showed.
    pub(crate) seen: Option<u32>,
}

/// What a step comes to.
#[derive(Debug)]
pub(crate) enum Outcome {
    Already,
    Go { changes: Changes, to: State },
}

/// Takes a step.
pub(crate) fn decide(
    case: &Case,
    command: &Command,
    inputs: &Inputs,
    ctx: &Ctx,
    deadlines: &Deadlines,
) -> Result<Outcome, Refusal> {
    let step = command.step();
    policy::may(ctx, step, case)?;
    let to = match cell(case.state, step) {
        Cell::To(to) => to,
        Cell::OneOf(_) => before_arrival(case, inputs),
        Cell::Already => return already(case, command, ctx),
        Cell::No(_) if is_last(case, command) => return Ok(Outcome::Already),
        Cell::No(key) => return Err(Refusal::not_now(key)),
    };
    let mut turn = Turn::new(ctx, case, step);
    reason(&mut turn, case, command)?;
    match command {
        Command::Submit => complete(case)?,
        Command::Send => send(&mut turn, case, inputs, ctx)?,
        Command::Acknowledge if !has_to_read(case, ctx) => return acknowledged(case),
        Command::Assign { department } if is_assigned(case, department) => {
            return Ok(Outcome::Already);
        }
        Command::Book(time) => return book(turn, case, time, inputs, ctx, deadlines, to),
        Command::Rebook(time) if is_same_time(case, time) => return Ok(Outcome::Already),
        Command::Rebook(time) => return book(turn, case, time, inputs, ctx, deadlines, to),
        Command::Assign { .. } if case.state.is_booked() => move_away(&mut turn, case, inputs, ctx),
        Command::CancelBooking { text, .. } | Command::Cancel { text, .. } => {
            release(&mut turn, case, inputs, ctx, (command.reason(), text));
        }
        Command::Arrive { early } => {
            on_the_day(case, ctx, *early)?;
            arrive(&mut turn, case, inputs, ctx);
        }
        Command::UndoArrive { .. } => undo_arrive(&mut turn, case, inputs),
        Command::Accept { .. } => accept(&mut turn, case, inputs),
        Command::Decline { .. } => {
            turn.count(
                count::ACCEPTED,
                Side::Receiver,
                &inputs.addressee_area,
                0,
                1,
            );
        }
        _ => {}
    }
    turn.assign(inputs.department.as_ref());
    settle(&mut turn, case, command, ctx, deadlines, to);
    Ok(Outcome::Go {
        changes: turn.finish(to),
        to,
    })
}

/// Why the case stands as it will: of the step, or none any more. What the other side knows of is not cancelled without one.
fn reason(turn: &mut Turn<'_>, case: &Case, command: &Command) -> Result<(), Refusal> {
    let system = match command {
        Command::Cancel { reason: None, .. } if case.was_sent() => {
            return Err(Refusal::fault("reason", "fault-required"));
        }
        Command::Assign { .. } | Command::Acknowledge => return Ok(()),
        Command::Decline { .. } => DECLINE_REASON,
        _ => CANCEL_REASON,
    };
    match command.reason() {
        "" => turn.task.forget_reason(),
        code => turn.task.set_reason(system, code, text_of(command)),
    }
    Ok(())
}

/// Whose turn it is after the step, who has to read of it, and its line in the history.
fn settle(
    turn: &mut Turn<'_>,
    case: &Case,
    command: &Command,
    ctx: &Ctx,
    deadlines: &Deadlines,
    to: State,
) {
    let by_reader = case.side(ctx) == Some(Side::Sender);
    match command {
        // Its line was written with the department.
        Command::Assign { .. } if !case.state.is_booked() => return,
        Command::Acknowledge => {
            if let Some(reader) = &ctx.caller.institution {
                turn.read(to, reader);
            }
        }
        _ => {
            let visit_end = case.appointment().and_then(|held| held.view.end());
            turn.enter(to, deadlines, visit_end);
        }
    }
    match command {
        Command::Close if by_reader => {
            turn.rest();
            // The draft itself is not the sender's to see.
            if case.task.view.mark() == Some(REPLY_BEGUN) {
                turn.keep_reply(deadlines);
            }
        }
        Command::Assign { .. } => return turn.tell_sender(),
        Command::UndoArrive { .. } if is_given(case, to) => turn.tell_sender(),
        Command::CancelBooking { .. } => turn.tell_sender(),
        Command::Return { .. } => turn.task.set_mark(Some(RETURNED)),
        Command::Arrive { .. } if case.reply_draft().is_some() => {
            turn.task.set_mark(Some(REPLY_BEGUN));
        }
        _ => {}
    }
    turn.log(text_of(command), command.reason());
}

/// Whether the time of who came early is given to somebody else by now.
fn is_given(case: &Case, to: State) -> bool {
    case.appointment().is_some() && !to.is_booked()
}

const fn text_of(command: &Command) -> &str {
    match command {
        Command::Return { text }
        | Command::Accept { text, .. }
        | Command::UndoArrive { text }
        | Command::Decline { text, .. }
        | Command::CancelBooking { text, .. }
        | Command::Cancel { text, .. } => text.as_str(),
        _ => "",
    }
}

/// Whether the letter can go out: the parts that 別紙様式11 and JP-CLINS require, an addressee, and no lines of medication
/// from an older text.
fn complete(case: &Case) -> Result<(), Refusal> {
    let form = draft::form_of(case);
    let required = [
        ("addressee", &form.addressee),
        ("purpose", &form.purpose),
        ("diagnosis", &form.diagnosis),
        ("course", &form.course),
    ];
    let mut faults: Vec<Fault> = required
        .into_iter()
        .filter(|(_, text)| text.trim().is_empty())
        .map(|(field, _)| Fault::new(field, "fault-required"))
        .collect();
    if form.has_old_lines() {
        faults.push(Fault::new("medication", "fault-medication-old-lines"));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(faults))
    }
}

fn send(turn: &mut Turn<'_>, case: &Case, inputs: &Inputs, ctx: &Ctx) -> Result<(), Refusal> {
    complete(case)?;
    if inputs.seen.is_some_and(|seen| seen != case.version()) {
        return Err(Refusal::Conflict);
    }
    let addressee = case
        .addressee()
        .ok_or(Refusal::fault("addressee", "fault-required"))?;
    let number = number::number(ctx.at, ctx.ids.secret());
    // What was written between drafter and doctor stays in the house.
    turn.task.forget_texts();
    turn.task.set_number(&number);
    turn.task.set_started(ctx.at);
    turn.task
        .set_letter(&case.id, case.letter.stored.version + 1);
    let mut request = case.request.view.clone();
    request.set_requisition(&number);
    request.set_authored(ctx.at);
    turn.changes
        .update(&case.request.stored, request.into_resource());
    let (account, name) = (ctx.caller.account.as_ref(), ctx.caller.name.as_str());
    let mut letter = case.letter.view.clone();
    letter.finish(ctx.at);
    letter.set_attester(Mode::Approved, account, name, ctx.at);
    let sender = case.task.view.requester().map_or("", |(_, name)| name);
    // A machine stands for its house; the doctor whom its letter names stays the author.
    if ctx.caller.machine.is_none() || letter.author().is_empty() {
        letter.set_author(Some((account, name)), &case.sender, sender);
    }
    turn.changes
        .update(&case.letter.stored, letter.into_resource());
    for file in &case.files {
        let mut view = file.view.clone();
        view.finish();
        turn.changes.update(&file.stored, view.into_resource());
    }
    grant(turn, case, &addressee, Scope::Case(case.id.clone()));
    turn.count(count::SENT, Side::Sender, &inputs.sender_area, 1, 0);
    turn.count(
        count::RECEIVED,
        Side::Receiver,
        &inputs.addressee_area,
        1,
        0,
    );
    Ok(())
}

/// The record opens to who takes the patient over, as in Net4U.
fn accept(turn: &mut Turn<'_>, case: &Case, inputs: &Inputs) {
    if let Some(addressee) = case.addressee() {
        grant(turn, case, &addressee, Scope::Record);
    }
    turn.count(
        count::ACCEPTED,
        Side::Receiver,
        &inputs.addressee_area,
        1,
        1,
    );
}

fn grant(turn: &mut Turn<'_>, case: &Case, institution: &Id, scope: Scope) {
    turn.changes.grants.push(Access {
        patient: case.patient_id.clone(),
        grantee: Grantee::Institution(institution.clone()),
        scope,
        until: Micros::NEVER,
    });
}
