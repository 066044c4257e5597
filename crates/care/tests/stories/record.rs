//! The record: who writes it, who reads it, and that nothing moves between patients.

use renkei_care::fhir::{self, Outcome};
use renkei_store::Query;
use renkei_testkit::Backend;
use serde_json::{Value, json};

use crate::fhir::{create, delete, machine, patient, said, update, weight};
use crate::region::Region;

renkei_testkit::each_backend!(
    every_type_is_kept_and_found,
    the_institution_of_the_patient_writes,
    nothing_moves_between_patients,
    no_bytes_of_others,
);

/// One of each type, with the searches that find it.
fn all(subject: &str) -> Vec<(Value, &'static [(&'static str, &'static str)])> {
    let subject = json!({"reference": subject});
    let text = |text: &str| json!({"text": text, "coding": [{"system": "urn:c", "code": "1"}]});
    let identifier = json!([{"system": "urn:i", "value": "9"}]);
    let coded = |system: &str, code: &str| json!({"coding": [{"system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code}]});
    vec![
        (
            weight(subject["reference"].as_str().unwrap(), 60.0),
            &[
                ("code", "http://loinc.org|29463-7"),
                ("category", "vital-signs"),
                ("date", "2026-11-20"),
                ("status", "final"),
                ("identifier", "urn:x-lab|w-60"),
                ("value-quantity", "60"),
            ],
        ),
        (
            json!({"resourceType": "Condition", "identifier": identifier, "clinicalStatus": coded("condition-clinical", "active"),
                "category": [coded("condition-category", "problem-list-item")], "code": text("糖尿病"), "subject": subject,
                "onsetDateTime": "2020-05", "recordedDate": "2026-01-05"}),
            &[
                ("code", "urn:c|1"),
                ("clinical-status", "active"),
                ("category", "problem-list-item"),
                ("onset-date", "2020"),
                ("recorded-date", "2026-01-05"),
                ("identifier", "9"),
            ],
        ),
        (
            json!({"resourceType": "AllergyIntolerance", "identifier": identifier,
                "clinicalStatus": coded("allergyintolerance-clinical", "active"), "category": ["medication"],
                "code": text("ペニシリン"), "patient": subject, "recordedDate": "2026-01-05",
                "reaction": [{"manifestation": [{"text": "発疹"}], "severity": "mild"}]}),
            &[
                ("code", "urn:c|1"),
                ("category", "medication"),
                ("clinical-status", "active"),
                ("date", "2026"),
                ("identifier", "9"),
            ],
        ),
        (
            json!({"resourceType": "MedicationRequest", "identifier": identifier, "status": "active", "intent": "order",
                "category": [text("内服")], "medicationCodeableConcept": text("アムロジピン"), "subject": subject,
                "authoredOn": "2026-11-01"}),
            &[
                ("code", "urn:c|1"),
                ("status", "active"),
                ("category", "urn:c|1"),
                ("authoredon", "2026-11"),
                ("identifier", "9"),
            ],
        ),
        (
            json!({"resourceType": "DiagnosticReport", "identifier": identifier, "status": "final", "category": [text("検体")],
                "code": text("血算"), "subject": subject, "effectiveDateTime": "2026-11-02"}),
            &[
                ("code", "urn:c|1"),
                ("status", "final"),
                ("category", "urn:c|1"),
                ("date", "2026-11-02"),
                ("identifier", "9"),
            ],
        ),
        (
            json!({"resourceType": "Immunization", "identifier": identifier, "status": "completed", "vaccineCode": text("インフルエンザ"),
                "patient": subject, "occurrenceDateTime": "2026-10-10"}),
            &[
                ("vaccine-code", "urn:c|1"),
                ("status", "completed"),
                ("date", "2026-10"),
                ("identifier", "9"),
            ],
        ),
        (
            json!({"resourceType": "Procedure", "identifier": identifier, "status": "completed", "category": text("処置"),
                "code": text("縫合"), "subject": subject, "performedDateTime": "2026-09-09"}),
            &[
                ("code", "urn:c|1"),
                ("status", "completed"),
                ("category", "urn:c|1"),
                ("date", "2026-09-09"),
                ("identifier", "9"),
            ],
        ),
        (
            json!({"resourceType": "DocumentReference", "identifier": identifier, "status": "current", "type": text("退院時要約"),
                "category": [text("要約")], "subject": subject, "date": "2026-08-08T00:00:00Z",
                "content": [{"attachment": {"contentType": "text/plain", "data": "5YCS"}}]}),
            &[
                ("type", "urn:c|1"),
                ("status", "current"),
                ("category", "urn:c|1"),
                ("date", "2026-08-08"),
                ("identifier", "9"),
            ],
        ),
    ]
}

async fn every_type_is_kept_and_found(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let subject = create(&region, &ctx, patient("1")).await.unwrap().key;
    let other = create(&region, &ctx, patient("2")).await.unwrap().key;
    for (sent, searches) in all(&subject.to_string()) {
        let typ = sent["resourceType"].as_str().unwrap().to_owned();
        let made = create(&region, &ctx, sent.clone()).await;
        let made = made.unwrap_or_else(|why| panic!("{typ}: {}", said::<()>(Err(why))));
        let mut body = made.resource.clone().unwrap();
        for name in ["id", "meta"] {
            body.remove(name);
        }
        assert_eq!(body.into_value(), sent);
        let finds = |name: &'static str, value: String| {
            let query = Query::of(&typ).with(name, value);
            let (region, ctx) = (&region, &ctx);
            async move {
                let page = fhir::search(&region.care, ctx, &query).await.unwrap();
                page.matches.len()
            }
        };
        assert_eq!(finds("patient", subject.to_string()).await, 1, "{typ}");
        assert_eq!(finds("patient", other.to_string()).await, 0, "{typ}");
        assert_eq!(finds("_lastUpdated", "ge2020".to_owned()).await, 1, "{typ}");
        for (name, value) in searches {
            assert_eq!(
                finds(name, (*value).to_owned()).await,
                1,
                "{typ} {name}={value}"
            );
        }
        let mut changed = made.resource.unwrap();
        changed.set("language", json!("ja"));
        let written = update(&region, &ctx, changed, Some(1)).await.unwrap();
        assert_eq!((written.outcome, written.version), (Outcome::Updated, 2));
        let gone = delete(&region, &ctx, &made.key).await.unwrap();
        assert_eq!((gone.outcome, gone.version), (Outcome::Deleted, 3));
        assert_eq!(gone.resource, None);
        assert_eq!(finds("patient", subject.to_string()).await, 0, "{typ}");
        let read = fhir::read(&region.care, &ctx, &made.key).await.unwrap();
        assert!(read.unwrap().deleted);
        let again = delete(&region, &ctx, &made.key).await.unwrap();
        assert_eq!(again.outcome, Outcome::Deleted);
        let history = fhir::history(&region.care, &ctx, &made.key).await.unwrap();
        assert_eq!(history.len(), 3);
    }
}

async fn the_institution_of_the_patient_writes(backend: Backend) {
    let region = Region::new(&backend).await;
    let clinic = machine(&region, &region.clinic_clerk);
    let hospital = machine(&region, &region.hospital_doctor);
    let case = region.sent().await;
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    let subject = format!("Patient/{}", view.letter.patient);
    let made = create(&region, &clinic, weight(&subject, 60.0))
        .await
        .unwrap();
    // A case opens the case, not the record.
    assert_eq!(
        fhir::read(&region.care, &hospital, &made.key)
            .await
            .unwrap(),
        None
    );
    for command in [
        renkei_care::referral::Command::Receive,
        renkei_care::referral::Command::parse(
            renkei_care::referral::Step::Accept,
            &renkei_care::referral::ActForm::default(),
        )
        .unwrap(),
    ] {
        region.act(&region.desk, &case, command).await.unwrap();
    }
    let read = fhir::read(&region.care, &hospital, &made.key)
        .await
        .unwrap();
    assert_eq!(read.unwrap().version, 1);
    let refused = create(&region, &hospital, weight(&subject, 61.0)).await;
    assert_eq!(said(refused), "refuse-needs-home");
    let mut changed = made.resource.clone().unwrap();
    changed.set("status", json!("amended"));
    let refused = update(&region, &hospital, changed, None).await;
    assert_eq!(said(refused), "refuse-other-institution");
    let refused = delete(&region, &hospital, &made.key).await;
    assert_eq!(said(refused), "refuse-other-institution");
    // Somebody of the clinic who does not care for patients.
    let mut admin = clinic.clone();
    admin.caller.roles = renkei_base::Roles::new([renkei_base::Role::InstitutionAdmin]);
    admin.reach = renkei_access::reach(&admin.caller);
    let refused = create(&region, &admin, weight(&subject, 61.0)).await;
    assert_eq!(
        said(refused),
        "Observation.subject fault-fhir-reference-unknown"
    );
}

async fn nothing_moves_between_patients(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let one = create(&region, &ctx, patient("1")).await.unwrap().key;
    let two = create(&region, &ctx, patient("2")).await.unwrap().key;
    let made = create(&region, &ctx, weight(&one.to_string(), 60.0))
        .await
        .unwrap();
    let other = create(&region, &ctx, weight(&two.to_string(), 70.0))
        .await
        .unwrap();
    let mut moved = made.resource.clone().unwrap();
    moved.set("subject", json!({"reference": two.to_string()}));
    let refused = update(&region, &ctx, moved, None).await;
    assert_eq!(
        said(refused),
        "Observation.subject fault-fhir-patient-fixed"
    );
    for (name, value) in [
        ("hasMember", json!([{"reference": other.key.to_string()}])),
        ("focus", json!([{"reference": two.to_string()}])),
        (
            "extension",
            json!([{"url": "urn:x", "valueReference": {"reference": two.to_string()}}]),
        ),
        (
            "contained",
            json!([{"resourceType": "Condition", "id": "c", "subject": {"reference": two.to_string()}}]),
        ),
    ] {
        let mut sent = made.resource.clone().unwrap();
        sent.set(name, value);
        let said = said(update(&region, &ctx, sent, None).await);
        assert!(
            said.ends_with("fault-fhir-reference-unknown"),
            "{name}: {said}"
        );
    }
    for reference in [
        "http://elsewhere/Patient/1",
        "urn:uuid:1",
        "Patient?identifier=1",
        "Patient",
    ] {
        let mut sent = made.resource.clone().unwrap();
        sent.set("focus", json!([{"reference": reference}]));
        let refused = update(&region, &ctx, sent, None).await;
        assert_eq!(
            said(refused),
            "Observation.focus[0] fault-fhir-reference-shape"
        );
    }
    // Logical references, contained ones and those to the same patient are fine.
    let mut sent = made.resource.unwrap();
    sent.set(
        "contained",
        json!([{"resourceType": "Specimen", "id": "s"}]),
    );
    sent.set("specimen", json!({"reference": "#s"}));
    sent.set(
        "focus",
        json!([{"reference": one.to_string()}, {"identifier": {"value": "x"}}]),
    );
    update(&region, &ctx, sent, None).await.unwrap();
}

async fn no_bytes_of_others(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let subject = create(&region, &ctx, patient("1")).await.unwrap().key;
    let sent = json!({"resourceType": "DocumentReference", "status": "current", "subject": {"reference": subject.to_string()},
        "content": [{"attachment": {"contentType": "application/pdf", "url": "urn:sha256:00"}}]});
    let refused = create(&region, &ctx, sent).await;
    insta::assert_snapshot!(said(refused), @"DocumentReference.content[0].attachment.url fault-fhir-bytes");
}
