//! Every refusal of the door is an OperationOutcome in Japanese and in English: each text that the door and what stands
//! behind it can name, and each status.

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::Method;
use axum_test::TestResponse;
use renkei_base::Lang;
use renkei_testkit::{Backend, each_backend};
use renkei_web::messages::Messages;
use serde_json::{Value, json};

use crate::common::World;
use crate::fhir::{NOTHING, Program, code, json_of, patient, weight};

each_backend!(each_status_is_told_in_the_readers_language);

/// Where the door and the use cases behind it name their texts.
const SOURCES: [&str; 6] = [
    "web/src/fhir",
    "web/src/oauth.rs",
    "care/src",
    "fhir/src",
    "access/src",
    "base/src",
];
/// How the keys of refusals, faults and findings begin.
const KINDS: [&str; 4] = ["fhir-", "refuse-", "fault-", "document-"];

fn texts(path: &Path) -> Vec<String> {
    if path.is_file() {
        return vec![std::fs::read_to_string(path).unwrap()];
    }
    let entries = std::fs::read_dir(path).unwrap();
    entries
        .flat_map(|entry| texts(&entry.unwrap().path()))
        .collect()
}

/// Keys in quotes, and all findings of documents (their keys are put together from rules).
fn keys() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = root.parent().unwrap();
    let mut keys = BTreeSet::new();
    for source in SOURCES
        .iter()
        .flat_map(|source| texts(&crates.join(source)))
    {
        let code = source.split("#[cfg(test)]").next().unwrap();
        let quoted = code.split('"').skip(1).step_by(2);
        keys.extend(quoted.filter(|text| is_key(text)).map(str::to_owned));
    }
    for text in texts(&root.join("messages/ja")) {
        let lines = text.lines().filter_map(|line| line.split_once(" = "));
        let findings = lines.filter(|(key, _)| key.starts_with("document-"));
        keys.extend(findings.map(|(key, _)| key.to_owned()));
    }
    keys
}

fn is_key(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let rest = KINDS.iter().find_map(|kind| text.strip_prefix(kind));
    rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(plain) && !rest.ends_with('-'))
}

fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}')
}

#[test]
fn every_text_of_the_door_is_there_in_both_languages() {
    let messages = Messages::load();
    let keys = keys();
    assert!(keys.len() > 250, "{}", keys.len());
    for key in &keys {
        let said = |lang| {
            assert!(messages.has(lang, key), "{key} {lang:?}");
            messages.text(lang, key, &[])
        };
        let (ja, en) = (said(Lang::Ja), said(Lang::En));
        assert!(!ja.trim().is_empty() && !en.trim().is_empty(), "{key}");
        assert!(ja.chars().any(is_japanese), "{key}: {ja}");
        // A word of the law may stand in it, a sentence not.
        let hiragana = en.chars().filter(|c| matches!(c, '\u{3040}'..='\u{309F}'));
        assert_eq!(hiragana.count(), 0, "{key}: {en}");
        assert_ne!(ja, en, "{key}");
    }
}

/// What one issue says: key, text, translations by language.
fn issue(answer: &TestResponse) -> (String, String, Vec<(String, String)>) {
    let outcome = json_of(answer);
    assert_eq!(outcome["resourceType"], "OperationOutcome", "{outcome}");
    let details = &outcome["issue"][0]["details"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let said = details["_text"]["extension"].as_array().unwrap().iter();
    let said = said.map(|one| {
        let part = |at: usize, name: &str| text(&one["extension"][at][name]);
        (part(0, "valueCode"), part(1, "valueString"))
    });
    (
        text(&details["coding"][0]["code"]),
        text(&details["text"]),
        said.collect(),
    )
}

async fn each_status_is_told_in_the_readers_language(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let reader = Program::new(&world, "reader", &clinic, "system/Patient.rs").await;
    let id = program.made(&patient("1", "佐藤")).await;
    let observation = program.made(&weight(&id, "60")).await;
    let gone = program.made(&weight(&id, "61")).await;
    assert_eq!(
        code(&program.delete(&format!("/Observation/{gone}")).await),
        204
    );
    let twice = patient("1", "鈴木").to_string();
    let wrong = json!({"resourceType": "Observation", "status": "x"}).to_string();
    let changed = {
        let mut changed = weight(&id, "62");
        changed["id"] = json!(observation);
        changed.to_string()
    };
    let document = json!({"resourceType": "Bundle", "type": "document", "entry": []}).to_string();
    let nobody = Program::nobody(&world);
    let stale = program.with("if-match", "W/\"9\"");
    let xml = program.with("accept", "application/fhir+xml");
    let get = |path: &str| (Method::GET, path.to_owned(), None);
    let send =
        |method: Method, path: &str, body: &str| (method, path.to_owned(), Some(body.to_owned()));
    let cases = [
        (400, &program, get("/Patient?nothing=1")),
        (400, &program, send(Method::POST, "/Patient", "{")),
        (401, &nobody, get("/Patient")),
        (403, &reader, send(Method::POST, "/Patient", &twice)),
        (404, &program, get(&format!("/Patient/{NOTHING}"))),
        (404, &program, get("/Nothing")),
        (
            405,
            &program,
            send(
                Method::POST,
                "/Organization",
                r#"{"resourceType":"Organization"}"#,
            ),
        ),
        (
            405,
            &program,
            send(Method::PATCH, &format!("/Patient/{id}"), "{}"),
        ),
        (406, &xml, get("/Patient")),
        (409, &program, send(Method::POST, "/Patient", &twice)),
        (410, &program, get(&format!("/Observation/{gone}"))),
        (
            412,
            &stale,
            send(
                Method::PUT,
                &format!("/Observation/{observation}"),
                &changed,
            ),
        ),
        (422, &program, send(Method::POST, "/Observation", &wrong)),
        (422, &program, send(Method::POST, "/Bundle", &document)),
    ];
    for (status, who, (method, path, body)) in cases {
        let what = format!("{method} {path}");
        let ask = async |lang: &str| {
            let who = who.with("accept-language", lang);
            let answer = who.send(method.clone(), &path, body.as_deref()).await;
            assert_eq!(code(&answer), status, "{what}: {}", answer.text());
            issue(&answer)
        };
        let (ja, en) = (ask("ja").await, ask("en").await);
        assert_eq!(ja.0, en.0, "{what}");
        assert_ne!(ja.1, en.1, "{what}");
        assert!(
            ja.1.chars().any(is_japanese) && !ja.1.contains('$'),
            "{what}: {}",
            ja.1
        );
        assert!(!en.1.contains('$'), "{what}: {}", en.1);
        let mut both = ja.2.clone();
        both.sort();
        assert_eq!(
            both,
            [("en".to_owned(), en.1), ("ja".to_owned(), ja.1)],
            "{what}"
        );
    }
}
