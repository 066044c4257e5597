//! Slots and files of a case from outside: given once, one's own, come and go.

use renkei_base::Ctx;
use renkei_care::fhir::{self, Outcome};
use renkei_care::referral::State;
use renkei_fhir::Key;
use renkei_testkit::Backend;
use serde_json::{Value, json};

use crate::fhir::{create, delete, machine, said, update};
use crate::fhir_step::{booking, file, open, state};
use crate::region::Region;

renkei_testkit::each_backend!(a_slot_is_given_once, files_come_and_go, slots_are_ones_own,);

pub(crate) fn slot(start: &str, end: &str) -> Value {
    json!({
        "resourceType": "Slot",
        "schedule": {"reference": "Schedule/dep-cardiology"},
        "status": "free",
        "start": format!("2026-12-01T{start}:00+09:00"),
        "end": format!("2026-12-01T{end}:00+09:00"),
    })
}

pub(crate) async fn slot_status(region: &Region, ctx: &Ctx, slots: &[Key]) -> Vec<String> {
    let mut list = Vec::new();
    for key in slots {
        let found = fhir::read(&region.care, ctx, key).await.unwrap().unwrap();
        list.push(found.resource.str_at("status").unwrap().to_owned());
    }
    list
}

async fn a_slot_is_given_once(backend: Backend) {
    let region = Region::new(&backend).await;
    let (one, two) = (region.accepted().await, region.accepted().await);
    let slots = open(&region, &region.desk, 1).await;
    let ctx = machine(&region, &region.desk);
    let (a, b) = tokio::join!(
        create(&region, &ctx, booking(&one, &slots[0])),
        create(&region, &ctx, booking(&two, &slots[0])),
    );
    assert_eq!(
        usize::from(a.is_ok()) + usize::from(b.is_ok()),
        1,
        "{a:?} {b:?}"
    );
    let lost = if a.is_ok() { b } else { a };
    assert_eq!(said(lost), "refuse-slot-taken");
    let mut busy = fhir::read(&region.care, &ctx, &slots[0])
        .await
        .unwrap()
        .unwrap()
        .resource;
    busy.set("status", json!("free"));
    assert_eq!(
        said(update(&region, &ctx, busy, None).await),
        "refuse-slot-taken"
    );
    // A new time, without a slot that was opened before.
    let free = if state(&region, &region.desk, &one).await == State::Accepted {
        one
    } else {
        two
    };
    let mut sent = booking(&free, &slots[0]);
    sent.as_object_mut().unwrap().remove("slot");
    sent["start"] = json!("2026-12-02T09:00:00+09:00");
    sent["end"] = json!("2026-12-02T09:20:00+09:00");
    let mut lost = sent.clone();
    lost["participant"] = json!([{"actor": {"reference": "Practitioner/x"}, "status": "accepted"}]);
    assert_eq!(
        said(create(&region, &ctx, lost).await),
        "Appointment.participant[0].actor fault-fhir-read-only"
    );
    let booked = create(&region, &ctx, sent).await.unwrap().resource.unwrap();
    assert_eq!(booked.str_at("end"), Some("2026-12-02T00:20:00.000000Z"));
    // Whose patient it is not.
    let mut sent = booking(&region.accepted().await, &slots[0]);
    sent["participant"] =
        json!([{"actor": {"reference": "Patient/somebody"}, "status": "accepted"}]);
    insta::assert_snapshot!(said(create(&region, &ctx, sent).await), @"Appointment.participant[0].actor fault-fhir-reference-unknown");
}

async fn files_come_and_go(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let case = region.draft().await;
    let related = format!("ServiceRequest/{case}");
    let added = create(&region, &ctx, file(&related, "JVBERi0xLjcK"))
        .await
        .unwrap();
    let view = region.view(&region.clinic_clerk, &case).await.unwrap();
    assert_eq!(view.attachments[0].title, "心電図.pdf");
    assert_eq!(view.attachments[0].mime, "application/pdf");
    let again = create(&region, &ctx, file(&related, "JVBERi0xLjcK"))
        .await
        .unwrap();
    assert_eq!(
        (&again.key, again.outcome),
        (&added.key, Outcome::Unchanged)
    );
    let mut lines = Vec::new();
    for data in ["TVqQAAM=", "not base64!", ""] {
        lines.push(said(create(&region, &ctx, file(&related, data)).await));
    }
    let stranger = machine(&region, &region.stranger);
    lines.push(said(
        create(&region, &stranger, file(&related, "JVBERi0xLjcK")).await,
    ));
    let desk = machine(&region, &region.desk);
    lines.push(said(
        create(&region, &desk, file(&related, "JVBERi0xLjcK")).await,
    ));
    insta::assert_snapshot!(lines.join("\n"), @r"
    DocumentReference.content[0].attachment.data fault-file-type
    DocumentReference.content[0].attachment.data fault-fhir-base64
    DocumentReference.content[0].attachment.data fault-required
    not found
    not found
    ");
    delete(&region, &ctx, &added.key).await.unwrap();
    let view = region.view(&region.clinic_clerk, &case).await.unwrap();
    assert_eq!(view.attachments.len(), 0);
}

async fn slots_are_ones_own(backend: Backend) {
    let region = Region::new(&backend).await;
    let desk = machine(&region, &region.desk);
    let clinic = machine(&region, &region.clinic_doctor);
    let mut lines = Vec::new();
    lines.push(said(create(&region, &clinic, slot("09:00", "09:30")).await));
    lines.push(said(create(&region, &desk, slot("09:30", "09:00")).await));
    let mut sent = slot("09:00", "09:30");
    sent["status"] = json!("busy");
    lines.push(said(create(&region, &desk, sent).await));
    let mut sent = slot("09:00", "09:30");
    sent["start"] = json!("2020-01-01T09:00:00+09:00");
    lines.push(said(create(&region, &desk, sent).await));
    let slots = open(&region, &region.desk, 1).await;
    let mut body = fhir::read(&region.care, &desk, &slots[0])
        .await
        .unwrap()
        .unwrap()
        .resource;
    body.set("status", json!("busy"));
    lines.push(said(update(&region, &desk, body.clone(), None).await));
    body.set("status", json!("busy-unavailable"));
    lines.push(said(update(&region, &clinic, body.clone(), None).await));
    update(&region, &desk, body, None).await.unwrap();
    assert_eq!(
        slot_status(&region, &desk, &slots).await,
        ["busy-unavailable"]
    );
    let schedule = json!({"resourceType": "Schedule", "actor": [{"reference": "HealthcareService/dep-cardiology"}]});
    let there = create(&region, &desk, schedule.clone()).await.unwrap();
    assert_eq!(there.outcome, Outcome::Unchanged);
    lines.push(said(create(&region, &clinic, schedule).await));
    insta::assert_snapshot!(lines.join("\n"), @r"
    refuse-other-institution
    Slot.end fault-ends-before-it-begins
    Slot.status fault-fhir-slot-status
    Slot.start fault-time-past
    Slot.status fault-fhir-slot-status
    refuse-other-institution
    refuse-other-institution
    ");
}
