//! What the server says that it does is what it does, and the other way round.

use axum::http::Method;
use renkei_fhir::search;
use renkei_testkit::{Backend, each_backend};
use serde_json::{Value, json};

use crate::common::World;
use crate::fhir::{Program, code, json_of, said};

each_backend!(it_does_what_it_says_and_says_what_it_does);

fn texts(value: &Value, name: &str) -> Vec<String> {
    let list = value[name].as_array().cloned().unwrap_or_default();
    let text = |one: &Value| {
        one.as_str()
            .or(one["code"].as_str())
            .or(one["name"].as_str())
            .unwrap()
            .to_owned()
    };
    list.iter().map(text).collect()
}

async fn it_does_what_it_says_and_says_what_it_does(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let says = json_of(&Program::nobody(&world).get("/metadata").await);
    assert_eq!(says["resourceType"], "CapabilityStatement");
    let rest = &says["rest"][0];
    let said_types = rest["resource"].as_array().unwrap();
    for one in said_types {
        interactions(&program, one).await;
        parameters(&program, one).await;
    }
    // A type that it does not name is not there.
    let named = |typ: &str| said_types.iter().any(|one| one["type"] == typ);
    for (typ, _) in search::GROUPS
        .iter()
        .chain(&[("Bundle", &[][..]), ("Basic", &[][..])])
    {
        let there = code(&program.get(&format!("/{typ}")).await) == 200;
        assert_eq!(there, named(typ), "{typ}");
    }
    for code_of in texts(rest, "interaction") {
        if code_of == "history-system" {
            assert_eq!(code(&program.get("/_history").await), 200);
            continue;
        }
        let body = json!({"resourceType": "Bundle", "type": code_of});
        assert_eq!(code(&program.post("", &body).await), 200, "{code_of}");
    }
    for operation in [
        "/_search",
        "/$export",
        "/$original",
        "/Patient/x/$original",
        "/Patient/$everything",
    ] {
        assert!(code(&program.get(operation).await) >= 400, "{operation}");
    }
}

/// Each interaction is offered or not as it says: what is not offered is 405, whatever is sent.
async fn interactions(program: &Program<'_>, one: &Value) {
    let typ = one["type"].as_str().unwrap();
    let said_codes = texts(one, "interaction");
    let body = json!({"resourceType": typ, "id": "x"}).to_string();
    for (code_of, method, path) in [
        ("read", Method::GET, format!("/{typ}/x")),
        ("vread", Method::GET, format!("/{typ}/x/_history/1")),
        (
            "history-instance",
            Method::GET,
            format!("/{typ}/x/_history"),
        ),
        ("history-type", Method::GET, format!("/{typ}/_history")),
        ("search-type", Method::GET, format!("/{typ}")),
        ("create", Method::POST, format!("/{typ}")),
        ("update", Method::PUT, format!("/{typ}/x")),
        ("delete", Method::DELETE, format!("/{typ}/x")),
        ("patch", Method::PATCH, format!("/{typ}/x")),
    ] {
        let sends = matches!(method, Method::POST | Method::PUT | Method::PATCH);
        let answer = program
            .send(method, &path, sends.then_some(body.as_str()))
            .await;
        let offered = code(&answer) != 405;
        assert_eq!(
            offered,
            said_codes.iter().any(|said| said == code_of),
            "{typ} {code_of}: {}",
            answer.text()
        );
    }
    let condition = program.with("if-none-exist", "nothing=1");
    let answer = condition
        .post(&format!("/{typ}"), &serde_json::from_str(&body).unwrap())
        .await;
    let read = said(&answer) == (400, "fhir-parameter".to_owned());
    assert_eq!(
        one["conditionalCreate"] == true,
        read,
        "{typ}: {}",
        answer.text()
    );
    for (says, method, path) in [
        ("conditionalUpdate", Method::PUT, format!("/{typ}?_id=x")),
        ("conditionalDelete", Method::DELETE, format!("/{typ}?_id=x")),
    ] {
        let sends = method == Method::PUT;
        let answer = program
            .send(method, &path, sends.then_some(body.as_str()))
            .await;
        let offered = one[says] == true || one[says] == "single";
        assert_eq!(code(&answer) != 405, offered, "{typ} {says}");
    }
}

/// Each parameter is known, and no other one is.
async fn parameters(program: &Program<'_>, one: &Value) {
    let typ = one["type"].as_str().unwrap();
    let names = texts(one, "searchParam");
    for param in one["searchParam"].as_array().unwrap() {
        let value = match param["type"].as_str().unwrap() {
            "date" => "2026-11-22",
            "quantity" => "5.4",
            _ => "x",
        };
        let name = param["name"].as_str().unwrap();
        let answer = program.get(&format!("/{typ}?{name}={value}")).await;
        assert_eq!(code(&answer), 200, "{typ} {name}: {}", answer.text());
    }
    let others: std::collections::BTreeSet<&str> = search::PARAMS
        .iter()
        .map(|param| param.name)
        .filter(|name| !names.iter().any(|own| own == name))
        .collect();
    for other in others {
        let answer = program.get(&format!("/{typ}?{other}=x")).await;
        assert_eq!(
            said(&answer),
            (400, "fhir-parameter".to_owned()),
            "{typ} {other}"
        );
    }
    has(program, one).await;
    // An operation that is said is there: what nobody has is not found, what is not offered neither, in other words.
    let original = program.get(&format!("/{typ}/x/$original")).await;
    let offered = said(&original).1 == said(&program.get(&format!("/{typ}/x")).await).1;
    assert_eq!(
        offered,
        !one["operation"].is_null(),
        "{typ}: {}",
        original.text()
    );
    for (parameter, name) in [
        ("_include", "searchInclude"),
        ("_include:iterate", "searchInclude"),
        ("_revinclude", "searchRevInclude"),
        ("_revinclude:iterate", "searchRevInclude"),
    ] {
        for include in texts(one, name) {
            let answer = program.get(&format!("/{typ}?{parameter}={include}")).await;
            assert_eq!(
                code(&answer),
                200,
                "{typ} {parameter} {include}: {}",
                answer.text()
            );
        }
    }
}

/// `_has` goes by the references that point to the type, where it belongs to patients; by no other.
async fn has(program: &Program<'_>, one: &Value) {
    let typ = one["type"].as_str().unwrap();
    let of_nobody = [
        "Organization",
        "Location",
        "HealthcareService",
        "Practitioner",
        "PractitionerRole",
        "Schedule",
        "Slot",
    ];
    for reference in texts(one, "searchRevInclude") {
        let answer = program.get(&format!("/{typ}?_has:{reference}:_id=x")).await;
        let offered = !of_nobody.contains(&typ);
        assert_eq!(
            code(&answer) == 200,
            offered,
            "{typ} {reference}: {}",
            answer.text()
        );
    }
    for other in [
        "Task:nothing:_id",
        "Slot:schedule:_id",
        "Basic:subject:_id",
        "Task:patient",
        "Task:patient:_count",
    ] {
        let answer = program.get(&format!("/Observation?_has:{other}=x")).await;
        assert_eq!(said(&answer), (400, "fhir-parameter".to_owned()), "{other}");
    }
}
