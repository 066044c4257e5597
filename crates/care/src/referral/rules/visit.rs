//! The rules of the visit: a time is taken, moved, given back; the patient comes.

use renkei_base::{Ctx, Micros, Refusal};
use renkei_fhir::appointment::Appointment;

use super::{Inputs, Outcome};
use crate::referral::case::{Case, Held};
use crate::referral::command::Time;
use crate::referral::turn::Turn;
use crate::referral::{CancelReason, Side, State, Step};
use crate::{Deadlines, booking, count};

pub(super) fn is_same_time(case: &Case, time: &Time) -> bool {
    let Some(Held { view, .. }) = case.appointment() else {
        return false;
    };
    match time {
        Time::Slot(slot) => view.slot().as_ref() == Some(slot),
        Time::New(new) => view.start() == Some(new.start) && view.end() == Some(new.end),
    }
}

pub(super) fn book(
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
    turn.log("", "");
    Ok(Outcome::Go {
        changes: turn.finish(to),
        to,
    })
}

/// The appointment falls, its slot is free again; `why` in code and words.
pub(super) fn release(
    turn: &mut Turn<'_>,
    case: &Case,
    inputs: &Inputs,
    ctx: &Ctx,
    (code, text): (&str, &str),
) {
    if let Some(held) = case.appointment() {
        let mut appointment = held.view.clone();
        appointment.cancel(code, text);
        turn.changes
            .update(&held.stored, appointment.into_resource());
        booking::free(&mut turn.changes, inputs.old_slot.as_ref(), ctx.at);
        turn.task.set_visit(None);
    }
}

/// Another department takes a booked case: its time was of the one before.
pub(super) fn move_away(turn: &mut Turn<'_>, case: &Case, inputs: &Inputs, ctx: &Ctx) {
    let why = CancelReason::Department.code();
    release(turn, case, inputs, ctx, (why, ""));
    turn.log_as(Step::CancelBooking, "", why);
}

/// Who comes before the day does not come again for the time that was booked: it is free for others.
pub(super) fn arrive(turn: &mut Turn<'_>, case: &Case, inputs: &Inputs, ctx: &Ctx) {
    if let Some(held) = case.appointment() {
        let mut appointment = held.view.clone();
        appointment.arrive(ctx.at);
        if early(case, ctx).is_some() {
            booking::free(&mut turn.changes, inputs.old_slot.as_ref(), ctx.at);
            appointment.give_back();
        }
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
pub(super) fn on_the_day(case: &Case, ctx: &Ctx, said: bool) -> Result<(), Refusal> {
    match early(case, ctx) {
        Some(_) if !said => Err(Refusal::fault("early", "fault-visit-not-yet")),
        _ => Ok(()),
    }
}

/// The arrival was recorded by mistake: as before, in the counts of its month too. A time that was given back is taken
/// again, unless somebody else has it by now.
pub(super) fn undo_arrive(turn: &mut Turn<'_>, case: &Case, inputs: &Inputs) {
    if let Some(held) = case.appointment() {
        let mut appointment = held.view.clone();
        appointment.unarrive();
        let again = booking::retake(inputs.old_slot.as_ref());
        match (appointment.given_back(), again) {
            (Some(_), Some((stored, slot))) => {
                turn.changes.update(stored, slot);
                appointment.take_back();
            }
            (Some(_), None) => {
                let why = CancelReason::Given.code();
                appointment.cancel(why, "");
                turn.task.set_visit(None);
                turn.log_as(Step::CancelBooking, "", why);
            }
            (None, _) => {}
        }
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
pub(super) fn before_arrival(case: &Case, inputs: &Inputs) -> State {
    let given = case.appointment().and_then(|held| held.view.given_back());
    if given.is_some() && booking::retake(inputs.old_slot.as_ref()).is_none() {
        return State::Accepted;
    }
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
