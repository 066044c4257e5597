//! Documents that are refused, and what a stranger learns of those that are not.

use renkei_base::Refusal;
use renkei_care::document::{Received, Refused, original, receive};
use renkei_fhir::Key;
use renkei_fhir::patient::Patient;
use renkei_store::Query;
use renkei_testkit::Backend;

use crate::document::{
    clinic_system, desk_of_the_region, gateway, hospital_system, inbox, numbered, sent_letter,
    taken, text,
};
use crate::region::{Region, refusal};

renkei_testkit::each_backend!(
    a_letter_of_somebody_else_is_refused,
    what_breaks_a_rule_is_refused,
    a_stranger_sees_no_document,
    identifiers_of_others_say_nothing,
);

fn rules(refused: Result<Received, Refused>) -> Vec<String> {
    match refused {
        Err(Refused::Faulty(findings)) => findings.into_iter().map(|one| one.rule).collect(),
        other => panic!("{other:?}"),
    }
}

async fn a_letter_of_somebody_else_is_refused(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let bundle = text(&sent_letter("A-1"));
    let ctx = hospital_system(&region);
    assert_eq!(
        rules(receive(&region.care, &ctx, &bundle).await),
        ["renkei-sender"]
    );
    let mut unknown = sent_letter("A-1");
    unknown.from.code = "0999999999".replace('9', "1");
    let ctx = clinic_system(&region);
    assert_eq!(
        rules(receive(&region.care, &ctx, &text(&unknown)).await),
        ["renkei-sender"]
    );
    assert_eq!(inbox(&region, &region.desk).await.len(), 0);
    // A clerk signs nothing; a doctor may.
    for (who, may) in [(&region.clinic_clerk, false), (&region.clinic_doctor, true)] {
        let done = receive(&region.care, &region.ctx(who), &bundle).await;
        assert_eq!(done.is_ok(), may, "{done:?}");
    }
    // A gateway may bring it, and sees it.
    let ctx = gateway(&region);
    let received = taken(&region, &ctx, &text(&sent_letter("A-9"))).await;
    let read = region
        .care
        .store
        .read(&ctx, &Key::new("Bundle", received.bundle))
        .await
        .unwrap();
    assert!(read.is_some());
    let tasks = region
        .care
        .store
        .search(&ctx, &Query::of("Task"))
        .await
        .unwrap();
    assert_eq!(tasks.matches.len(), 1, "and nothing else");
}

async fn what_breaks_a_rule_is_refused(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let ctx = clinic_system(&region);
    let bundle = text(&sent_letter("A-1"));
    let cases: [(String, &[&str]); 6] = [
        ("{".to_owned(), &["json"]),
        ("[1]".to_owned(), &["json"]),
        (
            bundle.replacen(
                "\"resourceType\":\"Bundle\"",
                "\"resourceType\":\"Bundle\",\"id\":\"1\",\"id\":\"2\"",
                1,
            ),
            &["json"],
        ),
        ("[".repeat(100_000), &["json"]),
        (" ".repeat(10_000_001), &["json-size"]),
        (
            bundle.replacen(
                "\"reference\":\"urn:uuid:",
                "\"reference\":\"https://elsewhere.example/",
                1,
            ),
            &["reference-inside"],
        ),
    ];
    for (text, expected) in &cases {
        assert_eq!(rules(receive(&region.care, &ctx, text).await), *expected);
    }
    let missing = bundle.replace("06123456:12:345:01", "12345:1");
    assert_eq!(
        rules(receive(&region.care, &ctx, &missing).await),
        ["R1013"]
    );
    assert_eq!(inbox(&region, &region.desk).await.len(), 0);
    let found = region
        .care
        .store
        .search(&ctx, &Query::of("Bundle"))
        .await
        .unwrap();
    assert_eq!(found.matches.len(), 0);
}

async fn a_stranger_sees_no_document(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let received = taken(&region, &clinic_system(&region), &text(&sent_letter("A-1"))).await;
    let key = Key::new("Bundle", received.bundle.clone());
    for ctx in [
        region.ctx(&region.stranger),
        gateway(&region),
        desk_of_the_region(&region),
    ] {
        assert!(region.care.store.read(&ctx, &key).await.unwrap().is_none());
        assert_eq!(
            refusal(original(&region.care, &ctx, &received.bundle).await),
            Refusal::NotFound
        );
        let found = region
            .care
            .store
            .search(&ctx, &Query::of("Bundle"))
            .await
            .unwrap();
        assert_eq!(found.matches.len(), 0);
        let found = region
            .care
            .store
            .search(&ctx, &Query::of(Patient::TYPE))
            .await
            .unwrap();
        assert_eq!(found.matches.len(), 0);
    }
}

/// Whoever sends under another's identifier learns nothing of it and takes nothing from it.
async fn identifiers_of_others_say_nothing(backend: Backend) {
    let region = Region::new(&backend).await;
    numbered(&region).await;
    let letter = sent_letter("A-1");
    taken(&region, &clinic_system(&region), &text(&letter)).await;
    let mut squatter = sent_letter("A-1");
    std::mem::swap(&mut squatter.from, &mut squatter.to);
    let hospital = hospital_system(&region);
    assert!(taken(&region, &hospital, &text(&squatter)).await.created);
    assert!(
        !taken(&region, &clinic_system(&region), &text(&letter))
            .await
            .created
    );
}
