//! What everybody sees of a survey that is out: counts alone where the asker said so, documents of each version, and of what
//! was withdrawn that it was.

use renkei_base::Id;
use renkei_gov::answer::{File, Value};
use renkei_gov::survey::course;
use renkei_store::Changes;
use renkei_store::answer::AnswerRow;
use renkei_testkit::{Backend, each_backend};

use crate::common::{Browser, World, words};

each_backend!(
    counts_alone_hide_small_groups,
    what_is_withdrawn_is_shown_of_no_version
);

const SURVEY: &str = "home-care-2015";

async fn get(browser: &Browser<'_>, path: &str) -> (u16, String) {
    let answer = browser.get(&format!("/surveys/{SURVEY}{path}")).await;
    (answer.status_code().as_u16(), words(&answer.text()))
}

async fn api(world: &World, path: &str) -> (u16, String) {
    let answer = world
        .server
        .get(&format!("/api/surveys/{SURVEY}{path}"))
        .await;
    (answer.status_code().as_u16(), answer.text())
}

async fn unlock(world: &World) {
    let revision = world
        .app
        .store
        .survey(SURVEY)
        .await
        .unwrap()
        .unwrap()
        .revision;
    let ctx = world.ctx();
    let done = course::unlock(&world.app.store, &ctx, SURVEY, revision, "訂正");
    done.await.unwrap();
}

/// Approved and published again.
async fn out(world: &World) {
    let store = &world.app.store;
    let revision = store.survey(SURVEY).await.unwrap().unwrap().revision;
    let ctx = world.ctx();
    course::approve(store, &ctx, SURVEY, revision, "")
        .await
        .unwrap();
    renkei_gov::publication::publish(store, &ctx, &world.app.areas, SURVEY, "")
        .await
        .unwrap();
}

async fn counts_alone_hide_small_groups(backend: Backend) {
    let world = World::sample(backend).await;
    let officer = world.browser(&world.made.people["tocho.mizushima"]).await;
    let visitor = world.visitor();
    unlock(&world).await;
    let edit = async |least: &str| {
        let fields = [
            ("title", "在宅医療・介護連携推進事業の取組状況"),
            ("as_of", "27年10月現在"),
            ("peers", "submitted"),
            ("base", "all"),
            ("least", least),
        ];
        let answer = officer
            .post(&format!("/surveys/{SURVEY}/edit"), &fields)
            .await;
        (answer.status_code().as_u16(), words(&answer.text()))
    };
    assert_eq!(edit("5").await.0, 303);
    // Less can be shown than was said, more cannot.
    let (status, page) = edit("3").await;
    assert_eq!(status, 422);
    assert!(
        page.contains("公表の範囲を広げることはできません"),
        "{page}"
    );
    out(&world).await;

    let (status, page) = get(&visitor, "").await;
    assert_eq!(status, 200);
    assert!(
        page.contains("数だけを公表しています") && page.contains("92.5%"),
        "{page}"
    );
    assert!(
        page.contains("集計外 9") && !page.contains("大島町"),
        "{page}"
    );
    let (_, page) = get(&visitor, "?by=area").await;
    assert!(page.contains("区中央部 5 5/5"), "{page}");
    assert!(
        page.contains("区西部 3 回答が少ないため出していません"),
        "{page}"
    );
    assert!(page.contains("西多摩 8 4/8"), "{page}");
    // One kind has a single village, so that the towns are not shown either, nor the next that would tell of both.
    let (_, page) = get(&visitor, "?by=kind").await;
    assert!(
        page.contains("村 1 回答が少ない") && page.contains("町 3 回答が少ない"),
        "{page}"
    );
    for (path, wanted) in [
        ("?area=1301", 200),
        ("?area=1304", 403),
        ("?area=1304&base=asked", 403),
        ("/table.xlsx?area=1304", 403),
        ("/table.pdf?area=1304", 403),
        ("/matrix", 200),
        ("/matrix?line=h1", 200),
        ("/matrix?line=h1&status=yes", 200),
        ("/matrix?line=h1&kind=village", 403),
        ("/matrix?line=h1&with=a1", 403),
        ("/matrix?line=h1&area=1304", 403),
    ] {
        let (status, page) = get(&visitor, path).await;
        assert_eq!(status, wanted, "{path}");
        assert!(!page.contains("千代田区"), "{path}: {page}");
    }
    for (path, wanted) in [
        ("", 200),
        ("/table.csv", 200),
        ("/table.csv?area=1304", 403),
        ("/answers.csv", 404),
    ] {
        assert_eq!(api(&world, path).await.0, wanted, "{path}");
    }
    let figures: serde_json::Value = serde_json::from_str(&api(&world, "").await.1).unwrap();
    assert_eq!(figures["least"], 5);
    // What was out before stays as it was; who asks sees everything.
    assert_eq!(api(&world, "/answers.csv?version=1").await.0, 200);
    let (_, page) = get(&officer, "/matrix?line=h1&area=1304&status=yes").await;
    assert!(page.contains("2の区市町村"), "{page}");
}

fn attached(office: &Id, files: Vec<File>, revision: i64, world: &World) -> AnswerRow {
    AnswerRow {
        survey: SURVEY.to_owned(),
        respondent: office.clone(),
        question: "d2".to_owned(),
        value: Value::File { files }.write(),
        status: "stated".to_owned(),
        explanation: String::new(),
        origin: "browser".to_owned(),
        answered_by: None,
        answered_at: world.ctx().at,
        revision,
    }
}

async fn what_is_withdrawn_is_shown_of_no_version(backend: Backend) {
    let world = World::sample(backend).await;
    let store = &world.app.store;
    let visitor = world.visitor();
    let officer = world.browser(&world.made.people["tocho.mizushima"]).await;
    let ward = world.browser(&world.made.people["meguro.nishi"]).await;
    let office = &world.made.institutions["office-131016"];
    let blob = store.put_blob(b"%PDF-1.7 shown".to_vec()).await.unwrap();
    let file = File {
        blob: blob.to_string(),
        name: "様式.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        bytes: 14,
    };
    let with = attached(office, vec![file], 1, &world);
    unlock(&world).await;
    let mut changes = Changes::default();
    changes.put_answer(&with, None, "訂正");
    store.commit(&world.ctx(), changes).await.unwrap();
    out(&world).await;
    let document = format!("/documents/{blob}");
    assert_eq!(get(&visitor, &document).await.0, 200);
    let (_, page) = get(&visitor, "/matrix?line=d1").await;
    assert!(page.contains("様式.pdf"), "{page}");
    assert_eq!(get(&visitor, &format!("{document}?version=1")).await.0, 404);

    // Corrected away: the version before still has it, at the address that its page shows.
    unlock(&world).await;
    let mut changes = Changes::default();
    let without = attached(office, Vec::new(), 2, &world);
    changes.put_answer(&without, Some(&with), "資料を外した");
    store.commit(&world.ctx(), changes).await.unwrap();
    out(&world).await;
    assert_eq!(get(&visitor, &document).await.0, 404);
    let before = visitor
        .get(&format!("/surveys/{SURVEY}/matrix?line=d1&version=2"))
        .await
        .text();
    let link = format!("/surveys/{SURVEY}{document}?version=2");
    assert!(before.contains(&link), "{before}");
    assert_eq!(visitor.get(&link).await.status_code(), 200);

    // Taken down by who asks, with the reason, which is told in its place; the version is the same.
    let versions = renkei_gov::publication::versions(store, SURVEY)
        .await
        .unwrap();
    let to = format!("/surveys/{SURVEY}/withdrawals?version=2");
    let blob = blob.to_string();
    let fields = |reason: &'static str| {
        vec![
            ("act", "withdraw"),
            ("respondent", office.as_str()),
            ("question", "d1"),
            ("blob", blob.as_str()),
            ("reason", reason),
        ]
    };
    let why = "個人の連絡先が入っていたため";
    assert_eq!(ward.post(&to, &fields(why)).await.status_code(), 404);
    assert_eq!(officer.post(&to, &fields("")).await.status_code(), 422);
    assert_eq!(visitor.get(&link).await.status_code(), 200);
    let done = officer.post(&to, &fields(why)).await;
    assert_eq!(done.status_code(), 303, "{}", words(&done.text()));
    assert_eq!(officer.post(&to, &fields(why)).await.status_code(), 409);
    assert_eq!(visitor.get(&link).await.status_code(), 404);
    let (_, page) = get(&visitor, "/matrix?line=d1&version=2").await;
    assert!(page.contains(why) && !page.contains("様式.pdf"), "{page}");
    let after = renkei_gov::publication::versions(store, SURVEY)
        .await
        .unwrap();
    assert_eq!(after, versions);
    let (_, page) = get(&officer, "/publication").await;
    assert!(page.contains(why) && page.contains("千代田区"), "{page}");

    // What was explained goes the same way, and comes back.
    let (_, page) = get(&visitor, "/matrix?line=d1").await;
    assert!(page.contains("在宅療養連携手帳"), "{page}");
    let examples = renkei_gov::publication::newest(store, SURVEY)
        .await
        .unwrap()
        .unwrap();
    let mut examples = examples.body.examples.into_iter();
    let one = examples
        .find(|one| one.explanation.contains("在宅療養連携手帳"))
        .unwrap();
    let text = [
        ("act", "withdraw"),
        ("respondent", one.respondent.as_str()),
        ("question", one.question.as_str()),
        ("blob", ""),
        ("reason", "誤記"),
    ];
    let to = format!("/surveys/{SURVEY}/withdrawals");
    assert_eq!(officer.post(&to, &text).await.status_code(), 303);
    let (_, page) = get(&visitor, "/matrix?line=d1").await;
    assert!(
        page.contains("誤記") && !page.contains("在宅療養連携手帳"),
        "{page}"
    );
    let mut back = text;
    back[0] = ("act", "restore");
    assert_eq!(officer.post(&to, &back).await.status_code(), 303);
    assert_eq!(officer.post(&to, &back).await.status_code(), 404);
    let (_, page) = get(&visitor, "/matrix?line=d1").await;
    assert!(page.contains("在宅療養連携手帳"), "{page}");
}
