//! An explanation that is asked for has its field, and what is not said is not taken away: on the page and through `/api`.

use axum::http::Method;
use axum_test::TestResponse;
use renkei_base::{Role, Roles};
use renkei_store::answer::AnswerRow;
use renkei_testkit::{Backend, each_backend};
use serde_json::{Value, json};

use crate::common::{Browser, World};
use crate::fhir::Program;

each_backend!(
    an_explanation_that_is_wanted_has_its_field,
    a_program_says_what_it_means,
    what_a_few_said_is_no_count,
);

/// Of 目黒区 in the survey that the sample region asks now.
async fn place(world: &World, browser: &Browser<'_>) -> String {
    let open = world.app.store.surveys_in("open").await.unwrap();
    let path = format!("/surveys/{}/answer", open[0].code);
    let answer = browser.get(&path).await;
    answer.header("location").to_str().unwrap().to_owned()
}

async fn stored(world: &World, at: &str, question: &str) -> AnswerRow {
    let mut parts = at.split('/').skip(2);
    let (code, respondent) = (parts.next().unwrap(), parts.nth(1).unwrap());
    let rows = world
        .app
        .store
        .answers(code, &respondent.parse().unwrap())
        .await
        .unwrap();
    rows.into_iter()
        .find(|row| row.question == question)
        .unwrap()
}

/// A question that asks for no explanation itself.
async fn plain(world: &World, at: &str) -> String {
    let code = at.split('/').nth(2).unwrap();
    let survey = world.app.store.survey(code).await.unwrap().unwrap();
    let version = survey.questionnaire_version;
    let row = world
        .app
        .store
        .questionnaire(&survey.questionnaire, version)
        .await;
    let body: Value = serde_json::from_str(&row.unwrap().unwrap().body).unwrap();
    let sections = body["sections"].as_array().unwrap();
    let mut all = sections
        .iter()
        .flat_map(|one| one["questions"].as_array().unwrap());
    let found = all.find(|one| one.get("explain").is_none() && one["kind"]["type"] == "text");
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

async fn an_explanation_that_is_wanted_has_its_field(backend: Backend) {
    let world = World::sample(backend).await;
    let ward = world.browser(&world.made.people["meguro.nishi"]).await;
    let owner = world.browser(&world.made.people["tocho.mizushima"]).await;
    let at = place(&world, &ward).await;
    let id = plain(&world, &at).await;
    let field = format!("name=\"explanation.{id}\"");
    assert!(!ward.get(&at).await.text().contains(&field));
    let ask = [("question", id.as_str()), ("wanted", "根拠は何ですか")];
    let asked = owner.post(&format!("{at}/explanations"), &ask).await;
    assert_eq!(asked.status_code(), 303);
    assert!(ward.get(&at).await.text().contains(&field));
    let waits = format!("{at}#{id}");
    for page in ["/surveys", "/home"] {
        let shown = ward.get(page).await.text();
        assert!(
            shown.contains("根拠は何ですか") && shown.contains(&waits),
            "{page}"
        );
    }
    let nothing = [("question", "a1"), ("wanted", "")];
    let nothing = owner.post(&format!("{at}/explanations"), &nothing).await;
    assert_eq!(nothing.status_code(), 422);
    let (answer, revision) = (format!("answer.{id}"), format!("revision.{id}"));
    let explanation = format!("explanation.{id}");
    let given = [
        (answer.as_str(), "台帳"),
        (revision.as_str(), "0"),
        (explanation.as_str(), "毎年数えている"),
    ];
    assert_eq!(ward.post(&at, &given).await.status_code(), 303);
    assert_eq!(stored(&world, &at, &id).await.explanation, "毎年数えている");
    // A page that has no field for it takes nothing away, and it is shown again.
    let given = [(answer.as_str(), "台帳と聞取り"), (revision.as_str(), "1")];
    assert_eq!(ward.post(&at, &given).await.status_code(), 303);
    let row = stored(&world, &at, &id).await;
    assert_eq!(row.explanation, "毎年数えている");
    assert!(row.value.contains("聞取り"));
    assert!(ward.get(&at).await.text().contains(&field));
}

async fn put(world: &World, program: &Program<'_>, path: &str, body: &Value) -> TestResponse {
    let request = world.server.method(Method::PUT, path).json(body);
    program.sign(request).await
}

async fn a_program_says_what_it_means(backend: Backend) {
    let world = World::sample(backend).await;
    let owner = &world.made.institutions["tocho"];
    let roles = Roles::new([Role::Officer]);
    let scopes = "system/api.read system/api.write";
    let program = Program::client(&world, "prefecture", Some(owner), roles, scopes).await;
    let ward = world.browser(&world.made.people["meguro.nishi"]).await;
    let at = place(&world, &ward).await;
    let code = at.split('/').nth(2).unwrap().to_owned();
    let path = format!("/api/surveys/{code}/answers/131105/a1");
    let yes = json!({"revision": 0, "value": {"choice": "yes"}, "explanation": "窓口あり"});
    let done = put(&world, &program, &path, &yes).await;
    assert_eq!(done.status_code(), 200, "{}", done.text());
    let wrong = [
        (json!({"revision": 1}), "fault-api-value"),
        (
            json!({"revision": 1, "valeu": {"choice": "no"}}),
            "fault-api-value",
        ),
        (
            json!({"revision": 1, "status": "unknown", "value": {"choice": "no"}}),
            "fault-api-value",
        ),
        (
            json!({"revision": 1, "status": "stated"}),
            "fault-api-value",
        ),
        (
            json!({"revision": 1, "status": "dunno"}),
            "fault-api-status",
        ),
        (
            json!({"revision": 1, "value": {"rows": [["5"]]}}),
            "fault-api-kind",
        ),
        (
            json!({"revision": 1, "value": {"text": "x"}}),
            "fault-api-kind",
        ),
        (json!({"revision": 1, "value": "yes"}), "fault-api-object"),
    ];
    for (body, key) in wrong {
        let refused = put(&world, &program, &path, &body).await;
        assert_eq!(refused.status_code(), 422, "{body}");
        assert_eq!(refused.json::<Value>()["code"], key, "{body}");
    }
    let row = stored(&world, &at, "a1").await;
    assert_eq!((row.revision, row.explanation.as_str()), (1, "窓口あり"));
    // What is left out stays; null takes the answer away.
    let no = json!({"revision": 1, "value": {"choice": "no"}});
    assert_eq!(put(&world, &program, &path, &no).await.status_code(), 200);
    let row = stored(&world, &at, "a1").await;
    assert_eq!(
        (row.value.as_str(), row.explanation.as_str()),
        (r#"{"choice":"no"}"#, "窓口あり")
    );
    let gone = json!({"revision": 2, "value": null, "explanation": ""});
    assert_eq!(put(&world, &program, &path, &gone).await.status_code(), 200);
    let row = stored(&world, &at, "a1").await;
    assert_eq!((row.value.as_str(), row.explanation.as_str()), ("", ""));
}

/// The count of one sheet is what it says: who sees counts alone sees none of so few.
async fn what_a_few_said_is_no_count(backend: Backend) {
    let world = World::sample(backend).await;
    let ward = world.browser(&world.made.people["meguro.nishi"]).await;
    let at = place(&world, &ward).await;
    let code = at.split('/').nth(2).unwrap().to_owned();
    let store = &world.app.store;
    let table = format!("/api/surveys/{code}/table.csv?version=now");
    let counted = ward.get(&table).await.text();
    assert!(
        !counted.lines().nth(1).unwrap().contains(",0,0.0,0,0.0,0,"),
        "{counted}"
    );
    // All but two are as if nobody had answered.
    let mut kept = 0;
    for row in store.respondents(&code).await.unwrap() {
        let counts = matches!(row.state.as_str(), "submitted" | "checked" | "accepted");
        kept += i32::from(counts && row.counted);
        if counts && (!row.counted || kept > 2) {
            let was = row.revision;
            let mut changes = renkei_store::Changes::default();
            let state = "answering".to_owned();
            let row = renkei_store::RespondentRow { state, ..row };
            changes.put_respondent(&row, Some(was));
            store.commit(&world.ctx(), changes).await.unwrap();
        }
    }
    let few = ward.get(&table).await.text();
    for line in few.lines().skip(1) {
        assert!(line.contains(",0,0.0,0,0.0,0,"), "{line}");
    }
    let page = ward
        .get(&format!("/surveys/{code}?version=now"))
        .await
        .text();
    assert!(page.contains("3 件に満たない"), "{page}");
    let owner = world.browser(&world.made.people["tocho.mizushima"]).await;
    let all = owner.get(&table).await.text();
    assert_ne!(all, few, "who asks sees who said what");
}
