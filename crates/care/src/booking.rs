//! 予約: slots of a department and the appointments in them. A slot is never given twice:
//! it becomes busy in the same commit as the appointment, standing on the version that was free.

pub mod opening;
pub(crate) mod typed;

use renkei_access::{Action, Facts, permit};
use renkei_base::clock::Span;
use renkei_base::{Ctx, Fault, Id, Micros, Refusal, limits};
use renkei_fhir::appointment::Appointment;
use renkei_fhir::schedule::Schedule;
use renkei_fhir::slot::Slot;
use renkei_fhir::{HealthcareService, Key, Organization};
use renkei_store::{Changes, Failure, Include, Note, Place, Query, StoreError, Stored};

pub use opening::{OPENING_SLOTS, OpenedSlots, OpeningForm, open_slots};

use crate::referral::Step;
use crate::referral::case::Case;
use crate::referral::case::Held;
use crate::referral::command::Time;
use crate::referral::rules::Inputs;
use crate::tries::{TRIES, noted};
use crate::{Care, party};

/// Slots read at once.
const SLOTS: usize = limits::PAGE_ROWS_MAX;

/// Whether a slot can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotState {
    Free,
    Booked,
    Withdrawn,
}

impl SlotState {
    /// The message key is `slot-` and this.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Booked => "booked",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A slot as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotView {
    pub id: Id,
    pub start: Micros,
    pub end: Micros,
    pub doctor: String,
    pub place: String,
    pub state: SlotState,
    /// The case that has it, where the caller may see that.
    pub case: Option<Id>,
}

/// An appointment as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppointmentView {
    pub id: Id,
    pub start: Micros,
    pub end: Micros,
    pub doctor: String,
    pub place: String,
    /// FHIR appointment status: `booked`, `arrived`, `cancelled`.
    pub status: String,
    /// The patient came before its day: the time is free for others.
    pub given_back: bool,
    pub by: String,
    pub at: Micros,
}

impl SlotState {
    fn of(slot: &Slot) -> Self {
        match slot.status() {
            "free" => Self::Free,
            "busy" => Self::Booked,
            _ => Self::Withdrawn,
        }
    }
}

fn slot_view(slot: &Slot, case: Option<Id>) -> Option<SlotView> {
    Some(SlotView {
        id: slot.id()?,
        start: slot.start()?,
        end: slot.end()?,
        doctor: slot.doctor().to_owned(),
        place: slot.place().to_owned(),
        state: SlotState::of(slot),
        case,
    })
}

/// All slots of a department of the caller's institution in `[from, to)`, by time, with the cases that have them.
///
/// # Errors
/// `NotFound` for a department of others.
pub async fn slots(
    care: &Care,
    ctx: &Ctx,
    department: &Id,
    from: Micros,
    to: Micros,
) -> Result<Vec<SlotView>, Failure> {
    own_department(care, ctx, department).await?;
    let mut query = of_schedule(department).count(SLOTS);
    query = query
        .with("start", format!("ge{}", from.to_fhir()))
        .with("start", format!("lt{}", to.to_fhir()));
    query.includes.push(Include::Reverse {
        typ: Appointment::TYPE.to_owned(),
        param: "slot".to_owned(),
    });
    let mut views = Vec::new();
    loop {
        let page = care.store.search(ctx, &query).await?;
        let taken: Vec<(Option<Id>, Id)> = page.included.iter().filter_map(taken_by).collect();
        views.extend(page.matches.iter().filter_map(|stored| {
            let slot = Slot::from_resource(stored.resource.clone())?;
            let id = slot.id();
            let case = taken
                .iter()
                .find(|(slot, _)| *slot == id)
                .map(|(_, case)| case.clone());
            slot_view(&slot, case)
        }));
        if page.next.is_none() || views.len() >= OPENING_SLOTS {
            return Ok(views);
        }
        query.cursor = page.next;
    }
}

/// The slot and the case of an appointment that stands.
fn taken_by(stored: &Stored) -> Option<(Option<Id>, Id)> {
    let appointment = Appointment::from_resource(stored.resource.clone())?;
    if appointment.status() == "cancelled" {
        return None;
    }
    match &stored.place.scope {
        renkei_base::Scope::Case(case) => Some((appointment.slot(), case.clone())),
        _ => None,
    }
}

/// The first free slots of any department from a time on.
pub async fn free_slots(
    care: &Care,
    ctx: &Ctx,
    department: &Id,
    from: Micros,
    limit: usize,
) -> Result<Vec<SlotView>, Failure> {
    let query = of_schedule(department)
        .with("status", "free")
        .with("start", format!("ge{}", from.max(ctx.at).to_fhir()))
        .count(limit);
    let page = care.store.search(ctx, &query).await?;
    let slots = page
        .matches
        .into_iter()
        .filter_map(|stored| Slot::from_resource(stored.resource));
    Ok(slots.filter_map(|slot| slot_view(&slot, None)).collect())
}

/// The free slots of any department in `[from, to)` that have not passed, by time.
pub async fn free_between(
    care: &Care,
    ctx: &Ctx,
    department: &Id,
    from: Micros,
    to: Micros,
) -> Result<Vec<SlotView>, Failure> {
    let mut query = of_schedule(department)
        .with("status", "free")
        .with("start", format!("ge{}", from.max(ctx.at).to_fhir()))
        .with("start", format!("lt{}", to.to_fhir()))
        .count(SLOTS);
    let mut views = Vec::new();
    loop {
        let page = care.store.search(ctx, &query).await?;
        let slots = page
            .matches
            .into_iter()
            .filter_map(|stored| Slot::from_resource(stored.resource));
        views.extend(slots.filter_map(|slot| slot_view(&slot, None)));
        if page.next.is_none() || views.len() >= OPENING_SLOTS {
            return Ok(views);
        }
        query.cursor = page.next;
    }
}

fn of_schedule(department: &Id) -> Query {
    Query::of(Slot::TYPE)
        .with("schedule", Schedule::key(department).to_string())
        .sort("start", false)
}

/// Withdraws a free slot of the caller's institution. Twice is once.
///
/// # Errors
/// `NotNow` where it is booked, `NotFound`, `Forbidden`.
pub async fn withdraw(care: &Care, ctx: &Ctx, slot: &Id) -> Result<(), Failure> {
    let done = withdraw_tried(care, ctx, slot).await;
    let note = Note::new("slot.withdraw").what(Slot::key(slot));
    noted(care, ctx, note, done).await
}

async fn withdraw_tried(care: &Care, ctx: &Ctx, id: &Id) -> Result<(), Failure> {
    for _ in 0..TRIES {
        let found = care
            .store
            .read(ctx, &Slot::key(id))
            .await?
            .filter(|found| !found.deleted);
        let stored = found.ok_or(Refusal::NotFound)?;
        let owner = stored.place.owner.clone().ok_or(Refusal::NotFound)?;
        permit(
            &ctx.caller,
            Action::SlotsManage,
            &Facts::own(&ctx.caller, &owner),
        )?;
        let mut slot = Slot::from_resource(stored.resource.clone()).ok_or(Refusal::NotFound)?;
        match SlotState::of(&slot) {
            SlotState::Withdrawn => return Ok(()),
            SlotState::Booked => return Err(Refusal::not_now("refuse-slot-taken").into()),
            SlotState::Free => slot.set_status("busy-unavailable"),
        }
        let mut changes = Changes::default();
        changes.update(&stored, slot.into_resource());
        changes.note(Note::new("slot.withdraw").what(Slot::key(id)));
        match care.store.commit(ctx, changes).await {
            Ok(_) => return Ok(()),
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

/// A department of the caller's institution; for an institution without departments the institution itself.
/// Returns what the slots are of, and its name.
pub(crate) async fn own_department(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
) -> Result<(Key, String), Failure> {
    let institution = ctx.institution()?;
    let may = |institution| {
        permit(
            &ctx.caller,
            Action::SlotsManage,
            &Facts::own(&ctx.caller, institution),
        )
    };
    if id == institution {
        may(id)?;
        return Ok((Organization::key(id), party::name(care, ctx, id).await?));
    }
    let department = party::department(care, ctx, id)
        .await?
        .ok_or(Refusal::NotFound)?;
    may(&department.institution)?;
    Ok((HealthcareService::key(id), department.name))
}

/// Where slots live: seen by all, written by their institution.
pub(crate) fn slot_place(institution: &Id) -> Place {
    Place {
        patient: None,
        scope: renkei_base::Scope::Record,
        owner: Some(institution.clone()),
    }
}

/// What the appointments of a case are with: the department that takes it from now on, its own, or the institution.
pub(crate) fn actor(case: &Case, department: Option<&(Id, String)>) -> Option<Key> {
    let own = || case.task.view.department().map(|(id, _)| id);
    match department.map(|(id, _)| id.clone()).or_else(own) {
        Some(id) => Some(HealthcareService::key(&id)),
        None => case.addressee().map(|id| Organization::key(&id)),
    }
}

/// An appointment with who made it: the last booking in the case's history.
pub(crate) fn appointment_view(case: &Case, held: &Held<Appointment>) -> Option<AppointmentView> {
    let view = &held.view;
    let entries = case.task.view.entries();
    let booked = |code: &str| code == Step::Book.code() || code == Step::Rebook.code();
    let made = entries.iter().rev().find(|entry| booked(&entry.code));
    Some(AppointmentView {
        id: view.id()?,
        start: view.start()?,
        end: view.end()?,
        doctor: view.doctor().to_owned(),
        place: view.place().to_owned(),
        status: view.status().to_owned(),
        given_back: view.given_back().is_some(),
        by: made.map(|entry| entry.by.clone()).unwrap_or_default(),
        at: made.map_or(held.stored.updated, |entry| entry.at),
    })
}

/// A time that was taken for an appointment.
#[derive(Debug)]
pub(crate) struct Taken {
    slot: Id,
    pub(crate) start: Micros,
    pub(crate) end: Micros,
    doctor: String,
    place: String,
}

impl Taken {
    pub(crate) fn write(
        &self,
        appointment: &mut Appointment,
        case: &Case,
        department: Option<&(Id, String)>,
    ) {
        appointment.set_status("booked");
        appointment.set_time(&self.slot, self.start, self.end);
        appointment.set_doctor(&self.doctor);
        appointment.set_place(&self.place);
        appointment.set_based_on(&case.id);
        let name = department.map(|(_, name)| name.as_str());
        let name = name
            .or(case.task.view.department().map(|(_, name)| name))
            .or(case.task.view.owner().map(|(_, name)| name))
            .unwrap_or_default();
        let actor = actor(case, department);
        appointment.set_participants(&case.patient_id, actor.as_ref().map(|key| (key, name)));
    }
}

/// How far ahead times are opened and booked, in years.
pub const YEARS_AHEAD: i64 = 2;

/// Whether a time is not too far ahead.
pub(crate) fn check_horizon(field: &str, at: Micros, now: Micros) -> Result<(), Refusal> {
    if at > now + Span::days(YEARS_AHEAD * 366) {
        let fault = Fault::new(field, "fault-time-too-far").with("years", YEARS_AHEAD);
        return Err(Refusal::Invalid(vec![fault]));
    }
    Ok(())
}

/// Takes a slot, or makes one that is taken.
pub(crate) fn take(
    changes: &mut Changes,
    case: &Case,
    time: &Time,
    inputs: &Inputs,
    ctx: &Ctx,
) -> Result<Taken, Refusal> {
    match time {
        Time::Slot(_) => take_slot(changes, inputs, ctx),
        Time::New(new) => {
            if new.start < ctx.at {
                return Err(Refusal::fault("date", "fault-time-past"));
            }
            check_horizon("date", new.start, ctx.at)?;
            let actor = actor(case, inputs.department.as_ref()).ok_or(Refusal::NotFound)?;
            let institution = case.addressee().ok_or(Refusal::NotFound)?;
            if inputs.schedule.is_none() {
                let mut schedule = Schedule::new(&actor, "");
                schedule.extend(new.start, new.end);
                changes.create(schedule.into_resource(), slot_place(&institution));
            }
            let id = ctx.ids.id();
            let mut slot = Slot::new(&id, &actor.id, new.start, new.end);
            slot.set_status("busy");
            slot.set_single();
            slot.set_doctor(&new.doctor);
            slot.set_place(&new.place);
            changes.create(slot.into_resource(), slot_place(&institution));
            Ok(Taken {
                slot: id,
                start: new.start,
                end: new.end,
                doctor: new.doctor.clone(),
                place: new.place.clone(),
            })
        }
    }
}

fn take_slot(changes: &mut Changes, inputs: &Inputs, ctx: &Ctx) -> Result<Taken, Refusal> {
    let unknown = || Refusal::fault("slot", "fault-slot-unknown");
    let stored = inputs
        .slot
        .as_ref()
        .filter(|slot| slot.place.owner == ctx.caller.institution);
    let stored = stored.ok_or_else(unknown)?;
    let mut slot = Slot::from_resource(stored.resource.clone()).ok_or_else(unknown)?;
    if slot.status() != "free" {
        return Err(Refusal::not_now("refuse-slot-taken"));
    }
    let (start, end) = slot.start().zip(slot.end()).ok_or_else(unknown)?;
    if end <= ctx.at {
        return Err(Refusal::not_now("refuse-slot-past"));
    }
    slot.set_status("busy");
    let taken = Taken {
        slot: stored.key.id.clone(),
        start,
        end,
        doctor: slot.doctor().to_owned(),
        place: slot.place().to_owned(),
    };
    changes.update(stored, slot.into_resource());
    Ok(taken)
}

/// Gives a slot back. One that was made for a single appointment is not offered to others.
pub(crate) fn free(changes: &mut Changes, slot: Option<&Stored>, now: Micros) {
    let Some(stored) = slot else { return };
    let Some(mut slot) = Slot::from_resource(stored.resource.clone()) else {
        return;
    };
    if slot.status() != "busy" || slot.end().is_none_or(|end| end <= now) {
        return;
    }
    slot.set_status(if slot.is_single() {
        "busy-unavailable"
    } else {
        "free"
    });
    changes.update(stored, slot.into_resource());
}

/// A slot that was given back, taken once more for the same appointment; `None` where it cannot be had any more.
pub(crate) fn retake(slot: Option<&Stored>) -> Option<(&Stored, renkei_fhir::Resource)> {
    let stored = slot?;
    let mut slot = Slot::from_resource(stored.resource.clone())?;
    let free = match slot.status() {
        "free" => true,
        "busy-unavailable" => slot.is_single(),
        _ => false,
    };
    slot.set_status("busy");
    free.then(|| (stored, slot.into_resource()))
}
