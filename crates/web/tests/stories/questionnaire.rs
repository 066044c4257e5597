//! Questionnaires: built without script, checked, versioned, exchanged; and percentages that are checked.

use renkei_base::{Id, Role};
use renkei_testkit::{Backend, each_backend};
use serde_json::{Value, json};

use crate::common::{Browser, World, between, words};

each_backend!(
    the_template_is_made_final_and_versioned,
    a_questionnaire_is_built_by_hand,
    two_build_at_once,
    strangers_find_nothing,
    a_file_arrives_or_is_refused,
    percentages_are_checked
);

struct Office<'a> {
    world: &'a World,
    institution: Id,
    officer: Browser<'a>,
}

impl<'a> Office<'a> {
    async fn new(world: &'a World) -> Self {
        let institution = world.clinic("調べる機関").await;
        let officer = world
            .signed_in("officer", Some(&institution), &[Role::Officer])
            .await;
        Self {
            world,
            institution,
            officer,
        }
    }

    /// Begins a questionnaire and returns its address.
    async fn begin(&self, from: &str, title: &str, file: &str) -> Result<String, (u16, String)> {
        let form = axum_test::multipart::MultipartForm::new()
            .add_text("token", self.officer.token.clone())
            .add_text("from", from)
            .add_text("title", title)
            .add_part(
                "file",
                axum_test::multipart::Part::bytes(file.as_bytes().to_vec()).file_name("q.json"),
            );
        let request = self
            .world
            .server
            .post("/questionnaires/new")
            .multipart(form);
        let answer = self.officer.ask(request).await;
        match answer.maybe_header("location") {
            Some(to) => Ok(to.to_str().unwrap().to_owned()),
            None => Err((answer.status_code().as_u16(), answer.text())),
        }
    }

    async fn press(&self, path: &str, what: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let page = self.officer.get(path).await.text();
        let revision = between(&page, "name=\"revision\" value=\"", "\"").to_owned();
        let mut all = vec![("do", what), ("revision", revision.as_str())];
        all.extend(fields);
        let answer = self.officer.post(&format!("{path}/edit"), &all).await;
        let to = answer.maybe_header("location");
        let to = to.map(|to| to.to_str().unwrap().to_owned());
        (answer.status_code().as_u16(), to.unwrap_or_default())
    }

    async fn step(&self, path: &str, step: &str, fields: &[(&str, &str)]) -> u16 {
        let page = self.officer.get(path).await.text();
        let revision = if page.contains("name=\"revision\"") {
            between(&page, "name=\"revision\" value=\"", "\"").to_owned()
        } else {
            String::new()
        };
        let mut all = fields.to_vec();
        all.push(("revision", &revision));
        let to = format!("{path}/steps/{step}");
        self.officer.post(&to, &all).await.status_code().as_u16()
    }
}

/// Story 23: the questionnaire ア–ク with its skip logic, previewed, final, and next year's from it.
async fn the_template_is_made_final_and_versioned(backend: Backend) {
    let world = World::empty(backend).await;
    let office = Office::new(&world).await;
    let path = office.begin("template", "", "").await.unwrap();
    let page = words(&office.officer.get(&path).await.text());
    assert!(
        page.contains("下書き") && page.contains("「ア①」が「行っている」の場合"),
        "{page}"
    );
    let preview = office.officer.get(&format!("{path}/preview")).await.text();
    assert!(preview.contains("data-when=\"a1=yes\""));
    assert!(words(&preview).contains("パンフレット等"));
    assert_eq!(
        office.step(&path, "finish", &[("note", "27年度")]).await,
        303
    );
    let page = words(&office.officer.get(&path).await.text());
    assert!(page.contains("確定") && page.contains("27年度"), "{page}");
    // Final is final.
    let (status, _) = office.press(&path, "section.add", &[]).await;
    assert_eq!(status, 409);
    let gone = office.officer.get(&format!("{path}/questions/a1")).await;
    assert_eq!(gone.status_code(), 404);
    assert_eq!(office.step(&path, "next", &[]).await, 303);
    let question = format!("{path}/questions/a1");
    let form = office.officer.get(&question).await.text();
    let was = between(&form, "name=\"was\" value=\"", "\"").to_owned();
    let fields = [
        ("was", was.as_str()),
        ("fields", "one"),
        ("label", "①"),
        ("text", "新しい問い"),
        ("choice.0.text", "行っている"),
        ("choice.0.code", "yes"),
        ("choice.0.class", "yes"),
        ("choice.1.text", ""),
        ("choice.1.code", "no"),
        ("choice.2.text", "一部で行っている"),
        ("choice.2.class", "yes"),
        ("counted", "1"),
        ("then", "save"),
    ];
    let saved = office.officer.post(&question, &fields).await;
    assert_eq!(saved.status_code(), 303, "{}", words(&saved.text()));
    let again = office.officer.post(&question, &fields).await;
    assert_eq!(again.status_code(), 409, "it is another question by now");
    assert!(
        words(&again.text()).contains("新しい問い"),
        "what was typed stays"
    );
    let form = office.officer.get(&question).await.text();
    assert!(
        form.contains("value=\"行っていない\""),
        "an option that answers may have is retired"
    );
    let compared = words(&office.officer.get(&format!("{path}/compare")).await.text());
    assert!(compared.contains("一部で行っている"), "{compared}");
    assert!(compared.contains("新しい問い"));
    let first = words(
        &office
            .officer
            .get(&format!("{path}?version=1"))
            .await
            .text(),
    );
    assert!(!first.contains("新しい問い"), "the final version stays");
    let list = words(&office.officer.get("/questionnaires").await.text());
    assert!(
        list.contains("第2版") && list.contains("調査に使えるのは第1版"),
        "{list}"
    );
    assert_eq!(office.step(&path, "discard", &[]).await, 303);
    assert_eq!(office.step(&path, "retire", &[("version", "1")]).await, 303);
    assert_eq!(office.step(&path, "copy", &[("version", "1")]).await, 303);
}

async fn a_questionnaire_is_built_by_hand(backend: Backend) {
    let world = World::empty(backend).await;
    let office = Office::new(&world).await;
    let (status, page) = office.begin("blank", "", "").await.unwrap_err();
    assert_eq!(status, 422);
    assert!(words(&page).contains("題名を入れてください"));
    let path = office.begin("blank", "会員への調査", "").await.unwrap();
    assert_eq!(office.step(&path, "finish", &[]).await, 422);
    let (_, to) = office.press(&path, "section.add", &[]).await;
    assert!(to.ends_with("#section-0"));
    let named = [("label", "ア"), ("title", "体制")];
    office.press(&path, "section.save.0", &named).await;
    let (_, first) = office
        .press(&path, "question.add.0", &[("kind", "yes-no")])
        .await;
    assert!(first.ends_with("/questions/q1"), "{first}");
    let (_, second) = office
        .press(&path, "question.add.0", &[("kind", "number")])
        .await;
    let write = async |to: &str, fields: &[(&str, &str)]| {
        let form = office.officer.get(to).await.text();
        let was = between(&form, "name=\"was\" value=\"", "\"").to_owned();
        let mut all = vec![("was", was.as_str()), ("then", "save")];
        all.extend(fields);
        let saved = office.officer.post(to, &all).await;
        (saved.status_code().as_u16(), saved.text())
    };
    let yes_no = [
        ("fields", "one"),
        ("kind", "one"),
        ("label", "①"),
        ("text", "往診していますか"),
        ("choice.0.text", "はい"),
        ("choice.0.code", "yes"),
        ("choice.0.class", "yes"),
        ("choice.1.text", "いいえ"),
        ("choice.1.code", "no"),
        ("choice.1.class", "no"),
        ("choice.1.place", "１"),
        ("counted", "1"),
    ];
    assert_eq!(write(&first, &yes_no).await.0, 303);
    let number = [
        ("fields", "number"),
        ("kind", "number"),
        ("label", "②"),
        ("text", "月に何件ですか"),
        ("unit", "件"),
        ("least", "０"),
        ("most", "1,000"),
        ("decimals", "0"),
        ("when", "q1/yes"),
    ];
    assert_eq!(write(&second, &number).await.0, 303);
    let strange = [
        ("fields", "number"),
        ("kind", "number"),
        ("text", "x"),
        ("decimals", "約2"),
    ];
    let (status, page) = write(&second, &strange).await;
    assert_eq!(status, 422);
    assert!(words(&page).contains("数字で入れてください"));
    // Bounds that exclude everything are told when they are saved.
    let turned = [
        ("fields", "number"),
        ("kind", "number"),
        ("text", "x"),
        ("least", "100"),
        ("most", "0"),
        ("decimals", "0"),
    ];
    let (status, page) = write(&second, &turned).await;
    assert_eq!(status, 422);
    assert!(page.contains("href=\"#least\"") && page.contains("value=\"100\""));
    // A title that is too long stays in its field, and its fault leads there.
    let long = "体".repeat(400);
    let form = office.officer.get(&path).await.text();
    let revision = between(&form, "name=\"revision\" value=\"", "\"").to_owned();
    let fields = [
        ("do", "section.save.0"),
        ("revision", revision.as_str()),
        ("label", "ア"),
        ("title", long.as_str()),
    ];
    let refused = office.officer.post(&format!("{path}/edit"), &fields).await;
    assert_eq!(refused.status_code(), 422);
    let page = refused.text();
    assert!(page.contains("href=\"#title-0\"") && !page.contains("href=\"#title\""));
    assert!(page.contains(&format!("id=\"title-0\" name=\"title\" value=\"{long}\"")));
    // What others depend on is not removed; moved before its condition it is told.
    let (status, _) = office.press(&path, "question.remove.q1", &[]).await;
    assert_eq!(status, 422);
    office.press(&path, "question.up.q2", &[]).await;
    let page = words(&office.officer.get(&path).await.text());
    assert!(
        page.contains("条件の設問が、この設問より後にあるか"),
        "{page}"
    );
    office.press(&path, "question.down.q2", &[]).await;
    let preview = office.officer.get(&format!("{path}/preview")).await.text();
    assert!(
        words(&preview).contains("0 以上 1000 以下 整数"),
        "{}",
        words(&preview)
    );
    assert!(preview.contains("name=\"answer.q2\""));
    let live = office
        .officer
        .post(
            &format!("{second}/preview"),
            &[
                ("fields", "number"),
                ("kind", "number"),
                ("text", "試し書き"),
            ],
        )
        .await;
    assert!(words(&live.text()).contains("試し書き"));
    assert_eq!(office.step(&path, "finish", &[]).await, 303);
}

async fn two_build_at_once(backend: Backend) {
    let world = World::empty(backend).await;
    let office = Office::new(&world).await;
    let path = office.begin("template", "", "").await.unwrap();
    let other = world
        .signed_in("other", Some(&office.institution), &[Role::Officer])
        .await;
    let question = format!("{path}/questions/h1");
    let form = other.get(&question).await.text();
    let was = between(&form, "name=\"was\" value=\"", "\"").to_owned();
    let page = other.get(&path).await.text();
    let seen = between(&page, "name=\"revision\" value=\"", "\"").to_owned();
    // The first one changes another part: the other's question is saved all the same.
    office.press(&path, "section.add", &[]).await;
    let fields = [
        ("was", was.as_str()),
        ("fields", "text"),
        ("kind", "text"),
        ("label", "①"),
        ("text", "自由に書いてください"),
        ("then", "save"),
    ];
    let saved = other.post(&question, &fields).await;
    assert_eq!(saved.status_code(), 303, "{}", words(&saved.text()));
    // A button that was made for another state of the draft is not.
    let late = [("do", "section.remove.0"), ("revision", seen.as_str())];
    let late = other.post(&format!("{path}/edit"), &late).await;
    assert_eq!(late.status_code(), 409);
    assert!(words(&late.text()).contains("ほかの人がこの下書きを変えました"));
}

async fn strangers_find_nothing(backend: Backend) {
    let world = World::empty(backend).await;
    let office = Office::new(&world).await;
    let path = office.begin("template", "", "").await.unwrap();
    let elsewhere = world.clinic("よその機関").await;
    let stranger = world
        .signed_in("stranger", Some(&elsewhere), &[Role::Officer])
        .await;
    let gone = stranger.get("/there-is-no-such-page").await.text();
    for page in [
        path.clone(),
        format!("{path}/preview"),
        format!("{path}/compare"),
        format!("{path}/fhir.json"),
        format!("{path}/questions/a1"),
    ] {
        let answer = stranger.get(&page).await;
        assert_eq!(
            (answer.status_code().as_u16(), answer.text()),
            (404, gone.clone()),
            "{page}"
        );
    }
    for (to, fields) in [
        (
            format!("{path}/edit"),
            vec![("do", "section.add"), ("revision", "1")],
        ),
        (format!("{path}/steps/finish"), vec![("revision", "1")]),
        (format!("{path}/steps/copy"), vec![("version", "1")]),
        (format!("{path}/questions/a1"), vec![("then", "save")]),
    ] {
        let answer = stranger.post(&to, &fields).await;
        assert_eq!(
            (answer.status_code().as_u16(), answer.text()),
            (404, gone.clone()),
            "{to}"
        );
    }
    let nurse = world
        .signed_in("nurse", Some(&office.institution), &[Role::Nurse])
        .await;
    assert_eq!(nurse.get(&path).await.status_code(), 404);
}

async fn a_file_arrives_or_is_refused(backend: Backend) {
    let world = World::empty(backend).await;
    let office = Office::new(&world).await;
    let path = office.begin("template", "", "").await.unwrap();
    let file = office.officer.get(&format!("{path}/fhir.json")).await;
    assert_eq!(file.header("content-type"), "application/fhir+json");
    let copy = office.begin("file", "", &file.text()).await.unwrap();
    let again = office.officer.get(&format!("{copy}/fhir.json")).await;
    let items = |text: &str| serde_json::from_str::<Value>(text).unwrap()["item"].clone();
    assert_eq!(items(&file.text()), items(&again.text()));
    let wrong = r#"{"resourceType":"Questionnaire","status":"active","title":"x",
        "item":[{"linkId":"1","text":"a","type":"quantity"}]}"#;
    let (status, page) = office.begin("file", "", wrong).await.unwrap_err();
    assert_eq!(status, 422);
    let page = words(&page);
    assert!(
        page.contains("item[0]") && page.contains("quantity"),
        "{page}"
    );
    let (status, _) = office.begin("file", "", "").await.unwrap_err();
    assert_eq!(status, 422);
}

/// Story 61, as a page and for programs, without sign-in and without a cookie.
async fn percentages_are_checked(backend: Backend) {
    let world = World::empty(backend).await;
    let ask = async |body: &str| {
        let request = world.server.post("/api/percent-check");
        let answer = request.text(body).content_type("application/json").await;
        assert!(answer.maybe_header("set-cookie").is_none());
        let text = answer.text();
        (
            answer.status_code().as_u16(),
            serde_json::from_str::<Value>(&text).unwrap_or_default(),
        )
    };
    let (status, answer) = ask(r#"{"n": 53, "percents": ["92.5", "71.8"]}"#).await;
    assert_eq!(status, 200);
    let results = &answer["results"];
    assert_eq!(
        results[0],
        json!({"percent": "92.5", "counts": [49], "other_n": []})
    );
    assert_eq!(results[1]["counts"], json!([]));
    assert_eq!(results[1]["other_n"][0], 39);
    assert_eq!(results[1]["other_n"].as_array().unwrap().len(), 5);
    let (_, answer) = ask(r#"{"n": 53, "percents": ["約20", "34.0"]}"#).await;
    let error = answer["results"][0]["error"].as_str().unwrap();
    assert!(error.contains("割合として読めません"), "{error}");
    assert_eq!(answer["results"][1]["counts"], json!([18]));
    for (body, wanted) in [
        ("", 400),
        ("{\"n\": 53}", 400),
        ("{\"n\": 0, \"percents\": []}", 422),
        ("{\"n\": 5.5, \"percents\": []}", 422),
        ("{\"n\": 53, \"percents\": [34.0]}", 422),
    ] {
        assert_eq!(ask(body).await.0, wanted, "{body}");
    }
    let visitor = world.visitor();
    let form = axum_test::multipart::MultipartForm::new().add_text(
        "table",
        "集計(n=30)\t件数\t割合\nア①\t28\t71.8%\nイ①\t20\t66.7%",
    );
    let answer = visitor
        .ask(world.server.post("/percent-check").multipart(form))
        .await;
    assert_eq!(answer.status_code(), 200);
    assert!(answer.maybe_header("set-cookie").is_none());
    let page = words(&answer.text());
    assert!(page.contains("2 の割合のうち 1 が成り立ちます"), "{page}");
    assert!(page.contains("n=39 なら 28 件で合います"), "{page}");
    for (table, wanted) in [
        ("ア①\t49\t92.5%\n(n=53)", "1 の割合のうち 1 が成り立ちます"),
        (
            "ア①\t49\t92.5%",
            "母数 n が分からないため、確かめていません",
        ),
        ("n=53\nア①\t16\t約30%", "割合として読めない値が 1 あります"),
    ] {
        let form = axum_test::multipart::MultipartForm::new().add_text("table", table);
        let request = world.server.post("/percent-check").multipart(form);
        let page = words(&visitor.ask(request).await.text());
        assert!(page.contains(wanted), "{page}");
        assert!(!page.contains('✗'), "{page}");
    }
    let form = axum_test::multipart::MultipartForm::new().add_text("table", "何もない");
    let answer = visitor
        .ask(world.server.post("/percent-check").multipart(form))
        .await;
    assert_eq!(answer.status_code(), 422);
}
