//! Mergers of municipalities on their pages: looked at, written, led to, taken back.

use renkei_base::Role;
use renkei_base::code::MunicipalityCode;
use renkei_testkit::{Backend, each_backend};

use crate::common::{Browser, World, between, words};

each_backend!(
    a_merger_is_looked_at_written_and_taken_back,
    where_areas_differ_one_chooses,
    faults_are_said_in_both_languages,
);

fn six(five: &str) -> String {
    MunicipalityCode::parse(five).unwrap().as_str().to_owned()
}

/// One clinic in 目黒区, in the sample region with the areas of Tokyo.
async fn region(backend: Backend) -> World {
    let world = World::sample(backend).await;
    world.clinic("目黒の医院").await;
    world
}

async fn admin(world: &World) -> Browser<'_> {
    world
        .signed_in("merger-admin", None, &[Role::RegionAdmin])
        .await
}

async fn a_merger_is_looked_at_written_and_taken_back(backend: Backend) {
    let world = region(backend).await;
    let (visitor, admin) = (world.visitor(), admin(&world).await);
    let links = |html: &str| html.contains("href=\"/areas/mergers\"");
    assert!(links(&admin.get("/areas").await.text()));
    assert!(!links(&visitor.get("/areas").await.text()));
    assert!(
        visitor
            .get("/areas/131105")
            .await
            .text()
            .contains("めぐろく")
    );

    let new = six("13124");
    let form = |then: &'static str| {
        vec![
            ("on", "R8.4.1".to_owned()),
            ("from", "131105 13113".to_owned()),
            ("into", new.clone()),
            ("name", "目黒渋谷区".to_owned()),
            ("kana", "めぐろしぶやく".to_owned()),
            ("then", then.to_owned()),
        ]
    };
    let send = async |then: &'static str| {
        let form = form(then);
        let form: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        admin.post("/areas/mergers", &form).await
    };
    let look = send("look").await;
    assert_eq!(look.status_code(), 200);
    let said = words(&look.text());
    for text in [
        "まだ何も書き込んでいません",
        "131105 目黒区",
        "131130 渋谷区",
        "目黒渋谷区 新しく登録します",
        "区西南部",
        "3 市区町村",
        "2 市区町村",
    ] {
        assert!(said.contains(text), "{text} in {said}");
    }
    assert!(
        world.app.store.mergers().await.unwrap().is_empty(),
        "a look"
    );
    let back = send("back").await.text();
    assert!(
        back.contains("目黒渋谷区") && back.contains("131105 13113"),
        "as typed"
    );

    let written = send("write").await;
    assert_eq!(written.status_code(), 303);
    assert_eq!(written.header("location"), "/areas/mergers?state=done");
    // The old one leads to the new one; its own time stays.
    let gone = visitor.get("/areas/131105").await;
    assert_eq!(gone.status_code(), 303);
    let to = gone.header("location").to_str().unwrap().to_owned();
    assert_eq!(to, format!("/areas/{new}?from=131105"));
    let now = words(&visitor.get(&to).await.text());
    assert!(
        now.contains("目黒区 は、2026年4月1日") && now.contains("目黒渋谷区 になりました"),
        "{now}"
    );
    assert!(now.contains("渋谷区 は、"), "what became part of it");
    let then = visitor.get("/areas/131105?date=2026-03-31").await;
    assert_eq!(then.status_code(), 200);
    assert!(words(&then.text()).contains("目黒区"));
    let before = words(&visitor.get("/areas/1303?date=2026-03-31").await.text());
    let after = words(&visitor.get("/areas/1303").await.text());
    assert!(
        before.contains("131105") && !before.contains(&new),
        "{before}"
    );
    assert!(
        after.contains(&new) && after.contains("目黒渋谷区"),
        "{after}"
    );

    // Institutions keep where they were registered, and are found under the new one.
    let old = visitor
        .get("/institutions?municipality=131105&kind=clinic")
        .await;
    assert_eq!(old.status_code(), 303);
    let list = old.header("location").to_str().unwrap().to_owned();
    assert!(
        list.contains(&format!("municipality={new}")) && list.contains("kind=clinic"),
        "{list}"
    );
    let html = visitor.get(&list).await.text();
    assert!(html.contains("目黒の医院"), "{html}");
    assert!(html.contains(&format!("<option value=\"{new}\"")), "{html}");
    assert!(!html.contains("<option value=\"131105\""), "{html}");
    // By the new name in words too, though addresses have the old one.
    let name: String = form_urlencoded::byte_serialize("目黒渋谷区".as_bytes()).collect();
    let by_name = visitor
        .get(&format!("/institutions?q={name}&kind=clinic"))
        .await;
    assert!(by_name.text().contains("目黒の医院"));
    let near = format!("/institutions?near={new}&kind=clinic");
    assert_eq!(visitor.get(&near).await.status_code(), 200);
    let area = visitor.get("/institutions?area=1303&kind=clinic").await;
    assert!(area.text().contains("目黒の医院"), "{}", area.text());
    let csv = visitor
        .get("/institutions.csv?municipality=131105")
        .await
        .text();
    assert!(
        csv.contains("目黒の医院") && csv.contains("131105"),
        "{csv}"
    );
    let map = words(
        &visitor
            .get("/map?kind=municipality&figure=clinic&prefecture=13")
            .await
            .text(),
    );
    assert!(map.contains("目黒渋谷区: 診療所の数 "), "{map}");
    assert!(!map.contains(" 目黒区 "), "{map}");

    let again = send("write").await;
    assert_eq!(again.status_code(), 422);
    assert!(words(&again.text()).contains("なくなった市区町村です"));
    let page = admin.get("/areas/mergers").await.text();
    let id = between(&page, "href=\"/areas/mergers/", "\"").to_owned();
    let one = format!("/areas/mergers/{id}");
    assert_eq!(visitor.get(&one).await.status_code(), 303, "to the sign-in");
    assert!(words(&admin.get(&one).await.text()).contains("取り消す"));
    let undone = admin.post(&format!("{one}/undo"), &[]).await;
    assert_eq!(undone.header("location"), "/areas/mergers?state=undone");
    assert_eq!(visitor.get("/areas/131105").await.status_code(), 200);
    assert_eq!(
        visitor.get(&format!("/areas/{new}")).await.status_code(),
        404
    );
    let twice = admin.post(&format!("{one}/undo"), &[]).await;
    assert!(words(&twice.text()).contains("もう取り消されています"));
}

async fn where_areas_differ_one_chooses(backend: Backend) {
    let world = region(backend).await;
    let admin = admin(&world).await;
    let new = six("13124");
    let mut form = vec![
        ("on", "2027-04-01"),
        ("from", "132080 131156"),
        ("into", new.as_str()),
        ("name", "神代市"),
        ("then", "look"),
    ];
    let look = admin.post("/areas/mergers", &form).await.text();
    let field = "name=\"area-secondary-medical-area\"";
    assert_eq!(look.matches(field).count(), 2, "{look}");
    assert!(!look.contains(" checked"), "nobody has chosen yet");
    form[4] = ("then", "write");
    let open = admin.post("/areas/mergers", &form).await;
    assert_eq!(open.status_code(), 422);
    assert!(open.text().contains(field), "the same page again");
    assert!(words(&open.text()).contains("圏域を選んでください"));
    form.push(("area-secondary-medical-area", "1311"));
    let written = admin.post("/areas/mergers", &form).await;
    assert_eq!(written.status_code(), 303);
    let page = admin.get(&format!("/areas/{new}?date=2027-04-01")).await;
    assert!(
        words(&page.text()).contains("北多摩南部"),
        "{}",
        page.text()
    );
}

async fn faults_are_said_in_both_languages(backend: Backend) {
    let world = region(backend).await;
    let mut admin = admin(&world).await;
    for (lang, said) in [
        ("ja", "登録されていません"),
        ("en", "There is no municipality"),
    ] {
        admin.cookies.retain(|cookie| !cookie.starts_with("lang="));
        admin.cookies.push(format!("lang={lang}"));
        let form = [("on", "2027-04-01"), ("from", "139998"), ("into", "131121")];
        let answer = admin.post("/areas/mergers", &form).await;
        assert_eq!(answer.status_code(), 422);
        let text = words(&answer.text());
        assert!(text.contains(said) && !text.contains("fault-"), "{text}");
        let day = [("on", "いつか"), ("from", "131105"), ("into", "131121")];
        let answer = admin.post("/areas/mergers", &day).await;
        assert_eq!(answer.status_code(), 422);
        let text = answer.text();
        assert!(
            text.contains("いつか") && !words(&text).contains("fault-"),
            "{text}"
        );
    }
}
