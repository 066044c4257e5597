//! A letter comes in by `POST /fhir/Bundle`: once, found again under its address, refused with the rule that it breaks.

use axum::http::Method;
use renkei_testkit::{Backend, each_backend, test_data};

use crate::common::World;
use crate::fhir::{BASE, Program, code, json_of, said};

each_backend!(a_letter_comes_in_once, a_letter_that_breaks_rules);

fn example(name: &str) -> Option<String> {
    let path = test_data(&format!("fhir-examples/{name}"))?;
    Some(std::fs::read_to_string(path).unwrap())
}

async fn a_letter_comes_in_once(backend: Backend) {
    let Some(letter) = example("clins/Bundle-Bundle-CLINS-Referral-Example-01.json") else {
        return;
    };
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let gateway = Program::gateway(&world, "relay").await;
    let first = gateway.send(Method::POST, "/Bundle", Some(&letter)).await;
    assert_eq!(code(&first), 201, "{}", first.text());
    let place = first.header("location").to_str().unwrap().to_owned();
    let again = gateway.send(Method::POST, "/Bundle", Some(&letter)).await;
    assert_eq!(code(&again), 200, "{}", again.text());
    assert_eq!(again.header("content-location"), place);
    // Some clients send each Bundle to the base: it is the same door.
    let base = gateway.send(Method::POST, "", Some(&letter)).await;
    assert_eq!(code(&base), 200, "{}", base.text());
    assert_eq!(base.header("content-location"), place);
    let other = letter.replace("\"300\"", "\"301\"");
    assert_ne!(other, letter);
    assert!(matches!(
        code(&gateway.send(Method::POST, "/Bundle", Some(&other)).await),
        409 | 422
    ));
    let path = place.strip_prefix(BASE).unwrap();
    let read = gateway.get(path).await;
    assert_eq!(json_of(&read)["type"], "document");
    // The answer to a retry is the same, with a key too.
    let keyed = gateway.with("idempotency-key", "k");
    for path in ["/Bundle", "/Bundle", ""] {
        let again = keyed.send(Method::POST, path, Some(&letter)).await;
        assert_eq!(code(&again), 200, "{path}");
    }
    // As it came, to the last blank; to nobody else.
    let (own, _) = path.split_once("/_history/").unwrap();
    let original = gateway.get(&format!("{own}/$original")).await;
    assert_eq!(original.text(), letter);
    let stranger = Program::of(&world, "his", &clinic).await;
    let none = stranger.get(&format!("{own}/$original")).await;
    assert_eq!(said(&none), (404, "fhir-not-found".to_owned()));
    let (bundle, _) = path.split_once("/_history/").unwrap();
    assert_eq!(
        said(&stranger.get(bundle).await),
        (404, "fhir-not-found".to_owned())
    );
    assert_eq!(
        json_of(&stranger.get("/Bundle?_summary=count").await)["total"],
        0
    );
}

async fn a_letter_that_breaks_rules(backend: Backend) {
    let Some(letter) = example("eReferral/Bundle-BundleReferralExample01.json") else {
        return;
    };
    let world = World::empty(backend).await;
    let gateway = Program::gateway(&world, "relay").await;
    let refused = gateway.send(Method::POST, "/Bundle", Some(&letter)).await;
    assert_eq!(code(&refused), 422, "{}", refused.text());
    for issue in json_of(&refused)["issue"].as_array().unwrap() {
        assert!(
            issue["expression"][0]
                .as_str()
                .unwrap()
                .starts_with("Bundle"),
            "{issue}"
        );
        assert!(!issue["details"]["text"].as_str().unwrap().is_empty());
    }
    assert!(
        refused.text().contains("R1012") || refused.text().contains("R1013"),
        "{}",
        refused.text()
    );
    let condition = gateway.with("if-none-exist", "identifier=x");
    let answer = condition.send(Method::POST, "/Bundle", Some(&letter)).await;
    assert_eq!(said(&answer), (412, "fhir-document-once".to_owned()));
    let broken = gateway.send(Method::POST, "/Bundle", Some("{")).await;
    assert_eq!(said(&broken), (400, "fhir-json".to_owned()));
    assert_eq!(
        json_of(&gateway.get("/Bundle?_summary=count").await)["total"],
        0
    );
}
