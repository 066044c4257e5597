//! What is somebody else's cannot be told from nothing: for every type that a case or a record has, by every way to write,
//! by retries, pages and includes, and in the audit.

use std::collections::BTreeSet;

use axum::http::Method;
use renkei_base::Micros;
use renkei_base::clock::Span;
use renkei_store::AuditFilter;
use renkei_testkit::{Backend, each_backend};
use serde_json::{Value, json};

use crate::common::World;
use crate::fhir::{NOTHING, Program, code, ids, json_of, link, patient, weight};

each_backend!(
    every_type_and_every_way,
    a_key_and_a_cursor_of_somebody_else,
    what_was_refused_is_all_that_the_audit_has,
);

/// Everything of one patient of the owner's: type and id.
struct Foreign {
    patient: String,
    all: Vec<(&'static str, String)>,
}

async fn foreign(owner: &Program<'_>) -> Foreign {
    let person = owner.made(&patient("1", "佐藤")).await;
    let subject = json!({"reference": format!("Patient/{person}")});
    let mut all = vec![("Patient", person.clone())];
    let text = json!({"text": "x"});
    for (kind, body) in [
        ("Observation", weight(&person, "64.5")),
        (
            "Condition",
            json!({"resourceType": "Condition", "code": text, "subject": subject}),
        ),
        (
            "Procedure",
            json!({"resourceType": "Procedure", "status": "completed", "code": text, "subject": subject}),
        ),
        (
            "DocumentReference",
            json!({"resourceType": "DocumentReference", "status": "current", "subject": subject,
                "content": [{"attachment": {"contentType": "text/plain", "data": "eA=="}}]}),
        ),
    ] {
        all.push((kind, owner.made(&body).await));
    }
    let request = json!({"resourceType": "ServiceRequest", "status": "draft", "intent": "order",
        "subject": subject, "code": {"text": "精査のお願い"}});
    let case = owner.made(&request).await;
    for kind in ["ServiceRequest", "Task", "Composition"] {
        all.push((kind, case.clone()));
    }
    Foreign {
        patient: person,
        all,
    }
}

/// What is sent about a resource of this type and id.
fn ways(kind: &str, id: &str, patient: &str) -> Vec<(Method, String, Option<Value>, &'static str)> {
    let mut body = match kind {
        "Patient" => crate::fhir::patient("1", "佐藤"),
        "Observation" => weight(patient, "64.5"),
        _ => {
            json!({"resourceType": kind, "status": "draft", "intent": "order", "code": {"text": "x"},
            "subject": {"reference": format!("Patient/{patient}")}})
        }
    };
    body["id"] = json!(id);
    let get = |path: String| (Method::GET, path, None, "");
    let mut all = vec![
        (Method::HEAD, format!("/{kind}/{id}"), None, ""),
        get(format!("/{kind}/{id}")),
        get(format!("/{kind}/{id}/_history?_count=1")),
        get(format!("/{kind}/{id}/_history/1?_elements=id")),
        get(format!("/{kind}?_id={id},{NOTHING}&_sort=_lastUpdated")),
        get(format!(
            "/{kind}?_lastUpdated=ge2020-01-01&_total=accurate&_count=1"
        )),
        get(format!("/Task?focus=ServiceRequest/{id}")),
        get(format!(
            "/Task?_id={id}&_include=Task:focus&_include=Task:patient"
        )),
        get(format!("/ServiceRequest?_id={id}&_revinclude=Task:focus")),
        get(format!("/Observation?patient._id={patient}&_summary=count")),
        (Method::DELETE, format!("/{kind}/{id}"), None, ""),
        (Method::PATCH, format!("/{kind}/{id}"), None, ""),
    ];
    for version in ["", "W/\"1\"", "W/\"9\""] {
        let body = Some(body.clone());
        all.push((Method::PUT, format!("/{kind}/{id}"), body.clone(), version));
        all.push((Method::PUT, format!("/{kind}?_id={id}"), body, version));
        all.push((Method::DELETE, format!("/{kind}/{id}"), None, version));
    }
    let request = json!([{"reference": format!("ServiceRequest/{id}")}]);
    let about = [
        json!({"resourceType": "Communication", "status": "completed", "basedOn": request,
            "payload": [{"contentString": "x"}]}),
        json!({"resourceType": "Appointment", "status": "booked", "basedOn": request,
            "start": "2026-12-01T01:00:00Z", "end": "2026-12-01T01:30:00Z", "participant": []}),
        json!({"resourceType": "DocumentReference", "status": "current", "context": {"related": request},
            "content": [{"attachment": {"contentType": "application/pdf", "data": "JVBERi0xLjcK"}}]}),
        json!({"resourceType": "Task", "status": "draft", "intent": "order",
            "focus": {"reference": format!("ServiceRequest/{id}")}}),
        json!({"resourceType": "ServiceRequest", "status": "draft", "intent": "order",
            "subject": {"reference": format!("Patient/{patient}")}}),
    ];
    for body in about {
        let path = format!("/{}", body["resourceType"].as_str().unwrap());
        all.push((Method::POST, path, Some(body), ""));
    }
    for kind in ["batch", "transaction"] {
        let entry = json!({"request": {"method": "PUT", "url": format!("{}/{id}", body["resourceType"].as_str().unwrap()),
            "ifMatch": "W/\"1\""}, "resource": body});
        let bundle = json!({"resourceType": "Bundle", "type": kind, "entry": [entry]});
        all.push((Method::POST, String::new(), Some(bundle), ""));
    }
    all
}

/// Status, headers and body, without the ids that the caller has sent.
async fn told(
    stranger: &Program<'_>,
    kind: &str,
    id: &str,
    patient: &str,
) -> Vec<(String, u16, String, String)> {
    let mut all = Vec::new();
    for (method, path, body, version) in ways(kind, id, patient) {
        let with = match version {
            "" => stranger.clone(),
            version => stranger.with("if-match", version),
        };
        let body = body.map(|body| body.to_string());
        let answer = with.send(method.clone(), &path, body.as_deref()).await;
        let plain = |text: &str| text.replace(id, "ID").replace(patient, "ID");
        let headers = answer.headers().iter();
        let headers: Vec<String> = headers
            .map(|(name, value)| format!("{name}: {}", plain(value.to_str().unwrap())))
            .collect();
        all.push((
            plain(&format!(
                "{method} {path} {version} {}",
                body.unwrap_or_default()
            )),
            code(&answer),
            headers.join("\n"),
            plain(&answer.text()),
        ));
    }
    all
}

async fn every_type_and_every_way(backend: Backend) {
    let world = World::empty(backend).await;
    let (clinic, other) = (
        world.clinic("岩田医院").await,
        world.clinic("よその医院").await,
    );
    let owner = Program::of(&world, "his", &clinic).await;
    let stranger = Program::of(&world, "other", &other).await;
    let foreign = foreign(&owner).await;
    let own = stranger.made(&patient("1", "鈴木")).await;
    stranger.made(&weight(&own, "70")).await;
    for (kind, id) in &foreign.all {
        let before = owner.get(&format!("/{kind}/{id}")).await;
        let there = told(&stranger, kind, id, &foreign.patient).await;
        let not = told(&stranger, kind, NOTHING, NOTHING).await;
        for (there, not) in there.iter().zip(&not) {
            // A search whose value was `id,NOTHING` says both.
            let same = |one: &(String, u16, String, String)| {
                let plain = |text: &str| text.replace(NOTHING, "ID");
                (plain(&one.0), one.1, plain(&one.2), plain(&one.3))
            };
            assert_eq!(same(there), same(not), "{kind}");
        }
        let after = owner.get(&format!("/{kind}/{id}")).await;
        assert_eq!(code(&after), 200);
        assert_eq!(after.text(), before.text(), "{kind}");
        assert_eq!(after.header("etag"), before.header("etag"));
    }
}

async fn a_key_and_a_cursor_of_somebody_else(backend: Backend) {
    let world = World::empty(backend).await;
    let (clinic, other) = (
        world.clinic("岩田医院").await,
        world.clinic("よその医院").await,
    );
    let owner = Program::of(&world, "his", &clinic).await;
    let stranger = Program::of(&world, "other", &other).await;
    let foreign = owner.made(&patient("1", "佐藤")).await;
    let body = weight(&foreign, "64.5");
    let keyed = owner.with("idempotency-key", "k1");
    assert_eq!(code(&keyed.post("/Observation", &body).await), 201);
    let mut heard = Vec::new();
    for key in ["k1", "k2"] {
        let answer = stranger.with("idempotency-key", key);
        let answer = answer.post("/Observation", &body).await;
        heard.push((code(&answer), answer.text()));
    }
    assert_eq!(heard[0], heard[1]);
    assert_eq!(heard[0].0, 422);
    // Conditions find one's own, whatever others have under the same number.
    let own = stranger.made(&patient("1", "鈴木")).await;
    let mut numbered = weight(&own, "70");
    numbered["identifier"] = json!([{"system": "urn:x-lab", "value": "w1"}]);
    let mut theirs = body.clone();
    theirs["identifier"] = numbered["identifier"].clone();
    owner.made(&theirs).await;
    let once = stranger.with("if-none-exist", "identifier=urn:x-lab|w1");
    let made = once.post("/Observation", &numbered).await;
    assert_eq!(code(&made), 201, "{}", made.text());
    // Somebody else's page leads to one's own rows only.
    for _ in 0..3 {
        owner.made(&weight(&foreign, "60")).await;
        stranger.made(&weight(&own, "71")).await;
    }
    let all = ids(&json_of(&stranger.get("/Observation?_count=200").await));
    let all: BTreeSet<String> = all.into_iter().collect();
    assert_eq!(all.len(), 4);
    for search in [
        "/Observation?_count=2",
        "/Observation?_count=2&_sort=-_lastUpdated",
        "/Observation?_count=2&_sort=date",
        "/Observation/_history?_count=2",
    ] {
        let page = json_of(&owner.get(search).await);
        let next = link(&page, "next").unwrap();
        let answer = stranger.get(&next).await;
        let page = json_of(&answer);
        assert_eq!(code(&answer), 200, "{}", answer.text());
        assert!(ids(&page).iter().all(|id| all.contains(id)), "{search}");
    }
}

async fn what_was_refused_is_all_that_the_audit_has(backend: Backend) {
    let world = World::empty(backend).await;
    let (clinic, other) = (
        world.clinic("岩田医院").await,
        world.clinic("よその医院").await,
    );
    let owner = Program::of(&world, "his", &clinic).await;
    let stranger = Program::of(&world, "other", &other).await;
    let foreign = foreign(&owner).await;
    for (kind, id) in &foreign.all {
        let mut kept = Vec::new();
        for (id, patient) in [(id.as_str(), foreign.patient.as_str()), (NOTHING, NOTHING)] {
            world.clock.advance(Span::seconds(10));
            let start = world.ctx().at;
            told(&stranger, kind, id, patient).await;
            kept.push(audit(&world, start, [id, patient]).await);
        }
        assert_eq!(kept[0], kept[1], "{kind}");
        assert!(kept[0].iter().any(|row| row.contains("true")), "{kept:?}");
    }
}

/// Who did what to what, and whether it was refused.
async fn audit(world: &World, from: Micros, ids: [&str; 2]) -> Vec<String> {
    let client = world.app.store.client_by_name("other").await;
    let filter = AuditFilter {
        from,
        until: from + Span::seconds(10),
        account: client.unwrap().unwrap().id.to_string(),
        limit: 1_000,
        ..AuditFilter::default()
    };
    let rows = world.app.store.audit_rows(&filter).await.unwrap();
    let told = |row: renkei_store::AuditRow| {
        assert_eq!(row.patient, "", "{} {}", row.action, row.detail);
        // Where a patient is not known, the case that would have been begun has an id of its own.
        let what = match row.detail.contains("fault-patient-unknown") {
            true => "",
            false => row.what.as_str(),
        };
        let text = format!("{} {what} {} {}", row.action, row.refused, row.detail);
        ids.iter().fold(text, |text, id| text.replace(id, "ID"))
    };
    let mut told: Vec<String> = rows.into_iter().map(told).collect();
    told.sort();
    told
}
