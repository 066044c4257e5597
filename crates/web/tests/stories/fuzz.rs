//! Addresses and bodies of `/fhir`, broken in all ways: every answer is FHIR's, none is the server's own failure.

use axum::http::Method;
use renkei_testkit::{Backend, Fuzz, each_backend};

use crate::common::World;
use crate::fhir::{Program, code, json_of, patient, weight};

each_backend!(fuzz_requests);

const GOOD: &[&str] = &[
    "/Patient?name=%E4%BD%90%E8%97%A4&birthdate=ge1950&_sort=-_lastUpdated&_count=10",
    "/Observation?patient=Patient/1&code=http://loinc.org|29463-7&_include=Observation:subject&_elements=code,status",
    "/Observation?subject:Patient.name=x&value-quantity=gt5.4||kg&_summary=count",
    "/Patient/_history?_since=2026-11-22T00:00:00%2B09:00&_count=5",
    "/Patient/01999999-0000-7000-8000-000000000000/_history/1",
    "/metadata?mode=full&_format=json",
    r#"{"resourceType":"Patient","name":[{"family":"佐藤"}],"gender":"female","birthDate":"1950-04-01","identifier":[{"system":"urn:x","value":"2"}]}"#,
    r#"{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient?name=x"}},{"request":{"method":"POST","url":"Observation"},"resource":{"resourceType":"Observation"}}]}"#,
    r#"{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:a","request":{"method":"PUT","url":"Patient?identifier=1"},"resource":{"resourceType":"Patient"}}]}"#,
];
const WORDS: &[&str] = &[
    "?",
    "&",
    "=",
    "%00",
    "%ff",
    "%E4",
    "%2e%2e%2f",
    "+",
    ":missing",
    ":not",
    "|",
    ",",
    "\\",
    "_include=*",
    "_revinclude=",
    "_has:",
    "_sort=",
    "_count=-1",
    "_cursor=",
    "_summary=",
    "_elements=",
    "/_history",
    "/_search",
    "/$everything",
    "_since=",
    "9999",
    "'; drop table resource; --",
    "\"",
    "{",
    "}",
    "[",
    "]",
    "null",
    "\"entry\":",
    "\"request\":",
    "\"DELETE\"",
    "urn:uuid:a",
    "Bundle",
    "Task",
    "Slot",
];

async fn fuzz_requests(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let id = program.made(&patient("1", "佐藤")).await;
    program.made(&weight(&id, "60")).await;
    let mut fuzz = Fuzz::new(GOOD, WORDS);
    while let Some(text) = fuzz.next() {
        let is_body = text.starts_with('{');
        let (method, path, body) = if is_body {
            let path = ["", "/Patient", "/Observation", "/Task", "/Bundle", "/Slot"][fuzz.below(6)];
            (Method::POST, path.to_owned(), Some(text))
        } else {
            (Method::GET, address(&text), None)
        };
        if path.parse::<axum::http::Uri>().is_err() && !path.is_empty() || climbs(&path) {
            continue;
        }
        let answer = program.send(method, &path, body.as_deref()).await;
        assert!(code(&answer) < 500, "{path}: {}", answer.text());
        if code(&answer) >= 400 && path.starts_with('/') {
            assert_eq!(
                json_of(&answer)["resourceType"],
                "OperationOutcome",
                "{path}"
            );
        }
    }
    assert_eq!(code(&program.get(&format!("/Patient/{id}")).await), 200);
}

/// Clients take `..` away before they send, and may leave /fhir by it.
fn climbs(path: &str) -> bool {
    let dots = path.to_ascii_lowercase().replace("%2e", ".");
    dots.split('/').any(|part| part == "." || part == "..")
}

/// What no client could put into a request's first line is escaped, as they do.
fn address(text: &str) -> String {
    let mut path = String::from("/");
    for c in text.trim_start_matches('/').chars().take(2_000) {
        if c.is_ascii_graphic()
            && !matches!(c, '"' | '<' | '>' | '#' | '`' | '{' | '}' | '\\' | '^')
        {
            path.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                path.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    path
}
