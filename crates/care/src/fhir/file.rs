//! A DocumentReference that names a referral: a file of its letter or reply, by what it really is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use renkei_base::{Fault, Refusal, Scope, limits};
use renkei_fhir::Resource;
use renkei_fhir::document_reference::DocumentReference;
use renkei_fhir::element::text_of;
use renkei_fhir::task::Task;
use renkei_store::{Note, Stored};
use serde_json::Value;

use super::Denied;
use super::door::{Door, Planned};
use super::parts;
use super::step::only;
use crate::attachment;

const FILE: [&str; 11] = [
    "resourceType",
    "id",
    "meta",
    "status",
    "docStatus",
    "category",
    "subject",
    "date",
    "author",
    "content",
    "context",
];
const ATTACHMENT: [&str; 7] = [
    "contentType",
    "data",
    "title",
    "size",
    "hash",
    "creation",
    "language",
];

/// Whether a new one is to belong to a referral; what does not is the record's.
pub(super) fn is_of_case(resource: &Resource) -> bool {
    let view = DocumentReference::from_resource(resource.clone());
    view.is_some_and(|view| view.request().is_some())
}

/// Whether a stored one is the file of a referral.
pub(super) const fn is_kept_in_case(stored: &Stored) -> bool {
    matches!(stored.place.scope, Scope::Case(_))
}

/// Adds a file to the letter (by its sender) or the reply (by its receiver) that is being written.
pub(super) async fn create(door: &mut Door<'_>, sent: &Resource) -> Result<Planned, Denied> {
    let (care, ctx) = (door.care, door.ctx);
    let key = sent.key().ok_or(Refusal::NotFound)?;
    let view = DocumentReference::from_resource(sent.clone()).ok_or(Refusal::NotFound)?;
    let id = view.request().ok_or(Refusal::NotFound)?;
    door.tried = Note::new("attachment.add").what(Task::key(&id));
    only(DocumentReference::TYPE, sent.json().keys(), &FILE)?;
    let bytes = bytes(sent)?;
    if let Some(patient) = parts::pending_case(door, &id) {
        let planned = attachment::plan_new(care, ctx, &id, &patient, &key.id, view.title(), bytes);
        let changes = planned.await.map_err(elements)?;
        return Ok(Planned::created(key, changes));
    }
    let case = door.case(&id, "attachment.add").await?;
    let planned = attachment::plan(care, ctx, &case, &key.id, view.title(), bytes).await;
    match planned.map_err(elements)? {
        (there, None) => Ok(Planned::unchanged(DocumentReference::key(&there))),
        (_, Some(changes)) => Ok(Planned::created(key, changes)),
    }
}

/// Takes a file away again, while it is not sent.
pub(super) async fn delete(door: &mut Door<'_>, stored: &Stored) -> Result<Planned, Denied> {
    let view = DocumentReference::from_resource(stored.resource.clone());
    let case = view.and_then(|view| view.request());
    let case = case.ok_or(Refusal::NotFound)?;
    door.tried = Note::new("attachment.remove").what(Task::key(&case));
    let case = door.case(&case, "attachment.remove").await?;
    let changes = attachment::plan_remove(door.ctx, &case, &stored.key.id)?;
    Ok(Planned::deleted(stored.key.clone(), changes))
}

/// The bytes of the one attachment, which come with it.
fn bytes(sent: &Resource) -> Result<Vec<u8>, Refusal> {
    let [content] = sent.list("content") else {
        return Err(fault("content", "fault-fhir-one-only"));
    };
    let attachment = content.get("attachment").and_then(Value::as_object);
    let attachment = attachment.ok_or_else(|| fault("content[0].attachment", "fault-required"))?;
    let known = |name: &String| ATTACHMENT.contains(&name.as_str());
    if let Some(other) = attachment.keys().find(|name| !known(name)) {
        return Err(fault(
            &format!("content[0].attachment.{other}"),
            "fault-fhir-read-only",
        ));
    }
    let data = content
        .get("attachment")
        .map_or("", |one| text_of(one, "data"));
    let at = "content[0].attachment.data";
    if data.is_empty() {
        return Err(fault(at, "fault-required"));
    }
    if data.len() / 4 * 3 > limits::ATTACHMENT_BYTES + 3 {
        let fault = Fault::new(format!("DocumentReference.{at}"), "fault-file-too-large")
            .with("max", limits::ATTACHMENT_BYTES / 1024 / 1024);
        return Err(Refusal::Invalid(vec![fault]));
    }
    STANDARD
        .decode(data)
        .map_err(|_| fault(at, "fault-fhir-base64"))
}

fn fault(element: &str, key: &'static str) -> Refusal {
    Refusal::Invalid(vec![Fault::new(
        format!("DocumentReference.{element}"),
        key,
    )])
}

fn elements(failure: renkei_store::Failure) -> Denied {
    match Denied::from(failure) {
        Denied::Refused(refusal) => Denied::Refused(super::step::renamed(refusal, |field| {
            (field == "file").then_some("DocumentReference.content[0].attachment.data")
        })),
        other => other,
    }
}
