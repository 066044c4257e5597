//! Two people at one patient's details.

use renkei_testkit::{Backend, each_backend};

use crate::common::{World, between, words};

each_backend!(
    what_somebody_else_stored_is_shown,
    who_books_can_call_the_patient,
);

async fn what_somebody_else_stored_is_shown(backend: Backend) {
    let world = World::sample(backend).await;
    let id = world.made.patients["naika01"].to_string();
    let address = format!("/patients/{id}/edit");
    let clerk = world.browser(&world.made.people["naika.hayashi"]).await;
    let nurse = world.browser(&world.made.people["naika.okada"]).await;
    let seen = clerk.get(&address).await.text();
    let base = between(&seen, "name=\"base\" value=\"", "\"").to_owned();
    let fields = |phone: &'static str| {
        [
            ("base", base.clone()),
            ("family", "見本".to_owned()),
            ("given", "花子".to_owned()),
            ("birthday", "S25.4.1".to_owned()),
            ("sex", "female".to_owned()),
            ("phone", phone.to_owned()),
            ("confirmed", "on".to_owned()),
        ]
    };
    let send = async |browser: &crate::common::Browser<'_>, phone| {
        let fields = fields(phone);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        browser.post(&address, &fields).await
    };
    assert_eq!(send(&nurse, "045-111-1111").await.status_code(), 303);
    let refused = send(&clerk, "045-222-2222").await;
    assert_eq!(refused.status_code(), 409);
    let page = refused.text();
    assert!(words(&page).contains("045-111-1111"), "theirs");
    assert!(page.contains("value=\"045-222-2222\""), "mine");
    let newer = between(&page, "name=\"base\" value=\"", "\"");
    assert_ne!(newer, base, "saving again stands on what was shown");
}

async fn who_books_can_call_the_patient(backend: Backend) {
    let world = World::sample(backend).await;
    let desk = world.browser(&world.made.people["chuo.aoki"]).await;
    let case = format!("/referrals/{}", world.made.cases["r07"]);
    let page = desk.get(&case).await.text();
    let called = between(&page, "患者の電話</dt>", "</dd>");
    assert!(called.contains("045-000-"), "{called}");
    let home = words(&desk.get("/home").await.text());
    assert!(
        home.contains("Enter で開く。"),
        "a list without a search field promises none: {home}"
    );
}
