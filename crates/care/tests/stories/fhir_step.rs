//! A referral by FHIR alone: its parts are its draft, a changed Task is its step, an Appointment its booking.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Id};
use renkei_care::fhir::{self, Denied, Entry, Outcome, Write, Written};
use renkei_care::referral::State;
use renkei_fhir::{Key, Resource};
use renkei_store::Query;
use renkei_testkit::Backend;
use serde_json::{Value, json};

use crate::fhir::{create, machine, patient, said, update};
use crate::fhir_slot::{slot, slot_status};
use crate::region::{Region, Who};

renkei_testkit::each_backend!(
    a_referral_by_its_parts_goes_round,
    one_part_after_the_other,
    what_is_no_step_is_refused,
    a_stranger_takes_no_step,
    a_word_on_a_case,
);

pub(crate) fn resource(value: &Value) -> Resource {
    Resource::from_json(&value.to_string()).unwrap()
}

pub(crate) fn made(full_url: &str, value: &Value) -> Entry {
    Entry {
        full_url: full_url.to_owned(),
        write: Write::Create {
            resource: resource(value),
            if_none_exist: None,
        },
    }
}

pub(crate) fn request(patient: &str) -> Value {
    json!({
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "order",
        "priority": "urgent",
        "subject": {"reference": patient},
        "performer": [{"reference": "Organization/org-shimin"}, {"reference": "HealthcareService/dep-cardiology"}],
        "code": {"text": "精査のお願い"},
        "reasonCode": [{"text": "狭心症の疑い"}],
        "note": [{"text": "3日前から胸痛"}],
    })
}

pub(crate) fn letter(patient: &str) -> Value {
    let section = |code: &str, text: &str| {
        json!({"code": {"coding": [{"system": "http://jpfhir.jp/fhir/clins/CodeSystem/document-section", "code": code}]},
            "text": {"status": "additional", "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{text}</div>")}})
    };
    let mut structured = section("300", "x");
    structured.as_object_mut().unwrap().remove("text");
    structured["section"] = json!([
        section("950", "精査のお願い"),
        section("340", "狭心症の疑い"),
        section("360", "3日前から胸痛"),
        section("370", "高血圧症")
    ]);
    json!({
        "resourceType": "Composition",
        "status": "preliminary",
        "type": {"coding": [{"system": "http://jpfhir.jp/fhir/Common/CodeSystem/doc-typecodes", "code": "57133-1"}]},
        "subject": {"reference": patient},
        "title": "診療情報提供書",
        "author": [{"type": "Practitioner", "display": "岩田 一郎"}],
        "section": [structured],
    })
}

pub(crate) fn file(request: &str, data: &str) -> Value {
    json!({
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": {"contentType": "application/pdf", "title": "心電図.pdf", "data": data}}],
        "context": {"related": [{"reference": request}]},
    })
}

pub(crate) async fn task(region: &Region, ctx: &Ctx, case: &Id) -> Resource {
    let key = Key::new("Task", case.clone());
    let found = fhir::read(&region.care, ctx, &key).await.unwrap();
    found.unwrap().resource
}

/// Reads the Task, sets its status, sends it back.
async fn step(region: &Region, who: &Who, case: &Id, status: &str) -> Result<Written, Denied> {
    let ctx = machine(region, who);
    let mut task = task(region, &ctx, case).await;
    let version = task.version();
    task.set("status", json!(status));
    region.clock.advance(Span::minutes(1));
    update(region, &machine(region, who), task, version).await
}

pub(crate) async fn state(region: &Region, who: &Who, case: &Id) -> State {
    region.view(who, case).await.unwrap().state
}

async fn a_referral_by_its_parts_goes_round(backend: Backend) {
    let region = Region::new(&backend).await;
    let (clerk, doctor) = (&region.clinic_clerk, &region.clinic_doctor);
    let (desk, hospital) = (&region.desk, &region.hospital_doctor);
    let ctx = machine(&region, clerk);
    let mut sent = request("urn:uuid:p");
    sent["identifier"] = json!([{"system": "urn:x-orders", "value": "77"}]);
    sent["supportingInfo"] = json!([{"reference": "urn:uuid:l"}]);
    let work = json!({"resourceType": "Task", "status": "draft", "intent": "order", "focus": {"reference": "urn:uuid:r"}});
    let entries = vec![
        made("urn:uuid:t", &work),
        made("urn:uuid:f", &file("urn:uuid:r", "JVBERi0xLjcK")),
        made("urn:uuid:l", &letter("urn:uuid:p")),
        made("urn:uuid:r", &sent),
        made("urn:uuid:p", &patient("1")),
    ];
    let written = fhir::transaction(&region.care, &ctx, entries)
        .await
        .unwrap();
    let case = written[3].key.id.clone();
    for one in [&written[0], &written[2]] {
        assert_eq!((&one.key.id, one.outcome), (&case, Outcome::Created));
        assert!(one.resource.is_some());
    }
    let order = Query::of("ServiceRequest").with("identifier", "urn:x-orders|77");
    let found = fhir::search(&region.care, &ctx, &order).await.unwrap();
    assert_eq!(found.matches[0].key, written[3].key);
    let view = region.view(clerk, &case).await.unwrap();
    assert_eq!(view.state, State::Draft);
    assert_eq!(
        (
            view.letter.purpose.as_str(),
            view.letter.past_history.as_str(),
            view.letter.priority.as_str(),
            view.addressee.department_name.as_str(),
        ),
        ("精査のお願い", "高血圧症", "urgent", "循環器内科")
    );
    assert_eq!(view.attachments.len(), 1);
    assert_eq!(
        said(step(&region, clerk, &case, "requested").await),
        "refuse-needs-doctor"
    );
    let sent = step(&region, doctor, &case, "requested").await.unwrap();
    assert_eq!(sent.outcome, Outcome::Updated);
    assert_eq!(state(&region, desk, &case).await, State::Sent);
    let key = Key::new("Composition", case.clone());
    let letter = fhir::read(&region.care, &machine(&region, desk), &key).await;
    let letter = letter.unwrap().unwrap().resource;
    assert_eq!(letter.list("author")[0]["display"], json!("岩田 一郎"));
    assert_eq!(
        letter.list("attester")[1]["party"]["display"],
        json!("岩田医院 電子カルテ")
    );
    assert_eq!(
        said(step(&region, desk, &case, "accepted").await),
        "refuse-receive-first"
    );
    step(&region, desk, &case, "received").await.unwrap();
    step(&region, desk, &case, "accepted").await.unwrap();
    assert_eq!(state(&region, doctor, &case).await, State::Accepted);

    let slots = open(&region, desk, 2).await;
    let ctx = machine(&region, desk);
    let booked = create(&region, &ctx, booking(&case, &slots[0]))
        .await
        .unwrap();
    assert_eq!(booked.outcome, Outcome::Created);
    assert_eq!(state(&region, doctor, &case).await, State::Booked);
    let again = create(&region, &ctx, booking(&case, &slots[0]))
        .await
        .unwrap();
    assert_eq!(
        (&again.key, again.outcome),
        (&booked.key, Outcome::Unchanged)
    );
    let mut moved = booked.resource.unwrap();
    moved.set("slot", json!([{"reference": slots[1].to_string()}]));
    let moved = update(&region, &ctx, moved, None).await.unwrap();
    assert_eq!(state(&region, doctor, &case).await, State::Rebooked);
    assert_eq!(slot_status(&region, &ctx, &slots).await, ["free", "busy"]);
    let mut off = moved.resource.unwrap();
    off.set("status", json!("cancelled"));
    off.set("cancelationReason", json!({"text": "発熱のため"}));
    update(&region, &ctx, off, None).await.unwrap();
    assert_eq!(state(&region, doctor, &case).await, State::Accepted);
    assert_eq!(slot_status(&region, &ctx, &slots).await, ["free", "free"]);
    step(&region, hospital, &case, "in-progress").await.unwrap();
    assert_eq!(state(&region, doctor, &case).await, State::Arrived);
    let mut undone = task(&region, &ctx, &case).await;
    undone.set("status", json!("accepted"));
    undone.set("statusReason", json!({"text": "別の患者でした"}));
    update(&region, &machine(&region, desk), undone, None)
        .await
        .unwrap();
    assert_eq!(state(&region, doctor, &case).await, State::Accepted);
    step(&region, hospital, &case, "in-progress").await.unwrap();
    assert_eq!(
        said(step(&region, doctor, &case, "completed").await),
        "refuse-not-replied"
    );
    region.release(&case, false).await.unwrap();
    step(&region, doctor, &case, "completed").await.unwrap();
    assert_eq!(state(&region, doctor, &case).await, State::Closed);
}

pub(crate) fn booking(case: &Id, slot: &Key) -> Value {
    json!({
        "resourceType": "Appointment",
        "status": "booked",
        "basedOn": [{"reference": format!("ServiceRequest/{case}")}],
        "slot": [{"reference": slot.to_string()}],
        "participant": [{"actor": {"reference": "HealthcareService/dep-cardiology"}, "status": "accepted"}],
    })
}

/// Opens slots of half an hour from nine on, in one transaction.
pub(crate) async fn open(region: &Region, who: &Who, count: usize) -> Vec<Key> {
    let times = [("09:00", "09:30"), ("09:30", "10:00"), ("10:00", "10:30")];
    let entries = times.iter().take(count);
    let entries = entries.map(|(start, end)| made("", &slot(start, end)));
    let ctx = machine(region, who);
    let written = fhir::transaction(&region.care, &ctx, entries.collect()).await;
    written.unwrap().into_iter().map(|one| one.key).collect()
}

async fn one_part_after_the_other(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_doctor);
    let subject = create(&region, &ctx, patient("1")).await.unwrap().key;
    let mut sent = request(&subject.to_string());
    sent.as_object_mut().unwrap().remove("performer");
    let made = create(&region, &ctx, sent).await.unwrap();
    let case = made.key.id.clone();
    let early = step(&region, &region.clinic_doctor, &case, "requested").await;
    assert_eq!(said(early), "Task.owner fault-required");
    let work = json!({
        "resourceType": "Task", "status": "draft", "intent": "order",
        "focus": {"reference": made.key.to_string()},
        "owner": {"reference": "Organization/org-shimin"},
    });
    let task = create(&region, &ctx, work).await.unwrap();
    assert_eq!((task.key.typ.as_str(), &task.key.id), ("Task", &case));
    let mut body = task.resource.unwrap();
    body.set("owner", json!({"reference": "Organization/org-other"}));
    update(&region, &ctx, body.clone(), None).await.unwrap();
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert_eq!(view.addressee.name, "他所医院");
    // The letter, rewritten.
    let key = Key::new("Composition", case.clone());
    let found = fhir::read(&region.care, &ctx, &key).await.unwrap().unwrap();
    let mut changed = found.resource;
    let mut words = letter(&subject.to_string());
    changed.set("section", words["section"].take());
    update(&region, &ctx, changed.clone(), None).await.unwrap();
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert_eq!(view.letter.past_history, "高血圧症");
    changed.set(
        "section",
        json!([{"code": {"text": "x"}, "text": {"div": "<div>y</div>"}}]),
    );
    let refused = update(&region, &ctx, changed, None).await;
    insta::assert_snapshot!(said(refused), @"Composition.section[0] fault-fhir-section");
    step(&region, &region.clinic_doctor, &case, "requested")
        .await
        .unwrap();
    // From now on the words stay.
    let key = Key::new("ServiceRequest", case);
    let found = fhir::read(&region.care, &ctx, &key).await.unwrap().unwrap();
    let mut changed = found.resource;
    changed.set("reasonCode", json!([{"text": "他"}]));
    let refused = update(&region, &ctx, changed, None).await;
    assert_eq!(said(refused), "refuse-already-sent");
}

async fn what_is_no_step_is_refused(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let subject = create(&region, &ctx, patient("1")).await.unwrap().key;
    let subject = subject.to_string();
    let mut lines = Vec::new();
    let mut refused = |name: &str, said: String| lines.push(format!("{name}: {said}"));
    let mut sent = request(&subject);
    sent["status"] = json!("active");
    refused("active", said(create(&region, &ctx, sent).await));
    let mut sent = request(&subject);
    sent["occurrenceDateTime"] = json!("2026-12-01");
    refused("more", said(create(&region, &ctx, sent).await));
    let mut sent = request(&subject);
    sent["requester"] = json!({"reference": "Organization/org-shimin"});
    refused("in another's name", said(create(&region, &ctx, sent).await));
    let mut sent = request(&subject);
    sent["supportingInfo"] = json!([{"reference": subject}]);
    sent["category"] = json!([{"text": "x"}]);
    refused("lost", said(create(&region, &ctx, sent).await));
    refused("two tasks", {
        let work = json!({"resourceType": "Task", "status": "draft", "focus": {"reference": "urn:uuid:r"}});
        let entries = vec![
            made("urn:uuid:r", &request(&subject)),
            made("", &work),
            made("", &work),
        ];
        let failed = fhir::transaction(&region.care, &ctx, entries)
            .await
            .unwrap_err();
        assert_eq!(failed.entry, Some(0));
        said::<()>(Err(failed.why))
    });
    let mut sent = request(&subject);
    sent["performer"] = json!([{"reference": "Organization/nowhere"}]);
    refused("to nobody", said(create(&region, &ctx, sent).await));
    refused("to a patient of others", {
        let hospital = machine(&region, &region.desk);
        let mut sent = request(&subject);
        sent["performer"] = json!([{"reference": "Organization/org-other"}]);
        said(create(&region, &hospital, sent).await)
    });
    refused(
        "a letter alone",
        said(create(&region, &ctx, letter(&subject)).await),
    );
    let work = json!({"resourceType": "Task", "status": "draft", "intent": "order", "focus": {"reference": "ServiceRequest/nowhere-at-all"}});
    refused("a task of nothing", said(create(&region, &ctx, work).await));
    let case = region.sent().await;
    let desk = machine(&region, &region.desk);
    let mut changed = task(&region, &desk, &case).await;
    changed.set("description", json!("x"));
    changed.set("status", json!("received"));
    refused(
        "other elements",
        said(update(&region, &desk, changed, None).await),
    );
    let mut changed = task(&region, &desk, &case).await;
    changed.set("status", json!("rejected"));
    refused(
        "no reason",
        said(update(&region, &desk, changed.clone(), None).await),
    );
    changed.set("statusReason", json!({"coding": [{"system": "https://renkei.example/fhir/CodeSystem/decline-reason", "code": "no-capacity"}], "text": "満床"}));
    refused(
        "an old version",
        said(update(&region, &desk, changed.clone(), Some(99)).await),
    );
    insta::assert_snapshot!(lines.join("\n"), @r"
    active: ServiceRequest.status fault-fhir-draft-first
    more: ServiceRequest.occurrenceDateTime fault-fhir-read-only
    in another's name: ServiceRequest.requester fault-fhir-own-only
    lost: ServiceRequest.category fault-fhir-read-only, ServiceRequest.supportingInfo[0] fault-fhir-letter-only
    two tasks: refuse-fhir-twice
    to nobody: Task.owner fault-institution-unknown
    to a patient of others: ServiceRequest.subject fault-patient-unknown
    a letter alone: refuse-fhir-letter
    a task of nothing: not found
    other elements: Task.description fault-fhir-read-only
    no reason: Task.statusReason.coding fault-required
    an old version: refuse-fhir-version
    ");
    update(&region, &desk, changed, None).await.unwrap();
    assert_eq!(state(&region, &region.desk, &case).await, State::Declined);
    // The answer was read: nobody's turn any more.
    let ctx = machine(&region, &region.clinic_doctor);
    let mut read = task(&region, &ctx, &case).await;
    let mut list = read.list("extension").to_vec();
    list.retain(|one| !one["url"].as_str().unwrap().ends_with("/holder"));
    if list.is_empty() {
        read.remove("extension");
    } else {
        read.set("extension", json!(list));
    }
    update(&region, &ctx, read, None).await.unwrap();
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    assert!(
        !view
            .offers
            .contains(&renkei_care::referral::Step::Acknowledge)
    );
}

async fn a_stranger_takes_no_step(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.sent().await;
    let stranger = machine(&region, &region.stranger);
    let desk = machine(&region, &region.desk);
    let mut sent = task(&region, &desk, &case).await;
    sent.set("status", json!("received"));
    let mut unreal = sent.clone();
    unreal.set("id", json!(region.ids.id().as_str()));
    for one in [sent, unreal] {
        assert_eq!(
            said(update(&region, &stranger, one, None).await),
            "not found"
        );
    }
    let slots = open(&region, &region.desk, 1).await;
    for id in [case.clone(), region.ids.id()] {
        let refused = create(&region, &stranger, booking(&id, &slots[0])).await;
        assert_eq!(said(refused), "not found");
        let work = json!({"resourceType": "Task", "status": "draft", "focus": {"reference": format!("ServiceRequest/{id}")}});
        assert_eq!(said(create(&region, &stranger, work).await), "not found");
    }
    assert_eq!(state(&region, &region.desk, &case).await, State::Sent);
}

async fn a_word_on_a_case(backend: Backend) {
    let region = Region::new(&backend).await;
    let clinic = machine(&region, &region.clinic_clerk);
    let desk = machine(&region, &region.desk);
    let word = |case: &Id| {
        json!({
            "resourceType": "Communication",
            "status": "completed",
            "basedOn": [{"reference": format!("ServiceRequest/{case}")}],
            "payload": [{"contentString": "ペースメーカー手帳をお持ちください"}],
        })
    };
    let draft = region.draft().await;
    let refused = create(&region, &clinic, word(&draft)).await;
    assert_eq!(said(refused), "refuse-not-sent");
    let case = region.sent().await;
    let sent = create(&region, &desk, word(&case)).await.unwrap();
    let read = fhir::read(&region.care, &clinic, &sent.key).await.unwrap();
    let body = read.unwrap().resource;
    assert_eq!(
        (
            body.at(&["sender", "reference"]),
            &body.list("recipient")[0]["reference"]
        ),
        (
            Some(&json!("Organization/org-shimin")),
            &json!("Organization/org-iwata")
        )
    );
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    let last = view.timeline.last().unwrap();
    assert_eq!(
        (last.code.as_str(), last.text.as_str()),
        ("message", "ペースメーカー手帳をお持ちください")
    );
    // The referral goes on as before.
    step(&region, &region.desk, &case, "received")
        .await
        .unwrap();
    let mut lines = Vec::new();
    let mut other = word(&case);
    other["recipient"] = json!([{"reference": "Organization/org-other"}]);
    other["sender"] = json!({"reference": "Organization/org-shimin"});
    other["status"] = json!("preparation");
    lines.push(said(create(&region, &clinic, other).await));
    let mut other = word(&case);
    other["payload"] = json!([{"contentAttachment": {"data": "AAAA"}}]);
    lines.push(said(create(&region, &clinic, other).await));
    let mut other = word(&case);
    other["topic"] = json!({"text": "x"});
    lines.push(said(create(&region, &clinic, other).await));
    lines.push(said(update(&region, &desk, body, None).await));
    let stranger = machine(&region, &region.stranger);
    lines.push(said(create(&region, &stranger, word(&case)).await));
    assert_eq!(
        fhir::read(&region.care, &stranger, &sent.key)
            .await
            .unwrap(),
        None
    );
    insta::assert_snapshot!(lines.join("\n"), @r"
    Communication.status fault-fhir-said, Communication.sender fault-fhir-own-only, Communication.recipient[0] fault-fhir-recipient
    Communication.payload[0] fault-fhir-words-only
    Communication.topic fault-fhir-read-only
    refuse-fhir-message
    not found
    ");
}
