//! 患者番号 from outside: one institution gives each once, by whichever door, in whichever of its systems, at the same moment too.

use renkei_base::Ctx;
use renkei_care::fhir::{self, Entry, Write, Written};
use renkei_care::patient;
use renkei_fhir::patient::Patient;
use renkei_fhir::system::PATIENT_LOCAL_PREFIX;
use renkei_store::Query;
use renkei_testkit::Backend;
use serde_json::{Value, json};

use crate::document::{CLINIC, HOSPITAL, gateway, inbox, numbered, sent_letter, taken, text};
use crate::fhir::{create, machine, patient as person, resource, said, update};
use crate::region::Region;

renkei_testkit::each_backend!(
    a_number_is_given_once,
    a_number_is_given_once_in_a_transaction,
    a_number_is_given_once_at_the_same_moment,
    a_number_is_not_taken_over,
    a_number_that_is_given_back_is_free,
    a_number_is_the_institutions_own,
    a_letter_finds_the_patient_of_a_program,
);

const TAKEN: &str = "taken: Patient.identifier[0] fault-fhir-number-taken";

fn national(code: &str) -> String {
    format!("{PATIENT_LOCAL_PREFIX}{code}")
}

fn ours() -> String {
    "https://renkei.example/fhir/sid/patient-number/org-iwata".to_owned()
}

fn with(identifiers: &[(&str, &str)]) -> Value {
    let list = identifiers.iter();
    let list: Vec<Value> = list
        .map(|(system, value)| json!({"system": system, "value": value}))
        .collect();
    let mut sent = person("");
    sent["identifier"] = json!(list);
    sent
}

fn one(number: &str) -> Value {
    with(&[(&national(CLINIC), number)])
}

async fn clinic(backend: &Backend) -> (Region, Ctx) {
    let region = Region::new(backend).await;
    numbered(&region).await;
    let ctx = machine(&region, &region.clinic_clerk);
    (region, ctx)
}

fn number(written: &Written) -> String {
    let resource = written.resource.clone().unwrap();
    Patient::from_resource(resource)
        .unwrap()
        .local_id()
        .to_owned()
}

async fn patients(region: &Region, ctx: &Ctx) -> usize {
    let query = Query::of("Patient");
    let page = fhir::search(&region.care, ctx, &query).await.unwrap();
    page.matches.len()
}

async fn a_number_is_given_once(backend: Backend) {
    let (region, ctx) = clinic(&backend).await;
    let first = create(&region, &ctx, one("42")).await.unwrap();
    assert_eq!(number(&first), "42", "pages and letters find it");
    let ours = ours();
    for again in [
        one("42"),
        with(&[(&ours, "42")]),
        with(&[(&ours, "42"), (&national(CLINIC), "42")]),
    ] {
        assert_eq!(said(create(&region, &ctx, again).await), TAKEN);
    }
    let other = with(&[("urn:x", "42"), (&national(CLINIC), "42")]);
    let at = "taken: Patient.identifier[1] fault-fhir-number-taken";
    assert_eq!(said(create(&region, &ctx, other).await), at);
    // Two numbers of one's own are one too many.
    let two = with(&[(&ours, "1"), (&national(CLINIC), "2")]);
    let two = said(create(&region, &ctx, two).await);
    assert_eq!(two, "Patient.identifier[0] fault-fhir-number-two");
    assert_eq!(patients(&region, &ctx).await, 1);
    // A page is told as a program is.
    let form = patient::PatientForm {
        local_id: "42".to_owned(),
        ..region.patient_form()
    };
    let page = region.ctx(&region.clinic_clerk);
    let id = region.ids.id();
    let known = patient::register(&region.care, &page, &id, &form, true).await;
    assert!(matches!(known.unwrap(), patient::Registered::Known(_)));
}

fn entries(values: &[Value]) -> Vec<Entry> {
    let entry = |value: &Value| Entry {
        full_url: String::new(),
        write: Write::Create {
            resource: resource(value),
            if_none_exist: None,
        },
    };
    values.iter().map(entry).collect()
}

async fn a_number_is_given_once_in_a_transaction(backend: Backend) {
    let (region, ctx) = clinic(&backend).await;
    let mut used = one("42");
    used["identifier"][0]["use"] = json!("usual");
    for second in [one("42"), used, with(&[(&ours(), "42")])] {
        let both = entries(&[one("41"), one("42"), second]);
        let failed = fhir::transaction(&region.care, &ctx, both).await;
        let failed = failed.unwrap_err();
        assert_eq!(failed.entry, Some(2));
        assert_eq!(said::<()>(Err(failed.why)), TAKEN);
        assert_eq!(patients(&region, &ctx).await, 0, "nothing of it");
    }
    let both = entries(&[one("41"), one("42")]);
    let both = fhir::transaction(&region.care, &ctx, both).await.unwrap();
    // A number changes hands in one transaction: first it is given back.
    let change = |of: &Written, to: &str| {
        let resource = renumbered(of, to);
        let key = of.key.clone();
        let write = Write::Update {
            key,
            resource,
            if_match: None,
        };
        Entry {
            full_url: String::new(),
            write,
        }
    };
    let all = vec![change(&both[0], "43"), change(&both[1], "41")];
    let done = fhir::transaction(&region.care, &ctx, all).await.unwrap();
    let numbers: Vec<String> = done.iter().map(number).collect();
    assert_eq!(numbers, ["43", "41"]);
    assert_eq!(said(create(&region, &ctx, one("41")).await), TAKEN);
    create(&region, &ctx, one("42")).await.unwrap();
}

async fn a_number_is_given_once_at_the_same_moment(backend: Backend) {
    let (region, ctx) = clinic(&backend).await;
    let again = || create(&region, &ctx, one("42"));
    let (a, b, c, d) = tokio::join!(again(), again(), again(), again());
    let refused = [a, b, c, d].into_iter().filter(Result::is_err);
    let refused: Vec<String> = refused.map(said).collect();
    assert_eq!(refused, [TAKEN; 3]);
    assert_eq!(patients(&region, &ctx).await, 1);
}

/// The resource as it was answered, with another national number.
fn renumbered(written: &Written, to: &str) -> renkei_fhir::Resource {
    let mut changed = written.resource.clone().unwrap();
    let mut list = changed.list("identifier").to_vec();
    list[0]["value"] = json!(to);
    changed.set("identifier", json!(list));
    changed
}

async fn a_number_is_not_taken_over(backend: Backend) {
    let (region, ctx) = clinic(&backend).await;
    create(&region, &ctx, one("42")).await.unwrap();
    let other = create(&region, &ctx, one("43")).await.unwrap();
    let taken = update(&region, &ctx, renumbered(&other, "42"), None).await;
    assert_eq!(said(taken), TAKEN);
    let both = [44, 45].map(|number: u32| {
        let changed = renumbered(&other, &number.to_string());
        update(&region, &ctx, changed, Some(1))
    });
    let [one, two] = both;
    let (one, two) = tokio::join!(one, two);
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    let query = Query::of("Patient").with("identifier", format!("{}|46", national(CLINIC)));
    let write = |number: &str| Write::ConditionalUpdate {
        query: query.clone(),
        resource: resource(&self::one(number)),
        if_match: None,
    };
    let taken = fhir::write(&region.care, &ctx, write("42")).await;
    assert_eq!(said(taken), TAKEN);
    fhir::write(&region.care, &ctx, write("46")).await.unwrap();
    assert_eq!(patients(&region, &ctx).await, 3);
}

async fn a_number_that_is_given_back_is_free(backend: Backend) {
    let (region, ctx) = clinic(&backend).await;
    let first = create(&region, &ctx, one("42")).await.unwrap();
    let changed = update(&region, &ctx, renumbered(&first, "43"), None).await;
    let changed = changed.unwrap();
    assert_eq!(number(&changed), "43", "ours follows the national one");
    create(&region, &ctx, one("42")).await.unwrap();
    assert_eq!(said(create(&region, &ctx, one("43")).await), TAKEN);
    // Changed on a page, the national one follows.
    let page = region.ctx(&region.clinic_clerk);
    let id = &first.key.id;
    let view = patient::view(&region.care, &page, id).await.unwrap();
    assert_eq!(view.local_id, "43");
    let form = patient::PatientForm {
        local_id: "44".to_owned(),
        ..view.form()
    };
    let saved = patient::update(&region.care, &page, id, view.version, &form, true).await;
    assert!(matches!(saved.unwrap(), patient::Registered::Saved { .. }));
    let read = fhir::read(&region.care, &ctx, &first.key).await.unwrap();
    let read = Patient::from_resource(read.unwrap().resource).unwrap();
    assert_eq!(read.identifier(&national(CLINIC)), "44");
    create(&region, &ctx, one("43")).await.unwrap();
    assert_eq!(said(create(&region, &ctx, one("44")).await), TAKEN);
}

async fn a_number_is_the_institutions_own(backend: Backend) {
    let (region, ctx) = clinic(&backend).await;
    let hospital = machine(&region, &region.desk);
    create(&region, &ctx, one("42")).await.unwrap();
    // The hospital's own 42 is another number; the clinic's 42 may stand beside it, for one of the hospital's patients.
    let same = with(&[(&national(HOSPITAL), "42"), (&national(CLINIC), "42")]);
    let made = create(&region, &hospital, same).await.unwrap();
    assert_eq!(number(&made), "42");
    let again = said(create(&region, &hospital, one("42")).await);
    assert_eq!(again, TAKEN, "one person has the clinic's 42");
}

async fn a_letter_finds_the_patient_of_a_program(backend: Backend) {
    let (region, ctx) = clinic(&backend).await;
    let letter = sent_letter("A-1");
    let mut sent = letter.patient.clone();
    sent["identifier"] = json!([{"system": national(CLINIC), "value": "A-42"}]);
    let known = create(&region, &ctx, sent).await.unwrap();
    let received = taken(&region, &gateway(&region), &text(&letter)).await;
    assert!(received.created);
    let cases = inbox(&region, &region.desk).await;
    let view = region.view(&region.clinic_doctor, &cases[0]).await.unwrap();
    assert_eq!(view.patient.id, Some(known.key.id));
    assert_eq!(patients(&region, &ctx).await, 1);
}
