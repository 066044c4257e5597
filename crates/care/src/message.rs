//! 連絡: a word on a case between its two institutions, kept as a Communication and shown in the history of the case.
//! What was said stays said: there is no changing and no deleting.

use renkei_base::{Fault, Refusal, text};
use renkei_fhir::element::{key_of, text_of};
use renkei_fhir::patient::Patient;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::{Entry, Task};
use renkei_fhir::{Key, Organization, Resource};
use renkei_store::{Changes, Note};
use serde_json::json;

use crate::fhir::Denied;
use crate::fhir::door::{Door, Planned};
use crate::fhir::step::only;
use crate::policy;
use crate::record;
use crate::referral::case::Case;

pub(crate) const TYPE: &str = "Communication";
/// The word of the history and of the audit.
const CODE: &str = "message";
const ELEMENTS: [&str; 13] = [
    "resourceType",
    "id",
    "meta",
    "identifier",
    "status",
    "category",
    "priority",
    "basedOn",
    "subject",
    "sender",
    "recipient",
    "sent",
    "payload",
];

/// Says something on a case, to the other institution.
pub(crate) async fn create(door: &mut Door<'_>, sent: &Resource) -> Result<Planned, Denied> {
    let ctx = door.ctx;
    let key = sent.key().ok_or(Refusal::NotFound)?;
    only(TYPE, sent.json().keys(), &ELEMENTS)?;
    let mut based = sent.list("basedOn").iter().filter_map(key_of);
    let request = based.find(|key| key.typ == ServiceRequest::TYPE);
    let request = request.ok_or_else(|| fault("basedOn", "fault-required"))?;
    door.tried = Note::new("message.send").what(Task::key(&request.id));
    let case = door.case(&request.id, "message.send").await?;
    policy::may_attach(ctx, &case)?;
    let side = case.side(ctx).ok_or(Refusal::NotFound)?;
    if !case.was_sent() {
        return Err(Refusal::not_now("refuse-not-sent").into());
    }
    let (own, other) = (case.institution(side), case.institution(side.other()));
    let (own, other) = own.zip(other).ok_or(Refusal::NotFound)?;
    let (from, to) = (Organization::key(&own), Organization::key(&other));
    let words = words(sent, &case, &from, &to)?;
    let mut said = sent.clone();
    said.set(
        "subject",
        json!({"reference": Patient::key(&case.patient_id).to_string()}),
    );
    said.set("sender", json!({"reference": from.to_string()}));
    said.set("recipient", json!([{"reference": to.to_string()}]));
    said.set("sent", json!(ctx.at.to_fhir()));
    let known = [
        ServiceRequest::key(&case.id),
        Patient::key(&case.patient_id),
        from,
        to,
    ];
    record::points_inside(door, &said, &case.patient_id, &known).await?;
    let mut task = case.task.view.clone();
    let entry = Entry {
        at: ctx.at,
        code: CODE.to_owned(),
        by: ctx.caller.name.clone(),
        institution: Some(own.clone()),
        text: words,
    };
    task.push_entry(&entry, ctx.caller.account.as_ref());
    task.set_modified(ctx.at);
    let mut changes = Changes::default();
    changes.create(said, case.place(&own));
    changes.update(&case.task.stored, task.into_resource());
    let note = Note::new("message.send").patient(&case.patient_id);
    changes.note(note.what(key.clone()));
    changes.tell.extend([own, other]);
    Ok(Planned::created(key, changes))
}

/// What is said, if it is said by the one to the other about this patient, in plain text.
fn words(sent: &Resource, case: &Case, from: &Key, to: &Key) -> Result<String, Refusal> {
    let mut faults = Vec::new();
    if sent.str_at("status") != Some("completed") {
        faults.push(Fault::new("Communication.status", "fault-fhir-said"));
    }
    let named = |name: &str| sent.get(name).and_then(key_of);
    if named("subject").is_some_and(|key| key != Patient::key(&case.patient_id)) {
        let key = "fault-fhir-reference-unknown";
        faults.push(Fault::new("Communication.subject", key));
    }
    if named("sender").is_some_and(|key| key.typ == Organization::TYPE && key != *from) {
        faults.push(Fault::new("Communication.sender", "fault-fhir-own-only"));
    }
    for (at, one) in sent.list("recipient").iter().enumerate() {
        if key_of(one).is_none_or(|key| key != *to) {
            let at = format!("Communication.recipient[{at}]");
            faults.push(Fault::new(at, "fault-fhir-recipient"));
        }
    }
    let mut lines = Vec::new();
    for (at, one) in sent.list("payload").iter().enumerate() {
        let at = format!("Communication.payload[{at}]");
        let line = text_of(one, "contentString");
        let plain = one.as_object().is_some_and(|one| one.len() == 1);
        match text::long_text(&at, line) {
            Ok(line) if plain && !line.is_empty() => lines.push(line),
            Ok(_) => faults.push(Fault::new(at, "fault-fhir-words-only")),
            Err(fault) => faults.push(fault),
        }
    }
    if lines.is_empty() && faults.is_empty() {
        faults.push(Fault::new("Communication.payload", "fault-required"));
    }
    match faults.is_empty() {
        true => Ok(lines.join("\n")),
        false => Err(Refusal::Invalid(faults)),
    }
}

fn fault(element: &str, key: &'static str) -> Refusal {
    Refusal::Invalid(vec![Fault::new(format!("{TYPE}.{element}"), key)])
}
