//! The rules of the steps: pure, from a case and a command to changes or a refusal.

use renkei_base::{Ctx, Fault, Grantee, Id, Micros, Refusal, Scope};
use renkei_store::{Access, Changes, Stored};

use super::case::{Case, Held};
use super::command::Time;
use super::table::{Cell, cell};
use super::turn::{REPLY_BEGUN, RETURNED, Turn};
use super::{Command, Side, State, Step, draft, number};
use crate::{Deadlines, booking, count, policy};
use renkei_fhir::appointment::Appointment;
use renkei_fhir::composition::Mode;

/// What a step needs besides the case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inputs {
    /// Municipality of the sender and of the addressee, for the counts.
    pub(crate) sender_area: String,
    pub(crate) addressee_area: String,
    /// The slot that is asked for.
    pub(crate) slot: Option<Stored>,
    /// The slot of the appointment that stands.
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
        Cell::OneOf(_) => before_arrival(case),
        Cell::Already => return already(case, command),
        Cell::No(_) if is_last(case, command) => return Ok(Outcome::Already),
        Cell::No(key) => return Err(Refusal::not_now(key)),
    };
    let mut turn = Turn::new(ctx, case, step);
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
        Command::CancelBooking { text } | Command::Cancel { text } => {
            release(&mut turn, case, inputs, ctx, text);
        }
        Command::Arrive { early } => {
            on_the_day(case, ctx, *early)?;
            arrive(&mut turn, case, inputs, ctx);
        }
        Command::UndoArrive { .. } => undo_arrive(&mut turn, case, inputs),
        Command::Accept { .. } => accept(&mut turn, case, inputs),
        Command::Decline { reason, text } => {
            turn.task.set_reason(reason.code(), text);
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
        Command::Assign { .. } => return,
        Command::Acknowledge if !to.is_over() => turn.read(),
        Command::Acknowledge => turn.rest(),
        _ => {
            let visit_end = case.appointment().and_then(|held| held.view.end());
            turn.enter(to, deadlines, visit_end);
        }
    }
    match command {
        Command::Close if by_reader => turn.rest(),
        Command::CancelBooking { .. } => turn.tell_sender(),
        Command::Return { .. } => turn.task.set_mark(Some(RETURNED)),
        Command::Arrive { .. } if case.reply_draft().is_some() => {
            turn.task.set_mark(Some(REPLY_BEGUN));
        }
        _ => {}
    }
    turn.log(text_of(command));
}

const fn text_of(command: &Command) -> &str {
    match command {
        Command::Return { text }
        | Command::Accept { text, .. }
        | Command::UndoArrive { text }
        | Command::Decline { text, .. }
        | Command::CancelBooking { text }
        | Command::Cancel { text } => text.as_str(),
        _ => "",
    }
}

/// The state says that it was done: it is the same step only when it says and asks for the same.
fn already(case: &Case, command: &Command) -> Result<Outcome, Refusal> {
    match command {
        Command::Book(time) if !is_same_time(case, time) => {
            Err(Refusal::not_now("refuse-already-booked"))
        }
        Command::Accept {
            department: Some(department),
            ..
        } if !is_assigned(case, department) => Err(Refusal::not_now("refuse-already-done")),
        _ if !is_said(case, command) => Err(Refusal::not_now("refuse-already-done")),
        _ => Ok(Outcome::Already),
    }
}

/// Whether what comes with a repeated step is on record, so that no written word is lost.
fn is_said(case: &Case, command: &Command) -> bool {
    if let Command::Decline { reason, .. } = command {
        let on_record = case.task.view.reason().map(|(code, _)| code);
        if on_record != Some(reason.code()) {
            return false;
        }
    }
    let (code, text) = (command.step().code(), text_of(command));
    text.is_empty()
        || case
            .task
            .view
            .entries()
            .iter()
            .any(|entry| entry.code == code && entry.text == text)
}

/// Whether the step was the last one: the second of a double click, of a step that leads back.
fn is_last(case: &Case, command: &Command) -> bool {
    let entries = case.task.view.entries();
    let last = entries.last();
    command.step() == Step::UndoArrive
        && last.is_some_and(|last| {
            last.code == Step::UndoArrive.code() && last.text == text_of(command)
        })
}

fn is_assigned(case: &Case, department: &Id) -> bool {
    let now = case.task.view.department();
    now.is_some_and(|(id, _)| id == *department)
}

/// Whether the caller's side has something to read: news, or, at the end, the answer.
pub(crate) fn has_to_read(case: &Case, ctx: &Ctx) -> bool {
    let news = case.task.view.news();
    let mine = ctx.caller.institution.as_ref();
    let answer = case.state.is_over() && case.holder().is_some() && case.holder() == case.side(ctx);
    answer || (news.is_some() && news.as_ref() == mine)
}

fn acknowledged(case: &Case) -> Result<Outcome, Refusal> {
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

fn is_same_time(case: &Case, time: &Time) -> bool {
    let Some(Held { view, .. }) = case.appointment() else {
        return false;
    };
    match time {
        Time::Slot(slot) => view.slot().as_ref() == Some(slot),
        Time::New(new) => view.start() == Some(new.start) && view.end() == Some(new.end),
    }
}

fn book(
    mut turn: Turn<'_>,
    case: &Case,
    time: &Time,
    inputs: &Inputs,
    ctx: &Ctx,
    deadlines: &Deadlines,
    to: State,
) -> Result<Outcome, Refusal> {
    let taken = booking::take(&mut turn.changes, case, time, inputs, ctx)?;
    turn.assign(inputs.department.as_ref());
    booking::free(&mut turn.changes, inputs.old_slot.as_ref(), ctx.at);
    let mut appointment = match case.appointment() {
        Some(held) => held.view.clone(),
        None => Appointment::new(&ctx.ids.id()),
    };
    taken.write(&mut appointment, case, inputs.department.as_ref());
    match case.appointment() {
        Some(held) => turn
            .changes
            .update(&held.stored, appointment.into_resource()),
        None => {
            let owner = case.addressee().ok_or(Refusal::NotFound)?;
            turn.changes
                .create(appointment.into_resource(), case.place(&owner));
        }
    }
    turn.enter(to, deadlines, Some(taken.end));
    turn.task.set_visit(Some(taken.start));
    turn.tell_sender();
    turn.log("");
    Ok(Outcome::Go {
        changes: turn.finish(to),
        to,
    })
}

/// The appointment falls, its slot is free again.
fn release(turn: &mut Turn<'_>, case: &Case, inputs: &Inputs, ctx: &Ctx, why: &str) {
    if let Some(held) = case.appointment() {
        let mut appointment = held.view.clone();
        appointment.cancel(why);
        turn.changes
            .update(&held.stored, appointment.into_resource());
        booking::free(&mut turn.changes, inputs.old_slot.as_ref(), ctx.at);
        turn.task.set_visit(None);
    }
}

fn arrive(turn: &mut Turn<'_>, case: &Case, inputs: &Inputs, ctx: &Ctx) {
    if let Some(held) = case.appointment() {
        let mut appointment = held.view.clone();
        appointment.arrive(ctx.at);
        turn.changes
            .update(&held.stored, appointment.into_resource());
    }
    turn.count(count::ARRIVED, Side::Receiver, &inputs.addressee_area, 1, 0);
    turn.count(count::REPLIED, Side::Receiver, &inputs.addressee_area, 0, 1);
}

/// The day of an appointment that has not come yet.
pub(crate) fn early(case: &Case, ctx: &Ctx) -> Option<Micros> {
    let start = case.appointment()?.view.start()?;
    (start.in_japan().date() > ctx.at.in_japan().date()).then_some(start)
}

/// Before its day only who says so has come.
fn on_the_day(case: &Case, ctx: &Ctx, said: bool) -> Result<(), Refusal> {
    match early(case, ctx) {
        Some(_) if !said => Err(Refusal::fault("early", "fault-visit-not-yet")),
        _ => Ok(()),
    }
}

/// The arrival was recorded by mistake: as before, in the counts of its month too.
fn undo_arrive(turn: &mut Turn<'_>, case: &Case, inputs: &Inputs) {
    if let Some(held) = case.appointment() {
        let mut appointment = held.view.clone();
        appointment.unarrive();
        turn.changes
            .update(&held.stored, appointment.into_resource());
    }
    let (Some(at), area) = (case.arrived(), &inputs.addressee_area) else {
        return;
    };
    turn.count_at(at, count::ARRIVED, Side::Receiver, area, (-1, 0));
    turn.count_at(at, count::REPLIED, Side::Receiver, area, (0, -1));
}

/// Where a case stood before the patient came.
fn before_arrival(case: &Case) -> State {
    let entries = case.task.view.entries();
    let booked = |code: &str| {
        [Step::Book, Step::Rebook]
            .into_iter()
            .find(|step| step.code() == code)
    };
    let last = entries.iter().rev().find_map(|entry| booked(&entry.code));
    match (case.appointment(), last) {
        (Some(_), Some(Step::Rebook)) => State::Rebooked,
        (Some(_), _) => State::Booked,
        (None, _) => State::Accepted,
    }
}
