//! An Appointment from outside: booking, moving and cancelling are the steps of its case.

use renkei_base::{Fault, Id, Micros, Refusal};
use renkei_fhir::appointment::Appointment;
use renkei_fhir::element::{key_of, text_of};
use renkei_fhir::patient::Patient;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::CANCEL_REASON;
use renkei_fhir::{Organization, Resource};
use renkei_store::{Changes, Stored};

use super::Denied;
use super::door::{Door, Planned};
use super::step::{cancel_code, differs, only, renamed};
use crate::booking;
use crate::referral::case::Case;
use crate::referral::rules::Outcome;
use crate::referral::{ActForm, Command, Step, act, turn};

/// Elements of a booking; what else is there would be lost.
const BOOKING: [&str; 9] = [
    "resourceType",
    "id",
    "meta",
    "status",
    "basedOn",
    "slot",
    "start",
    "end",
    "participant",
];

/// Books: `basedOn` names the case, `slot` a free slot, or `start` and `end` a new time.
pub(super) async fn create(door: &mut Door<'_>, sent: &Resource) -> Result<Planned, Denied> {
    only(Appointment::TYPE, sent.json().keys(), &BOOKING)?;
    let view = view(sent)?;
    if view.status() != "booked" {
        return Err(fault("status", "fault-fhir-booked-only").into());
    }
    let case = case_of(sent).ok_or_else(|| fault("basedOn", "fault-required"))?;
    let (changes, planned) = take(door, &case, Step::Book, form(&view), Some(sent)).await?;
    if let Some(changes) = &changes {
        same_time(sent, changes)?;
    }
    let made = changes.as_ref().and_then(appointment_of);
    match (changes, made.or(planned)) {
        (Some(changes), Some(key)) => Ok(Planned::created(key, changes)),
        (None, Some(key)) => Ok(Planned::unchanged(key)),
        _ => Err(Refusal::NotFound.into()),
    }
}

/// Moves it to another time, cancels it, or says that the patient came.
pub(super) async fn update(
    door: &mut Door<'_>,
    stored: &Stored,
    sent: &Resource,
) -> Result<Planned, Denied> {
    let changed = differs(&stored.resource, sent);
    let (old, new) = (view(&stored.resource)?, view(sent)?);
    let case = case_of(&stored.resource).ok_or(Refusal::NotFound)?;
    let step = match (old.status() == new.status(), new.status()) {
        (true, _) => {
            only(Appointment::TYPE, &changed, &["slot", "start", "end"])?;
            Step::Rebook
        }
        (false, "cancelled") => {
            only(
                Appointment::TYPE,
                &changed,
                &["status", "cancelationReason"],
            )?;
            Step::CancelBooking
        }
        (false, "arrived") => {
            only(Appointment::TYPE, &changed, &["status"])?;
            Step::Arrive
        }
        _ => return Err(fault("status", "fault-fhir-no-step").into()),
    };
    let why = sent.get("cancelationReason");
    let form = match step {
        Step::Rebook => form(&new),
        Step::CancelBooking => {
            let text = why.map_or("", |why| text_of(why, "text"));
            let reason = why.map(|why| cancel_code(why, CANCEL_REASON, text));
            ActForm {
                reason: reason.unwrap_or_default(),
                text: text.to_owned(),
                ..ActForm::default()
            }
        }
        _ => ActForm {
            early: "on".to_owned(),
            ..ActForm::default()
        },
    };
    let (changes, _) = take(door, &case, step, form, None).await?;
    if let (Some(changes), Step::Rebook, true) = (&changes, step, changed.contains("start")) {
        same_time(sent, changes)?;
    }
    let key = stored.key.clone();
    Ok(match changes {
        Some(changes) => Planned::updated(key, changes),
        None => Planned::unchanged(key),
    })
}

type Taken = (Option<Changes>, Option<renkei_fhir::Key>);

/// Takes the step: its changes (none where it was done before), and the appointment that stands already.
async fn take(
    door: &mut Door<'_>,
    id: &Id,
    step: Step,
    form: ActForm,
    new: Option<&Resource>,
) -> Result<Taken, Denied> {
    let (care, ctx) = (door.care, door.ctx);
    door.tried = turn::tried(id, step);
    let case = door.case(id, &turn::action(step)).await?;
    if let Some(new) = new {
        known(new, &case)?;
    }
    let command = Command::parse(step, &form).map_err(|refusal| renamed(refusal, element))?;
    let outcome = act::plan(care, ctx, &case, None, &command).await;
    let outcome = outcome.map_err(|failure| match Denied::from(failure) {
        Denied::Refused(refusal) => Denied::Refused(renamed(refusal, element)),
        other => other,
    })?;
    let there = case.appointment().map(|held| held.stored.key.clone());
    match outcome {
        Outcome::Already => Ok((None, there)),
        Outcome::Go { changes, .. } => Ok((Some(changes), there)),
    }
}

fn view(resource: &Resource) -> Result<Appointment, Refusal> {
    Appointment::from_resource(resource.clone()).ok_or(Refusal::NotFound)
}

fn case_of(resource: &Resource) -> Option<Id> {
    let mut keys = resource.list("basedOn").iter().filter_map(key_of);
    keys.find(|key| key.typ == ServiceRequest::TYPE)
        .map(|key| key.id)
}

fn appointment_of(changes: &Changes) -> Option<renkei_fhir::Key> {
    let mut puts = changes.puts.iter();
    puts.find(|put| put.resource.typ() == Appointment::TYPE)
        .and_then(|put| put.resource.key())
}

/// Whom a booking brings together is known: nobody else's patient may be named, and nobody who would be lost.
fn known(resource: &Resource, case: &Case) -> Result<(), Refusal> {
    let patient = Patient::key(&case.patient_id);
    let with = [
        booking::actor(case, None),
        case.addressee().map(|id| Organization::key(&id)),
    ];
    for (at, one) in resource.list("participant").iter().enumerate() {
        let key = one.get("actor").and_then(key_of);
        if key.as_ref() == Some(&patient) || (key.is_some() && with.contains(&key)) {
            continue;
        }
        let at = format!("participant[{at}].actor");
        return Err(match key {
            Some(key) if key.typ == Patient::TYPE => fault(&at, "fault-fhir-reference-unknown"),
            _ => fault(&at, "fault-fhir-read-only"),
        });
    }
    Ok(())
}

/// The times that were sent are those of the slot.
fn same_time(sent: &Resource, changes: &Changes) -> Result<(), Refusal> {
    let mut puts = changes.puts.iter();
    let made = puts.find(|put| put.resource.typ() == Appointment::TYPE);
    for name in ["start", "end"] {
        let instant = |resource: &Resource| resource.str_at(name).and_then(Micros::from_fhir);
        let wrong = made.is_some_and(|made| instant(sent) != instant(&made.resource));
        if sent.get(name).is_some() && wrong {
            return Err(fault(name, "fault-fhir-slot-time"));
        }
    }
    Ok(())
}

/// The form that an Appointment stands for.
fn form(view: &Appointment) -> ActForm {
    let mut form = ActForm::default();
    match (view.slot(), view.start().zip(view.end())) {
        (Some(slot), _) => form.slot = slot.to_string(),
        (None, Some((start, end))) => new_time(&mut form, start, end),
        (None, None) => {}
    }
    form
}

fn new_time(form: &mut ActForm, start: Micros, end: Micros) {
    let local = start.in_japan();
    form.date = local.date().to_string();
    form.time = local.strftime("%H:%M").to_string();
    form.minutes = ((end.0 - start.0) / 60_000_000).to_string();
}

fn fault(element: &str, key: &'static str) -> Refusal {
    Refusal::Invalid(vec![Fault::new(format!("Appointment.{element}"), key)])
}

fn element(field: &str) -> Option<&'static str> {
    Some(match field {
        "" | "slot" => "Appointment.slot",
        "date" | "time" => "Appointment.start",
        "minutes" => "Appointment.end",
        "reason" => "Appointment.cancelationReason.coding",
        "text" => "Appointment.cancelationReason.text",
        _ => return None,
    })
}
