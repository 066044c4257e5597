//! The words of a referral's parts, as the form of its draft: `code` of the ServiceRequest is 紹介目的, `reasonCode` 傷病名,
//! `note` 現病歴; a Composition with the sections of a letter says all of it.

use renkei_base::{Refusal, limits, text};
use renkei_fhir::composition::{Composition, SECTION};
use renkei_fhir::element::{display_of, key_of, text_of};
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_fhir::{Organization, Resource, medication_request};
use serde_json::Value;

use super::shape::fault;
use crate::referral::draft::DraftForm;

/// Sections that a letter keeps, with the field of each.
pub(super) const SECTIONS: [(&str, Part); 8] = [
    ("950", |form| &mut form.purpose),
    ("340", |form| &mut form.diagnosis),
    ("360", |form| &mut form.course),
    ("370", |form| &mut form.past_history),
    ("550", |form| &mut form.family_history),
    ("430", |form| &mut form.medication),
    ("330", |form| &mut form.treatment),
    ("220", |form| &mut form.remarks),
];

pub(super) type Part = fn(&mut DraftForm) -> &mut String;

/// The words of a ServiceRequest.
pub(super) fn request_into(sent: &Resource, form: &mut DraftForm) {
    if let Some(code) = sent.get("code") {
        form.purpose = said(code);
    }
    let reasons: Vec<String> = sent.list("reasonCode").iter().map(said).collect();
    if !reasons.is_empty() {
        form.diagnosis = reasons.join("\n");
    }
    let notes: Vec<&str> = sent
        .list("note")
        .iter()
        .map(|note| text_of(note, "text"))
        .collect();
    if !notes.is_empty() {
        form.course = notes.join("\n");
    }
    if let Some(priority) = sent.str_at("priority") {
        priority.clone_into(&mut form.priority);
    }
    let view = ServiceRequest::from_resource(sent.clone());
    let Some(view) = view.filter(|_| sent.get("performer").is_some()) else {
        return;
    };
    let id = |typ| view.performer(typ).map(|(id, _)| id.to_string());
    form.addressee = id(Organization::TYPE).unwrap_or_default();
    form.department = id("HealthcareService").unwrap_or_default();
    view.performer_doctor()
        .clone_into(&mut form.addressee_doctor);
}

/// A CodeableConcept in words.
fn said(concept: &Value) -> String {
    let text = text_of(concept, "text");
    if !text.is_empty() {
        return text.to_owned();
    }
    let codings = concept.get("coding").and_then(Value::as_array);
    let first = codings.and_then(|list| list.first());
    let display = first.map_or("", |coding| text_of(coding, "display"));
    let code = first.map_or("", |coding| text_of(coding, "code"));
    if display.is_empty() { code } else { display }.to_owned()
}

/// Whom a Task is for.
pub(super) fn task_into(sent: &Resource, form: &mut DraftForm) -> Result<(), Refusal> {
    if let Some(priority) = sent.str_at("priority") {
        priority.clone_into(&mut form.priority);
    }
    if let Some(owner) = sent.get("owner") {
        let key = key_of(owner).filter(|key| key.typ == Organization::TYPE);
        let key = key.ok_or_else(|| fault("Task.owner", "fault-institution-unknown"))?;
        if form.addressee != key.id.as_str() {
            form.department = String::new();
        }
        form.addressee = key.id.to_string();
    }
    let view = Task::from_resource(sent.clone());
    let department = view.as_ref().and_then(Task::department);
    match department {
        Some((id, _)) => form.department = id.to_string(),
        None if sent.get("performerType").is_some() => {
            return Err(fault("Task.performerType", "fault-department-unknown"));
        }
        None => {}
    }
    Ok(())
}

pub(super) fn letter_into(sent: &Resource, form: &mut DraftForm) {
    let Some(letter) = Composition::from_resource(sent.clone()) else {
        return;
    };
    for (code, part) in SECTIONS {
        *part(form) = letter.text(SECTION, code);
    }
    let lines = letter.contained().iter();
    form.medication_lines = lines
        .filter_map(medication_request::text)
        .map(str::to_owned)
        .collect();
    // Other lines belong to the text that comes with them.
    form.medication_of.clear();
}

/// The person among the authors of a letter.
pub(super) fn author_of(letter: &Resource) -> Option<String> {
    person_of(letter.list("author").iter())
}

/// A person as the one who asks.
pub(super) fn requester_of(request: &Resource) -> Option<String> {
    person_of(request.get("requester").into_iter())
}

fn person_of<'a>(mut list: impl Iterator<Item = &'a Value>) -> Option<String> {
    let person = list.find(|one| {
        let institution = key_of(one).is_some_and(|key| key.typ == Organization::TYPE);
        !institution && !display_of(one).trim().is_empty()
    })?;
    text::line("author", display_of(person), limits::LINE_CHARS).ok()
}

/// Without what renkei alone says: from which text the lines are.
pub(super) fn said_of(resource: &Resource) -> Resource {
    match Composition::from_resource(resource.clone()) {
        Some(mut letter) => {
            letter.set_lines_of(None);
            letter.into_resource()
        }
        None => resource.clone(),
    }
}

/// The element that a field of the draft stands in.
pub(super) fn element(field: &str) -> Option<&'static str> {
    Some(match field {
        "patient" => "ServiceRequest.subject",
        "addressee" => "Task.owner",
        "department" => "Task.performerType",
        "addressee_doctor" => "ServiceRequest.performer",
        "priority" => "ServiceRequest.priority",
        "purpose" => "ServiceRequest.code",
        "diagnosis" => "ServiceRequest.reasonCode",
        "course" => "ServiceRequest.note",
        "past_history" | "family_history" | "treatment" | "remarks" => "Composition.section",
        "medication" | "medication_lines" => "Composition.contained",
        _ => return None,
    })
}
