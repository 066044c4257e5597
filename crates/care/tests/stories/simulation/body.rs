//! A step as a program sends it: the Task, Appointment or reply that stands for it.

use renkei_base::Id;
use renkei_care::fhir;
use renkei_care::referral::{State, Step};
use renkei_fhir::task::{CANCEL_REASON, DECLINE_REASON, DEPARTMENT, STATE};
use renkei_fhir::{Key, Resource};
use serde_json::{Value, json};

use super::actor::{Actor, Wish};
use super::dice::Dice;
use super::model::Model;
use crate::fhir::resource;
use crate::region::Region;

/// What this program sends.
pub(crate) async fn of(
    region: &Region,
    model: &Model,
    dice: &mut Dice,
    actor: Actor,
    case: &Id,
    step: Step,
) -> Wish {
    if step == Step::Book {
        return Wish::Post(Some(case.clone()), Some(step), booking(model, dice, case));
    }
    let by_appointment = matches!(step, Step::CancelBooking | Step::Arrive) && dice.chance(50);
    if step == Step::Rebook || by_appointment {
        let held = model.appointment(region, case).await;
        let (Some(old), Some(slot)) = (held, model.slot(dice)) else {
            return Wish::Post(
                Some(case.clone()),
                Some(Step::Book),
                booking(model, dice, case),
            );
        };
        return Wish::Put(
            Some(case.clone()),
            Some(step),
            other(old, step, &slot),
            None,
        );
    }
    let key = Key::new("Task", case.clone());
    let task = match dice.chance(15) {
        // As it was some time ago, or as nobody showed it to this one.
        true => {
            let program = renkei_base::Ctx::program(region.now(), region.ids.clone());
            let all = region.care.store.history(&program, &key).await.unwrap();
            dice.pick(&all).map(|stored| stored.resource.clone())
        }
        false => {
            let found = fhir::read(&region.care, &actor.ctx(region), &key).await;
            found.unwrap().map(|stored| stored.resource)
        }
    };
    let mut task = task.unwrap_or_else(|| {
        let there =
            json!({"resourceType": "Task", "id": case, "status": "draft", "intent": "order"});
        resource(&there)
    });
    let if_match = task.version().filter(|_| dice.chance(50));
    change(&mut task, step, dice);
    Wish::Put(Some(case.clone()), Some(step), task, if_match)
}

fn booking(model: &Model, dice: &mut Dice, case: &Id) -> Resource {
    let mut body = json!({
        "resourceType": "Appointment", "status": "booked",
        "basedOn": [{"reference": format!("ServiceRequest/{case}")}],
    });
    match model.slot(dice).filter(|_| dice.chance(80)) {
        Some(slot) => body["slot"] = json!([{"reference": format!("Slot/{slot}")}]),
        None => {
            body["start"] = json!("2026-11-30T10:00:00+09:00");
            body["end"] = json!("2026-11-30T10:15:00+09:00");
        }
    }
    resource(&body)
}

/// The appointment moved, cancelled, or with the patient there.
fn other(mut old: Resource, step: Step, slot: &Id) -> Resource {
    match step {
        Step::Rebook => {
            old.set("slot", json!([{"reference": format!("Slot/{slot}")}]));
            // The times come with the slot.
            old.remove("start");
            old.remove("end");
        }
        Step::Arrive => old.set("status", json!("arrived")),
        _ => {
            old.set("status", json!("cancelled"));
            old.set("cancelationReason", why("institution"));
        }
    }
    old
}

fn why(code: &str) -> Value {
    json!({"coding": [{"system": CANCEL_REASON, "code": code}]})
}

/// Says the step in the elements of the Task.
fn change(task: &mut Resource, step: Step, dice: &mut Dice) {
    let stands = |code: &str| json!({"coding": [{"system": STATE, "code": code}]});
    let status = match step {
        Step::Submit => State::Ready.task_status(),
        Step::Return => State::Draft.task_status(),
        Step::Send => State::Sent.task_status(),
        Step::Receive => State::Received.task_status(),
        Step::Accept => State::Accepted.task_status(),
        Step::CancelBooking => {
            task.set("statusReason", why("patient"));
            State::Accepted.task_status()
        }
        Step::UndoArrive => {
            task.set("statusReason", json!({"text": "押し間違い"}));
            State::Accepted.task_status()
        }
        Step::Decline => {
            let reason = json!({"coding": [{"system": DECLINE_REASON, "code": "no-capacity"}], "text": "満床"});
            task.set("statusReason", reason);
            State::Declined.task_status()
        }
        Step::Arrive => State::Arrived.task_status(),
        Step::Close => State::Closed.task_status(),
        Step::Cancel => {
            task.set("statusReason", why("mistake"));
            State::Cancelled.task_status()
        }
        Step::StartTriage => return task.set("businessStatus", stands("triage")),
        Step::SaveDraft => return task.set("priority", urgency(dice)),
        Step::Assign => {
            let department =
                json!([{"coding": [{"system": DEPARTMENT, "code": "dep-cardiology"}]}]);
            return task.set("performerType", department);
        }
        Step::Acknowledge => {
            task.remove("extension");
            return;
        }
        // No Task says these.
        _ => return task.set("businessStatus", stands("replied-first")),
    };
    task.set("status", json!(status));
}

fn urgency(dice: &mut Dice) -> Value {
    json!(dice.pick(&["routine", "urgent", "asap", "stat"]).unwrap())
}
