//! A changed Task as the step that the button takes: the difference between what is stored and what was sent is exactly
//! one command, or it is refused with the element that is none.

use std::collections::BTreeSet;

use renkei_base::{Fault, Micros, Refusal};
use renkei_fhir::element::{code_of, text_of};
use renkei_fhir::system::{HOLDER, NEWS, UNREAD};
use renkei_fhir::task::{CANCEL_REASON, DECLINE_REASON, STATE, Task};
use renkei_fhir::{Key, Resource};
use renkei_store::{Changes, Stored};
use serde_json::Value;

use super::Denied;
use super::door::{Door, Planned};
use super::{parts, words};
use crate::referral::rules::Outcome;
use crate::referral::{ActForm, CancelReason, Command, State, Step, act, turn};

/// Elements that the store or the case itself sets: a client may send them back older than they are.
const STAMPED: [&str; 5] = ["resourceType", "id", "meta", "text", "lastModified"];
/// Elements that say what step is taken.
const STEP: [&str; 4] = ["status", "businessStatus", "statusReason", "note"];
/// Elements of a draft's addressee.
const DRAFT: [&str; 3] = ["owner", "performerType", "priority"];

/// What a changed Task asks for.
#[derive(Debug)]
enum Wish {
    Step(Command),
    /// Other words for the addressee, while it is a draft.
    Draft,
    Nothing,
}

/// A step of the case.
pub(super) async fn update(
    door: &mut Door<'_>,
    stored: &Stored,
    sent: &Resource,
) -> Result<Planned, Denied> {
    let key = stored.key.clone();
    door.tried = renkei_store::Note::new("referral.update").what(key.clone());
    let wish = wish(&stored.resource, sent)?;
    let command = match wish {
        Wish::Nothing => return Ok(Planned::unchanged(key)),
        Wish::Draft => return parts::readdress(door, stored, sent).await,
        Wish::Step(command) => command,
    };
    door.tried = turn::tried(&key.id, command.step());
    Ok(
        match take(door, &key, &command, Some(stored.version)).await? {
            Some(changes) => Planned::updated(key, changes),
            None => Planned::unchanged(key),
        },
    )
}

/// Takes a step of a case as the entries before leave it, if it is still that version. `None` where it was taken before.
pub(super) async fn take(
    door: &Door<'_>,
    key: &Key,
    command: &Command,
    version: Option<u32>,
) -> Result<Option<Changes>, Denied> {
    let case = door.case(&key.id, &turn::action(command.step())).await?;
    if version.is_some_and(|version| case.version() != version) {
        return Err(Refusal::Conflict.into());
    }
    let seen = Some(case.version());
    let outcome = act::plan(door.care, door.ctx, &case, seen, command).await;
    match outcome.map_err(|failure| named(failure.into()))? {
        Outcome::Already => Ok(None),
        Outcome::Go { changes, .. } => Ok(Some(changes)),
    }
}

/// The names of the elements in which two resources differ.
pub(crate) fn differs(old: &Resource, new: &Resource) -> BTreeSet<String> {
    let names = old.json().keys().chain(new.json().keys());
    names
        .filter(|name| !STAMPED.contains(&name.as_str()) && !is_same(old, new, name))
        .cloned()
        .collect()
}

fn is_same(old: &Resource, new: &Resource, name: &str) -> bool {
    match (old.get(name), new.get(name)) {
        (Some(old), Some(new)) => alike(old, new),
        (None, None) => true,
        _ => false,
    }
}

/// Whether both say the same: programs write an instant with another offset or other digits than they read.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => {
            let instant = |text: &str| {
                text.contains('T')
                    .then(|| Micros::from_fhir(text))
                    .flatten()
            };
            one == other || (instant(one).is_some() && instant(one) == instant(other))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, value)| other.get(name).is_some_and(|there| alike(value, there)))
        }
        _ => one == other,
    }
}

/// Refuses every change of an element that is not among these.
pub(crate) fn only<'a>(
    typ: &str,
    changed: impl IntoIterator<Item = &'a String>,
    allowed: &[&str],
) -> Result<(), Refusal> {
    let others = changed
        .into_iter()
        .filter(|name| !allowed.contains(&name.as_str()));
    let faults: Vec<Fault> = others
        .map(|name| Fault::new(format!("{typ}.{name}"), "fault-fhir-read-only"))
        .collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Invalid(faults)),
    }
}

fn wish(old: &Resource, new: &Resource) -> Result<Wish, Refusal> {
    let mut changed = differs(old, new);
    if changed.is_empty() {
        return Ok(Wish::Nothing);
    }
    let from = state_of(old).ok_or_else(|| Refusal::not_now("refuse-fhir-no-step"))?;
    if from.is_private() && changed.iter().any(|name| DRAFT.contains(&name.as_str())) {
        only(Task::TYPE, &changed, &DRAFT)?;
        return Ok(Wish::Draft);
    }
    if changed.contains("extension") && changed.len() == 1 && is_rested(old, new) {
        return wished(Step::Acknowledge, &ActForm::default());
    }
    let department = match changed.remove("performerType") {
        true => department(new)?,
        false => String::new(),
    };
    if changed.is_empty() {
        let form = ActForm {
            department,
            ..ActForm::default()
        };
        return wished(Step::Assign, &form);
    }
    only(Task::TYPE, &changed, &STEP)?;
    let text = text(old, new)?;
    let to = target(old, new)?.ok_or_else(|| fault("businessStatus", "fault-fhir-no-step"))?;
    let step = leading(from, to)?;
    if !department.is_empty() && step != Step::Accept {
        return Err(fault("performerType", "fault-fhir-read-only"));
    }
    let form = ActForm {
        reason: reason(step, old, new, &text),
        text,
        department,
        early: "on".to_owned(),
        ..ActForm::default()
    };
    wished(step, &form)
}

/// The code of the reason that is given with the step.
fn reason(step: Step, old: &Resource, new: &Resource, text: &str) -> String {
    let system = match step {
        Step::Decline => DECLINE_REASON,
        Step::Cancel | Step::CancelBooking => CANCEL_REASON,
        _ => return String::new(),
    };
    if old.get("statusReason") == new.get("statusReason") {
        return in_words(text);
    }
    match new.get("statusReason") {
        Some(given) => cancel_code(given, system, text),
        None => in_words(text),
    }
}

/// The code of a CodeableConcept; words without any of ours are another reason.
pub(super) fn cancel_code(given: &Value, system: &str, text: &str) -> String {
    match code_of(given, system) {
        Some(code) => code.to_owned(),
        None if system == CANCEL_REASON => in_words(text),
        None => String::new(),
    }
}

fn in_words(text: &str) -> String {
    let other = CancelReason::Other.code();
    if text.is_empty() {
        String::new()
    } else {
        other.to_owned()
    }
}

fn fault(element: &str, key: &'static str) -> Refusal {
    Refusal::Invalid(vec![Fault::new(format!("Task.{element}"), key)])
}

/// The department that takes the case.
fn department(new: &Resource) -> Result<String, Refusal> {
    let view = Task::from_resource(new.clone());
    let department = view.and_then(|view| view.department().map(|(id, _)| id.to_string()));
    department.ok_or_else(|| fault("performerType", "fault-department-unknown"))
}

/// The command of a step; faults name elements.
fn wished(step: Step, form: &ActForm) -> Result<Wish, Refusal> {
    let command = Command::parse(step, form);
    command
        .map(Wish::Step)
        .map_err(|refusal| renamed(refusal, element))
}

fn element(field: &str) -> Option<&'static str> {
    match field {
        "reason" => Some("Task.statusReason.coding"),
        "text" => Some("Task.statusReason.text"),
        other => words::element(other),
    }
}

fn named(denied: Denied) -> Denied {
    match denied {
        Denied::Refused(refusal) => Denied::Refused(renamed(refusal, element)),
        other => other,
    }
}

/// A refusal whose faults name elements instead of the fields of a form.
pub(super) fn renamed(refusal: Refusal, name: fn(&str) -> Option<&'static str>) -> Refusal {
    match refusal {
        Refusal::Invalid(mut faults) => {
            for fault in &mut faults {
                if let Some(element) = name(&fault.field) {
                    element.clone_into(&mut fault.field);
                }
            }
            Refusal::Invalid(faults)
        }
        other => other,
    }
}

/// Whether the only change is that it is nobody's turn, or nobody's news, any more: it was read.
fn is_rested(old: &Resource, new: &Resource) -> bool {
    let others = |resource: &Resource| -> Vec<Value> {
        let list = resource.list("extension").iter();
        list.filter(|one| !is_turn(one)).cloned().collect()
    };
    let turns = |resource: &Resource| {
        let list = resource.list("extension").iter();
        list.filter(|one| is_turn(one)).count()
    };
    turns(new) < turns(old) && others(old) == others(new)
}

fn is_turn(extension: &Value) -> bool {
    matches!(text_of(extension, "url"), HOLDER | NEWS | UNREAD)
}

fn state_of(task: &Resource) -> Option<State> {
    code_of(task.get("businessStatus")?, STATE).and_then(State::from_code)
}

/// Where the Task is to stand: by `businessStatus` where that was changed, else by `status`.
fn target(old: &Resource, new: &Resource) -> Result<Option<State>, Refusal> {
    let (before, status) = (old.str_at("status"), new.str_at("status"));
    if old.get("businessStatus") != new.get("businessStatus") {
        let state = state_of(new).ok_or_else(|| fault("businessStatus", "fault-unknown-code"))?;
        let fits = status == before || status == Some(state.task_status());
        return match fits {
            true => Ok(Some(state)),
            false => Err(fault("status", "fault-fhir-status-differs")),
        };
    }
    if status == before {
        return Ok(None);
    }
    let state = match status {
        Some("draft") => State::Draft,
        Some("ready") => State::Ready,
        Some("requested") => State::Sent,
        Some("received") => State::Received,
        Some("accepted") => State::Accepted,
        Some("rejected") => State::Declined,
        Some("in-progress") => State::Arrived,
        Some("completed") => State::Closed,
        Some("cancelled") => State::Cancelled,
        _ => return Err(fault("status", "fault-unknown-code")),
    };
    Ok(Some(state))
}

/// The step that leads there. Whether it is possible now, the table says.
fn leading(from: State, to: State) -> Result<Step, Refusal> {
    Ok(match to {
        State::Draft => Step::Return,
        State::Ready => Step::Submit,
        State::Sent => Step::Send,
        State::Received => Step::Receive,
        State::Triage => Step::StartTriage,
        State::Accepted if from.is_booked() => Step::CancelBooking,
        State::Accepted if from == State::Arrived => Step::UndoArrive,
        State::Accepted => Step::Accept,
        State::Declined => Step::Decline,
        State::Arrived => Step::Arrive,
        State::Closed => Step::Close,
        State::Cancelled => Step::Cancel,
        State::Booked | State::Rebooked => {
            return Err(Refusal::not_now("refuse-fhir-book"));
        }
        _ => return Err(Refusal::not_now("refuse-fhir-reply")),
    })
}

/// What comes with the step: `statusReason.text`, or the text of one note that was added.
fn text(old: &Resource, new: &Resource) -> Result<String, Refusal> {
    let (before, now) = (old.list("note"), new.list("note"));
    let kept = before.iter().zip(now).all(|(old, new)| alike(old, new));
    let added = match now.get(before.len()..) {
        Some([]) if kept => None,
        Some([one]) if kept => Some(one),
        _ => return Err(fault("note", "fault-fhir-read-only")),
    };
    if let Some(note) = added {
        let plain = note
            .as_object()
            .is_some_and(|note| note.keys().all(|name| name == "text"));
        if !plain {
            let at = format!("note[{}]", before.len());
            return Err(fault(&at, "fault-fhir-read-only"));
        }
        return Ok(text_of(note, "text").to_owned());
    }
    if old.get("statusReason") == new.get("statusReason") {
        return Ok(String::new());
    }
    let reason = new.get("statusReason");
    Ok(reason
        .map_or("", |reason| text_of(reason, "text"))
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_fhir::task::DEPARTMENT;
    use serde_json::json;

    fn task(state: State) -> Resource {
        let mut task = Task::new(&"case-0001".parse().unwrap());
        task.set_state(state.code(), state.task_status());
        task.set_holder(Some(&"org".parse().unwrap()));
        task.into_resource()
    }

    fn said(old: &Resource, new: &Resource) -> String {
        match wish(old, new) {
            Ok(Wish::Step(command)) => command.step().code().to_owned(),
            Ok(other) => format!("{other:?}"),
            Err(Refusal::Invalid(faults)) => faults
                .iter()
                .map(|fault| format!("{} {}", fault.field, fault.key))
                .collect::<Vec<_>>()
                .join(", "),
            Err(other) => other.to_string(),
        }
    }

    #[test]
    fn every_status_is_one_step() {
        let mut lines = Vec::new();
        for (from, status) in [
            (State::Ready, "requested"),
            (State::Sent, "received"),
            (State::Triage, "accepted"),
            (State::Booked, "accepted"),
            (State::Received, "rejected"),
            (State::Booked, "in-progress"),
            (State::Arrived, "accepted"),
            (State::RepliedFirst, "completed"),
            (State::Sent, "cancelled"),
            (State::Sent, "failed"),
            (State::Received, "received"),
        ] {
            let old = task(from);
            let mut new = old.clone();
            new.set("status", json!(status));
            lines.push(format!("{} {status}: {}", from.code(), said(&old, &new)));
        }
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn what_is_no_step_is_named() {
        let old = task(State::Sent);
        let changed = |name: &str, value: Value| {
            let mut new = old.clone();
            new.set(name, value);
            said(&old, &new)
        };
        insta::assert_snapshot!(changed("description", json!("x")), @"Task.description fault-fhir-read-only");
        insta::assert_snapshot!(changed("note", json!([{"text": "x"}])), @"Task.businessStatus fault-fhir-no-step");
        insta::assert_snapshot!(changed("businessStatus", json!({"coding": [{"system": STATE, "code": "lost"}]})), @"Task.businessStatus fault-unknown-code");
        insta::assert_snapshot!(changed("businessStatus", json!({"coding": [{"system": STATE, "code": "booked"}]})), @"not now: refuse-fhir-book");
        insta::assert_snapshot!(changed("businessStatus", json!({"coding": [{"system": STATE, "code": "triage"}]})), @"start-triage");
        insta::assert_snapshot!(changed("owner", json!({})), @"Task.owner fault-fhir-read-only");
        insta::assert_snapshot!(changed("performerType", json!([])), @"Task.performerType fault-department-unknown");
        let cardiology = json!([{"coding": [{"system": DEPARTMENT, "code": "dep-1"}]}]);
        insta::assert_snapshot!(changed("performerType", cardiology.clone()), @"assign");
        let mut draft = task(State::Draft);
        let before = draft.clone();
        draft.set("performerType", cardiology);
        insta::assert_snapshot!(said(&before, &draft), @"Draft");
        let mut both = old.clone();
        both.set("status", json!("received"));
        both.set("owner", json!({"reference": "Organization/x"}));
        insta::assert_snapshot!(said(&old, &both), @"Task.owner fault-fhir-read-only");
        let mut two = old.clone();
        two.set("status", json!("received"));
        two.set(
            "businessStatus",
            json!({"coding": [{"system": STATE, "code": "accepted"}]}),
        );
        insta::assert_snapshot!(said(&old, &two), @"Task.status fault-fhir-status-differs");
        let mut timed = old.clone();
        timed.set("authoredOn", json!("2026-11-22T10:00:00.000000Z"));
        timed.set(
            "note",
            json!([{"time": "2026-11-22T10:00:00.000000Z", "text": "send"}]),
        );
        let mut other = timed.clone();
        other.set("authoredOn", json!("2026-11-22T19:00:00+09:00"));
        insta::assert_snapshot!(said(&timed, &other), @"Nothing");
        other.set("status", json!("received"));
        other.set(
            "note",
            json!([{"time": "2026-11-22T10:00:00Z", "text": "send"}, {"text": "x"}]),
        );
        insta::assert_snapshot!(said(&timed, &other), @"receive");
        other.set("authoredOn", json!("2026-11-22T19:00:01+09:00"));
        insta::assert_snapshot!(said(&timed, &other), @"Task.authoredOn fault-fhir-read-only");
        other.remove("note");
        other.set("authoredOn", json!("2026-11-22T10:00:00Z"));
        insta::assert_snapshot!(said(&timed, &other), @"Task.note fault-fhir-read-only");
        let mut read = task(State::Declined);
        let before = read.clone();
        read.remove("extension");
        insta::assert_snapshot!(said(&before, &read), @"acknowledge");
    }
}
