//! Slots and schedules from outside: an institution opens and withdraws its own times. Booking makes a slot busy, nothing else.

use renkei_base::{Fault, Refusal};
use renkei_fhir::element::key_of;
use renkei_fhir::schedule::Schedule;
use renkei_fhir::slot::Slot;
use renkei_fhir::{Key, Resource};
use renkei_store::{Changes, Note, Stored};
use serde_json::Value;

use super::Denied;
use super::door::{Door, Planned};
use super::step::{differs, only};
use crate::booking::{own_department, slot_place};
use crate::record;

/// Opens one time of an own department.
pub(super) async fn create(door: &mut Door<'_>, sent: &Resource) -> Result<Planned, Denied> {
    let key = sent.key().ok_or(Refusal::NotFound)?;
    door.tried = Note::new("slot.open").what(key.clone());
    let slot = well_formed(sent)?;
    if slot.status() != "free" && slot.status() != "busy-unavailable" {
        return Err(fault("Slot.status", "fault-fhir-slot-status").into());
    }
    if slot.start().is_none_or(|start| start < door.ctx.at) {
        return Err(fault("Slot.start", "fault-time-past").into());
    }
    let actor = slot.schedule().ok_or(Refusal::NotFound)?;
    let (actor, name) = own_department(door.care, door.ctx, &actor).await?;
    pointed(door, sent).await?;
    let mut changes = Changes::default();
    extend(door, &mut changes, &actor, &name, &slot).await?;
    let place = slot_place(door.ctx.institution()?);
    changes.create(sent.clone(), place);
    changes.note(Note::new("slot.open").what(key.clone()).detail("made 1"));
    Ok(Planned::created(key, changes))
}

/// Withdraws a free time, offers it again, or moves it.
pub(super) async fn update(
    door: &mut Door<'_>,
    stored: &Stored,
    sent: &Resource,
) -> Result<Planned, Denied> {
    door.tried = Note::new("slot.change").what(stored.key.clone());
    let old = Slot::from_resource(stored.resource.clone()).ok_or(Refusal::NotFound)?;
    let schedule = old.schedule().ok_or(Refusal::NotFound)?;
    own_department(door.care, door.ctx, &schedule).await?;
    if old.status() == "busy" {
        return Err(Refusal::not_now("refuse-slot-taken").into());
    }
    let changed = differs(&stored.resource, sent);
    if changed.contains("schedule") {
        return Err(fault("Slot.schedule", "fault-fhir-read-only").into());
    }
    let slot = well_formed(sent)?;
    if slot.status() != "free" && slot.status() != "busy-unavailable" {
        return Err(fault("Slot.status", "fault-fhir-slot-status").into());
    }
    let moved = slot.start() != old.start() || slot.end() != old.end();
    if moved && slot.start().is_none_or(|start| start < door.ctx.at) {
        return Err(fault("Slot.start", "fault-time-past").into());
    }
    pointed(door, sent).await?;
    let mut changes = Changes::default();
    changes.update(stored, sent.clone());
    changes.note(Note::new("slot.change").what(stored.key.clone()));
    Ok(Planned::updated(stored.key.clone(), changes))
}

/// The schedule of an own department: its id is the department's, there is one of each.
pub(super) async fn create_schedule(
    door: &mut Door<'_>,
    sent: &Resource,
) -> Result<Planned, Denied> {
    door.tried = Note::new("slot.open");
    let actors: Vec<Key> = sent.list("actor").iter().filter_map(key_of).collect();
    let [wanted] = actors.as_slice() else {
        return Err(fault("Schedule.actor", "fault-fhir-schedule-actor").into());
    };
    let (actor, name) = own_department(door.care, door.ctx, &wanted.id).await?;
    if actor != *wanted {
        return Err(fault("Schedule.actor", "fault-fhir-schedule-actor").into());
    }
    let allowed = [
        "resourceType",
        "id",
        "meta",
        "active",
        "actor",
        "planningHorizon",
    ];
    only(Schedule::TYPE, sent.json().keys(), &allowed)?;
    let key = Schedule::key(&actor.id);
    door.tried = Note::new("slot.open").what(key.clone());
    if door.care.store.read(door.ctx, &key).await?.is_some() {
        return Ok(Planned::unchanged(key));
    }
    pointed(door, sent).await?;
    let mut view = Schedule::new(&actor, &name).into_resource();
    if let Some(horizon) = sent.get("planningHorizon") {
        view.set("planningHorizon", horizon.clone());
    }
    let mut changes = Changes::default();
    changes.create(view, slot_place(door.ctx.institution()?));
    changes.note(Note::new("slot.open").what(key.clone()));
    Ok(Planned::created(key, changes))
}

/// Other words about the schedule; whose it is stays, and the horizon moves with its slots.
pub(super) async fn update_schedule(
    door: &mut Door<'_>,
    stored: &Stored,
    sent: &Resource,
) -> Result<Planned, Denied> {
    door.tried = Note::new("slot.change").what(stored.key.clone());
    own_department(door.care, door.ctx, &stored.key.id).await?;
    let changed = differs(&stored.resource, sent);
    let allowed = [
        "active",
        "comment",
        "serviceCategory",
        "serviceType",
        "specialty",
        "identifier",
        "extension",
    ];
    only(Schedule::TYPE, &changed, &allowed)?;
    pointed(door, sent).await?;
    let mut changes = Changes::default();
    changes.update(stored, sent.clone());
    changes.note(Note::new("slot.change").what(stored.key.clone()));
    Ok(Planned::updated(stored.key.clone(), changes))
}

/// The schedule moves on with its slots, so that two who open the same time meet.
async fn extend(
    door: &Door<'_>,
    changes: &mut Changes,
    actor: &Key,
    name: &str,
    slot: &Slot,
) -> Result<(), Denied> {
    let Some((start, end)) = slot.start().zip(slot.end()) else {
        return Ok(());
    };
    let key = Schedule::key(&actor.id);
    let stored = door.care.store.read(door.ctx, &key).await?;
    let pending = door.put(&key).map(|put| put.resource.clone());
    let there = pending.or_else(|| stored.as_ref().map(|stored| stored.resource.clone()));
    let view = there.and_then(Schedule::from_resource);
    let mut view = view.unwrap_or_else(|| Schedule::new(actor, name));
    view.extend(start, end);
    match &stored {
        Some(stored) => changes.update(stored, view.into_resource()),
        None => changes.create(view.into_resource(), slot_place(door.ctx.institution()?)),
    }
    Ok(())
}

/// The slot, if it has a schedule, a status and a time that ends after it begins.
fn well_formed(sent: &Resource) -> Result<Slot, Refusal> {
    let slot = Slot::from_resource(sent.clone()).ok_or(Refusal::NotFound)?;
    let mut faults = Vec::new();
    let instant = |name: &str| {
        sent.str_at(name)
            .is_some_and(|text| text.contains('T') && record::is_date(text))
    };
    for name in ["start", "end"] {
        if !instant(name) {
            faults.push(Fault::new(format!("Slot.{name}"), "fault-fhir-date"));
        }
    }
    if slot.schedule().is_none() {
        faults.push(Fault::new("Slot.schedule", "fault-required"));
    }
    if sent
        .get("overbooked")
        .is_some_and(|one| *one == Value::Bool(true))
    {
        faults.push(Fault::new("Slot.overbooked", "fault-fhir-read-only"));
    }
    if faults.is_empty() && slot.start() >= slot.end() {
        faults.push(Fault::new("Slot.end", "fault-ends-before-it-begins"));
    }
    match faults.is_empty() {
        true => Ok(slot),
        false => Err(Refusal::Invalid(faults)),
    }
}

/// Slots are seen by all: they point to nothing that has a patient.
async fn pointed(door: &Door<'_>, sent: &Resource) -> Result<(), Denied> {
    let wanted = record::references(sent)?;
    let keys: Vec<Key> = wanted.iter().map(|(_, key)| key.clone()).collect();
    let places = door.places(&keys).await?;
    let mut faults = Vec::new();
    for (at, key) in wanted {
        let own = key.typ == Schedule::TYPE;
        let open = places
            .iter()
            .any(|(found, place)| *found == key && place.patient.is_none());
        if !own && !open {
            faults.push(Fault::new(at, "fault-fhir-reference-unknown"));
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Invalid(faults).into()),
    }
}

fn fault(element: &str, key: &'static str) -> Refusal {
    Refusal::Invalid(vec![Fault::new(element, key)])
}
