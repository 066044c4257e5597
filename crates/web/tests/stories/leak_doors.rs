//! By every address of surveys and questionnaires, pages, files and programs' doors alike: what is refused to somebody is,
//! to the byte, what is not there. Whether it was ever made cannot be told.

use axum::http::Method;
use axum_test::TestResponse;
use renkei_base::{Id, Role};
use renkei_store::questionnaire::QuestionnaireRow;
use renkei_store::{RespondentRow, SurveyRow};
use renkei_testkit::{Backend, each_backend};
use renkei_web::routes::table;

use crate::common::{Browser, World};
use crate::fhir::Program;

each_backend!(what_is_refused_is_not_there);

/// Codes and ids that nothing has.
const NO_CODE: &str = "home-care-0000";
const NO_ID: &str = "01999999-0000-7000-8000-000000000000";
const NO_MUNICIPALITY: &str = "999999";

const STATES: [&str; 5] = ["draft", "open", "closed", "approved", "published"];

/// What there is, to be asked for.
struct Thing {
    survey: SurveyRow,
    questionnaire: QuestionnaireRow,
    respondent: RespondentRow,
    question: String,
}

async fn things(world: &World) -> Vec<Thing> {
    let store = &world.app.store;
    let mut things = Vec::new();
    for state in STATES {
        for survey in store.surveys_in(state).await.unwrap() {
            let version = survey.questionnaire_version;
            let found = store.questionnaire(&survey.questionnaire, version).await;
            let questionnaire = found.unwrap().unwrap();
            let body: serde_json::Value = serde_json::from_str(&questionnaire.body).unwrap();
            let asked = store.respondents(&survey.code).await.unwrap();
            let Some(respondent) = asked.into_iter().next() else {
                continue;
            };
            things.push(Thing {
                question: key_of(&body).unwrap_or_default(),
                survey,
                questionnaire,
                respondent,
            });
        }
    }
    things
}

/// The first id or code inside a questionnaire.
fn key_of(body: &serde_json::Value) -> Option<String> {
    match body {
        serde_json::Value::Object(map) => {
            let own = ["id", "code", "key"].iter();
            let mut own = own.filter_map(|name| map.get(*name)?.as_str());
            own.next()
                .map(str::to_owned)
                .or_else(|| map.values().find_map(key_of))
        }
        serde_json::Value::Array(list) => list.iter().find_map(key_of),
        _ => None,
    }
}

/// An address of this thing, and the same of nothing; `deep`: the survey is there, what is below it is not.
fn addresses(path: &str, thing: &Thing, deep: bool) -> (String, String) {
    let is_questionnaire = path.contains("/questionnaires/");
    let respondent = thing.respondent.respondent.as_str();
    let fill = |hidden: bool, part: &str| -> String {
        let top = match (hidden, deep) {
            (true, false) => NO_CODE,
            _ => thing.survey.code.as_str(),
        };
        let there = match part {
            "{code}" => top,
            "{id}" if is_questionnaire && hidden && !deep => NO_ID,
            "{id}" if is_questionnaire => thing.questionnaire.id.as_str(),
            "{id}" | "{respondent}" if hidden => NO_ID,
            "{id}" | "{respondent}" => respondent,
            "{municipality}" if hidden => NO_MUNICIPALITY,
            "{municipality}" => thing.respondent.municipality.as_str(),
            "{question}" if deep => thing.question.as_str(),
            "{question}" if hidden => "no-such-question",
            "{question}" => thing.question.as_str(),
            "{step}" => "submit",
            "{blob}" => "0000",
            plain => plain,
        };
        there.to_owned()
    };
    let whole = |hidden: bool| {
        let parts: Vec<String> = path.split('/').map(|part| fill(hidden, part)).collect();
        parts.join("/")
    };
    (whole(false), whole(true))
}

/// Status, headers and text, without what was asked for.
fn told(answer: &TestResponse, thing: &Thing) -> (u16, String, Vec<String>) {
    let asked = [
        thing.survey.code.as_str(),
        thing.questionnaire.id.as_str(),
        thing.respondent.respondent.as_str(),
        NO_CODE,
        NO_ID,
    ];
    let plain = |text: &str| {
        asked
            .iter()
            .fold(text.to_owned(), |text, one| text.replace(one, "ID"))
    };
    let headers = answer.headers().iter();
    let headers =
        headers.map(|(name, value)| format!("{name}: {}", plain(value.to_str().unwrap())));
    (
        answer.status_code().as_u16(),
        plain(&answer.text()),
        headers.collect(),
    )
}

/// Somebody who asks.
enum Who<'a> {
    Browser(Browser<'a>),
    Program(Program<'a>),
}

impl Who<'_> {
    async fn ask(&self, world: &World, method: &Method, path: &str) -> TestResponse {
        match (self, method) {
            (Self::Browser(browser), &Method::GET) => browser.get(path).await,
            (Self::Browser(browser), &Method::POST) => browser.post(path, &[]).await,
            (Self::Browser(browser), other) => browser.send(other.clone(), path).await,
            (Self::Program(program), method) => {
                let request = world.server.method(method.clone(), path);
                program.sign(request).await
            }
        }
    }
}

async fn officer<'a>(world: &'a World, login: &str, institution: &Id) -> Browser<'a> {
    let roles = [Role::Officer, Role::Approver, Role::InstitutionAdmin];
    world.signed_in(login, Some(institution), &roles).await
}

async fn what_is_refused_is_not_there(backend: Backend) {
    let world = World::sample(backend).await;
    let other = world.clinic("よその医院").await;
    let things = things(&world).await;
    assert!(things.len() >= 2);
    // A municipality that is asked too sees its own sheet and no other's.
    let neighbours = world.app.store.respondents(&things[0].survey.code).await;
    let neighbour = neighbours.unwrap().last().unwrap().respondent.clone();
    let scopes = "system/api.read system/api.write";
    let everyone = [
        ("visitor", Who::Browser(world.visitor())),
        (
            "stranger",
            Who::Browser(officer(&world, "stranger", &other).await),
        ),
        (
            "neighbour",
            Who::Browser(officer(&world, "neighbour", &neighbour).await),
        ),
        (
            "program",
            Who::Program(Program::new(&world, "other", &other, scopes).await),
        ),
        (
            "its program",
            Who::Program(Program::new(&world, "office", &neighbour, scopes).await),
        ),
    ];
    let nouns = [
        "/surveys/{",
        "/api/surveys/{",
        "/questionnaires/{",
        "/api/questionnaires/{",
    ];
    let (mut refused, mut shown) = (0, 0);
    for route in table() {
        if !nouns.iter().any(|noun| route.path.starts_with(noun)) {
            continue;
        }
        for thing in &things {
            for deep in [false, true] {
                let (there, nothing) = addresses(route.path, thing, deep);
                if there == nothing {
                    continue;
                }
                for (name, who) in &everyone {
                    let answer = who.ask(&world, &route.method, &there).await;
                    if answer.status_code().as_u16() < 400 {
                        shown += 1;
                        continue;
                    }
                    let none = who.ask(&world, &route.method, &nothing).await;
                    let what = format!("{name} {} {there}, {nothing}", route.method);
                    // What one sees may refuse an act: then it says why.
                    if answer.status_code() != 404 && sees(&world, who, &thing.survey.code).await {
                        continue;
                    }
                    assert_eq!(told(&answer, thing), told(&none, thing), "{what}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 200 && shown > 20, "{refused} {shown}");
}

/// Whether the survey itself is there for them.
async fn sees(world: &World, who: &Who<'_>, code: &str) -> bool {
    for path in [
        format!("/surveys/{code}"),
        format!("/api/surveys/{code}"),
        format!("/surveys/{code}/answer"),
    ] {
        if who
            .ask(world, &Method::GET, &path)
            .await
            .status_code()
            .as_u16()
            < 400
        {
            return true;
        }
    }
    false
}
