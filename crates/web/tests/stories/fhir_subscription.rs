//! Subscriptions over HTTP: the secret is shown once, scopes hold, and others find nothing.

use renkei_testkit::{Backend, each_backend};
use serde_json::{Value, json};

use crate::common::World;
use crate::fhir::{Program, code, json_of, said};

each_backend!(
    a_secret_is_shown_once,
    who_may_not_read_is_not_told,
    another_institution_finds_nothing,
);

fn wanted(criteria: &str) -> Value {
    json!({
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "inbox",
        "criteria": criteria,
        "channel": {"type": "rest-hook", "endpoint": "https://hooks.example.jp/renkei"},
    })
}

fn secret(body: &Value) -> Option<&str> {
    body["extension"][0]["valueString"].as_str()
}

async fn a_secret_is_shown_once(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let retried = program
        .with("idempotency-key", "k1")
        .with("prefer", "return=minimal");
    let made = retried.post("/Subscription", &wanted("Task")).await;
    assert_eq!(code(&made), 201, "{}", made.text());
    let body = json_of(&made);
    let shown = secret(&body).unwrap().to_owned();
    let again = retried.post("/Subscription", &wanted("Task")).await;
    let id = body["id"].as_str().unwrap();
    let path = format!("/Subscription/{id}");
    for answer in [
        again,
        program.get(&path).await,
        program.get(&format!("{path}/_history")).await,
        program.get(&format!("{path}/_history/1")).await,
        program.get("/Subscription?status=requested").await,
        program.get("/Subscription/_history").await,
    ] {
        assert!(code(&answer) < 300, "{}", answer.text());
        assert!(!answer.text().contains(&shown), "{}", answer.text());
    }
    // As programs do: what was answered is sent back, with one thing changed.
    let mut off = body.clone();
    off["status"] = json!("off");
    let changed = program.put(&path, &off).await;
    assert_eq!(code(&changed), 200, "{}", changed.text());
    assert!(!changed.text().contains(&shown));
    assert_eq!(json_of(&program.get(&path).await)["status"], "off");
    assert_eq!(code(&program.delete(&path).await), 204);
    assert_eq!(code(&program.get(&path).await), 410);
}

async fn who_may_not_read_is_not_told(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let scopes = "system/Subscription.cruds system/Task.r";
    let narrow = Program::new(&world, "narrow", &clinic, scopes).await;
    let scope = (403, "fhir-scope".to_owned());
    for criteria in ["Observation", "Task?status=requested", "Task"] {
        let answer = narrow.post("/Subscription", &wanted(criteria)).await;
        assert_eq!(said(&answer), scope, "{criteria}");
        let entry = json!({"resource": wanted(criteria), "request": {"method": "POST", "url": "Subscription"}});
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [entry]});
        assert_eq!(said(&narrow.post("", &bundle).await), scope, "{criteria}");
    }
    let gateway = Program::gateway(&world, "relay").await;
    let made = gateway.made(&wanted("Task")).await;
    let made = format!("/Subscription/{}", made.rsplit('/').next().unwrap());
    assert_eq!(code(&gateway.get(&made).await), 200);
    // A gateway's is nobody else's.
    let program = Program::of(&world, "his", &clinic).await;
    for other in [&program, &Program::gateway(&world, "other").await] {
        let nothing = format!("/Subscription/{}", crate::fhir::NOTHING);
        let nothing = other.get(&nothing).await;
        let there = other.get(&made).await;
        assert_eq!((code(&there), there.text()), (404, nothing.text()));
        let found = json_of(&other.get("/Subscription?_total=accurate").await);
        assert_eq!(found["total"], 0);
    }
    let mut evil = wanted("Task");
    evil["channel"]["endpoint"] = json!("https://evil.example/");
    let answer = program.post("/Subscription", &evil).await;
    assert_eq!(said(&answer), (422, "fault-endpoint-host".to_owned()));
}

async fn another_institution_finds_nothing(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let other = world.clinic("他所医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let stranger = Program::of(&world, "other", &other).await;
    let id = program.made(&wanted("Task")).await;
    let id = id.rsplit('/').next().unwrap();
    let nothing = stranger
        .get(&format!("/Subscription/{}", crate::fhir::NOTHING))
        .await;
    let there = stranger.get(&format!("/Subscription/{id}")).await;
    assert_eq!((code(&there), there.text()), (404, nothing.text()));
    assert_eq!(
        code(&stranger.delete(&format!("/Subscription/{id}")).await),
        404
    );
    let found = json_of(&stranger.get("/Subscription?_total=accurate").await);
    assert_eq!(found["total"], 0);
    let versions = json_of(&stranger.get("/Subscription/_history").await);
    assert!(versions.get("entry").is_none());
}
