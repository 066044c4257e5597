//! Passkeys and the page that asks again who one is, over HTTP. Whether a browser understands them is tried in a browser.

use renkei_base::clock::Span;
use renkei_base::{Id, Role};
use renkei_testkit::{Backend, each_backend};
use serde_json::Value;

use crate::common::{Browser, World, between};
use crate::signin::{PASSWORD, enrol, next_code};

each_backend!(
    the_device_is_asked_for_what_the_server_wants,
    what_is_no_answer_is_refused,
    a_grave_act_asks_again_and_goes_on_with_what_was_typed,
    a_grave_file_asks_again_and_then_comes,
    a_sample_person_has_nothing_to_show_and_goes_on,
    outside_the_demo_everybody_shows_who_it_is,
);

/// Somebody with password and app, signed in by them six minutes ago. Returns the app's secret.
async fn left_alone<'a>(
    world: &'a World,
    login: &str,
    place: Option<&Id>,
    role: Role,
) -> (Browser<'a>, String) {
    let new = world.new_person(login, place, &[role]);
    let made = world.app.access.invite(&world.ctx(), &new).await.unwrap();
    let mut browser = world.visitor();
    let path = format!("/enrol/{}", made.link.reveal());
    let (app, _) = enrol(world, &mut browser, &path, &[]).await;
    world.clock.advance(Span::minutes(6));
    (browser, app)
}

async fn the_device_is_asked_for_what_the_server_wants(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let doctor = world.person("iwata", Some(&clinic), &[Role::Doctor]).await;
    let browser = world.browser(&doctor.id).await;
    let wish: Value = browser.get("/account/passkeys/options").await.json();
    assert_eq!(wish["rp"]["id"], "localhost");
    assert_eq!(wish["user"]["id"], doctor.id.as_str());
    assert_eq!(
        wish["authenticatorSelection"]["userVerification"],
        "required"
    );
    assert_eq!(wish["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(wish["attestation"], "none");
    let kinds: Vec<String> = wish["pubKeyCredParams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["alg"].to_string())
        .collect();
    assert_eq!(kinds, ["-7", "-257"]);
    let visitor = world.visitor();
    let asked = visitor.get("/login/passkey").await;
    // Only the browser that was asked can answer: this cookie says that it is the one.
    let cookie = asked.header("set-cookie");
    let cookie = cookie.to_str().unwrap();
    assert!(cookie.starts_with("renkei-asked="), "{cookie}");
    for part in ["; HttpOnly", "; SameSite=Strict", "; Max-Age=300"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let one: Value = asked.json();
    let two: Value = visitor.get("/login/passkey").await.json();
    assert_eq!(
        (&one["rpId"], &one["userVerification"]),
        (&"localhost".into(), &"required".into())
    );
    assert_ne!(one["challenge"], two["challenge"]);
    assert_eq!(one["allowCredentials"].to_string(), "[]");
}

async fn what_is_no_answer_is_refused(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let browser = world
        .signed_in("iwata", Some(&clinic), &[Role::Doctor])
        .await;
    let fields = [
        ("name", "診察室のパソコン"),
        ("made-client-data", "e30"),
        ("made-authenticator-data", "AA"),
    ];
    let answer = browser.post("/account/passkeys", &fields).await;
    assert_eq!(answer.status_code(), 422);
    let page = answer.text();
    assert!(page.contains("パスキーを登録できませんでした") && page.contains("診察室のパソコン"));
    let visitor = world.visitor();
    let answer = visitor
        .post("/login/passkey", &[("credential", "AA")])
        .await;
    assert_eq!(answer.status_code(), 422);
    assert!(answer.text().contains("サインインできませんでした"));
    let nothing = "/account/passkeys/01999999-0000-7000-8000-000000000000/remove";
    assert_eq!(browser.post(nothing, &[]).await.status_code(), 404);
}

async fn a_grave_act_asks_again_and_goes_on_with_what_was_typed(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let role = Role::InstitutionAdmin;
    let (browser, app) = left_alone(&world, "kanri", Some(&clinic), role).await;
    let typed = [
        ("login", "sato"),
        ("name", "佐藤 <花子>"),
        ("kana", "さとう はなこ"),
        ("roles", "doctor"),
        ("roles", "nurse"),
        ("lang", "ja"),
    ];
    let asked = browser.post("/people/new", &typed).await;
    assert_eq!(asked.status_code(), 403);
    let page = asked.text();
    assert!(page.contains(r#"action="/people/new""#), "{page}");
    for kept in [
        r#"name="name" value="佐藤 &#60;花子&#62;""#,
        r#"name="roles" value="doctor""#,
        r#"name="roles" value="nurse""#,
    ] {
        assert!(page.contains(kept), "{kept}\n{page}");
    }
    let with = |password: &str, code: &str| {
        let mut fields: Vec<(String, String)> = typed
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        for (name, value) in [
            ("confirm", "password"),
            ("shownpassword", password),
            ("showncode", code),
        ] {
            fields.push((name.to_owned(), value.to_owned()));
        }
        fields
    };
    let send = async |fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        browser.post("/people/new", &fields).await
    };
    let wrong = send(with("wrong", "000000")).await;
    assert_eq!(wrong.status_code(), 403);
    assert!(wrong.text().contains(r#"value="佐藤 &#60;花子&#62;""#));
    assert!(
        !wrong.text().contains(r#"value="wrong""#),
        "secrets do not travel on"
    );
    let code = next_code(&world, &app);
    let done = send(with(PASSWORD, &code)).await;
    assert_eq!(done.status_code(), 200, "{}", done.text());
    assert!(between(&done.text(), "/enrol/", "\"").len() >= 64 || done.text().contains("/enrol/"));
    assert!(
        browser
            .get("/people")
            .await
            .text()
            .contains("佐藤 &#60;花子&#62;")
    );
    // Now it holds for a while.
    let codes = browser.post("/account/recovery-codes", &[]).await;
    assert_eq!(codes.status_code(), 200);
    world.clock.advance(Span::minutes(5));
    for path in [
        "/account/recovery-codes",
        "/account/factors",
        "/account/passkeys",
    ] {
        let asked = browser.post(path, &[]).await;
        assert_eq!(asked.status_code(), 403, "{path}");
        assert!(asked.text().contains("本人の確認"), "{path}");
    }
    // What a device has just made is kept, too; what it shows to confirm is not.
    let made = [
        ("name", "電話"),
        ("made-client-data", "e30"),
        ("client-data", "e31"),
    ];
    let page = browser.post("/account/passkeys", &made).await.text();
    assert!(
        page.contains(r#"name="made-client-data" value="e30""#),
        "{page}"
    );
    assert!(!page.contains("e31"), "{page}");
    // What is another's is not there, before anything is asked.
    let other = world.clinic("よその医院").await;
    let theirs = world.person("yoso", Some(&other), &[Role::Nurse]).await;
    for act in ["roles", "link"] {
        let answer = browser
            .post(&format!("/people/{}/{act}", theirs.id), &[])
            .await;
        assert_eq!(answer.status_code(), 404, "{act}");
    }
}

async fn a_grave_file_asks_again_and_then_comes(backend: Backend) {
    let world = World::empty(backend).await;
    let (browser, app) = left_alone(&world, "kansa", None, Role::Auditor).await;
    let sent = browser.get("/audit/rows.csv").await;
    assert_eq!(sent.status_code(), 303);
    let way = sent.header("location").to_str().unwrap().to_owned();
    assert_eq!(way, "/confirm?next=%2Faudit%2Frows.csv");
    let page = browser.get(&way).await.text();
    assert!(
        page.contains(r#"name="next" value="/audit/rows.csv""#),
        "{page}"
    );
    let code = next_code(&world, &app);
    let fields = [
        ("next", "/audit/rows.csv"),
        ("confirm", "password"),
        ("shownpassword", PASSWORD),
        ("showncode", &code),
    ];
    let answer = browser.post("/confirm", &fields).await;
    assert_eq!(answer.header("location"), "/audit/rows.csv");
    assert_eq!(browser.get("/audit/rows.csv").await.status_code(), 200);
    let away = [("next", "https://elsewhere.example/")];
    let answer = browser.post("/confirm", &away).await;
    assert_eq!(answer.header("location"), "/home");
}

async fn a_sample_person_has_nothing_to_show_and_goes_on(backend: Backend) {
    let world = World::demo(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let browser = world
        .signed_in("iwata", Some(&clinic), &[Role::Doctor])
        .await;
    world.clock.advance(Span::minutes(6));
    let page = browser.get("/confirm?next=/account").await.text();
    assert!(
        page.contains("見本の人にはパスワードもパスキーもない"),
        "{page}"
    );
    assert!(!page.contains("shownpassword"), "{page}");
    let gone = browser.post("/confirm", &[("next", "/account")]).await;
    assert_eq!(gone.header("location"), "/account");
}

async fn outside_the_demo_everybody_shows_who_it_is(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let (browser, _) = left_alone(&world, "kanri", Some(&clinic), Role::InstitutionAdmin).await;
    let page = browser.get("/confirm?next=/account").await.text();
    assert!(
        page.contains("shownpassword") && !page.contains("見本の人"),
        "{page}"
    );
    let asked = browser.post("/confirm", &[("next", "/account")]).await;
    assert_eq!(asked.status_code(), 403);
}
