//! A foreign patient cannot be told from none: by every door of FHIR REST, to the byte.

use axum::http::Method;
use axum_test::TestResponse;
use renkei_testkit::{Backend, each_backend};
use serde_json::json;

use crate::common::World;
use crate::fhir::{NOTHING, Program, code, json_of, patient, weight};

each_backend!(a_foreign_patient_is_none);

/// All that an answer tells, with the id that was asked for taken out.
fn told(answer: &TestResponse, id: &str) -> (u16, String, Vec<(String, String)>) {
    let plain = |text: &str| text.replace(id, "ID");
    let headers = answer.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), plain(value.to_str().unwrap())));
    (code(answer), plain(&answer.text()), headers.collect())
}

/// Every way to ask for a resource of this type and id; `patient` is whose it is.
fn ways(kind: &str, id: &str, patient: &str) -> Vec<(Method, String)> {
    let get = [
        format!("/{kind}/{id}"),
        format!("/{kind}/{id}?_summary=true"),
        format!("/{kind}/{id}/_history"),
        format!("/{kind}/{id}/_history/1"),
        format!("/{kind}/{id}/_history/2"),
        format!("/{kind}?_id={id}"),
        format!("/{kind}?_id={id}&_total=accurate"),
        format!("/{kind}?_id={id}&_summary=count"),
        format!("/{kind}?_id={id}&_revinclude=Observation:subject"),
        format!("/Observation?patient=Patient/{patient}"),
        format!("/Observation?patient={patient}&_summary=count"),
        format!("/Observation?subject:Patient._id={patient}"),
        format!("/Observation?_id={id}&_include=Observation:subject"),
        format!("/Task?patient.identifier=1&_total=accurate&_id={id}"),
        format!("/{kind}/_history?_count=200"),
        "/_history?_count=200".to_owned(),
        format!("/Patient?_has:Observation:patient:status=final&_id={patient}&_total=accurate"),
        format!("/{kind}?_id={id}&_revinclude:iterate=Observation:subject"),
        format!("/{kind}?_sort=-_lastUpdated&_count=200"),
    ];
    let gets = get.into_iter().map(|path| (Method::GET, path));
    let writes = [
        (Method::DELETE, format!("/Observation/{id}")),
        (
            Method::DELETE,
            format!("/Observation?patient=Patient/{patient}"),
        ),
        (Method::DELETE, format!("/Observation?_id={id}")),
    ];
    gets.chain(writes).collect()
}

async fn a_foreign_patient_is_none(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let other = world.clinic("よその医院").await;
    let owner = Program::of(&world, "his", &clinic).await;
    let stranger = Program::of(&world, "other", &other).await;
    let foreign = owner.made(&patient("1", "佐藤")).await;
    let observation = owner.made(&weight(&foreign, "64.5")).await;
    let own = stranger.made(&patient("1", "鈴木")).await;
    stranger.made(&weight(&own, "70")).await;
    let seen = owner.get(&format!("/Observation/{observation}")).await;
    let modified = seen.header("last-modified").to_str().unwrap().to_owned();
    for (kind, id) in [("Patient", &foreign), ("Observation", &observation)] {
        for conditions in [
            vec![],
            vec![("if-none-match", "W/\"1\"")],
            vec![("if-modified-since", modified.as_str())],
            vec![("if-match", "W/\"1\"")],
        ] {
            let with = conditions
                .iter()
                .fold(stranger.clone(), |with, (name, value)| {
                    with.with(name, value)
                });
            let hidden = ways(kind, id, &foreign);
            let absent = ways(kind, NOTHING, NOTHING);
            for ((method, path), (_, none)) in hidden.into_iter().zip(absent) {
                let there = with.send(method.clone(), &path, None).await;
                let not = with.send(method.clone(), &none, None).await;
                let mask = |answer: &TestResponse, ids: [&str; 2]| {
                    let (status, text, headers) = told(answer, ids[0]);
                    let headers: Vec<_> = headers
                        .into_iter()
                        .map(|(name, value)| (name, value.replace(ids[1], "ID")))
                        .collect();
                    (status, text.replace(ids[1], "ID"), headers)
                };
                assert_eq!(
                    mask(&there, [id, &foreign]),
                    mask(&not, [NOTHING, NOTHING]),
                    "{method} {path}"
                );
            }
        }
    }
    writes_tell_nothing(&stranger, &foreign, &observation, &own).await;
    // Nothing of it was changed, and the owner was not disturbed.
    let after = owner.get(&format!("/Observation/{observation}")).await;
    assert_eq!(after.text(), seen.text());
    // Nor can what was deleted be told from what never was.
    let gone = owner.made(&weight(&foreign, "60")).await;
    assert_eq!(
        code(&owner.delete(&format!("/Observation/{gone}")).await),
        204
    );
    for rest in ["", "/_history", "/_history/1", "/_history/2"] {
        let there = stranger.get(&format!("/Observation/{gone}{rest}")).await;
        let not = stranger.get(&format!("/Observation/{NOTHING}{rest}")).await;
        assert_eq!(told(&there, &gone), told(&not, NOTHING), "{rest}");
        assert_eq!(code(&there), 404);
    }
    assert_eq!(
        json_of(&owner.get("/Observation?_summary=count").await)["total"],
        1
    );
}

/// Bodies that name what one may not see, alone and in Bundles.
async fn writes_tell_nothing(stranger: &Program<'_>, foreign: &str, observation: &str, own: &str) {
    let send = async |patient: &str, id: &str| {
        let mut body = weight(patient, "64.5");
        body["id"] = json!(id);
        let mut person = crate::fhir::patient("1", "佐藤");
        person["id"] = json!(patient);
        let mut pointing = weight(own, "64.5");
        pointing["hasMember"] = json!([{"reference": format!("Observation/{id}")}]);
        let entry = |method: &str, url: String, body: Option<&serde_json::Value>| {
            let mut entry = json!({"request": {"method": method, "url": url}});
            if let Some(body) = body {
                entry["resource"] = body.clone();
            }
            entry
        };
        let entries = json!([
            entry("GET", format!("Patient/{patient}"), None),
            entry("GET", format!("Observation?patient={patient}"), None),
            entry("PUT", format!("Patient/{patient}"), Some(&person)),
            entry("PUT", format!("Observation/{id}"), Some(&body)),
            entry("POST", "Observation".to_owned(), Some(&body)),
            entry("DELETE", format!("Observation/{id}"), None),
        ]);
        let batch = json!({"resourceType": "Bundle", "type": "batch", "entry": entries});
        let mut all = vec![
            stranger.post("/Observation", &body).await,
            stranger.put(&format!("/Observation/{id}"), &body).await,
            stranger.put(&format!("/Patient/{patient}"), &person).await,
            stranger.post("/Observation", &pointing).await,
            stranger
                .with("if-none-exist", &format!("_id={id}"))
                .post("/Observation", &body)
                .await,
            stranger.put(&format!("/Observation?_id={id}"), &body).await,
            stranger.post("", &batch).await,
        ];
        for entry in entries.as_array().unwrap() {
            let one = json!({"resourceType": "Bundle", "type": "transaction", "entry": [entry]});
            all.push(stranger.post("", &one).await);
        }
        all.iter()
            .map(|answer| {
                (
                    code(answer),
                    answer.text().replace(patient, "PATIENT").replace(id, "ID"),
                )
            })
            .collect::<Vec<_>>()
    };
    let hidden = send(foreign, observation).await;
    let absent = send(NOTHING, NOTHING).await;
    for (number, (there, not)) in hidden.iter().zip(&absent).enumerate() {
        assert!(
            there.0 >= 400 || there.1.contains("Bundle"),
            "{number}: {there:?}"
        );
        let same = |text: &str| text.replace("PATIENT", "ID");
        assert_eq!((there.0, same(&there.1)), (not.0, same(&not.1)), "{number}");
    }
}
