//! Searching: pages that nothing moves, parameters that are known, forms.

use renkei_testkit::{Backend, each_backend};
use serde_json::json;

use crate::common::World;
use crate::fhir::{Program, code, ids, json_of, link, patient, said, weight};

each_backend!(
    what_points_and_what_was,
    pages_are_stable,
    what_is_not_known_is_refused,
    names_of_people_stay_out_of_addresses,
    batches_and_transactions
);

async fn pages_are_stable(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let id = program.made(&patient("1", "佐藤")).await;
    let mut made = Vec::new();
    for kg in ["60", "61", "62", "63", "64"] {
        made.push(program.made(&weight(&id, kg)).await);
    }
    let first = json_of(
        &program
            .get(&format!(
                "/Observation?patient=Patient/{id}&_count=2&_sort=_lastUpdated&_total=accurate"
            ))
            .await,
    );
    assert_eq!(
        (&first["type"], &first["total"]),
        (&json!("searchset"), &json!(5))
    );
    assert_eq!(first["entry"][0]["search"]["mode"], "match");
    let mut seen = ids(&first);
    // What comes in between moves nothing.
    program.made(&weight(&id, "65")).await;
    let mut next = link(&first, "next");
    while let Some(path) = next {
        let page = json_of(&program.get(&path).await);
        seen.extend(ids(&page));
        next = link(&page, "next");
    }
    assert_eq!(seen[..5], made[..]);
    assert_eq!(seen.len(), 6);
    assert_eq!(json_of(&program.get("/Observation").await)["total"], 6);
    let none = json_of(&program.get("/Observation?_count=0").await);
    assert_eq!((&none["total"], none.get("entry")), (&json!(6), None));
    let own = link(&first, "self").unwrap();
    assert!(
        own.contains("_count=2") && own.contains("patient="),
        "{own}"
    );
    let both = json_of(
        &program
            .get("/Observation?_count=1&_include=Observation:subject")
            .await,
    );
    assert_eq!(both["entry"][1]["search"]["mode"], "include");
    assert_eq!(both["entry"][1]["resource"]["id"], json!(id));
}

/// `_has`, includes of includes, the history of everything, and references by search in a transaction.
async fn what_points_and_what_was(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let id = program.made(&patient("1", "佐藤")).await;
    let other = program.made(&patient("2", "鈴木")).await;
    let entry = |number: &str| {
        let mut one = weight("x", "60");
        let system = patient("1", "x")["identifier"][0]["system"].clone();
        let search = format!("Patient?identifier={}|{number}", system.as_str().unwrap());
        one["subject"]["reference"] = json!(search);
        json!({"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": one, "request": {"method": "POST", "url": "Observation"}}]})
    };
    let made = program.post("", &entry("1")).await;
    assert_eq!(code(&made), 200, "{}", made.text());
    let made = json_of(&made)["entry"][0]["resource"].clone();
    assert_eq!(made["subject"]["reference"], json!(format!("Patient/{id}")));
    assert_eq!(code(&program.post("", &entry("none")).await), 412);
    // Who may not search learns nothing by a reference.
    let blind = Program::new(&world, "blind", &clinic, "system/Observation.c").await;
    assert_eq!(code(&blind.post("", &entry("1")).await), 403);

    let found = json_of(
        &program
            .get("/Patient?_has:Observation:patient:status=final")
            .await,
    );
    assert_eq!(ids(&found), std::slice::from_ref(&id));
    let few = Program::new(&world, "few", &clinic, "system/Patient.rs").await;
    let refused = few
        .get("/Patient?_has:Observation:patient:status=final")
        .await;
    assert_eq!(code(&refused), 403);
    let page = json_of(&program.get("/Observation?_include:iterate=Observation:subject&_include:iterate=Patient:organization").await);
    assert!(page["entry"].as_array().unwrap().len() > 2, "{page}");

    let history = json_of(&program.get("/_history?_count=200").await);
    assert_eq!(history["type"], "history");
    let all = history.to_string();
    assert!(all.contains(&format!("Patient/{id}")) && all.contains(&format!("Patient/{other}")));
    let some = json_of(&few.get("/_history?_count=200").await);
    assert!(!some.to_string().contains("\"Observation\""), "{some}");
    let stranger = world.clinic("他所医院").await;
    let stranger = Program::of(&world, "other", &stranger).await;
    for path in [
        "/_history",
        "/Patient?_has:Observation:patient:status=final",
    ] {
        let seen = stranger.get(path).await.text();
        assert!(!seen.contains(&id) && !seen.contains(&other), "{seen}");
    }
}

/// Another text than for a name: it says how the value has to be. Nobody finds everything by forgetting a value.
async fn values_that_are_none(program: &Program<'_>) {
    for (bad, form) in [
        ("_sort=nothing", "sort"),
        ("_count=-1", "count"),
        ("_count=x", "count"),
        ("_include=Patient", "include"),
        ("_include=Nix:nix", "include"),
        ("_include:iterate=Patient", "include"),
        ("_revinclude=Nix", "revinclude"),
        ("_total=many", "total"),
        ("_summary=some", "summary"),
        ("_cursor=00", "cursor"),
        ("birthdate=today", "date"),
        ("birthdate=2026-02-30", "date"),
        ("birthdate=S41", "date"),
        ("birthdate=ap1966", "date"),
        ("_lastUpdated=x", "date"),
        ("gender:missing=x", "missing"),
        ("_id=", "empty"),
        ("identifier=", "empty"),
        ("name=%20", "empty"),
        ("name=,", "empty"),
        ("gender=male,", "empty"),
        ("_has:Observation:patient:status=", "empty"),
        ("general-practitioner.name=", "empty"),
        ("_count=", "empty"),
        ("_sort=", "empty"),
    ] {
        let answer = program.get(&format!("/Patient?{bad}")).await;
        assert_eq!(said(&answer), (400, format!("fhir-value-{form}")), "{bad}");
        assert_eq!(json_of(&answer)["issue"][0]["code"], "value", "{bad}");
    }
    let write = patient("2", "佐藤");
    for (answer, path) in [
        (program.put("/Patient?identifier=", &write).await, "put"),
        (program.delete("/Observation?identifier=").await, "delete"),
    ] {
        assert_eq!(said(&answer), (400, "fhir-value-empty".into()), "{path}");
    }
    let lenient = program.with("prefer", "handling=lenient");
    let page = json_of(&lenient.get("/Patient?name=&name=佐藤&_sort=").await);
    assert_eq!(page["entry"].as_array().unwrap().len(), 2, "{page}");
    assert_eq!(page["entry"][1]["search"]["mode"], "outcome");
    let used = form_urlencoded::Serializer::new(String::new())
        .append_pair("name", "佐藤")
        .finish();
    let link = link(&page, "self").unwrap();
    assert!(link.ends_with(&format!("?{used}")), "{link}");
    // As one client library counts.
    let page = json_of(&program.get("/Patient?_count=1&_totalMethod=count").await);
    assert_eq!(page["total"], 1, "{page}");
}

async fn what_is_not_known_is_refused(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    program.made(&patient("1", "佐藤")).await;
    for bad in [
        "nothing=1",
        "nothing=",
        "name:nothing=1",
        "_has:Observation:patient:nothing=1",
        "_totalMethod=x",
        "birthdate:not=2026",
        "subject.name=a",
        "a.b.c=1",
        "_filter=x",
        "_query=x",
        "_elements:x=a",
    ] {
        let answer = program.get(&format!("/Patient?{bad}")).await;
        assert_eq!(said(&answer), (400, "fhir-parameter".to_owned()), "{bad}");
        assert_eq!(json_of(&answer)["issue"][0]["code"], "not-supported");
    }
    let lenient = program.with("prefer", "handling=lenient");
    let page = json_of(
        &lenient
            .get("/Patient?nothing=1&_has:Observation:patient:nothing=1")
            .await,
    );
    assert_eq!(page["entry"].as_array().unwrap().len(), 2);
    assert_eq!(page["entry"][1]["search"]["mode"], "outcome");
    assert!(!link(&page, "self").unwrap().contains("nothing"), "{page}");
    assert_eq!(said(&lenient.get("/Patient?birthdate=today").await).0, 400);
    values_that_are_none(&program).await;
    for odd in [
        "name=%00",
        "name=%ff",
        "%00=1",
        &format!("name={}", "a".repeat(2_001)),
    ] {
        assert_eq!(
            said(&program.get(&format!("/Patient?{odd}")).await).0,
            400,
            "{odd}"
        );
    }
    let many = "name=a&".repeat(301);
    assert_eq!(said(&program.get(&format!("/Patient?{many}")).await).0, 400);
    for injected in [
        "name='%20or%201=1%20--",
        "name=%25%25%25%25%25%25",
        "name:contains=%25_%5C",
        "_id=');drop%20table%20resource;--",
        "identifier=%7C%7C%7C",
        "name=%5C",
    ] {
        let answer = program.get(&format!("/Patient?{injected}")).await;
        assert!(
            matches!(code(&answer), 200 | 400),
            "{injected}: {}",
            answer.text()
        );
    }
    let values = vec!["a"; 250].join(",");
    assert_eq!(
        said(&program.get(&format!("/Patient?name={values}")).await).0,
        400
    );
}

async fn names_of_people_stay_out_of_addresses(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    for number in ["1", "2", "3"] {
        program.made(&patient(number, "佐藤")).await;
    }
    let form = [("family", "佐藤"), ("_count", "2")];
    let page = program.form("/Patient/_search", &form).await;
    assert_eq!(code(&page), 200, "{}", page.text());
    let first = json_of(&page);
    let next = link(&first, "next").unwrap();
    assert!(next.starts_with("/Patient/_search?_cursor="), "{next}");
    let second = json_of(&program.form(&next, &form).await);
    assert_eq!((ids(&first).len(), ids(&second).len()), (2, 1));
    // What names nobody is an address like any other.
    let page = json_of(
        &program
            .form("/Observation/_search", &[("status", "final")])
            .await,
    );
    assert_eq!(link(&page, "self").unwrap(), "/Observation?status=final");
    assert_eq!(
        said(&program.form("/Patient/_search", &[("nothing", "1")]).await).0,
        400
    );
    assert_eq!(
        said(
            &program
                .form("/Patient/_search", &[("_format", "xml")])
                .await
        )
        .0,
        406
    );
    let json = program.post("/Patient/_search", &json!({})).await;
    assert_eq!(said(&json), (415, "fhir-form-type".to_owned()));
}

async fn batches_and_transactions(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let program = Program::of(&world, "his", &clinic).await;
    let mut observation = weight("x", "64.50");
    observation["subject"]["reference"] = json!("urn:uuid:0a0a0a0a-0000-4000-8000-000000000001");
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"request": {"method": "GET", "url": "Observation?status=final"}},
        {"fullUrl": "urn:uuid:0a0a0a0a-0000-4000-8000-000000000002", "request": {"method": "POST", "url": "Observation"}, "resource": observation},
        {"fullUrl": "urn:uuid:0a0a0a0a-0000-4000-8000-000000000001", "request": {"method": "POST", "url": "Patient"}, "resource": patient("1", "佐藤")},
    ]});
    let answer = program.post("", &bundle).await;
    assert_eq!(code(&answer), 200, "{}", answer.text());
    let answer = json_of(&answer);
    assert_eq!(answer["type"], "transaction-response");
    assert_eq!(answer["entry"][0]["resource"]["total"], 1);
    let made = &answer["entry"][1];
    assert_eq!(made["response"]["status"], "201 Created");
    let id = answer["entry"][2]["resource"]["id"].as_str().unwrap();
    assert_eq!(
        made["resource"]["subject"]["reference"],
        format!("Patient/{id}")
    );
    assert!(made.to_string().contains("64.50"));
    // What cannot be read afterwards undoes nothing.
    let late = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"request": {"method": "GET", "url": "Patient/nothing"}},
        {"request": {"method": "POST", "url": "Observation"}, "resource": weight(id, "66")},
    ]});
    let late = json_of(&program.post("", &late).await);
    assert_eq!(late["entry"][0]["response"]["status"], "404 Not Found");
    assert_eq!(late["entry"][1]["response"]["status"], "201 Created");
    // All or nothing, and which entry it was.
    let mut broken = bundle.clone();
    broken["entry"][1]["resource"]["status"] = json!("nothing");
    broken["entry"][2]["resource"] = patient("2", "鈴木");
    let refused = program.post("/", &broken).await;
    assert_eq!(said(&refused).0, 422);
    assert_eq!(
        json_of(&refused)["issue"][0]["expression"][0],
        "Bundle.entry[1].Observation.status"
    );
    assert_eq!(
        json_of(&program.get("/Patient?_summary=count").await)["total"],
        1
    );
    let batch = json!({"resourceType": "Bundle", "type": "batch", "entry": [
        {"request": {"method": "GET", "url": format!("Patient/{id}")}},
        {"request": {"method": "GET", "url": format!("Patient/{id}"), "ifNoneMatch": "W/\"1\""}},
        {"request": {"method": "GET", "url": "Patient/nothing"}},
        {"request": {"method": "GET", "url": "Patient?nothing=1"}},
        {"request": {"method": "PUT", "url": "Patient"}},
        {"request": {"method": "HEAD", "url": "Patient"}},
        {"request": {"method": "POST", "url": "Observation"}, "resource": weight(id, "65")},
        {"request": {"method": "PATCH", "url": format!("Patient/{id}")}},
        {"request": {"method": "GET", "url": format!("http://localhost:8080/fhir/Patient/{id}/_history")}},
        {"request": {"method": "GET", "url": "metadata"}},
    ]});
    let answer = json_of(&program.post("", &batch).await);
    let states: Vec<&str> = answer["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            entry["response"]["status"]
                .as_str()
                .unwrap()
                .split(' ')
                .next()
                .unwrap()
        })
        .collect();
    assert_eq!(
        states,
        [
            "200", "304", "404", "400", "400", "400", "201", "405", "200", "404"
        ]
    );
    for (body, key) in [
        (
            json!({"resourceType": "Bundle", "type": "searchset"}),
            "fhir-bundle-type",
        ),
        (json!({"resourceType": "Patient"}), "fhir-bundle-type"),
        (
            json!({"resourceType": "Bundle", "type": "batch", "entry": [{}]}),
            "fhir-entry",
        ),
    ] {
        assert_eq!(
            said(&program.post("", &body).await),
            (400, key.to_owned()),
            "{body}"
        );
    }
}
