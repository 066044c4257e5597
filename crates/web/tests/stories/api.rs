//! Questionnaires and respondents for machine clients.

use axum::http::Method;
use axum_test::TestResponse;
use renkei_base::{Id, Role, Roles};
use renkei_testkit::{Backend, each_backend};
use serde_json::{Value, json};

use crate::common::World;
use crate::fhir::Program;

each_backend!(
    a_questionnaire_goes_its_way_by_program,
    a_faulty_questionnaire_is_refused_with_its_places,
    scopes_and_strangers,
    who_has_answered_is_read_by_program,
    absurd_percentages_are_refused_at_once
);

const ALL: &str = "/api/questionnaires";

struct Client<'a>(&'a World, Program<'a>);

impl<'a> Client<'a> {
    async fn new(world: &'a World, name: &str, institution: &Id, scopes: &str) -> Self {
        let roles = Roles::new([Role::Officer]);
        let program = Program::client(world, name, Some(institution), roles, scopes);
        Self(world, program.await)
    }

    async fn prefecture(world: &'a World) -> Self {
        let owner = &world.made.institutions["tocho"];
        let scopes = "system/api.read system/api.write";
        Self::new(world, "prefecture", owner, scopes).await
    }

    async fn send(&self, method: Method, path: &str, tag: &str, body: &str) -> TestResponse {
        let mut request = self.0.server.method(method, path);
        if !tag.is_empty() {
            request = request.add_header("if-match", tag);
        }
        if !body.is_empty() {
            request = request.text(body).content_type("application/fhir+json");
        }
        self.1.sign(request).await
    }

    async fn get(&self, path: &str) -> TestResponse {
        self.send(Method::GET, path, "", "").await
    }
}

fn status(answer: &TestResponse) -> u16 {
    answer.status_code().as_u16()
}

fn head(answer: &TestResponse, name: &str) -> String {
    answer.header(name).to_str().unwrap().to_owned()
}

/// What is asked, without what says where and when it is stored.
fn asked(answer: &TestResponse) -> Value {
    let mut body: Value = answer.json();
    for name in ["id", "url", "version", "status", "date"] {
        body.as_object_mut().unwrap().remove(name);
    }
    body
}

async fn a_questionnaire_goes_its_way_by_program(backend: Backend) {
    let world = World::sample(backend).await;
    let client = Client::prefecture(&world).await;
    let survey = world.app.store.survey("home-care-2015").await.unwrap();
    let source = format!("{ALL}/{}", survey.unwrap().questionnaire);
    let first = client.get(&source).await;
    assert_eq!(status(&first), 200, "{}", first.text());
    assert!(head(&first, "content-type").starts_with("application/fhir+json"));

    // What was read comes back as it was.
    let made = client.send(Method::POST, ALL, "", &first.text()).await;
    assert_eq!(status(&made), 201, "{}", made.text());
    let body: Value = made.json();
    assert_eq!(body["state"], "draft");
    assert_eq!(body["notes"], json!([]));
    let path = head(&made, "location");
    assert_eq!(path, format!("{ALL}/{}", body["id"].as_str().unwrap()));
    let read = client.get(&path).await;
    assert_eq!(asked(&read), asked(&first));

    // Replaced on the revision that was read, and on no other.
    let mut changed: Value = read.json();
    changed["title"] = json!("在宅医療の調査（改）");
    let changed = changed.to_string();
    let tag = head(&read, "etag");
    assert_eq!(
        status(&client.send(Method::PUT, &path, "", &changed).await),
        428
    );
    let put = client.send(Method::PUT, &path, &tag, &changed).await;
    assert_eq!(status(&put), 200, "{}", put.text());
    assert_eq!(
        status(&client.send(Method::PUT, &path, &tag, &changed).await),
        412
    );
    let tag = head(&put, "etag");

    // Final: it never changes, and the next version begins from it.
    let to_final = format!("{path}/final");
    let note = r#"{"note": "28年度"}"#;
    assert_eq!(
        status(&client.send(Method::POST, &to_final, "W/\"1\"", note).await),
        412
    );
    let done = client.send(Method::POST, &to_final, &tag, note).await;
    assert_eq!(status(&done), 200, "{}", done.text());
    assert_eq!(done.json::<Value>()["state"], "final");
    let late = client
        .send(Method::PUT, &path, &head(&done, "etag"), &changed)
        .await;
    assert_eq!(status(&late), 409);
    assert_eq!(late.json::<Value>()["code"], "refuse-questionnaire-final");
    let versions = format!("{path}/versions");
    let next = client.send(Method::POST, &versions, "", "").await;
    assert_eq!(status(&next), 201);
    assert_eq!(next.json::<Value>()["version"], 2);
    assert_eq!(
        status(&client.send(Method::POST, &versions, "", "").await),
        409
    );
    let old: Value = client.get(&format!("{path}?version=1")).await.json();
    assert_eq!(
        (old["status"].as_str(), old["version"].as_str()),
        (Some("active"), Some("1"))
    );
    let list: Value = client.get(ALL).await.json();
    let all = list["questionnaires"].as_array().unwrap();
    let own = all
        .iter()
        .filter(|one| path.ends_with(one["id"].as_str().unwrap()));
    let own: Vec<_> = own.map(|one| (&one["version"], &one["state"])).collect();
    assert_eq!(
        own,
        [(&json!(2), &json!("draft")), (&json!(1), &json!("final"))]
    );
}

async fn a_faulty_questionnaire_is_refused_with_its_places(backend: Backend) {
    let world = World::sample(backend).await;
    let client = Client::prefecture(&world).await;
    let item = |typ: &str| json!({"linkId": typ, "text": "問い", "type": typ});
    let whole = |items: &[Value]| {
        let whole = json!({"resourceType": "Questionnaire", "status": "draft", "title": "調査", "item": items});
        whole.to_string()
    };
    let wrong = whole(&[item("quantity"), item("boolean"), item("reference")]);
    let before = world
        .app
        .store
        .questionnaires_of(&world.made.institutions["tocho"]);
    let before = before.await.unwrap().len();
    let refused = client.send(Method::POST, ALL, "", &wrong).await;
    assert_eq!(status(&refused), 422);
    let body: Value = refused.json();
    let faults = body["faults"].as_array().unwrap();
    let places: Vec<_> = faults
        .iter()
        .map(|one| one["place"].as_str().unwrap())
        .collect();
    assert_eq!(places, ["item[0]", "item[2]"]);
    assert_eq!(body["code"], "fault-fhir-type");
    assert!(faults[1]["error"].as_str().unwrap().contains("reference"));
    for (sent, code) in [
        ("", "fault-fhir-unreadable"),
        ("[]", "fault-fhir-unreadable"),
        (r#"{"resourceType": "Patient"}"#, "fault-fhir-other"),
        (
            r#"{"resourceType": "Questionnaire", "status": "draft"}"#,
            "fault-questionnaire-title",
        ),
    ] {
        let refused = client.send(Method::POST, ALL, "", sent).await;
        assert_eq!(status(&refused), 422, "{sent}");
        assert_eq!(refused.json::<Value>()["code"], code, "{sent}");
    }
    let large = "x".repeat(5 << 20);
    assert_eq!(
        status(&client.send(Method::POST, ALL, "", &large).await),
        413
    );
    let after = world
        .app
        .store
        .questionnaires_of(&world.made.institutions["tocho"]);
    assert_eq!(after.await.unwrap().len(), before);

    // A draft that cannot be asked says why; one that names another questionnaire is not taken for it.
    let empty = json!({"resourceType": "Questionnaire", "status": "draft", "title": "空"});
    let made = client.send(Method::POST, ALL, "", &empty.to_string()).await;
    let path = head(&made, "location");
    let tag = head(&made, "etag");
    let to_final = format!("{path}/final");
    let refused = client.send(Method::POST, &to_final, &tag, "").await;
    assert_eq!(status(&refused), 422);
    assert!(
        !refused.json::<Value>()["faults"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let mut other = empty;
    other["id"] = json!("another");
    let refused = client
        .send(Method::PUT, &path, &tag, &other.to_string())
        .await;
    assert_eq!(
        (status(&refused), &refused.json::<Value>()["code"]),
        (422, &json!("fault-api-id"))
    );
}

async fn scopes_and_strangers(backend: Backend) {
    let world = World::sample(backend).await;
    let owner = world.made.institutions["tocho"].clone();
    let reader = Client::new(&world, "reader", &owner, "system/api.read").await;
    let writer = Client::new(&world, "writer", &owner, "system/api.write").await;
    let clinic = world.clinic("よその医院").await;
    let scopes = "system/api.read system/api.write";
    let stranger = Client::new(&world, "stranger", &clinic, scopes).await;
    let survey = world.app.store.survey("home-care-2015").await.unwrap();
    let path = format!("{ALL}/{}", survey.unwrap().questionnaire);
    let nothing = format!("{ALL}/01999999-0000-7000-8000-000000000000");
    let body = reader.get(&path).await.text();
    for (method, path) in [
        (Method::POST, ALL.to_owned()),
        (Method::PUT, path.clone()),
        (Method::POST, format!("{path}/final")),
        (Method::POST, format!("{path}/versions")),
    ] {
        let answer = reader.send(method.clone(), &path, "W/\"1\"", &body).await;
        assert_eq!(status(&answer), 403, "{method} {path}");
    }
    for path in [
        ALL,
        path.as_str(),
        "/api/surveys/home-care-2026/respondents",
    ] {
        assert_eq!(status(&writer.get(path).await), 403, "{path}");
    }
    for (method, rest) in [
        (Method::GET, ""),
        (Method::PUT, ""),
        (Method::POST, "/final"),
        (Method::POST, "/versions"),
    ] {
        for tag in ["", "W/\"1\""] {
            let theirs = stranger
                .send(method.clone(), &format!("{path}{rest}"), tag, &body)
                .await;
            let none = stranger
                .send(method.clone(), &format!("{nothing}{rest}"), tag, &body)
                .await;
            assert_eq!(status(&theirs), 404, "{method} {rest}");
            assert_eq!(theirs.text(), none.text(), "{method} {rest}");
        }
    }
    let list: Value = stranger.get(ALL).await.json();
    assert_eq!(list, json!({"questionnaires": []}));
    let office = world.made.institutions["office-131105"].to_string();
    for rest in ["", "/131105", "/131016", office.as_str()] {
        let rest = if rest.len() > 7 {
            format!("/{rest}")
        } else {
            rest.to_owned()
        };
        let theirs = stranger
            .get(&format!("/api/surveys/home-care-2026/respondents{rest}"))
            .await;
        let none = stranger
            .get(&format!("/api/surveys/no-such-survey/respondents{rest}"))
            .await;
        assert_eq!(
            (status(&theirs), theirs.text()),
            (404, none.text()),
            "{rest}"
        );
    }
    // Who only answers does not see the others.
    let meguro = world.made.institutions["office-131105"].clone();
    let ward = Client::new(&world, "ward", &meguro, scopes).await;
    let theirs = ward.get("/api/surveys/home-care-2026/respondents").await;
    assert_eq!(status(&theirs), 404);
}

async fn who_has_answered_is_read_by_program(backend: Backend) {
    let world = World::sample(backend).await;
    let client = Client::prefecture(&world).await;
    let path = "/api/surveys/home-care-2026/respondents";
    let body: Value = client.get(path).await.json();
    let rows = body["respondents"].as_array().unwrap();
    assert_eq!(rows.len(), 62);
    let counted = rows.iter().filter(|row| row["counted"] == true).count();
    assert_eq!(body["rate"]["expected"], counted);
    let answered = |row: &&Value| {
        matches!(
            row["state"].as_str().unwrap(),
            "submitted" | "checked" | "accepted"
        ) && row["counted"] == true
    };
    assert_eq!(
        body["rate"]["answered"],
        rows.iter().filter(answered).count()
    );
    let shibuya = rows
        .iter()
        .find(|row| row["municipality"] == "131130")
        .unwrap();
    assert_eq!(shibuya["area"], "1303");

    let officer = world.browser(&world.made.people["tocho.mizushima"]).await;
    let office = &world.made.institutions["office-131130"];
    let page = format!("/surveys/home-care-2026/respondents/{office}");
    let call = [("act", "call"), ("note", "来週提出とのこと")];
    assert_eq!(officer.post(&page, &call).await.status_code(), 303);
    let one: Value = client.get(&format!("{path}/131130")).await.json();
    let events = one["events"].as_array().unwrap();
    let call = events
        .iter()
        .rfind(|event| event["kind"] == "called")
        .unwrap();
    assert_eq!(call["note"], "来週提出とのこと");
    assert_eq!(one["contact"].as_object().unwrap().len(), 3);
    assert_eq!(status(&client.get(&format!("{path}/999999")).await), 404);

    let list: Value = client.get("/api/surveys").await.json();
    let surveys = list["surveys"].as_array().unwrap();
    let own = surveys
        .iter()
        .find(|one| one["code"] == "home-care-2026")
        .unwrap();
    assert!(own["questionnaire"]["version"].is_i64() && own["last_day"].is_string());
    let list: Value = world.server.get("/api/surveys").await.json();
    for one in list["surveys"].as_array().unwrap() {
        assert!(one.get("questionnaire").is_none(), "{one}");
    }
}

/// What no check needs is refused in little time, with a reason in the reader's language.
async fn absurd_percentages_are_refused_at_once(backend: Backend) {
    let world = World::empty(backend).await;
    let ask = async |body: String, lang: &str| {
        let request = world.server.post("/api/percent-check");
        let request = request.add_header("accept-language", lang);
        let answer = request.text(body).content_type("application/json").await;
        let said: Value = serde_json::from_str(&answer.text()).unwrap();
        (status(&answer), said)
    };
    let many =
        |count: usize, text: &str| json!({"n": 100_000, "percents": vec![text; count]}).to_string();
    for (body, wanted, ja, en) in [
        ("{}".to_owned(), 400, "JSON", "Send JSON"),
        ("[".repeat(100_000), 400, "JSON", "Send JSON"),
        ("9".repeat(10 << 20), 413, "大きすぎ", "large"),
        (
            r#"{"n": 100001, "percents": []}"#.to_owned(),
            422,
            "100000",
            "100000",
        ),
        (
            r#"{"n": -1, "percents": []}"#.to_owned(),
            422,
            "整数",
            "whole number",
        ),
        (
            r#"{"n": 53.0, "percents": []}"#.to_owned(),
            422,
            "整数",
            "whole number",
        ),
        (
            r#"{"n": 1e9, "percents": []}"#.to_owned(),
            422,
            "整数",
            "whole number",
        ),
        (many(501, "92.5"), 422, "500", "500"),
        (many(1, &"9".repeat(65)), 422, "64", "64"),
        (
            r#"{"n": 53, "percents": [null]}"#.to_owned(),
            422,
            "文字",
            "texts",
        ),
    ] {
        for (lang, said) in [("ja", ja), ("en", en)] {
            let (status, answer) = ask(body.clone(), lang).await;
            let what = body.chars().take(40).collect::<String>();
            assert_eq!(status, wanted, "{what}: {answer}");
            let error = answer["error"].as_str().unwrap();
            assert!(error.contains(said), "{what} {lang}: {error}");
        }
    }
    let (status, answer) = ask(many(500, "33.33333"), "ja").await;
    assert_eq!(
        (status, answer["results"].as_array().unwrap().len()),
        (200, 500)
    );
    let (status, answer) = ask(many(500, "50"), "ja").await;
    assert_eq!(
        (
            status,
            answer["results"][0]["counts"].as_array().unwrap().len()
        ),
        (200, 1000)
    );
    for wrong in [
        "-92.5",
        "9.25e1",
        "92,5",
        "92.5000001",
        "約20",
        "NaN",
        "∞",
        "",
    ] {
        let (status, answer) = ask(json!({"n": 53, "percents": [wrong]}).to_string(), "en").await;
        let one = &answer["results"][0];
        assert_eq!((status, &one["counts"]), (200, &json!([])), "{wrong}");
        assert!(
            one["error"].as_str().unwrap().contains("Not a percentage"),
            "{wrong}"
        );
    }
}
