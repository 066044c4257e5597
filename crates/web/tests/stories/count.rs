//! The figures of a survey as visitors and programs get them (stories 24–26, 29–31, 35 of the survey).

use renkei_testkit::{Backend, each_backend};

use crate::common::World;

each_backend!(
    the_published_table_is_for_everybody,
    who_is_no_respondent_sees_nothing_before,
    pages_say_the_same_as_files,
    what_was_shown_stays_and_is_compared
);

const SURVEY: &str = "home-care-2015";
/// Item, question, 実施, %, 未実施, % as printed in 資料5.
const PRINTED: [(&str, &str, &str); 12] = [
    ("ア", "①", "53,49,92.5,4,7.5,0,0"),
    ("ア", "③", "53,40,75.5,13,24.5,4,0"),
    ("イ", "①", "53,46,86.8,7,13.2,0,0"),
    ("ウ", "①", "53,31,58.5,22,41.5,0,0"),
    ("エ", "①", "53,28,52.8,25,47.2,0,0"),
    ("オ", "①", "53,33,62.3,20,37.7,0,0"),
    ("カ", "①", "53,36,67.9,17,32.1,0,0"),
    ("カ", "②", "53,27,50.9,26,49.1,0,0"),
    ("キ", "①", "53,27,50.9,26,49.1,0,0"),
    ("キ", "③パンフ", "53,18,34.0,35,66.0,0,0"),
    ("キ", "③HP", "53,18,34.0,35,66.0,0,0"),
    ("ク", "①", "53,14,26.4,39,73.6,0,0"),
];

async fn text(world: &World, path: &str) -> String {
    let answer = world.server.get(path).await;
    assert_eq!(answer.status_code(), 200, "{path}\n{}", answer.text());
    answer.text()
}

async fn the_published_table_is_for_everybody(backend: Backend) {
    let world = World::sample(backend).await;
    let api = format!("/api/surveys/{SURVEY}");
    // Story 24.
    let table = text(&world, &format!("{api}/table.csv")).await;
    let mut expected =
        "item,question,base,yes,yes_percent,no,no_percent,not_asked,no_answer\n".to_owned();
    for (item, question, figures) in PRINTED {
        expected.push_str(&format!("{item},{question},{figures}\n"));
    }
    assert_eq!(table, expected);
    // Story 25.
    let asked = text(&world, &format!("{api}/table.csv?base=asked")).await;
    assert!(asked.contains("\nア,③,49,40,81.6,9,18.4,4,0\n"), "{asked}");
    // Story 26.
    let area = text(&world, &format!("{api}/table.csv?area=1304")).await;
    assert!(area.contains("\nク,①,3,2,66.7,1,33.3,0,0\n"), "{area}");
    let nowhere = world
        .server
        .get(&format!("{api}/table.csv?area=9999"))
        .await;
    assert_eq!(nowhere.status_code(), 404);

    let answers = text(&world, &format!("{api}/answers.csv")).await;
    let lines: Vec<&str> = answers.lines().collect();
    assert_eq!(lines.len(), 1 + 53 * 12);
    assert_eq!(
        lines[0],
        "municipality_code,municipality,area_code,item,question,status"
    );
    assert_eq!(lines[1], "131016,千代田区,1301,ア,①,実施");
    assert!(answers.contains(",ア,③,非該当\n"));

    let figures: serde_json::Value = serde_json::from_str(&text(&world, &api).await).unwrap();
    assert_eq!(figures["scores"]["done"], 367);
    assert_eq!(figures["scores"]["percent"], "57.7");
    assert_eq!(figures["invented"], true);
    let openapi: serde_json::Value =
        serde_json::from_str(&text(&world, "/openapi.json").await).unwrap();
    assert_eq!(openapi["openapi"], "3.1.0");
    // What was answered is changed by a token, never by anybody.
    let to = format!("{api}/answers/131016/a1");
    let refused = world.server.put(&to).json(&serde_json::json!({})).await;
    assert_eq!(refused.status_code(), 401);
}

async fn who_is_no_respondent_sees_nothing_before(backend: Backend) {
    let world = World::sample(backend).await;
    let store = &world.app.store;
    let open = store.surveys_in("open").await.unwrap();
    assert_eq!(open.len(), 1);
    let code = &open[0].code;
    let none = world.server.get("/surveys/no-such-survey").await;
    assert_eq!(none.status_code(), 404);
    for path in ["", "/matrix", "/table.xlsx"] {
        let answer = world.server.get(&format!("/surveys/{code}{path}")).await;
        let nothing = world
            .server
            .get(&format!("/surveys/no-such-survey{path}"))
            .await;
        assert_eq!(answer.status_code(), 404, "{path}");
        assert_eq!(answer.text(), nothing.text(), "{path}");
    }
    for path in ["", "/table.csv", "/answers.csv"] {
        let answer = world
            .server
            .get(&format!("/api/surveys/{code}{path}"))
            .await;
        let nothing = world
            .server
            .get(&format!("/api/surveys/no-such-survey{path}"))
            .await;
        assert_eq!(answer.status_code(), 404, "{path}");
        assert_eq!(answer.text(), nothing.text(), "{path}");
    }
}

async fn pages_say_the_same_as_files(backend: Backend) {
    let world = World::sample(backend).await;
    let page = text(&world, &format!("/surveys/{SURVEY}")).await;
    for part in [
        "見本",
        "92.5%",
        "34.0%",
        "81.6%",
        "27年10月現在",
        "集計外 9",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let groups = text(&world, &format!("/surveys/{SURVEY}?by=area")).await;
    assert!(groups.contains("区西南部") && groups.contains("3/3"));
    // Story 35: who does エ①, with what they do.
    let who = text(
        &world,
        &format!("/surveys/{SURVEY}/matrix?line=d1&status=yes"),
    )
    .await;
    assert!(who.contains("28の区市町村"), "{who}");
    assert!(who.contains("在宅療養連携手帳"));
    let who = text(
        &world,
        &format!("/surveys/{SURVEY}/matrix?line=d1&status=yes&area=1303&with=e1"),
    )
    .await;
    assert!(who.contains("3の区市町村"), "{who}");
    let book = world
        .server
        .get(&format!("/surveys/{SURVEY}/table.xlsx"))
        .await;
    assert!(book.as_bytes().starts_with(b"PK"));
    let printed = world
        .server
        .get(&format!("/surveys/{SURVEY}/table.pdf"))
        .await;
    assert!(printed.as_bytes().starts_with(b"%PDF"));
}

/// Stories 28 and 30: who runs the survey sees what was corrected since the meeting, opens it again with a reason,
/// reclassifies a line, and publishes the next version; the one before stays.
async fn what_was_shown_stays_and_is_compared(backend: Backend) {
    let world = World::sample(backend).await;
    let officer = world.browser(&world.made.people["tocho.mizushima"]).await;
    let page = officer
        .get(&format!("/surveys/{SURVEY}/publication?record=-1"))
        .await;
    assert_eq!(page.status_code(), 200);
    let text = page.text();
    assert!(text.contains("いままでに変わったところ 1"), "{text}");
    assert!(text.contains("未実施から実施へ"), "{text}");
    // The meeting's figures stay as they were; a visitor does not see them.
    let shown = officer.get(&format!("/surveys/{SURVEY}?version=-1")).await;
    assert!(shown.text().contains("50.9%"));
    let visitor = world
        .server
        .get(&format!("/surveys/{SURVEY}?version=-1"))
        .await;
    assert_eq!(visitor.status_code(), 404);
    // Locked while it is published.
    let sheets = world.app.store.respondents(SURVEY).await.unwrap();
    let first = sheets[0].respondent.to_string();
    let form = [
        ("respondent", first.as_str()),
        ("line", "h1"),
        ("class", "yes"),
        ("reason", "今回の意見交換会をもって該当"),
    ];
    let to = format!("/surveys/{SURVEY}/overrides");
    assert_eq!(officer.post(&to, &form).await.status_code(), 409);

    let approver = world.browser(&world.made.people["tocho.okabe"]).await;
    let store = &world.app.store;
    let ctx = world.ctx();
    let revision = store.survey(SURVEY).await.unwrap().unwrap().revision;
    let why = "読替えを分けて示すため";
    // The first version that is out is the first; correcting it begins in the browser.
    assert!(
        world
            .server
            .get(&format!("/surveys/{SURVEY}"))
            .await
            .text()
            .contains("第1版")
    );
    let page = approver.get(&format!("/surveys/{SURVEY}/manage")).await;
    assert!(page.text().contains(r#"value="unlock""#), "{}", page.text());
    let page = approver.get(&to.replace("overrides", "publication")).await;
    assert!(page.text().contains(r#"value="unlock""#), "{}", page.text());
    let revision = revision.to_string();
    let unlock = [
        ("act", "unlock"),
        ("why", why),
        ("revision", revision.as_str()),
    ];
    let unlocked = approver
        .post(&format!("/surveys/{SURVEY}/manage"), &unlock)
        .await;
    assert_eq!(unlocked.status_code(), 303);
    assert_eq!(officer.post(&to, &form).await.status_code(), 303);
    let now = officer
        .get(&format!("/surveys/{SURVEY}?version=now"))
        .await
        .text();
    assert!(
        now.contains("回答による実施 13、読替えによる実施 1"),
        "{now}"
    );
    // Everybody still sees the version that is out.
    let out = world.server.get(&format!("/surveys/{SURVEY}")).await.text();
    assert!(!out.contains("読替えによる"), "{out}");
    let revision = store.survey(SURVEY).await.unwrap().unwrap().revision;
    let approved = renkei_gov::survey::course::approve(store, &ctx, SURVEY, revision, "").await;
    approved.unwrap();
    let publish = [("act", "publish"), ("note", "読替えを分けた")];
    let to = format!("/surveys/{SURVEY}/publication");
    assert_eq!(approver.post(&to, &publish).await.status_code(), 303);
    // A form that is sent twice has done what it was to do.
    assert_eq!(approver.post(&to, &publish).await.status_code(), 303);
    let versions = renkei_gov::publication::versions(store, SURVEY)
        .await
        .unwrap();
    let numbers: Vec<i64> = versions.iter().map(|one| one.number).collect();
    assert_eq!(numbers, [2, 1]);
    let out = world.server.get(&format!("/surveys/{SURVEY}")).await.text();
    assert!(out.contains("読替えによる実施 1") && out.contains("読替えを分けた"));
    let before = world
        .server
        .get(&format!("/surveys/{SURVEY}?version=1"))
        .await;
    assert!(!before.text().contains("読替えによる"));
    // Opened again and nothing corrected: it goes out as it was, without a new version.
    let row = store.survey(SURVEY).await.unwrap().unwrap();
    renkei_gov::survey::course::unlock(store, &ctx, SURVEY, row.revision, "確認のため")
        .await
        .unwrap();
    let row = store.survey(SURVEY).await.unwrap().unwrap();
    renkei_gov::survey::course::approve(store, &ctx, SURVEY, row.revision, "")
        .await
        .unwrap();
    assert_eq!(approver.post(&to, &publish).await.status_code(), 303);
    let row = store.survey(SURVEY).await.unwrap().unwrap();
    assert_eq!(row.state, "published");
    let versions = renkei_gov::publication::versions(store, SURVEY).await;
    assert_eq!(versions.unwrap().len(), 2);
}
