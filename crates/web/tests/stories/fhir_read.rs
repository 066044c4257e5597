//! Reading: who may come, versions, conditions, parts, formats.

use axum::http::Method;
use renkei_testkit::{Backend, each_backend};
use serde_json::json;

use crate::common::World;
use crate::fhir::{BASE, NOTHING, Program, code, json_of, patient, said, weight};

each_backend!(
    nobody_comes_without_a_token,
    what_is_read_is_what_was_sent,
    a_client_need_not_fetch_twice,
    parts_of_a_resource,
    only_json,
    refusals_are_said_in_both_languages
);

async fn nobody_comes_without_a_token(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let nobody = Program::nobody(&world);
    let browser = world
        .signed_in("iwata", Some(&clinic), &[renkei_base::Role::Doctor])
        .await;
    for path in [
        "/Patient",
        "/Patient/1",
        "/Patient/1/_history",
        "/Nothing/1",
    ] {
        for nobody in [
            nobody.clone(),
            nobody.with("authorization", "Bearer x"),
            nobody.with("authorization", "Basic eDp5"),
            nobody.with("cookie", &browser.cookies.join("; ")),
        ] {
            let answer = nobody.get(path).await;
            assert_eq!(said(&answer), (401, "fhir-token".to_owned()), "{path}");
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"renkei\"");
        }
    }
    assert_eq!(code(&nobody.post("/Patient", &json!({})).await), 401);
    assert_eq!(code(&nobody.get("/metadata").await), 200);
    // A token does not outlive its five minutes.
    let program = Program::of(&world, "his", &clinic).await;
    assert_eq!(code(&program.get("/Patient").await), 200);
    world.clock.advance(renkei_base::clock::Span::minutes(6));
    assert_eq!(said(&program.get("/Patient").await).0, 401);
    // Nor does it open the pages.
    let answer = program.with("x", "y").get("/../home").await;
    assert_ne!(code(&answer), 200);
}

async fn what_is_read_is_what_was_sent(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let id = program.made(&patient("1", "佐藤")).await;
    // Digits, order and unknown extensions stay.
    let text = format!(
        r#"{{"resourceType":"Observation","status":"final","code":{{"text":"体重"}},"subject":{{"reference":"Patient/{id}"}},"valueQuantity":{{"value":64.50,"unit":"kg"}},"extension":[{{"url":"urn:x","valueDecimal":1234567890123456789.10}}],"effectiveDateTime":"2026-11-20"}}"#
    );
    let answer = program
        .send(Method::POST, "/Observation", Some(&text))
        .await;
    assert_eq!(code(&answer), 201, "{}", answer.text());
    let made = json_of(&answer);
    let path = format!("/Observation/{}", made["id"].as_str().unwrap());
    assert_eq!(
        answer.header("location"),
        format!("{BASE}{path}/_history/1")
    );
    assert_eq!(answer.header("etag"), "W/\"1\"");
    let read = program.get(&path).await;
    assert_eq!(read.text(), answer.text());
    assert_eq!(
        read.header("content-type"),
        "application/fhir+json; charset=utf-8"
    );
    assert_eq!(
        read.header("content-location"),
        format!("{BASE}{path}/_history/1")
    );
    assert!(
        read.header("last-modified")
            .to_str()
            .unwrap()
            .ends_with(" GMT")
    );
    for kept in [
        "64.50",
        "1234567890123456789.10",
        r#""code":{"text":"体重"},"subject""#,
    ] {
        assert!(read.text().contains(kept), "{}", read.text());
    }
    assert_eq!(
        program.get(&format!("{path}/_history/1")).await.text(),
        read.text()
    );
    assert_eq!(code(&program.send(Method::HEAD, &path, None).await), 200);
    for missing in [
        format!("{path}/_history/2"),
        format!("{path}/_history/x"),
        format!("/Observation/{NOTHING}"),
    ] {
        assert_eq!(
            said(&program.get(&missing).await),
            (404, "fhir-not-found".to_owned())
        );
    }
    assert_eq!(
        said(&program.get("/Basic/1").await),
        (404, "refuse-fhir-not-kept".to_owned())
    );
    assert_eq!(
        said(&program.get("/Patient/1/2/3/4").await),
        (404, "fhir-no-such-address".to_owned())
    );
    let patched = program.send(Method::PATCH, &path, Some("[]")).await;
    assert_eq!(said(&patched), (405, "refuse-fhir-patch".to_owned()));
    assert_eq!(patched.header("allow"), "GET, HEAD, POST, PUT, DELETE");
    assert_eq!(code(&program.delete(&path).await), 204);
    assert_eq!(
        said(&program.get(&path).await),
        (410, "fhir-gone".to_owned())
    );
    assert_eq!(
        program.get(&format!("{path}/_history/1")).await.text(),
        read.text()
    );
}

async fn a_client_need_not_fetch_twice(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let id = program.made(&patient("1", "佐藤")).await;
    let path = format!("/Patient/{id}");
    let read = program.get(&path).await;
    let since = read.header("last-modified").to_str().unwrap().to_owned();
    for (name, value, status) in [
        ("if-none-match", "W/\"1\"", 304),
        ("if-none-match", "\"1\"", 304),
        ("if-none-match", "W/\"2\"", 200),
        ("if-modified-since", since.as_str(), 304),
        ("if-modified-since", "Sun, 22 Nov 1998 00:00:00 GMT", 200),
        ("if-modified-since", "yesterday", 200),
    ] {
        let answer = program.with(name, value).get(&path).await;
        assert_eq!(code(&answer), status, "{name}: {value}");
        if status == 304 {
            assert_eq!(
                (answer.text(), answer.header("etag")),
                (String::new(), "W/\"1\"".parse().unwrap())
            );
        }
    }
    // To a stranger a right guess tells nothing.
    let other = world.clinic("よその医院").await;
    let stranger = Program::of(&world, "other", &other).await;
    let answer = stranger.with("if-none-match", "W/\"1\"").get(&path).await;
    assert_eq!(said(&answer), (404, "fhir-not-found".to_owned()));
}

async fn parts_of_a_resource(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let id = program.made(&patient("1", "佐藤")).await;
    let observation = program.made(&weight(&id, "64.50")).await;
    let path = format!("/Observation/{observation}");
    let part = json_of(
        &program
            .get(&format!("{path}?_elements=value,nothing"))
            .await,
    );
    assert_eq!(part["valueQuantity"]["unit"], "kg");
    assert_eq!(part["meta"]["tag"][0]["code"], "SUBSETTED");
    assert!(
        part.get("subject").is_none() && part.get("status").is_some(),
        "{part}"
    );
    let text = json_of(&program.get(&format!("{path}?_summary=text")).await);
    assert!(text.get("valueQuantity").is_none(), "{text}");
    let page = json_of(&program.get("/Observation?_summary=true").await);
    assert_eq!(
        page["entry"][0]["resource"]["meta"]["tag"][0]["code"],
        "SUBSETTED"
    );
    let count = json_of(&program.get("/Observation?_summary=count").await);
    assert_eq!((&count["total"], count.get("entry")), (&json!(1), None));
    let some = program.get(&format!("{path}?_summary=some")).await;
    assert_eq!(said(&some), (400, "fhir-value-summary".to_owned()));
    for bad in ["?status=final", "?_summary=count"] {
        assert_eq!(
            said(&program.get(&format!("{path}{bad}")).await),
            (400, "fhir-parameter".to_owned()),
            "{bad}"
        );
    }
    let lenient = program.with("prefer", "handling=lenient");
    assert_eq!(
        code(&lenient.get(&format!("{path}?status=final")).await),
        200
    );
}

async fn only_json(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    for (accept, path, status) in [
        ("application/fhir+json", "/Patient", 200),
        ("text/html, */*;q=0.1", "/Patient", 200),
        ("application/fhir+xml", "/Patient", 406),
        ("application/fhir+xml", "/Patient?_format=json", 200),
        ("application/fhir+json", "/Patient?_format=xml", 406),
        ("application/fhir+xml", "/metadata", 406),
    ] {
        assert_eq!(
            code(&program.with("accept", accept).get(path).await),
            status,
            "{accept} {path}"
        );
    }
    let xml = world
        .server
        .post("/fhir/Patient")
        .text("<Patient/>")
        .content_type("application/fhir+xml");
    let token = program.get("/Patient").await;
    assert_eq!(code(&token), 200);
    assert_eq!(xml.await.status_code(), 401);
    let xml = program.form("/Patient", &[("a", "b")]).await;
    assert_eq!(said(&xml), (415, "fhir-content-type".to_owned()));
}

async fn refusals_are_said_in_both_languages(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let issue = async |program: &Program<'_>| {
        json_of(&program.get(&format!("/Patient/{NOTHING}")).await)["issue"][0].clone()
    };
    let ja = issue(&program).await;
    assert_eq!(
        ja["details"]["text"],
        "ありません（または、閲覧の権限がありません）。"
    );
    let en = issue(&program.with("accept-language", "en-GB")).await;
    assert_eq!(en["details"]["text"], "Not there, or not for you to see.");
    let other = |issue: &serde_json::Value| {
        issue["details"]["_text"]["extension"][1]["extension"][1]["valueString"].clone()
    };
    assert_eq!(other(&ja), en["details"]["text"]);
    assert_eq!(other(&en), ja["details"]["text"]);
}
