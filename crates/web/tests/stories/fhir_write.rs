//! Writing: conditions, preferences, scopes, retries.

use axum::http::Method;
use renkei_testkit::{Backend, each_backend};
use serde_json::{Value, json};

use crate::common::World;
use crate::fhir::{BASE, Program, code, ids, json_of, patient, said, weight};

each_backend!(
    versions_are_held_to,
    conditional_writes,
    an_answer_as_it_is_preferred,
    scopes_say_what_a_token_is_good_for,
    a_retried_post_is_done_once,
    what_is_wrong_is_named
);

async fn versions_are_held_to(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let id = program.made(&patient("1", "佐藤")).await;
    let observation = program.made(&weight(&id, "64.5")).await;
    let path = format!("/Observation/{observation}");
    let mut body = json_of(&program.get(&path).await);
    body["valueQuantity"]["value"] = json!(65);
    let changed = program.with("if-match", "W/\"1\"").put(&path, &body).await;
    assert_eq!(code(&changed), 200, "{}", changed.text());
    assert_eq!(changed.header("etag"), "W/\"2\"");
    let stale = program.with("if-match", "W/\"1\"").put(&path, &body).await;
    assert_eq!(said(&stale).0, 412);
    let odd = program.with("if-match", "1").put(&path, &body).await;
    assert_eq!(said(&odd), (400, "fhir-if-match".to_owned()));
    let history = json_of(&program.get(&format!("{path}/_history")).await);
    assert_eq!(
        (&history["total"], &history["type"]),
        (&json!(2), &json!("history"))
    );
    let methods: Vec<&str> = history["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["request"]["method"].as_str().unwrap())
        .collect();
    assert_eq!(methods, ["PUT", "POST"]);
    assert_eq!(
        code(&program.with("if-match", "W/\"1\"").delete(&path).await),
        412
    );
    assert_eq!(
        code(&program.with("if-match", "W/\"2\"").delete(&path).await),
        204
    );
    let history = json_of(&program.get(&format!("{path}/_history?_count=1")).await);
    assert_eq!(history["entry"][0]["request"]["method"], "DELETE");
    let next = crate::fhir::link(&history, "next").unwrap();
    let page = json_of(&program.get(&next).await);
    assert_eq!(page["entry"][0]["resource"]["meta"]["versionId"], "2");
    let all = json_of(&program.get("/Observation/_history").await);
    assert_eq!(all["entry"].as_array().unwrap().len(), 3);
    let since = json_of(
        &program
            .get("/Observation/_history?_since=2099-01-01T00:00:00Z")
            .await,
    );
    assert!(since.get("entry").is_none());
    assert_eq!(
        said(&program.get("/Observation/_history?_since=today").await).0,
        400
    );
}

async fn conditional_writes(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let id = program.made(&patient("1", "佐藤")).await;
    let mut body = weight(&id, "64.5");
    body["identifier"] = json!([{"system": "urn:x-lab", "value": "w1"}]);
    let once = program.with("if-none-exist", "identifier=urn:x-lab|w1");
    let first = once.post("/Observation", &body).await;
    assert_eq!(code(&first), 201, "{}", first.text());
    let again = once.post("/Observation", &body).await;
    assert_eq!(code(&again), 200, "{}", again.text());
    assert_eq!(json_of(&again)["id"], json_of(&first)["id"]);
    body["valueQuantity"]["value"] = json!(70);
    let put = program
        .put("/Observation?identifier=urn:x-lab|w1", &body)
        .await;
    assert_eq!(
        (code(&put), put.header("etag")),
        (200, "W/\"2\"".parse().unwrap()),
        "{}",
        put.text()
    );
    let none = program
        .delete("/Observation?identifier=urn:x-lab|nothing")
        .await;
    assert!(matches!(code(&none), 204 | 404), "{}", code(&none));
    assert_eq!(
        said(&program.delete("/Observation").await),
        (412, "fhir-no-condition".to_owned())
    );
    assert_eq!(
        said(&program.put("/Observation?nothing=1", &body).await),
        (400, "fhir-parameter".to_owned())
    );
    assert_eq!(
        code(&program.delete("/Observation?identifier=urn:x-lab|w1").await),
        204
    );
}

async fn an_answer_as_it_is_preferred(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let minimal = program
        .with("prefer", "return=minimal")
        .post("/Patient", &patient("1", "佐藤"))
        .await;
    assert_eq!((code(&minimal), minimal.text()), (201, String::new()));
    assert!(
        minimal
            .header("location")
            .to_str()
            .unwrap()
            .starts_with(&format!("{BASE}/Patient/"))
    );
    let outcome = program
        .with("prefer", "return=OperationOutcome")
        .post("/Patient", &patient("2", "鈴木"))
        .await;
    assert_eq!(said(&outcome), (201, "fhir-done".to_owned()));
    let whole = program
        .with("prefer", "respond-async, return=representation")
        .post("/Patient", &patient("3", "高橋"))
        .await;
    assert_eq!(json_of(&whole)["resourceType"], "Patient");
}

async fn scopes_say_what_a_token_is_good_for(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let all = Program::of(&world, "all", &clinic).await;
    let id = all.made(&patient("1", "佐藤")).await;
    all.made(&weight(&id, "64.5")).await;
    let reader = Program::new(
        &world,
        "reader",
        &clinic,
        "system/Patient.rs system/Observation.s",
    )
    .await;
    let scope = (403, "fhir-scope".to_owned());
    assert_eq!(code(&reader.get(&format!("/Patient/{id}")).await), 200);
    assert_eq!(code(&reader.get("/Patient?family=佐藤").await), 200);
    assert_eq!(code(&reader.get("/Observation").await), 200);
    let refused = reader.post("/Patient", &patient("2", "鈴木")).await;
    assert_eq!(said(&refused), scope);
    assert!(
        refused
            .header("www-authenticate")
            .to_str()
            .unwrap()
            .contains("insufficient_scope")
    );
    // Not by an id that is there, nor by one that is not.
    for path in [
        "/Observation/1",
        "/Task",
        "/Task/1",
        "/Task/1/_history/1",
        "/Observation/1/_history",
    ] {
        assert_eq!(said(&reader.get(path).await), scope, "{path}");
    }
    // What is included, chained or counted on needs its own scope.
    let observer = Program::new(&world, "observer", &clinic, "system/Observation.crus").await;
    for path in [
        "/Observation?patient.family=佐藤",
        "/Observation?subject:Patient.family=佐藤",
    ] {
        assert_eq!(said(&observer.get(path).await), scope, "{path}");
    }
    let included = json_of(
        &observer
            .get("/Observation?_include=Observation:subject")
            .await,
    );
    assert_eq!(ids(&included).len(), 1);
    let searcher = Program::new(&world, "searcher", &clinic, "system/Patient.rs").await;
    assert_eq!(
        said(
            &searcher
                .get("/Patient?_revinclude=Observation:subject")
                .await
        ),
        scope
    );
    let writer = Program::new(&world, "writer", &clinic, "system/Observation.c").await;
    let known = writer
        .with("if-none-exist", "status=final")
        .post("/Observation", &weight(&id, "1"))
        .await;
    assert_eq!(said(&known), scope);
    assert_eq!(
        code(&writer.post("/Observation", &weight(&id, "1")).await),
        201
    );
    let batch = json!({"resourceType": "Bundle", "type": "batch", "entry": [
        {"request": {"method": "GET", "url": "Observation"}},
        {"request": {"method": "POST", "url": "Observation"}, "resource": weight(&id, "2")},
    ]});
    let answer = json_of(&writer.post("", &batch).await);
    assert_eq!(answer["entry"][0]["response"]["status"], "403 Forbidden");
    assert_eq!(answer["entry"][1]["response"]["status"], "201 Created");
    let mut whole = batch.clone();
    whole["type"] = json!("transaction");
    let before = all.get("/Observation?_summary=count").await.text();
    assert_eq!(said(&writer.post("", &whole).await), scope);
    assert_eq!(all.get("/Observation?_summary=count").await.text(), before);
}

async fn a_retried_post_is_done_once(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let plain = Program::of(&world, "his", &clinic).await;
    let id = plain.made(&patient("1", "佐藤")).await;
    let program = plain.with("idempotency-key", "k1");
    let sends = (0..6).map(|_| async { program.post("/Observation", &weight(&id, "64.5")).await });
    let answers = futures_util::future::join_all(sends).await;
    for answer in &answers {
        assert_eq!(code(answer), 201, "{}", answer.text());
        assert_eq!(answer.text(), answers[0].text());
        assert_eq!(answer.header("location"), answers[0].header("location"));
    }
    let count = json_of(&plain.get("/Observation?_summary=count").await);
    assert_eq!(count["total"], 1);
    let other = program.post("/Observation", &weight(&id, "65")).await;
    assert_eq!(said(&other), (422, "fhir-key-other".to_owned()));
    let odd = plain
        .with("idempotency-key", "")
        .post("/Observation", &weight(&id, "65"))
        .await;
    assert_eq!(said(&odd), (400, "fhir-key-shape".to_owned()));
    // Another client's key is another key.
    let second = Program::of(&world, "his2", &clinic)
        .await
        .with("idempotency-key", "k1");
    assert_eq!(
        code(&second.post("/Observation", &weight(&id, "65")).await),
        201
    );
    for kind in ["transaction", "batch"] {
        let bundle = json!({"resourceType": "Bundle", "type": kind, "entry": [
            {"fullUrl": "urn:uuid:1", "request": {"method": "POST", "url": "Observation"}, "resource": weight(&id, "66")},
            {"fullUrl": "urn:uuid:2", "request": {"method": "POST", "url": "Observation"}, "resource": weight(&id, "67")},
        ]});
        let program = plain.with("idempotency-key", kind);
        let first = program.post("", &bundle).await;
        assert_eq!(code(&first), 200, "{}", first.text());
        let places = |answer: &Value| -> Vec<String> {
            let entries = answer["entry"].as_array().unwrap();
            entries
                .iter()
                .map(|entry| entry["response"]["location"].as_str().unwrap().to_owned())
                .collect()
        };
        let again = json_of(&program.post("", &bundle).await);
        assert_eq!(places(&again), places(&json_of(&first)), "{kind}");
        assert_eq!(places(&again).len(), 2);
    }
    // A refusal is not remembered.
    let late = plain.with("idempotency-key", "k9");
    let mut body = weight(&id, "64");
    body["status"] = json!("nothing");
    assert_eq!(said(&late.post("/Observation", &body).await).0, 422);
    assert_eq!(
        code(&late.post("/Observation", &weight(&id, "64")).await),
        201
    );
    world.clock.advance(renkei_base::clock::Span::minutes(1));
}

async fn what_is_wrong_is_named(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let id = program.made(&patient("1", "佐藤")).await;
    let mut body = weight(&id, "64.5");
    body["status"] = json!("ready");
    let answer = program.post("/Observation", &body).await;
    assert_eq!(code(&answer), 422);
    assert_eq!(
        json_of(&answer)["issue"][0]["expression"][0],
        "Observation.status"
    );
    assert_eq!(
        said(&program.post("/Patient", &body).await),
        (400, "fhir-type-differs".to_owned())
    );
    let path = format!("/Patient/{id}");
    assert_eq!(
        said(&program.put(&path, &patient("1", "佐藤")).await),
        (400, "fhir-id-differs".to_owned())
    );
    assert_eq!(
        said(&program.delete(&path).await),
        (405, "refuse-fhir-stays".to_owned())
    );
    assert_eq!(
        said(
            &program
                .post("/Organization", &json!({"resourceType": "Organization"}))
                .await
        ),
        (405, "refuse-fhir-directory".to_owned())
    );
    for (body, key) in [
        ("", "fhir-json"),
        ("{", "fhir-json"),
        ("[]", "fhir-no-type"),
        ("{}", "fhir-no-type"),
        (r#"{"resourceType":"Patient","a":1,"a":2}"#, "fhir-twice"),
        (r#"{"resourceType":"Patient","a":"\u0000"}"#, "fhir-nul"),
    ] {
        let answer = program.send(Method::POST, "/Patient", Some(body)).await;
        assert_eq!(said(&answer), (400, key.to_owned()), "{body}");
    }
}
