//! No patient is reached from where surveys are asked: not in an answer, not by an address, not by a reference.

use axum::http::Method;
use axum_test::TestResponse;
use axum_test::multipart::{MultipartForm, Part};
use renkei_access::NewClient;
use renkei_base::{Machine, Role, Roles};
use renkei_testkit::{Backend, Signer, each_backend};
use renkei_web::routes::{Policy, Route, table};
use serde_json::json;

use crate::common::{Browser, World, words};
use crate::fhir::Program;

each_backend!(
    no_answer_of_this_plane_tells_of_a_patient,
    officers_find_no_patients,
    references_to_patients_are_refused
);

const PATIENTS: &str = include_str!("../../../sample/data/patients.csv");

/// All that would tell of a patient of the sample region: names, kana, birthdays, numbers, ids.
fn marks(world: &World) -> Vec<String> {
    let mut marks = vec!["Patient/".to_owned()];
    for line in PATIENTS.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        for (family, given) in [(2, 3), (4, 5)] {
            let (family, given) = (cells[family], cells[given]);
            for between in ["", " ", "\u{3000}"] {
                marks.push(format!("{family}{between}{given}"));
            }
        }
        let whole = [6, 10, 14].map(|at| cells[at].to_owned());
        marks.extend(whole.into_iter().filter(|text| text.len() >= 7));
    }
    // Some have no kana; a name of two letters is a word of other names.
    marks.retain(|mark| mark.trim().chars().count() > 2);
    marks.extend(world.made.patients.values().map(ToString::to_string));
    assert!(marks.len() > 1_200, "{}", marks.len());
    marks
}

fn clean(marks: &[String], what: &str, answer: &TestResponse) {
    // What is no text has no words.
    let body = std::str::from_utf8(answer.as_bytes());
    let mut text = body.unwrap_or_default().to_owned();
    for (_, value) in answer.headers() {
        text.push_str(value.to_str().unwrap_or_default());
    }
    let plain = words(&text);
    for mark in marks {
        assert!(
            !text.contains(mark) && !plain.contains(mark),
            "{what}: {mark}"
        );
    }
}

fn plane(route: &Route) -> bool {
    ["/surveys", "/questionnaires", "/percent-check", "/api"]
        .iter()
        .any(|start| route.path.starts_with(start))
}

/// The addresses of a route: of what is there, and with a patient's id in place of each id.
fn addresses(world: &World, route: &Route, questionnaire: &str) -> Vec<String> {
    let patient = world.made.patients["naika01"].as_str();
    let office = world.made.institutions["office-131105"].as_str();
    let own = if route.path.contains("/questionnaires") {
        questionnaire
    } else {
        office
    };
    let mut all = Vec::new();
    for code in ["home-care-2015", "home-care-2026"] {
        for (id, code) in [(own, code), (patient, code), (patient, patient)] {
            let path = route
                .path
                .replace("{code}", code)
                .replace("{id}", id)
                .replace("{respondent}", id)
                .replace("{municipality}", if id == own { "131105" } else { id })
                .replace("{question}", "a1")
                .replace("{step}", "finish")
                .replace("{blob}", patient);
            assert!(!path.contains('{'), "{path}");
            all.push(path);
        }
    }
    all.sort();
    all.dedup();
    all
}

/// The prefecture's system.
async fn program(world: &World) -> Program<'_> {
    let client = NewClient {
        name: "prefecture".to_owned(),
        kind: Machine::Institution,
        institution: Some(world.made.institutions["tocho"].clone()),
        roles: Roles::new([Role::Officer]),
        scopes: "system/api.read system/api.write".to_owned(),
        keys: Signer::es384("k").jwks(),
    };
    let access = &world.app.access;
    access.add_client(&world.ctx(), &client).await.unwrap();
    let granted = access
        .trial_token(&world.ctx(), "prefecture")
        .await
        .unwrap();
    let token = format!("Bearer {}", granted.token.reveal());
    Program::nobody(world).with("authorization", &token)
}

async fn by_login<'a>(world: &'a World, login: &str) -> Browser<'a> {
    world.browser(&world.made.people[login]).await
}

async fn asked(
    (world, officer, program): (&World, &Browser<'_>, &Program<'_>),
    route: &Route,
    path: &str,
) -> TestResponse {
    let patient = &world.made.patients["naika01"];
    if route.policy == Policy::Token || route.path.starts_with("/api") {
        let request = world.server.method(route.method.clone(), path);
        let request = match route.method {
            Method::GET => request,
            _ => request.json(&json!({"value": null, "respondent": patient.as_str()})),
        };
        return program.sign(request).await;
    }
    match route.method {
        Method::GET => officer.get(path).await,
        _ => {
            let fields = [
                "institution",
                "respondent",
                "questionnaire",
                "question",
                "to",
            ];
            let fields = fields.map(|name| (name, patient.as_str()));
            officer.post(path, &fields).await
        }
    }
}

async fn no_answer_of_this_plane_tells_of_a_patient(backend: Backend) {
    let world = World::sample(backend).await;
    let marks = marks(&world);
    let officer = by_login(&world, "tocho.mizushima").await;
    let program = program(&world).await;
    let survey = world.app.store.survey("home-care-2015").await.unwrap();
    let questionnaire = survey.unwrap().questionnaire;
    let (mut routes, mut told) = (0, 0);
    for route in table().into_iter().filter(plane) {
        routes += 1;
        for path in addresses(&world, &route, questionnaire.as_str()) {
            let answer = asked((&world, &officer, &program), &route, &path).await;
            let what = format!("{} {path}: {}", route.method, answer.status_code());
            assert!(answer.status_code().as_u16() < 500, "{what}");
            // An answer may repeat the address that was asked for.
            let patient = world.made.patients["naika01"].to_string();
            let but: Vec<String> = marks
                .iter()
                .filter(|one| **one != patient)
                .cloned()
                .collect();
            clean(&but, &what, &answer);
            told += usize::from(answer.status_code() == 200);
        }
    }
    assert!(routes > 50 && told > 40, "{routes} routes, {told} answers");
}

async fn officers_find_no_patients(backend: Backend) {
    let world = World::sample(backend).await;
    let patient = &world.made.patients["naika01"];
    for login in [
        "tocho.mizushima",
        "tocho.okabe",
        "meguro.higuchi",
        "meguro-hokenjo.seto",
    ] {
        let browser = by_login(&world, login).await;
        let gone = browser.get("/there-is-no-such-page").await.text();
        for route in table() {
            if !route.path.starts_with("/patients") {
                continue;
            }
            let path = route.path.replace("{id}", patient.as_str());
            let answer = match route.method {
                Method::GET => browser.get(&path).await,
                _ => browser.post(&path, &[]).await,
            };
            assert_eq!(
                (answer.status_code().as_u16(), answer.text()),
                (404, gone.clone()),
                "{login} {} {path}",
                route.method
            );
        }
    }
    let program = program(&world).await;
    let marks = marks(&world);
    for path in [
        format!("/Patient/{patient}"),
        "/Patient?_count=5".to_owned(),
        "/Task".to_owned(),
    ] {
        let answer = program.get(&path).await;
        assert!(
            matches!(answer.status_code().as_u16(), 401 | 403 | 404),
            "{path}"
        );
        clean(&marks[1..marks.len() - 200], &path, &answer);
    }
}

async fn references_to_patients_are_refused(backend: Backend) {
    let world = World::sample(backend).await;
    let officer = by_login(&world, "tocho.mizushima").await;
    let patient = format!("Patient/{}", world.made.patients["naika01"]);
    let reference = json!({"reference": patient});
    let item = json!({"linkId": "1", "text": "問い", "type": "boolean"});
    let with = |name: &str, value: serde_json::Value| {
        let mut item = item.clone();
        item[name] = value;
        item
    };
    let extension = json!([{"url": "https://his.example/about", "valueReference": reference}]);
    let whole = |item: serde_json::Value, name: &str, value: serde_json::Value| {
        let mut whole =
            json!({"resourceType": "Questionnaire", "status": "draft", "title": "調べ"});
        whole["item"] = json!([item]);
        whole[name] = value;
        whole.to_string()
    };
    for (file, wanted) in [
        (whole(item.clone(), "name", json!("Plain")), 303),
        (whole(item.clone(), "extension", extension.clone()), 422),
        (whole(item.clone(), "subject", reference.clone()), 422),
        (whole(with("extension", extension), "name", json!("x")), 422),
        (
            whole(
                with("initial", json!([{"valueReference": reference}])),
                "name",
                json!("x"),
            ),
            422,
        ),
        (
            whole(
                with("answerOption", json!([{"valueReference": reference}])),
                "name",
                json!("x"),
            ),
            422,
        ),
        (
            whole(with("type", json!("reference")), "name", json!("x")),
            422,
        ),
    ] {
        let form = MultipartForm::new()
            .add_text("token", officer.token.clone())
            .add_text("from", "file")
            .add_text("title", "")
            .add_part(
                "file",
                Part::bytes(file.clone().into_bytes()).file_name("q.json"),
            );
        let answer = officer
            .ask(world.server.post("/questionnaires/new").multipart(form))
            .await;
        assert_eq!(answer.status_code().as_u16(), wanted, "{file}");
    }
    let program = program(&world).await;
    let path = "/api/surveys/home-care-2026/answers/131105/a2";
    for body in [
        json!({"valueReference": reference}),
        json!({"value": {"type": "text", "text": patient}}),
        json!({"value": reference}),
        json!({"value": null, "explanation": format!("https://his.example/fhir/{patient}")}),
    ] {
        let answer = program.sign(world.server.put(path).json(&body)).await;
        assert_eq!(answer.status_code(), 400, "{body}");
    }
    for kind in ["Questionnaire", "QuestionnaireResponse"] {
        let body = json!({"resourceType": kind, "status": "completed", "subject": reference});
        let answer = program.post(&format!("/{kind}"), &body).await;
        assert!(
            matches!(answer.status_code().as_u16(), 400..=404 | 422),
            "{kind}"
        );
    }
}
