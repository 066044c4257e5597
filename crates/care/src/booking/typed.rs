//! A typed time that stands open as a slot: the slot is meant. Else its doctor would be booked beside it, and the slot be
//! given to the next patient too.

use renkei_base::{Ctx, Id};
use renkei_fhir::slot::Slot;
use renkei_store::Failure;

use super::{SLOTS, actor, check_horizon, of_schedule};
use crate::Care;
use crate::referral::Command;
use crate::referral::case::Case;
use crate::referral::command::{NewSlot, Time};

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
