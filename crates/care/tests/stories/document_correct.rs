//! Corrections of letters, replies that go on, and what a letter says in codes.

use renkei_base::clock::Span;
use renkei_care::document::{Refused, receive};
use renkei_care::referral::{Command, State};
use renkei_fhir::Key;
use renkei_fhir::document::{Letter, check, read};
use renkei_fhir::patient::Patient;
use renkei_testkit::Backend;
use serde_json::json;

use crate::document::{
    clinic_system, gateway, hospital_system, inbox, numbered, sent_letter, taken, text,
};
use crate::document_reply::{answer, bundle, faultless, issued};
use crate::fhir::{create, machine};
use crate::region::Region;

renkei_testkit::each_backend!(
    a_corrected_letter,
    what_is_no_correction,
    replies_go_on_and_end,
    what_the_letter_names_in_codes,
);

/// A correction of a letter, with other words and another file.
fn corrected(letter: &Letter, number: &str) -> Letter {
    let mut new = letter.clone();
    new.replaces = Some(letter.identifier.clone());
    new.identifier.value = letter.identifier.value.replace("A-1", number);
    for section in &mut new.sections {
        if section.code == "360" {
            section.text = "5日前から胸痛（訂正）".to_owned();
        }
    }
    new
}

fn refused(result: Result<renkei_care::document::Received, Refused>) -> String {
    match result {
        Err(Refused::Faulty(findings)) => format!("{} {}", findings[0].rule, findings[0].key),
        other => panic!("{other:?}"),
    }
}

async fn a_corrected_letter(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    for ctx in [clinic_system(&region), gateway(&region)] {
        let gateway = ctx.caller.institution.is_none();
        let letter = sent_letter(if gateway { "G-A-1" } else { "A-1" });
        taken(&region, &ctx, &text(&letter)).await;
        let case = inbox(&region, &region.desk).await.remove(0);
        let before = region.view(&region.desk, &case).await.unwrap();
        region
            .act(&region.desk, &case, Command::Receive)
            .await
            .unwrap();
        region.clock.advance(Span::minutes(1));
        let new = corrected(&letter, "A-2");
        let received = taken(&region, &ctx, &text(&new)).await;
        assert!(
            received.created && received.warnings.is_empty(),
            "{:?}",
            received.warnings
        );
        assert!(!taken(&region, &ctx, &text(&new)).await.created, "once");
        // One case, in the same state, with the new words; what was said before is in its history.
        let view = region.view(&region.desk, &case).await.unwrap();
        assert_eq!(view.state, State::Received);
        assert_eq!(view.letter.course, "5日前から胸痛（訂正）");
        assert_eq!(view.attachments.len(), before.attachments.len());
        assert_eq!(view.timeline.last().unwrap().code, "correct");
        let key = Key::new("Composition", case.clone());
        let first = region
            .care
            .store
            .read_version(&region.ctx(&region.desk), &key, 1)
            .await;
        assert!(!first.unwrap().unwrap().resource.to_json().contains("訂正"));
        // It can be answered by either number, and corrected again.
        let mut third = corrected(&new, "A-3");
        third.identifier.value = new.identifier.value.replace("A-2", "A-3");
        assert!(
            taken(&region, &ctx, &text(&third))
                .await
                .warnings
                .is_empty()
        );
        let hospital = hospital_system(&region);
        taken(
            &region,
            &hospital,
            &text(&answer(&new, if gateway { "B-2" } else { "B-1" })),
        )
        .await;
        let view = region.view(&region.clinic_doctor, &case).await.unwrap();
        assert_eq!(view.state, State::RepliedFirst);
    }
}

async fn what_is_no_correction(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let clinic = clinic_system(&region);
    let letter = sent_letter("A-1");
    taken(&region, &clinic, &text(&letter)).await;
    let case = inbox(&region, &region.desk).await.remove(0);
    // Another patient, or another birthday.
    let mut other = corrected(&letter, "A-2");
    other.patient["birthDate"] = json!("1951-04-01");
    let said = refused(receive(&region.care, &clinic, &text(&other)).await);
    assert_eq!(said, "renkei-replaces document-replaces-patient");
    // What is not known, and what another one brought, is a letter of its own.
    let mut unknown = corrected(&letter, "A-3");
    unknown.replaces.as_mut().unwrap().value.push('x');
    let received = taken(&region, &clinic, &text(&unknown)).await;
    assert_eq!(received.warnings[0].key, "document-replaces-unknown");
    let received = taken(
        &region,
        &gateway(&region),
        &text(&corrected(&letter, "A-4")),
    )
    .await;
    assert_eq!(received.warnings[0].key, "document-replaces-unknown");
    assert_eq!(inbox(&region, &region.desk).await.len(), 3);
    assert_eq!(
        region
            .view(&region.desk, &case)
            .await
            .unwrap()
            .letter
            .course,
        sent_letter("A-1").section("360").unwrap().text
    );
    // A reply is followed, not replaced; what is over stays.
    let hospital = hospital_system(&region);
    let mut reply = answer(&letter, "B-1");
    reply.closes = true;
    taken(&region, &hospital, &text(&reply)).await;
    let mut again = answer(&letter, "B-2");
    again.answers = None;
    again.replaces = Some(reply.identifier.clone());
    let said = refused(receive(&region.care, &hospital, &text(&again)).await);
    assert_eq!(said, "renkei-replaces document-replaces-reply");
    let said = refused(receive(&region.care, &clinic, &text(&corrected(&letter, "A-5"))).await);
    assert_eq!(said, "renkei-replaces document-replaces-over");
}

async fn replies_go_on_and_end(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let case = region.sent().await;
    let made = issued(&region, &case).await.made;
    let hospital = hospital_system(&region);
    let sent = read(&bundle(&region, &hospital, &made[0]).await);
    let mut states = Vec::new();
    for (number, closes) in [("B-1", false), ("B-2", false), ("B-3", true)] {
        let mut reply = answer(&sent, number);
        reply.closes = closes;
        region.clock.advance(Span::hours(1));
        taken(&region, &hospital, &text(&reply)).await;
        let view = region.view(&region.clinic_doctor, &case).await.unwrap();
        let last = view.replies.last().unwrap().kind.clone();
        states.push((view.state, last));
    }
    let expected = [
        (State::RepliedFirst, "first".to_owned()),
        (State::RepliedInterim, "interim".to_owned()),
        (State::Closed, "final".to_owned()),
    ];
    assert_eq!(states, expected);
}

async fn what_the_letter_names_in_codes(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let case = region.draft().await;
    let clinic = machine(&region, &region.clinic_doctor);
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    let patient = Patient::key(view.patient.id.as_ref().unwrap()).to_string();
    let condition = |name: &str, code: &str| {
        json!({"resourceType": "Condition", "subject": {"reference": patient},
            "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
            "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]},
            "code": {"text": name, "coding": [{"system": "http://medis.or.jp/CodeSystem/master-disease-keyNumber", "code": code, "display": name}]}})
    };
    // The letter says 狭心症の疑い and 高血圧症; of the third it says nothing.
    for (name, code) in [
        ("高血圧症", "20061920"),
        ("狭心症の疑い", "20058911"),
        ("うつ病", "20050938"),
    ] {
        create(&region, &clinic, condition(name, code))
            .await
            .unwrap();
    }
    region
        .act(&region.clinic_doctor, &case, Command::Send)
        .await
        .unwrap();
    let made = issued(&region, &case).await.made;
    let desk = region.ctx(&region.desk);
    let out = bundle(&region, &desk, &made[0]).await;
    assert_eq!(check(&out), []);
    let letter = faultless(&out);
    let json = out.to_json();
    assert!(
        json.contains("20061920") && json.contains("20058911"),
        "{json}"
    );
    assert!(!json.contains("うつ病") && !json.contains("20050938"));
    // Every line of medication is there once, in words and as a request that says that it has no code.
    let lines = letter
        .section("430")
        .map_or(0, |section| section.text.lines().count());
    assert_eq!(json.matches("NOCODED").count(), lines);
    // Read again, the letter says what it said.
    let words = |code: &str| letter.section(code).map(|one| one.text.clone());
    assert_eq!(words("340").as_deref(), Some("狭心症の疑い\n高血圧症"));
    for section in &letter.sections {
        assert!(section.lines.is_empty(), "{section:?}");
    }
}
