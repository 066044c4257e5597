//! A referral's draft by its parts: ServiceRequest, Task and Composition are the three faces of one case, and writing any
//! of them is saving the draft.
//!
//! `code` of the ServiceRequest is 紹介目的, `reasonCode` 傷病名, `note` 現病歴; a Composition with the sections of a letter
//! says all of it. What would be lost is refused.

use renkei_base::{Fault, Id, Refusal, limits, text};
use renkei_fhir::composition::{Composition, DOCUMENT_TYPE, REFERRAL_LETTER, SECTION};
use renkei_fhir::element::{display_of, key_of, text_of};
use renkei_fhir::patient::Patient;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::Task;
use renkei_fhir::{Key, Organization, Resource, medication_request};
use renkei_store::{Changes, Stored};
use serde_json::Value;

use super::Denied;
use super::door::{Door, Planned};
use super::step::{differs, only, renamed};
use crate::record;
use crate::referral::case::Case;
use crate::referral::draft::{self, DraftForm};
use crate::referral::{Step, turn};

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
/// Sections that a letter keeps, with the field of each.
const SECTIONS: [(&str, Part); 8] = [
    ("950", |form| &mut form.purpose),
    ("340", |form| &mut form.diagnosis),
    ("360", |form| &mut form.course),
    ("370", |form| &mut form.past_history),
    ("550", |form| &mut form.family_history),
    ("430", |form| &mut form.medication),
    ("330", |form| &mut form.treatment),
    ("220", |form| &mut form.remarks),
];

type Part = fn(&mut DraftForm) -> &mut String;

/// A new referral: its draft, with what the other new parts of the same commit say.
pub(super) async fn create(
    door: &mut Door<'_>,
    sent: &Resource,
    news: &[&Resource],
) -> Result<Planned, Denied> {
    let (care, ctx) = (door.care, door.ctx);
    let key = sent.key().ok_or(Refusal::NotFound)?;
    door.tried = turn::tried(&key.id, Step::SaveDraft);
    let task = part(news, Task::TYPE, &key.id)?;
    let letter = part(news, Composition::TYPE, &key.id)?;
    let form = form_of(door, sent, task, letter)?;
    let patient = form.patient.parse().ok().map(|id| Patient::key(&id));
    let coming = patient.and_then(|key| door.put(&key));
    let home = coming.and_then(|put| put.place.owner.clone());
    let planned = draft::plan_first(care, ctx, &key.id, &form, home.as_ref()).await;
    let mut changes = planned.map_err(|failure| elements(failure.into()))?;
    if let Some(doctor) = letter.and_then(author_of).or_else(|| requester_of(sent)) {
        written_by(door, &mut changes, &doctor);
    }
    for one in [Some(sent), task].into_iter().flatten() {
        identified(door, &mut changes, one, &form).await?;
    }
    Ok(Planned::created(key, changes))
}

/// The one new part of a type that belongs to this case.
fn part<'a>(news: &[&'a Resource], typ: &str, case: &Id) -> Result<Option<&'a Resource>, Refusal> {
    let mut parts = news
        .iter()
        .filter(|one| one.typ() == typ && one.id().as_ref() == Some(case));
    match (parts.next(), parts.next()) {
        (_, Some(_)) => Err(Refusal::not_now("refuse-fhir-twice")),
        (one, None) => Ok(one.copied()),
    }
}

/// The form that the parts of a draft stand for.
fn form_of(
    door: &Door<'_>,
    request: &Resource,
    task: Option<&Resource>,
    letter: Option<&Resource>,
) -> Result<DraftForm, Refusal> {
    request_checked(door, request)?;
    let subject = request.get("subject").and_then(key_of);
    let patient = subject.filter(|key| key.typ == Patient::TYPE);
    let patient = patient.ok_or_else(|| fault("ServiceRequest.subject", "fault-required"))?;
    let mut form = DraftForm {
        patient: patient.id.to_string(),
        ..DraftForm::default()
    };
    request_into(request, &mut form);
    if let Some(letter) = letter {
        letter_checked(letter)?;
        letter_into(letter, &mut form);
    }
    if let Some(task) = task {
        task_checked(door, task)?;
        task_into(task, &mut form)?;
    }
    Ok(form)
}

/// The numbers by which the sender's own system knows the parts.
async fn identified(
    door: &Door<'_>,
    changes: &mut Changes,
    sent: &Resource,
    form: &DraftForm,
) -> Result<(), Denied> {
    let (Some(identifier), Ok(patient)) = (sent.get("identifier"), form.patient.parse()) else {
        return Ok(());
    };
    let mut alone = Resource::new(sent.typ(), &patient);
    alone.set("identifier", identifier.clone());
    record::points_inside(door, &alone, &patient, &[]).await?;
    let mut puts = changes.puts.iter_mut();
    if let Some(put) = puts.find(|put| put.resource.key() == sent.key()) {
        put.resource.set("identifier", identifier.clone());
    }
    Ok(())
}

/// The doctor whom a machine names as the author of its institution's letter.
fn written_by(door: &Door<'_>, changes: &mut Changes, doctor: &str) {
    let Some(institution) = &door.ctx.caller.institution else {
        return;
    };
    let letters = changes.puts.iter_mut();
    for put in letters.filter(|put| put.resource.typ() == Composition::TYPE) {
        let Some(mut letter) = Composition::from_resource(put.resource.clone()) else {
            continue;
        };
        let custodian = put.resource.get("custodian");
        let name = custodian
            .map_or("", |custodian| display_of(custodian))
            .to_owned();
        letter.set_author(Some((None, doctor)), institution, &name);
        put.resource = letter.into_resource();
    }
}

/// The person among the authors of a letter.
fn author_of(letter: &Resource) -> Option<String> {
    person_of(letter.list("author").iter())
}

/// A person as the one who asks.
fn requester_of(request: &Resource) -> Option<String> {
    person_of(request.get("requester").into_iter())
}

fn person_of<'a>(mut list: impl Iterator<Item = &'a Value>) -> Option<String> {
    let person = list.find(|one| {
        let institution = key_of(one).is_some_and(|key| key.typ == Organization::TYPE);
        !institution && !display_of(one).trim().is_empty()
    })?;
    text::line("author", display_of(person), limits::LINE_CHARS).ok()
}

/// A Task or Composition that came with its ServiceRequest in one commit is there already. A Task that comes after it
/// says whom the draft is for.
pub(super) async fn joined(door: &mut Door<'_>, sent: &Resource) -> Result<Planned, Denied> {
    let key = sent.key().ok_or(Refusal::NotFound)?;
    if door.put(&key).is_some() {
        return Ok(Planned::created(key, Default::default()));
    }
    if sent.typ() != Task::TYPE {
        return Err(Denied::NotOffered("refuse-fhir-letter"));
    }
    task_checked(door, sent)?;
    let focus = sent.get("focus").and_then(key_of);
    let focus = focus.filter(|focus| focus.typ == ServiceRequest::TYPE);
    focus.ok_or_else(|| fault("Task.focus", "fault-required"))?;
    change(door, &key, |form| task_into(sent, form)).await
}

/// Other words in a ServiceRequest or a letter.
pub(super) async fn update(
    door: &mut Door<'_>,
    stored: &Stored,
    sent: &Resource,
) -> Result<Planned, Denied> {
    let changed = differs(&said_of(&stored.resource), &said_of(sent));
    if sent.typ() == ServiceRequest::TYPE {
        let words = ["code", "priority", "performer", "reasonCode", "note"];
        only(ServiceRequest::TYPE, &changed, &words)?;
        return change(door, &stored.key, |form| {
            request_into(sent, form);
            Ok(())
        })
        .await;
    }
    let view = Composition::from_resource(stored.resource.clone()).ok_or(Refusal::NotFound)?;
    if view.kind(DOCUMENT_TYPE) != Some(REFERRAL_LETTER) {
        return Err(Denied::NotOffered("refuse-fhir-reply"));
    }
    let words = ["section", "contained", "date", "author"];
    only(Composition::TYPE, &changed, &words)?;
    letter_checked(sent)?;
    let mut planned = change(door, &stored.key, |form| {
        letter_into(sent, form);
        Ok(())
    })
    .await?;
    if let Some(doctor) = author_of(sent) {
        written_by(door, &mut planned.changes, &doctor);
    }
    Ok(planned)
}

/// Without what renkei alone says: from which text the lines are.
fn said_of(resource: &Resource) -> Resource {
    match Composition::from_resource(resource.clone()) {
        Some(mut letter) => {
            letter.set_lines_of(None);
            letter.into_resource()
        }
        None => resource.clone(),
    }
}

/// Another addressee or priority in the Task of a draft.
pub(super) async fn readdress(
    door: &mut Door<'_>,
    stored: &Stored,
    sent: &Resource,
) -> Result<Planned, Denied> {
    change(door, &stored.key, |form| task_into(sent, form)).await
}

/// Saves the draft of a case with other words.
async fn change(
    door: &mut Door<'_>,
    key: &Key,
    write: impl FnOnce(&mut DraftForm) -> Result<(), Refusal>,
) -> Result<Planned, Denied> {
    let (care, ctx) = (door.care, door.ctx);
    door.tried = turn::tried(&key.id, Step::SaveDraft);
    let case = Case::load(care, ctx, &key.id, &turn::action(Step::SaveDraft)).await?;
    let mut form = draft::form_of(&case);
    write(&mut form)?;
    let planned = draft::plan_change(care, ctx, &case, &form).await;
    let changes = planned.map_err(|failure| elements(failure.into()))?;
    Ok(match changes {
        Some(mut changes) => {
            let doctor = case.letter.view.author();
            written_by(door, &mut changes, doctor);
            Planned::updated(key.clone(), changes)
        }
        None => Planned::unchanged(key.clone()),
    })
}

/// The words of a ServiceRequest.
fn request_into(sent: &Resource, form: &mut DraftForm) {
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
fn task_into(sent: &Resource, form: &mut DraftForm) -> Result<(), Refusal> {
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

fn letter_into(sent: &Resource, form: &mut DraftForm) {
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
fn request_checked(door: &Door<'_>, sent: &Resource) -> Result<(), Refusal> {
    let id = &sent.id().ok_or(Refusal::NotFound)?;
    only(ServiceRequest::TYPE, sent.json().keys(), &REQUEST)?;
    is_draft(sent, &["draft"])?;
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

fn task_checked(door: &Door<'_>, sent: &Resource) -> Result<(), Refusal> {
    only(Task::TYPE, sent.json().keys(), &TASK)?;
    is_draft(sent, &["draft"])?;
    own_requester(door, sent)
}

/// A letter with sections that are known, and nothing inside but medication.
fn letter_checked(sent: &Resource) -> Result<(), Refusal> {
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
        let code = one
            .get("code")
            .and_then(|code| renkei_fhir::element::code_of(code, SECTION));
        let known = code.is_some_and(|code| SECTIONS.iter().any(|(known, _)| *known == code));
        match (one.get("section").and_then(Value::as_array), code) {
            (Some(inner), Some("300")) => sections(inner, &format!("{at}.section"), faults),
            (None, Some(_)) if known => {}
            _ => faults.push(Fault::new(at, "fault-fhir-section")),
        }
    }
}

fn fault(element: &str, key: &'static str) -> Refusal {
    Refusal::Invalid(vec![Fault::new(element, key)])
}

fn elements(denied: Denied) -> Denied {
    match denied {
        Denied::Refused(refusal) => Denied::Refused(renamed(refusal, element)),
        other => other,
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

/// The case whose draft a new file belongs to, where it comes in the same commit.
pub(super) fn pending_case(door: &Door<'_>, case: &Id) -> Option<Id> {
    let put = door.put(&Task::key(case))?;
    put.place.patient.clone()
}
