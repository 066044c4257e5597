//! A typed time that stands open as a slot: the slot is meant. Else its doctor would be booked beside it, and the slot be
//! given to the next patient too.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Fault, Id, Micros, Refusal};
use renkei_fhir::slot::Slot;
use renkei_store::Failure;

use super::{SLOTS, actor, check_horizon, of_schedule};
use crate::Care;
use crate::referral::Command;
use crate::referral::case::Case;
use crate::referral::command::{NewSlot, Time};

/// The longest time that can be typed or opened.
const LONGEST: Span = Span::minutes(480);

/// The same command, of the slot where a typed time is one's own that can be had, or that the case has already.
pub(crate) async fn meant(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    command: &Command,
) -> Result<Command, Failure> {
    let (Command::Book(Time::New(new)) | Command::Rebook(Time::New(new))) = command else {
        return Ok(command.clone());
    };
    let slot = opened(care, ctx, case, new).await?;
    Ok(match (slot.map(Time::Slot), command) {
        (Some(time), Command::Book(_)) => Command::Book(time),
        (Some(time), Command::Rebook(_)) => Command::Rebook(time),
        _ => command.clone(),
    })
}

/// Refuses a typed time beside one that is given to another patient of the same doctor, unless it is confirmed.
pub(crate) async fn alone(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    command: &Command,
) -> Result<(), Failure> {
    let (Command::Book(Time::New(new)) | Command::Rebook(Time::New(new))) = command else {
        return Ok(());
    };
    if new.confirmed || check_horizon("date", new.start, ctx.at).is_err() {
        return Ok(());
    }
    let held = case.appointment().and_then(|held| held.view.slot());
    let slots = around(care, ctx, case, new).await?;
    let mut others = slots
        .iter()
        .filter(|slot| slot.status() == "busy" && (held.is_none() || slot.id() != held));
    let Some(beside) = others.find(|slot| meets(slot, new)) else {
        return Ok(());
    };
    let clock = |at: Option<Micros>| {
        let at = at.unwrap_or_default().in_japan();
        at.strftime("%H:%M").to_string()
    };
    let fault = Fault::new("beside", "fault-time-beside")
        .with("from", clock(beside.start()))
        .with("to", clock(beside.end()))
        .with("doctor", beside.doctor());
    Err(Refusal::Invalid(vec![fault]).into())
}

/// Slots of the department that may be at that time: none is longer than [`LONGEST`].
async fn around(care: &Care, ctx: &Ctx, case: &Case, new: &NewSlot) -> Result<Vec<Slot>, Failure> {
    let actor = actor(case, None).map(|actor| actor.id);
    let Some(department) = new.department.clone().or(actor) else {
        return Ok(Vec::new());
    };
    let from = Micros(new.start.0 - LONGEST.0);
    let query = of_schedule(&department)
        .with("start", format!("ge{}", from.to_fhir()))
        .with("start", format!("lt{}", new.end.to_fhir()))
        .with("status", "busy")
        .count(SLOTS);
    let found = care.store.search(ctx, &query).await?.matches;
    let own = found
        .into_iter()
        .filter(|slot| slot.place.owner == ctx.caller.institution);
    Ok(own
        .filter_map(|stored| Slot::from_resource(stored.resource))
        .collect())
}

/// Whether the slot is at that time, and may be of the same doctor: of who is not named, it may.
fn meets(slot: &Slot, new: &NewSlot) -> bool {
    let one = bare(&new.doctor);
    let other = bare(slot.doctor());
    let same = one.is_empty() || other.is_empty() || one == other;
    let during = slot.start().is_some_and(|start| start < new.end)
        && slot.end().is_some_and(|end| end > new.start);
    same && during
}

async fn opened(care: &Care, ctx: &Ctx, case: &Case, new: &NewSlot) -> Result<Option<Id>, Failure> {
    // So far ahead no slot is open; the rule says why, and the index knows no such times.
    if check_horizon("date", new.start, ctx.at).is_err() {
        return Ok(None);
    }
    let actor = actor(case, None).map(|actor| actor.id);
    let Some(department) = new.department.clone().or(actor) else {
        return Ok(None);
    };
    let query = of_schedule(&department)
        .with("start", format!("ge{}", new.start.to_fhir()))
        .with("start", format!("le{}", new.start.to_fhir()))
        .count(SLOTS);
    let found = care.store.search(ctx, &query).await?.matches;
    let own = found
        .into_iter()
        .filter(|slot| slot.place.owner == ctx.caller.institution);
    let slots: Vec<Slot> = own
        .filter_map(|stored| Slot::from_resource(stored.resource))
        .filter(|slot| !slot.is_single() && fits(slot, new))
        .collect();
    let held = case.appointment().and_then(|held| held.view.slot());
    let mine = slots
        .iter()
        .find(|slot| held.is_some() && slot.id() == held);
    let free = || slots.iter().find(|slot| slot.status() == "free");
    Ok(mine.or_else(free).and_then(Slot::id))
}

/// Whether the time that was typed lies in the slot, and names nobody and nowhere else.
fn fits(slot: &Slot, new: &NewSlot) -> bool {
    let same = |typed: &str, there: &str| typed.is_empty() || bare(typed) == bare(there);
    slot.start() == Some(new.start)
        && slot.end().is_some_and(|end| new.end <= end)
        && same(&new.doctor, slot.doctor())
        && same(&new.place, slot.place())
}

/// Names are typed with and without a space.
fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}
