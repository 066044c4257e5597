//! What may stand in the parts of a referral's draft. What would be lost is refused.

use renkei_base::{Fault, Refusal};
use renkei_fhir::composition::{Composition, SECTION};
use renkei_fhir::element::{code_of, key_of};
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_fhir::{Organization, Resource, medication_request};
use serde_json::Value;

use super::door::Door;
use super::step::only;
use super::words::SECTIONS;

const REQUEST: [&str; 16] = [
    "resourceType",
    "id",
    "meta",
    "identifier",
    "status",
    "intent",
    "category",
    "code",
    "priority",
    "subject",
    "authoredOn",
    "requester",
    "performer",
    "reasonCode",
    "note",
    "supportingInfo",
];
const TASK: [&str; 14] = [
    "resourceType",
    "id",
    "meta",
    "identifier",
    "status",
    "businessStatus",
    "intent",
    "priority",
    "focus",
    "for",
    "authoredOn",
    "requester",
    "owner",
    "performerType",
];
const LETTER: [&str; 13] = [
    "resourceType",
    "id",
    "meta",
    "status",
    "type",
    "subject",
    "date",
    "author",
    "title",
    "custodian",
    "section",
    "contained",
    "attester",
];
fn is_draft(sent: &Resource, allowed: &[&str]) -> Result<(), Refusal> {
    match sent.str_at("status") {
        Some(status) if allowed.contains(&status) => Ok(()),
        _ => Err(fault(
            &format!("{}.status", sent.typ()),
            "fault-fhir-draft-first",
        )),
    }
}

/// Nobody asks in another institution's name.
fn own_requester(door: &Door<'_>, sent: &Resource) -> Result<(), Refusal> {
    let own = Organization::key(door.ctx.institution()?);
    let key = sent.get("requester").and_then(key_of);
    match key {
        Some(key) if key.typ == Organization::TYPE && key != own => Err(fault(
            &format!("{}.requester", sent.typ()),
            "fault-fhir-own-only",
        )),
        _ => Ok(()),
    }
}

/// A request of this institution, with nothing that a draft does not keep.
pub(super) fn request_checked(
    door: &Door<'_>,
    sent: &Resource,
    is_sent: bool,
) -> Result<(), Refusal> {
    let id = &sent.id().ok_or(Refusal::NotFound)?;
    only(ServiceRequest::TYPE, sent.json().keys(), &REQUEST)?;
    let statuses: &[&str] = if is_sent {
        &["draft", "active"]
    } else {
        &["draft"]
    };
    is_draft(sent, statuses)?;
    own_requester(door, sent)?;
    let ours = ServiceRequest::new(id).into_resource();
    let mut faults = Vec::new();
    for name in ["intent", "category"] {
        if sent
            .get(name)
            .is_some_and(|value| Some(value) != ours.get(name))
        {
            let at = format!("ServiceRequest.{name}");
            faults.push(Fault::new(at, "fault-fhir-read-only"));
        }
    }
    for (at, one) in sent.list("supportingInfo").iter().enumerate() {
        if key_of(one) != Some(Composition::key(id)) {
            let at = format!("ServiceRequest.supportingInfo[{at}]");
            faults.push(Fault::new(at, "fault-fhir-letter-only"));
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Invalid(faults)),
    }
}

pub(super) fn task_checked(door: &Door<'_>, sent: &Resource) -> Result<(), Refusal> {
    only(Task::TYPE, sent.json().keys(), &TASK)?;
    is_draft(sent, &["draft", "ready", "requested"])?;
    own_requester(door, sent)
}

/// A letter with sections that are known, and nothing inside but medication.
pub(super) fn letter_checked(sent: &Resource) -> Result<(), Refusal> {
    let plain = sent.json().keys().filter(|name| *name != "extension");
    only(Composition::TYPE, plain, &LETTER)?;
    is_draft(sent, &["preliminary"])?;
    let mut faults = Vec::new();
    sections(sent.list("section"), "Composition.section", &mut faults);
    for (at, one) in sent.list("contained").iter().enumerate() {
        if medication_request::text(one).is_none() {
            let at = format!("Composition.contained[{at}]");
            faults.push(Fault::new(at, "fault-fhir-read-only"));
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Invalid(faults)),
    }
}

fn sections(list: &[Value], path: &str, faults: &mut Vec<Fault>) {
    for (at, one) in list.iter().enumerate() {
        let at = format!("{path}[{at}]");
        let code = one.get("code").and_then(|code| code_of(code, SECTION));
        let known = code.is_some_and(|code| SECTIONS.iter().any(|(known, _)| *known == code));
        match (one.get("section").and_then(Value::as_array), code) {
            (Some(inner), Some("300")) => sections(inner, &format!("{at}.section"), faults),
            (None, Some(_)) if known => {}
            _ => faults.push(Fault::new(at, "fault-fhir-section")),
        }
    }
}

pub(super) fn fault(element: &str, key: &'static str) -> Refusal {
    Refusal::Invalid(vec![Fault::new(element, key)])
}
