//! What a token, a client and an institution may not do by any way round: narrow scopes, a suspension in the middle, a
//! gateway, somebody else's name in a body, a resource that is to move to another patient.

use axum::http::Method;
use renkei_base::Clock as _;
use renkei_testkit::{Backend, Signer, each_backend};
use serde_json::{Value, json};

use crate::common::World;
use crate::fhir::{NOTHING, Program, code, ids, json_of, patient, said, weight};

each_backend!(
    one_letter_of_a_scope_is_one_act,
    a_retry_shows_no_more_than_its_token,
    a_suspended_client_ends_at_once,
    a_gateway_sees_and_writes_nothing_of_others,
    nobody_writes_in_another_s_name,
    nothing_moves_to_another_patient,
);

fn bundle(kind: &str, entries: &[Value]) -> Value {
    json!({"resourceType": "Bundle", "type": kind, "entry": entries})
}

fn get(url: &str) -> Value {
    json!({"request": {"method": "GET", "url": url}})
}

async fn one_letter_of_a_scope_is_one_act(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let all = Program::of(&world, "all", &clinic).await;
    let id = all.made(&patient("1", "佐藤")).await;
    let weight_id = all.made(&weight(&id, "64.5")).await;
    let reader = Program::new(&world, "reader", &clinic, "system/Patient.r").await;
    let scope = (403, "fhir-scope".to_owned());
    assert_eq!(code(&reader.get(&format!("/Patient/{id}")).await), 200);
    let refused = [
        "/Patient".to_owned(),
        format!("/Patient?_id={id}"),
        "/Patient?_summary=count".to_owned(),
        "/Patient/_history".to_owned(),
        format!("/Patient?_id={id}&_include=Patient:organization"),
        format!("/Observation/{weight_id}"),
        format!("/Observation/{weight_id}/_history"),
        format!("/Observation/{weight_id}/_history/1"),
        format!("/Observation?patient={id}&_include=Observation:subject"),
        "/Bundle".to_owned(),
        format!("/Bundle/{id}"),
        "/Task?_include=Task:patient".to_owned(),
    ];
    for path in &refused {
        assert_eq!(said(&reader.get(path).await), scope, "{path}");
        let entry = get(path.trim_start_matches('/'));
        let batch = json_of(
            &reader
                .post("", &bundle("batch", std::slice::from_ref(&entry)))
                .await,
        );
        let status = &batch["entry"][0]["response"]["status"];
        assert_eq!(status, "403 Forbidden", "{path}");
        assert!(batch["entry"][0].get("resource").is_none());
        let whole = reader.post("", &bundle("transaction", &[entry])).await;
        assert_eq!(said(&whole), scope, "{path}");
    }
    let form = reader
        .form("/Patient/_search", &[("_id", id.as_str())])
        .await;
    assert_eq!(said(&form), scope);
    let same = json_of(&all.get(&format!("/Patient/{id}")).await);
    let letter = reader.send(
        Method::POST,
        "/Bundle",
        Some(r#"{"resourceType":"Bundle"}"#),
    );
    assert_eq!(said(&letter.await), scope);
    for answer in [
        reader.put(&format!("/Patient/{id}"), &same).await,
        reader.put(&format!("/Patient?_id={id}"), &same).await,
        reader.post("/Patient", &patient("2", "鈴木")).await,
        reader.delete(&format!("/Observation/{weight_id}")).await,
    ] {
        assert_eq!(said(&answer), scope);
    }
    // What is searched for does not open what hangs on it.
    let searcher = Program::new(&world, "searcher", &clinic, "system/Patient.rs").await;
    for path in [
        "/Patient?_revinclude=Observation:subject",
        "/Patient?_revinclude=Task:patient",
        "/Patient?organization.name=岩田",
    ] {
        assert_eq!(said(&searcher.get(path).await), scope, "{path}");
    }
    let found = searcher.get("/Patient?_include=Patient:organization").await;
    assert_eq!(ids(&json_of(&found)), std::slice::from_ref(&id));
    // An update by condition tells what is there.
    let writer = Program::new(&world, "writer", &clinic, "system/Patient.u").await;
    let put = writer.put(&format!("/Patient?_id={id}"), &same).await;
    assert_eq!(said(&put), scope);
}

/// A token of this client for these scopes, got as clients get them.
async fn token(world: &World, signer: &Signer, name: &str, scope: &str) -> String {
    let exp = world.clock.now().0 / 1_000_000 + 200;
    let claims = json!({"iss": name, "sub": name, "aud": "http://localhost:8080/oauth2/token",
        "exp": exp, "jti": scope});
    let fields = [
        ("grant_type", "client_credentials"),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", &signer.jwt(&claims.to_string())),
        ("scope", scope),
    ];
    let answer = world.server.post("/oauth2/token").form(&fields).await;
    let body: Value = answer.json();
    format!("Bearer {}", body["access_token"].as_str().unwrap())
}

async fn a_retry_shows_no_more_than_its_token(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    Program::of(&world, "his", &clinic).await;
    let client = world.app.access.client_named(&world.ctx(), "his").await;
    let signer = Signer::es384("other");
    let client = client.unwrap().unwrap().id;
    let access = &world.app.access;
    access
        .change_client_keys(&world.ctx(), &client, &signer.jwks())
        .await
        .unwrap();
    let wide = token(&world, &signer, "his", "system/*.cruds").await;
    let narrow = token(&world, &signer, "his", "system/Slot.rs").await;
    let with = |token: &str, key: &str| {
        let program = Program::nobody(&world).with("authorization", token);
        program.with("idempotency-key", key)
    };
    let body = patient("1", "佐藤");
    assert_eq!(code(&with(&wide, "one").post("/Patient", &body).await), 201);
    let whole = bundle(
        "transaction",
        &[
            json!({"request": {"method": "POST", "url": "Patient"}, "resource": patient("2", "鈴木")}),
        ],
    );
    let again = with(&narrow, "one").post("/Patient", &body).await;
    assert!(!again.text().contains("佐藤"), "{}", again.text());
    assert_eq!(code(&with(&wide, "all").post("", &whole).await), 200);
    let again = with(&narrow, "all").post("", &whole).await;
    assert!(!again.text().contains("鈴木"), "{}", again.text());
    let again = with(&wide, "all").post("", &whole).await;
    assert!(again.text().contains("鈴木"), "{}", again.text());
}

async fn a_suspended_client_ends_at_once(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let id = program.made(&patient("1", "佐藤")).await;
    let path = format!("/Patient/{id}");
    assert_eq!(code(&program.get(&path).await), 200);
    let access = &world.app.access;
    let client = access.client_named(&world.ctx(), "his").await.unwrap();
    let client = client.unwrap().id;
    access.suspend_client(&world.ctx(), &client).await.unwrap();
    let refused = (401, "fhir-token".to_owned());
    assert_eq!(said(&program.get(&path).await), refused);
    let retry = program.with("idempotency-key", "k");
    let answer = retry.post("/Patient", &patient("2", "鈴木")).await;
    assert_eq!(said(&answer), refused);
    let batch = program.post("", &bundle("batch", &[get("Patient")])).await;
    assert_eq!(said(&batch), refused);
    // The old token stays ended when the client comes back.
    access
        .unsuspend_client(&world.ctx(), &client)
        .await
        .unwrap();
    assert_eq!(said(&program.get(&path).await), refused);
}

async fn a_gateway_sees_and_writes_nothing_of_others(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let owner = Program::of(&world, "his", &clinic).await;
    let id = owner.made(&patient("1", "佐藤")).await;
    owner.made(&weight(&id, "64.5")).await;
    let gateway = Program::gateway(&world, "relay").await;
    for kind in ["Patient", "Observation", "Task", "Bundle", "Composition"] {
        let count = json_of(&gateway.get(&format!("/{kind}?_summary=count")).await);
        assert_eq!(count["total"], 0, "{kind}");
        let all = json_of(&gateway.get(&format!("/{kind}/_history")).await);
        assert!(all.get("entry").is_none(), "{kind}");
    }
    for number in [id.as_str(), NOTHING] {
        let body = weight(number, "70");
        let heard = [
            gateway.get(&format!("/Patient/{number}")).await,
            gateway.post("/Observation", &body).await,
            gateway
                .with("if-none-exist", "status=final")
                .post("/Observation", &body)
                .await,
        ];
        assert_eq!(said(&heard[0]).0, 404);
        for answer in &heard[1..] {
            assert!(matches!(code(answer), 403 | 422), "{}", answer.text());
        }
    }
    for body in [
        patient("2", "鈴木"),
        json!({"resourceType": "Schedule", "actor": [{"reference": format!("HealthcareService/{NOTHING}")}]}),
    ] {
        let path = format!("/{}", body["resourceType"].as_str().unwrap());
        let answer = gateway.post(&path, &body).await;
        assert!(
            matches!(code(&answer), 403 | 404 | 422),
            "{}",
            answer.text()
        );
    }
    assert_eq!(
        json_of(&owner.get("/Patient?_summary=count").await)["total"],
        1
    );
}

async fn nobody_writes_in_another_s_name(backend: Backend) {
    let world = World::empty(backend).await;
    let (clinic, other) = (
        world.clinic("岩田医院").await,
        world.clinic("よその医院").await,
    );
    let program = Program::of(&world, "his", &clinic).await;
    let theirs = Program::of(&world, "other", &other).await;
    let id = program.made(&patient("1", "佐藤")).await;
    let name = json!({"reference": format!("Organization/{other}")});
    let mut person = patient("2", "鈴木");
    person["managingOrganization"] = name.clone();
    let request = |who: &Value| {
        json!({"resourceType": "ServiceRequest", "status": "draft", "intent": "order", "requester": who,
            "subject": {"reference": format!("Patient/{id}")}, "code": {"text": "精査"}})
    };
    let own = json!({"reference": format!("Organization/{clinic}")});
    for (body, at) in [
        (person, "Patient.managingOrganization"),
        (request(&name), "ServiceRequest.requester"),
    ] {
        let path = format!("/{}", body["resourceType"].as_str().unwrap());
        let answer = program.post(&path, &body).await;
        assert_eq!(code(&answer), 422, "{}", answer.text());
        assert_eq!(json_of(&answer)["issue"][0]["expression"][0], at);
    }
    let case = program.made(&request(&own)).await;
    for (kind, element, value) in [
        ("Task", "requester", name.clone()),
        ("ServiceRequest", "requester", name.clone()),
        ("Composition", "custodian", name.clone()),
        ("Composition", "author", json!([name])),
        ("Patient", "managingOrganization", name.clone()),
    ] {
        let id = if kind == "Patient" { &id } else { &case };
        let path = format!("/{kind}/{id}");
        let before = program.get(&path).await;
        let mut body = json_of(&before);
        body[element] = value;
        let answer = program.put(&path, &body).await;
        let after = program.get(&path).await;
        assert_eq!(
            after.text(),
            before.text(),
            "{kind} {element} {}",
            answer.text()
        );
    }
    // What stands in a record names whom it likes, and stays its writer's.
    let mut measured = weight(&id, "64.5");
    measured["performer"] = json!([name]);
    program.made(&measured).await;
    for kind in ["Patient", "Observation", "Task", "ServiceRequest"] {
        let count = json_of(&theirs.get(&format!("/{kind}?_summary=count")).await);
        assert_eq!(count["total"], 0, "{kind}");
    }
}

async fn nothing_moves_to_another_patient(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let (one, two) = (
        program.made(&patient("1", "佐藤")).await,
        program.made(&patient("2", "鈴木")).await,
    );
    let mut numbered = weight(&one, "64.5");
    numbered["identifier"] = json!([{"system": "urn:x-lab", "value": "w1"}]);
    let kept = program.made(&numbered).await;
    let elsewhere = program.made(&weight(&two, "70")).await;
    let path = format!("/Observation/{kept}");
    let before = program.get(&path).await.text();
    let request = json!({"resourceType": "ServiceRequest", "status": "draft", "intent": "order",
        "subject": {"reference": format!("Patient/{one}")}, "code": {"text": "精査"}});
    let case = program.made(&request).await;
    let mut moved: Value = serde_json::from_str(&before).unwrap();
    for target in [
        format!("Patient/{two}"),
        format!("Patient/{two}/_history/1"),
        format!("Patient/{NOTHING}"),
        format!("http://localhost:8080/fhir/Patient/{two}"),
        "urn:uuid:two".to_owned(),
        "#two".to_owned(),
    ] {
        moved["subject"] = json!({"reference": target});
        moved["contained"] = json!([{"resourceType": "Patient", "id": "two"}]);
        let entry = |url: &str| json!({"fullUrl": "urn:uuid:o", "request": {"method": "PUT", "url": url}, "resource": moved});
        let person = json!({"fullUrl": "urn:uuid:two", "request": {"method": "PUT", "url": format!("Patient/{two}")},
            "resource": json_of(&program.get(&format!("/Patient/{two}")).await)});
        let by_condition = "Observation?identifier=urn:x-lab|w1";
        for answer in [
            program.put(&path, &moved).await,
            program.put(&format!("/{by_condition}"), &moved).await,
            program
                .post(
                    "",
                    &bundle(
                        "transaction",
                        &[person.clone(), entry(path.trim_start_matches('/'))],
                    ),
                )
                .await,
            program
                .post("", &bundle("transaction", &[person, entry(by_condition)]))
                .await,
        ] {
            assert_eq!(code(&answer), 422, "{target} {}", answer.text());
        }
        for kind in ["ServiceRequest", "Task", "Composition"] {
            let path = format!("/{kind}/{case}");
            let before = program.get(&path).await.text();
            let mut body: Value = serde_json::from_str(&before).unwrap();
            let element = if kind == "Task" { "for" } else { "subject" };
            body[element] = json!({"reference": target});
            program.put(&path, &body).await;
            assert_eq!(program.get(&path).await.text(), before, "{kind} {target}");
        }
    }
    // Nor does one point into another patient's record, whether or not both are one's own.
    for (element, value) in [
        (
            "hasMember",
            json!([{"reference": format!("Observation/{elsewhere}")}]),
        ),
        (
            "derivedFrom",
            json!([{"reference": format!("Observation/{elsewhere}/_history/1")}]),
        ),
        (
            "extension",
            json!([{"url": "urn:x", "valueReference": {"reference": format!("Patient/{two}")}}]),
        ),
        (
            "contained",
            json!([{"resourceType": "Observation", "id": "c", "status": "final", "code": {"text": "x"},
                "subject": {"reference": format!("Patient/{two}")}}]),
        ),
    ] {
        let mut body: Value = serde_json::from_str(&before).unwrap();
        body[element] = value;
        let answer = program.put(&path, &body).await;
        assert_eq!(said(&answer).0, 422, "{element}");
    }
    assert_eq!(program.get(&path).await.text(), before);
}
