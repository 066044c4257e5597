//! The door for outside programs: patients, transactions, conditions; what is refused, and what a stranger learns.

use renkei_base::{Ctx, Id, Machine, Refusal};
use renkei_care::fhir::{self, Denied, Entry, Outcome, Write, Written};
use renkei_fhir::{Key, Resource};
use renkei_store::Query;
use renkei_testkit::Backend;
use serde_json::{Value, json};

use crate::fhir_condition::by_number;
use crate::region::{Region, Who};

renkei_testkit::each_backend!(
    a_patient_keeps_every_element,
    a_patient_is_refused_by_element,
    a_transaction_is_whole_or_nothing,
    of_two_transactions_one_is_whole,
    what_no_noun_owns_is_refused,
    a_stranger_learns_nothing,
);

pub(crate) fn resource(value: &Value) -> Resource {
    Resource::from_json(&value.to_string()).unwrap()
}

/// The system of that person's institution, with the rights of that person.
pub(crate) fn machine(region: &Region, who: &Who) -> Ctx {
    let mut ctx = region.ctx(who);
    ctx.caller.machine = Some(Machine::Institution);
    ctx.caller.name = "岩田医院 電子カルテ".to_owned();
    ctx
}

pub(crate) async fn create(region: &Region, ctx: &Ctx, value: Value) -> Result<Written, Denied> {
    let write = Write::Create {
        resource: resource(&value),
        if_none_exist: None,
    };
    fhir::write(&region.care, ctx, write).await
}

pub(crate) async fn update(
    region: &Region,
    ctx: &Ctx,
    resource: Resource,
    if_match: Option<u32>,
) -> Result<Written, Denied> {
    let write = Write::Update {
        key: resource.key().unwrap(),
        resource,
        if_match,
    };
    fhir::write(&region.care, ctx, write).await
}

pub(crate) async fn delete(region: &Region, ctx: &Ctx, key: &Key) -> Result<Written, Denied> {
    let write = Write::Delete {
        key: key.clone(),
        if_match: None,
    };
    fhir::write(&region.care, ctx, write).await
}

/// What a refusal says: its key, or its faults with their elements.
pub(crate) fn said<T: std::fmt::Debug>(result: Result<T, Denied>) -> String {
    match result {
        Err(Denied::Refused(Refusal::Invalid(faults))) => faults
            .iter()
            .map(|fault| format!("{} {}", fault.field, fault.key))
            .collect::<Vec<_>>()
            .join(", "),
        Err(Denied::Refused(Refusal::NotNow(key) | Refusal::Forbidden(key))) => key,
        Err(Denied::NotOffered(key) | Denied::Precondition(key)) => key.to_owned(),
        Err(Denied::Taken(fault)) => format!("taken: {} {}", fault.field, fault.key),
        Err(Denied::Refused(other)) => other.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) fn patient(number: &str) -> Value {
    json!({
        "resourceType": "Patient",
        "identifier": [{"system": "urn:oid:1.2.392.100495.20.3.51.11311234567", "value": number}],
        "name": [{"use": "official", "family": "佐藤", "given": ["花子"]}],
        "telecom": [{"system": "phone", "value": "03-0000-0000"}],
        "gender": "female",
        "birthDate": "1950-04-01",
        "multipleBirthInteger": 2,
        "extension": [{"url": "urn:x-own", "valueDecimal": 2.5}],
    })
}

pub(crate) fn weight(patient: &str, kg: f64) -> Value {
    json!({
        "resourceType": "Observation",
        "status": "final",
        "identifier": [{"system": "urn:x-lab", "value": format!("w-{kg}")}],
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": patient},
        "effectiveDateTime": "2026-11-20T09:00:00+09:00",
        "valueQuantity": {"value": kg, "unit": "kg"},
    })
}

fn entry(full_url: &str, value: &Value) -> Entry {
    Entry {
        full_url: full_url.to_owned(),
        write: Write::Create {
            resource: resource(value),
            if_none_exist: None,
        },
    }
}

async fn a_patient_keeps_every_element(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let made = create(&region, &ctx, patient("0001")).await.unwrap();
    assert_eq!((made.outcome, made.version), (Outcome::Created, 1));
    let stored = fhir::read(&region.care, &ctx, &made.key).await.unwrap();
    let stored = stored.unwrap();
    assert_eq!(stored.place.owner.as_ref(), Some(&region.clinic));
    let mut body = stored.resource.clone();
    assert_eq!(
        body.remove("managingOrganization").unwrap(),
        json!({"reference": "Organization/org-iwata"})
    );
    for name in ["id", "meta"] {
        body.remove(name);
    }
    assert_eq!(body.into_value(), patient("0001"));
    // The page shows the same person.
    let view = renkei_care::patient::view(&region.care, &ctx, &made.key.id);
    assert_eq!(view.await.unwrap().name, "佐藤 花子");

    let mut changed = stored.resource.clone();
    changed.set("birthDate", json!("1951-04-01"));
    let written = update(&region, &ctx, changed, Some(1)).await.unwrap();
    assert_eq!((written.outcome, written.version), (Outcome::Updated, 2));
    let again = update(&region, &ctx, written.resource.unwrap(), None).await;
    let again = again.unwrap();
    assert_eq!((again.outcome, again.version), (Outcome::Unchanged, 2));
}

async fn a_patient_is_refused_by_element(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let refused = |name: &str, value: Value| {
        let mut sent = patient("1");
        sent[name] = value;
        let (region, ctx) = (&region, &ctx);
        async move { said(create(region, ctx, sent).await) }
    };
    insta::assert_snapshot!(refused("name", json!([])).await, @"Patient.name.family fault-required");
    insta::assert_snapshot!(refused("birthDate", json!("2026-13")).await, @"Patient.birthDate fault-fhir-date");
    insta::assert_snapshot!(refused("birthDate", json!("2030-01-01")).await, @"Patient.birthDate fault-fhir-date");
    insta::assert_snapshot!(refused("gender", json!("f")).await, @"Patient.gender fault-unknown-code");
    insta::assert_snapshot!(refused("managingOrganization", json!({"reference": "Organization/org-shimin"})).await, @"Patient.managingOrganization fault-fhir-own-only");
    insta::assert_snapshot!(refused("link", json!([{"other": {"reference": "Patient/x"}, "type": "seealso"}])).await, @"Patient.link fault-fhir-read-only");
    insta::assert_snapshot!(refused("generalPractitioner", json!([{"reference": "Practitioner/nobody"}])).await, @"Patient.generalPractitioner[0] fault-fhir-reference-unknown");
    insta::assert_snapshot!(refused("telecom", json!({})).await, @"Patient.telecom fault-fhir-list");
    let own = |number: &str| {
        let mut sent = patient("1");
        let system = "https://renkei.example/fhir/sid/patient-number/org-iwata";
        sent["identifier"] = json!([{"system": system, "value": number}]);
        sent
    };
    create(&region, &ctx, own("77")).await.unwrap();
    insta::assert_snapshot!(said(create(&region, &ctx, own("77")).await), @"taken: Patient.identifier[0] fault-fhir-number-taken");
    let hospital = machine(&region, &region.desk);
    create(&region, &hospital, own("77")).await.unwrap();
    // A role of the region registers nobody.
    let mut desk = ctx.clone();
    desk.caller.roles = renkei_base::Roles::new([renkei_base::Role::RegionDesk]);
    insta::assert_snapshot!(said(create(&region, &desk, patient("1")).await), @"not found");
}

async fn a_transaction_is_whole_or_nothing(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let entries = |last: &Value| {
        vec![
            entry("urn:uuid:b", &weight("urn:uuid:a", 60.5)),
            entry("urn:uuid:a", &patient("0002")),
            entry("", last),
        ]
    };
    let good = weight("urn:uuid:a", 61.0);
    let written = fhir::transaction(&region.care, &ctx, entries(&good)).await;
    let written = written.unwrap();
    let id = written[1].key.id.clone();
    assert_eq!(written[1].key.typ, "Patient");
    for one in [&written[0], &written[2]] {
        let body = one.resource.as_ref().unwrap();
        let subject = body.at(&["subject", "reference"]).unwrap();
        assert_eq!(subject, &json!(format!("Patient/{id}")));
    }
    let count = |typ: &'static str| {
        let (region, ctx) = (&region, &ctx);
        async move {
            let mut query = Query::of(typ);
            query.total = true;
            let page = fhir::search(&region.care, ctx, &query).await.unwrap();
            page.total.unwrap()
        }
    };
    assert_eq!((count("Patient").await, count("Observation").await), (1, 2));

    let entries = |last: &Value| {
        let mut list = entries(last);
        list[1] = entry("urn:uuid:a", &patient("0003"));
        list
    };
    let mut bad = weight("urn:uuid:a", 1.0);
    bad["status"] = json!("done");
    let failed = fhir::transaction(&region.care, &ctx, entries(&bad)).await;
    let failed = failed.unwrap_err();
    assert_eq!(failed.entry, Some(2));
    assert_eq!(
        said::<()>(Err(failed.why)),
        "Observation.status fault-unknown-code"
    );
    // A version that is no longer there, in the middle.
    let mut stale = written[0].resource.clone().unwrap();
    stale.set("status", json!("amended"));
    let mut list = entries(&good);
    list[0] = Entry {
        full_url: String::new(),
        write: Write::Update {
            key: written[0].key.clone(),
            resource: stale.clone(),
            if_match: Some(9),
        },
    };
    let failed = fhir::transaction(&region.care, &ctx, list)
        .await
        .unwrap_err();
    assert_eq!(failed.entry, Some(0));
    assert_eq!(said::<()>(Err(failed.why)), "refuse-fhir-version");
    // The same resource twice.
    let twice = |resource: &Resource| Entry {
        full_url: String::new(),
        write: Write::Update {
            key: written[0].key.clone(),
            resource: resource.clone(),
            if_match: None,
        },
    };
    let mut list = entries(&good);
    list.extend([twice(&stale), twice(&stale)]);
    let failed = fhir::transaction(&region.care, &ctx, list)
        .await
        .unwrap_err();
    assert_eq!(failed.entry, Some(4));
    assert_eq!(said::<()>(Err(failed.why)), "refuse-fhir-twice");
    // A reference to an entry that is not there.
    let list = vec![entry("urn:uuid:a", &weight("urn:uuid:z", 1.0))];
    let failed = fhir::transaction(&region.care, &ctx, list)
        .await
        .unwrap_err();
    assert_eq!(
        said::<()>(Err(failed.why)),
        "Observation.subject fault-fhir-patient"
    );
    assert_eq!((count("Patient").await, count("Observation").await), (1, 2));
}

async fn of_two_transactions_one_is_whole(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let subject = create(&region, &ctx, patient("1")).await.unwrap().key;
    let there = create(&region, &ctx, weight(&subject.to_string(), 60.0)).await;
    let there = there.unwrap();
    let entries = |status: &str, if_match| {
        let mut body = there.resource.clone().unwrap();
        body.set("status", json!(status));
        let change = Entry {
            full_url: String::new(),
            write: Write::Update {
                key: there.key.clone(),
                resource: body,
                if_match,
            },
        };
        let more = || entry("", &weight(&subject.to_string(), 61.0));
        vec![more(), change, more()]
    };
    let pass = |status, if_match| {
        let entries = entries(status, if_match);
        fhir::transaction(&region.care, &ctx, entries)
    };
    let (one, other) = tokio::join!(pass("amended", Some(1)), pass("corrected", Some(1)));
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    let lost = if one.is_ok() { other } else { one };
    let lost = lost.unwrap_err();
    assert_eq!(lost.entry, Some(1));
    assert_eq!(said::<()>(Err(lost.why)), "refuse-fhir-version");
    let all = || async {
        let query = Query::of("Observation").with("subject", subject.to_string());
        let page = fhir::search(&region.care, &ctx, &query).await.unwrap();
        page.matches.len()
    };
    assert_eq!(all().await, 3);
    // Without a version both come through, one after the other.
    let (one, other) = tokio::join!(pass("amended", None), pass("cancelled", None));
    let versions = [one.unwrap()[1].version, other.unwrap()[1].version];
    assert!(versions.contains(&3), "{versions:?}");
    assert_eq!(all().await, 7);
}

async fn what_no_noun_owns_is_refused(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_doctor);
    let mut lines = Vec::new();
    for typ in [
        "Organization",
        "Practitioner",
        "Communication",
        "Bundle",
        "Consent",
        "Medication",
        "AuditEvent",
    ] {
        let sent = json!({"resourceType": typ, "status": "active"});
        lines.push(format!(
            "{typ}: {}",
            said(create(&region, &ctx, sent).await)
        ));
    }
    let made = create(&region, &ctx, patient("41")).await.unwrap();
    let refused = delete(&region, &ctx, &made.key).await;
    lines.push(format!("delete Patient: {}", said(refused)));
    let nothing = Key::new("Consent", region.ids.id());
    let read = fhir::read(&region.care, &ctx, &nothing).await;
    lines.push(format!("read Consent: {}", said(read)));
    insta::assert_snapshot!(lines.join("\n"), @r"
    Organization: refuse-fhir-directory
    Practitioner: refuse-fhir-people
    Communication: Communication.basedOn fault-required
    Bundle: refuse-fhir-document
    Consent: refuse-fhir-not-kept
    Medication: refuse-fhir-not-kept
    AuditEvent: refuse-fhir-not-kept
    delete Patient: refuse-fhir-stays
    read Consent: refuse-fhir-not-kept
    ");
}

async fn a_stranger_learns_nothing(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let stranger = machine(&region, &region.stranger);
    let known = create(&region, &ctx, patient("51")).await.unwrap().key;
    let there = create(&region, &ctx, weight(&known.to_string(), 60.0)).await;
    let there = there.unwrap().key;
    let nothing = |typ: &str| Key::new(typ, region.ids.id());
    let none: Id = region.ids.id();
    for (real, unreal) in [
        (&known, nothing("Patient")),
        (&there, nothing("Observation")),
    ] {
        for key in [real, &unreal] {
            assert_eq!(
                fhir::read(&region.care, &stranger, key).await.unwrap(),
                None
            );
            assert!(
                fhir::read_text(&region.care, &stranger, key)
                    .await
                    .unwrap()
                    .is_none()
            );
            let version = fhir::read_version(&region.care, &stranger, key, 1).await;
            assert_eq!(version.unwrap(), None);
            assert!(
                fhir::history(&region.care, &stranger, key)
                    .await
                    .unwrap()
                    .is_empty()
            );
            let mut sent = resource(&patient("51"));
            if key.typ == "Observation" {
                sent = resource(&weight(&known.to_string(), 1.0));
            }
            sent.set("id", json!(key.id.as_str()));
            for if_match in [None, Some(1), Some(7)] {
                let refused = update(&region, &stranger, sent.clone(), if_match).await;
                assert_eq!(said(refused), "not found");
            }
        }
    }
    for key in [&there, &nothing("Observation")] {
        assert_eq!(said(delete(&region, &stranger, key).await), "not found");
    }
    // A patient of others in a reference is a patient that is not there.
    let mut answers = Vec::new();
    for id in [&known.id, &none] {
        let sent = weight(&format!("Patient/{id}"), 1.0);
        answers.push(said(create(&region, &stranger, sent).await));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(
        answers[0],
        "Observation.subject fault-fhir-reference-unknown"
    );
    let own = create(&region, &stranger, patient("52")).await.unwrap().key;
    let mut answers = Vec::new();
    for id in [&there.id, &none] {
        let mut sent = weight(&own.to_string(), 1.0);
        sent["hasMember"] = json!([{"reference": format!("Observation/{id}")}]);
        answers.push(said(create(&region, &stranger, sent).await));
    }
    assert_eq!(answers[0], answers[1]);
    // A condition that fits another's patient finds nothing.
    let write = Write::Create {
        resource: resource(&patient("51")),
        if_none_exist: Some(by_number("51")),
    };
    let made = fhir::write(&region.care, &stranger, write).await.unwrap();
    assert_eq!(made.outcome, Outcome::Created);
    assert_ne!(made.key, known);
}
