//! A reply as a Composition: `type` says which one (初回返書, 経過報告, 最終返書), `relatesTo` names the letter that it answers,
//! the sections are those of the form. It is sent final, and released as the doctor's button does.

use renkei_base::{Fault, Id, Refusal};
use renkei_fhir::composition::{Composition, REPLY_KIND, REPLY_SECTION};
use renkei_fhir::element::{code_of, key_of, text_of};
use renkei_fhir::patient::Patient;
use renkei_fhir::{Key, Resource};
use renkei_store::Changes;
use serde_json::Value;

use super::Denied;
use super::door::{Door, Planned};
use super::parts::written_by;
use super::shape::fault;
use super::step::{only, renamed};
use super::words::author_of;
use crate::referral::{Step, turn};
use crate::reply;

const REPLY: [&str; 13] = [
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
    "relatesTo",
    "section",
    "extension",
];

/// Whether a Composition is a reply.
pub(super) fn is_reply(sent: &Resource) -> bool {
    let kind = sent.get("type").and_then(|kind| code_of(kind, REPLY_KIND));
    kind.is_some()
}

/// Releases a reply.
pub(super) async fn create(door: &mut Door<'_>, sent: &Resource) -> Result<Planned, Denied> {
    let id = answered(sent)?;
    door.tried = turn::tried(&id, Step::Reply);
    let view = Composition::from_resource(sent.clone()).ok_or(Refusal::NotFound)?;
    let case = door.case(&id, &turn::action(Step::Reply)).await?;
    checked(sent, &view, &Patient::key(&case.patient_id))?;
    let planned = reply::plan_release(door.care, door.ctx, &case, &reply::form_of(&view)).await;
    let changes = planned.map_err(|failure| elements(failure.into()))?;
    let Some(mut changes) = changes else {
        let last = case.last_reply().ok_or(Refusal::NotFound)?;
        return Ok(Planned::unchanged(last.stored.key.clone()));
    };
    if let Some(doctor) = author_of(sent) {
        written_by(door, &mut changes, &doctor);
    }
    let key = released(&changes).ok_or(Refusal::NotFound)?;
    Ok(Planned::created(key, changes))
}

/// The case whose letter it answers.
fn answered(sent: &Resource) -> Result<Id, Refusal> {
    let at = "Composition.relatesTo";
    let [one] = sent.list("relatesTo") else {
        return Err(fault(at, "fault-required"));
    };
    let key = one.get("targetReference").and_then(key_of);
    match key.filter(|key| key.typ == Composition::TYPE) {
        Some(key) if text_of(one, "code") == "appends" => Ok(key.id),
        _ => Err(fault(at, "fault-fhir-answers")),
    }
}

/// Nothing that the form does not keep.
fn checked(sent: &Resource, view: &Composition, patient: &Key) -> Result<(), Refusal> {
    only(Composition::TYPE, sent.json().keys(), &REPLY)?;
    let mut faults = Vec::new();
    let mut wrong = |at: String, key: &'static str| {
        faults.push(Fault::new(format!("Composition.{at}"), key));
    };
    if sent.str_at("status") != Some("final") {
        wrong("status".to_owned(), "fault-fhir-final-only");
    }
    let subject = sent.get("subject").and_then(key_of);
    if subject.is_some_and(|key| key != *patient) {
        wrong("subject".to_owned(), "fault-fhir-reference-unknown");
    }
    // How it goes on; anything else would be lost.
    let known = usize::from(view.closes()) + usize::from(view.more());
    if sent.list("extension").len() != known {
        wrong("extension".to_owned(), "fault-fhir-read-only");
    }
    for (at, one) in sent.list("section").iter().enumerate() {
        if !is_known(one) {
            wrong(format!("section[{at}]"), "fault-fhir-section");
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Invalid(faults)),
    }
}

fn is_known(section: &Value) -> bool {
    let code = section
        .get("code")
        .and_then(|code| code_of(code, REPLY_SECTION));
    let plain = section.as_object().is_some_and(|section| {
        section
            .keys()
            .all(|name| matches!(name.as_str(), "title" | "code" | "text"))
    });
    plain && code.is_some_and(reply::is_section)
}

fn released(changes: &Changes) -> Option<Key> {
    let mut puts = changes.puts.iter();
    let put = puts.find(|put| is_reply(&put.resource))?;
    put.resource.key()
}

fn elements(denied: Denied) -> Denied {
    match denied {
        Denied::Refused(refusal) => Denied::Refused(renamed(refusal, |field| {
            Some(match field {
                "kind" => "Composition.type",
                "closes" => "Composition.extension",
                _ => "Composition.section",
            })
        })),
        other => other,
    }
}
