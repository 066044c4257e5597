//! Bodies that somebody sends to break the server: refused with the right status, quickly, and nothing is stored.

use axum::http::Method;
use renkei_testkit::{Backend, each_backend};
use serde_json::json;

use crate::common::World;
use crate::fhir::{Program, code, json_of, patient, said};

each_backend!(bodies_that_break, odd_addresses, odd_values);

async fn bodies_that_break(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let entries = |count: usize| {
        let entries = vec![r#"{"request":{"method":"GET","url":"Patient"}}"#; count].join(",");
        format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{entries}]}}"#)
    };
    let deep = |open: &str, close: &str| {
        format!(
            r#"{{"resourceType":"Patient","x":{}1{}}}"#,
            open.repeat(10_000),
            close.repeat(10_000)
        )
    };
    let large = format!(
        r#"{{"resourceType":"Patient","x":"{}"}}"#,
        "a".repeat(3 * 1024 * 1024)
    );
    let values = format!(
        r#"{{"resourceType":"Bundle","x":[{}]}}"#,
        vec!["1"; 600_000].join(",")
    );
    for (path, body, status, key) in [
        ("/Patient", deep("[", "]"), 400, "fhir-too-deep"),
        ("/Patient", deep(r#"{"a":"#, "}"), 400, "fhir-too-deep"),
        ("/Patient", "[".repeat(1_000_000), 400, "fhir-too-deep"),
        ("/Patient", large, 413, "fhir-too-large"),
        ("", entries(1_001), 413, "fhir-too-many-entries"),
        ("", entries(100_000), 413, "fhir-too-many-entries"),
        ("", values, 413, "fhir-too-many-values"),
        ("", deep("[", "]"), 400, "fhir-too-deep"),
    ] {
        let answer = program.send(Method::POST, path, Some(&body)).await;
        assert_eq!(said(&answer), (status, key.to_owned()), "{path}");
    }
    // 100 MB need not be read to be refused.
    let huge = program.with("content-length", "100000000");
    let answer = huge.send(Method::POST, "/Patient", Some("{}")).await;
    assert_eq!(said(&answer), (413, "fhir-too-large".to_owned()));
    let bytes = world
        .server
        .post("/fhir/Patient")
        .bytes(b"{\"resourceType\":\"\xff\"}".to_vec().into())
        .content_type("application/json");
    let answer = program.sign(bytes).await;
    assert_eq!(said(&answer), (400, "fhir-utf8".to_owned()));
    assert_eq!(
        json_of(&program.get("/Patient?_summary=count").await)["total"],
        0
    );
    // What is large but allowed goes through.
    assert_eq!(
        code(&program.send(Method::POST, "", Some(&entries(200))).await),
        200
    );
}

async fn odd_addresses(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    program.made(&patient("1", "佐藤")).await;
    for path in [
        "/Patient/%00",
        "/Patient/%2e%2e%2fx",
        "/patient/1",
        "/Patient/a_b",
        "//Patient//1",
        "/Patient/1/_history/99999999999",
        "/Patient/1/_history/-1",
        "/Patient/_history/x",
        "/Patient/1/$everything",
        "/$export",
        "/Patient/$match",
        "/Patient?",
        "/Patient?&&&=&=1",
        "/Patient?_sort=,,,",
        "/Patient?_include=::",
        "/Patient?_count=99999999999999999999",
        "/Bundle/1",
        "/Patient?_lastUpdated=ge99999-01-01",
        "/Observation?value-quantity=1e999",
        "/Observation?date=eb0000",
    ] {
        let answer = program.get(path).await;
        assert!(code(&answer) < 500, "{path}: {}", answer.text());
        assert_eq!(
            answer.header("content-type"),
            "application/fhir+json; charset=utf-8",
            "{path}"
        );
    }
    let batch = json!({"resourceType": "Bundle", "type": "batch", "entry": [
        {"request": {"method": "GET", "url": ""}},
        {"request": {"method": "GET", "url": "../home"}},
        {"request": {"method": "POST", "url": ""}, "resource": {"resourceType": "Bundle", "type": "batch"}},
        {"request": {"method": "GET", "url": "https://elsewhere.example/fhir/Patient/1"}},
    ]});
    let answer = json_of(&program.post("", &batch).await);
    for entry in answer["entry"].as_array().unwrap() {
        assert!(
            entry["response"]["status"]
                .as_str()
                .unwrap()
                .starts_with('4'),
            "{entry}"
        );
    }
}

/// Values that some parameter, some database or some parser could choke on; escaped for an address.
const VALUES: [&str; 32] = [
    "%F0%9F%99%82",
    "%E3%81%82",
    "%5C%2C",
    "%7C",
    "a%7Cb%7Cc%7Cd",
    "http%3A%2F%2Fx%7C",
    "%25",
    "_%25_",
    "'",
    "%22%3B",
    "--",
    "ge0000-00-00",
    "ge2026-02-30",
    "lt9999-12-31T23%3A59%3A59.999999999%2B14%3A00",
    "ap2026",
    "ne2026",
    "-9999",
    "2026-11-22T24%3A00%3A00Z",
    "1e308",
    "lt-1e308%7C%7Ckg",
    "5.400000000000000000000000000000000001",
    "NaN",
    "9223372036854775808",
    "0x10",
    "true",
    "Patient%2F1%2F_history%2F2",
    "http%3A%2F%2Felsewhere%2FPatient%2F1",
    "urn%3Auuid%3A1",
    "%2C%2C%2C",
    "%E2%80%AE",
    "%EF%BD%B1%EF%BE%9E",
    "a",
];

async fn odd_values(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let id = program.made(&patient("1", "佐藤")).await;
    program.made(&crate::fhir::weight(&id, "64.5")).await;
    let modifiers = [
        "",
        ":exact",
        ":contains",
        ":missing",
        ":not",
        ":Patient",
        ".name",
        ".birthdate",
    ];
    let mut values = VALUES.iter().cycle();
    let mut asked = 0;
    for kind in renkei_care::fhir::kinds() {
        for param in kind.params() {
            for modifier in modifiers {
                let value = values.next().unwrap();
                let path = format!(
                    "/{}?{}{modifier}={value}&_sort={}",
                    kind.name, param.name, param.name
                );
                let plain = path.split("&_sort").next().unwrap().to_owned();
                for path in [path, plain] {
                    let answer = program.get(&path).await;
                    assert!(code(&answer) < 500, "{path}: {}", answer.text());
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 3_000, "{asked}");
}
