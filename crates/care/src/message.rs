//! 連絡: a word on a case between its two institutions, kept as a Communication and shown in the history of the case.
//! What was said stays said: there is no changing and no deleting. Whom it is said to has it on the work list until it was read.

use renkei_base::{Ctx, Fault, Id, Refusal, text};
use renkei_fhir::element::{key_of, text_of};
use renkei_fhir::patient::Patient;
use renkei_fhir::service_request::ServiceRequest;
use renkei_fhir::task::{Entry, Task};
use renkei_fhir::{Key, Organization, Resource};
use renkei_store::{Changes, Failure, Note, StoreError};
use serde_json::json;

use crate::fhir::Denied;
use crate::fhir::door::{Door, Planned};
use crate::fhir::step::only;
use crate::record;
use crate::referral::case::Case;
use crate::text::Check;
use crate::tries::{TRIES, noted};
use crate::{Care, policy};

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
    let (own, other) = may_write(ctx, &case)?;
    let (from, to) = (Organization::key(&own), Organization::key(&other));
    let words = words(sent, &case, &from, &to)?;
    let mut said = sent.clone();
    address(&mut said, ctx, &case, [&from, &to]);
    let known = [
        ServiceRequest::key(&case.id),
        Patient::key(&case.patient_id),
        from,
        to,
    ];
    record::points_inside(door, &said, &case.patient_id, &known).await?;
    let changes = changes(ctx, &case, said, [own, other], words);
    Ok(Planned::created(key, changes))
}

/// Writes to the other institution, as a person does on the page of the case. The same words twice in a row are one message.
///
/// # Errors
/// `Invalid` (`text`), `NotNow` (not sent yet), `Forbidden`, `NotFound`.
pub async fn write(care: &Care, ctx: &Ctx, case: &Id, typed: &str) -> Result<(), Failure> {
    let done = write_tried(care, ctx, case, typed).await;
    let note = Note::new("message.send").what(Task::key(case));
    noted(care, ctx, note, done).await
}

async fn write_tried(care: &Care, ctx: &Ctx, id: &Id, typed: &str) -> Result<(), Failure> {
    for _ in 0..TRIES {
        let case = Case::load(care, ctx, id, "message.send").await?;
        let (own, other) = may_write(ctx, &case)?;
        let mut check = Check::default();
        let words = check.long("text", typed.trim());
        check.require("text", &words);
        check.done()?;
        if is_said(ctx, &case, &words) {
            return Ok(());
        }
        let mut said = Resource::new(TYPE, &ctx.ids.id());
        said.set("status", json!("completed"));
        let based = ServiceRequest::key(&case.id).to_string();
        said.set("basedOn", json!([{"reference": based}]));
        let ends = [Organization::key(&own), Organization::key(&other)];
        address(&mut said, ctx, &case, [&ends[0], &ends[1]]);
        said.set("payload", json!([{"contentString": words}]));
        let changes = changes(ctx, &case, said, [own, other], words);
        match care.store.commit(ctx, changes).await {
            Ok(_) => return Ok(()),
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

/// The institutions that write and read, if the caller may write now.
pub(crate) fn may_write(ctx: &Ctx, case: &Case) -> Result<(Id, Id), Refusal> {
    policy::may_attach(ctx, case)?;
    let side = case.side(ctx).ok_or(Refusal::NotFound)?;
    if !case.was_sent() {
        return Err(Refusal::not_now("refuse-not-sent"));
    }
    let ends = case.institution(side).zip(case.institution(side.other()));
    ends.ok_or(Refusal::NotFound)
}

/// Whether the caller's institution has a message to read.
pub(crate) fn is_unread(ctx: &Ctx, case: &Case) -> bool {
    let mine = ctx.caller.institution.as_ref();
    mine.is_some_and(|mine| case.task.view.has_unread(mine))
}

/// Whether the last thing that happened is this message, by the caller: the second of a double click.
fn is_said(ctx: &Ctx, case: &Case, words: &str) -> bool {
    let entries = case.task.view.entries();
    entries.last().is_some_and(|last| {
        let own = last.by == ctx.caller.name && last.institution == ctx.caller.institution;
        own && last.code == CODE && last.text == words
    })
}

/// Who says it to whom, about whom.
fn address(said: &mut Resource, ctx: &Ctx, case: &Case, [from, to]: [&Key; 2]) {
    let patient = Patient::key(&case.patient_id).to_string();
    said.set("subject", json!({"reference": patient}));
    said.set("sender", json!({"reference": from.to_string()}));
    said.set("recipient", json!([{"reference": to.to_string()}]));
    said.set("sent", json!(ctx.at.to_fhir()));
}

/// The message, its line in the history, and that it is to be read. Who answers has read.
fn changes(
    ctx: &Ctx,
    case: &Case,
    said: Resource,
    [own, other]: [Id; 2],
    words: String,
) -> Changes {
    let mut task = case.task.view.clone();
    let entry = Entry {
        at: ctx.at,
        code: CODE.to_owned(),
        by: ctx.caller.name.clone(),
        institution: Some(own.clone()),
        text: words,
        reason: String::new(),
    };
    task.push_entry(&entry, ctx.caller.account.as_ref());
    task.set_unread(&own, false);
    task.set_unread(&other, true);
    task.set_modified(ctx.at);
    let note = Note::new("message.send").patient(&case.patient_id);
    let mut changes = Changes::default();
    changes.note(match said.key() {
        Some(key) => note.what(key),
        None => note,
    });
    changes.create(said, case.place(&own));
    changes.update(&case.task.stored, task.into_resource());
    changes.tell.extend([own, other]);
    changes
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
