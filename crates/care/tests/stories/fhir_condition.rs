//! Conditions and versions: found or made, once, and held to.

use renkei_care::fhir::{self, Outcome, Write};
use renkei_store::Query;
use renkei_testkit::Backend;
use serde_json::json;

use crate::fhir::{create, delete, machine, patient, resource, said, update, weight};
use crate::region::Region;

renkei_testkit::each_backend!(
    conditions_find_or_make,
    the_same_condition_at_once_is_once,
    versions_are_held_to,
);

pub(crate) fn by_number(number: &str) -> Query {
    Query::of("Patient").with("identifier", number)
}

async fn conditions_find_or_make(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let if_none = |number: &str| Write::Create {
        resource: resource(&patient(number)),
        if_none_exist: Some(by_number(number)),
    };
    let first = fhir::write(&region.care, &ctx, if_none("11"))
        .await
        .unwrap();
    let second = fhir::write(&region.care, &ctx, if_none("11"))
        .await
        .unwrap();
    assert_eq!(first.outcome, Outcome::Created);
    assert_eq!(
        (&second.key, second.outcome),
        (&first.key, Outcome::Unchanged)
    );
    assert!(second.resource.is_some());

    let put = |birthday: &str| {
        let mut sent = patient("12");
        sent["birthDate"] = json!(birthday);
        Write::ConditionalUpdate {
            query: by_number("12"),
            resource: resource(&sent),
            if_match: None,
        }
    };
    let made = fhir::write(&region.care, &ctx, put("1950-01-01"))
        .await
        .unwrap();
    let changed = fhir::write(&region.care, &ctx, put("1950-01-02"))
        .await
        .unwrap();
    assert_eq!(made.outcome, Outcome::Created);
    assert_eq!((&changed.key, changed.version), (&made.key, 2));

    let several = Write::Create {
        resource: resource(&patient("13")),
        if_none_exist: Some(Query::of("Patient").with("family", "佐藤")),
    };
    let several = fhir::write(&region.care, &ctx, several).await;
    assert_eq!(said(several), "refuse-fhir-several");
    let nothing = Write::Create {
        resource: resource(&patient("1")),
        if_none_exist: Some(Query::of("Patient")),
    };
    let nothing = fhir::write(&region.care, &ctx, nothing).await;
    assert_eq!(said(nothing), "refuse-fhir-no-condition");

    let subject = made.key.to_string();
    create(&region, &ctx, weight(&subject, 60.0)).await.unwrap();
    let gone = || Write::ConditionalDelete {
        query: Query::of("Observation").with("subject", subject.clone()),
    };
    let deleted = fhir::write(&region.care, &ctx, gone()).await.unwrap();
    assert_eq!((deleted.outcome, deleted.version), (Outcome::Deleted, 2));
    let again = fhir::write(&region.care, &ctx, gone()).await.unwrap();
    assert_eq!((again.outcome, again.version), (Outcome::Deleted, 0));

    // What the condition made and lost: the same condition makes it anew.
    let if_none = || Write::Create {
        resource: resource(&weight(&subject, 70.0)),
        if_none_exist: Some(Query::of("Observation").with("identifier", "urn:x-lab|w-70")),
    };
    let one = fhir::write(&region.care, &ctx, if_none()).await.unwrap();
    delete(&region, &ctx, &one.key).await.unwrap();
    let two = fhir::write(&region.care, &ctx, if_none()).await.unwrap();
    assert_eq!(two.outcome, Outcome::Created);
    assert_ne!(one.key, two.key);
}

async fn the_same_condition_at_once_is_once(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let one = || async {
        let write = Write::Create {
            resource: resource(&patient("21")),
            if_none_exist: Some(by_number("21")),
        };
        fhir::write(&region.care, &ctx, write).await.unwrap()
    };
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    let all = [a, b, c, d];
    let made = all.iter().filter(|one| one.outcome == Outcome::Created);
    assert_eq!(made.count(), 1, "{all:?}");
    assert!(all.iter().all(|one| one.key == all[0].key), "{all:?}");
    let page = fhir::search(&region.care, &ctx, &by_number("21"))
        .await
        .unwrap();
    assert_eq!(page.matches.len(), 1);
}

async fn versions_are_held_to(backend: Backend) {
    let region = Region::new(&backend).await;
    let ctx = machine(&region, &region.clinic_clerk);
    let made = create(&region, &ctx, patient("31")).await.unwrap();
    let one = |birthday: &'static str| {
        let mut sent = made.resource.clone().unwrap();
        sent.set("birthDate", json!(birthday));
        update(&region, &ctx, sent, Some(1))
    };
    let (a, b) = tokio::join!(one("1960-01-01"), one("1960-01-02"));
    assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1);
    let lost = if a.is_ok() { b } else { a };
    assert_eq!(said(lost), "refuse-fhir-version");
    let history = fhir::history(&region.care, &ctx, &made.key).await.unwrap();
    assert_eq!(history.len(), 2);
    let first = fhir::read_version(&region.care, &ctx, &made.key, 1).await;
    assert_eq!(
        first.unwrap().unwrap().resource.str_at("birthDate"),
        Some("1950-04-01")
    );
    let mut other = made.resource.unwrap();
    other.set("id", json!("another"));
    let write = Write::Update {
        key: made.key.clone(),
        resource: other,
        if_match: None,
    };
    let refused = fhir::write(&region.care, &ctx, write).await;
    assert_eq!(said(refused), "Patient.id fault-fhir-other-id");
}
