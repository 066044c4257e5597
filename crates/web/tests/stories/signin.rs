//! The way in over HTTP: a link, a password, a real second factor; and the way out.

use crate::common::{Browser, World, between, words};
use renkei_access::totp;
use renkei_base::{Clock as _, Role};
use renkei_testkit::{Backend, each_backend};

each_backend!(
    the_region_invites_administrators,
    from_the_first_link_to_signing_out_everywhere,
    an_institution_looks_after_its_people
);

pub(crate) const PASSWORD: &str = "朝の海辺を毎日ゆっくり歩く";

/// The six digits that an app with this secret shows now.
fn code(world: &World, secret: &str) -> String {
    let mut bits = Vec::new();
    for letter in secret.chars().filter(|c| !c.is_whitespace()) {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            .find(letter)
            .expect("base32");
        bits.extend((0..5).rev().map(|bit| u8::from(value >> bit & 1 == 1)));
    }
    let bytes = bits
        .chunks_exact(8)
        .map(|bits| bits.iter().fold(0_u8, |byte, bit| byte << 1 | bit));
    let bytes: Vec<u8> = bytes.collect();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    totp::code_at(&hex, world.clock.now()).unwrap()
}

pub(crate) fn next_code(world: &World, secret: &str) -> String {
    world.clock.set(totp::next_step(world.clock.now()));
    code(world, secret)
}

/// Enrols by a link; returns the app's secret and the recovery codes.
pub(crate) async fn enrol(
    world: &World,
    browser: &mut Browser<'_>,
    path: &str,
    more: &[(&str, &str)],
) -> (String, Vec<String>) {
    let page = browser.get(path).await;
    assert_eq!(page.status_code(), 200, "{}", page.text());
    let secret = between(&page.text(), r#"<code class="secret">"#, "<").to_owned();
    assert!(page.text().contains("data:image/svg+xml,%3Csvg"));
    let code = code(world, &secret);
    let mut fields = vec![
        ("password", PASSWORD),
        ("again", PASSWORD),
        ("code", code.as_str()),
    ];
    fields.extend_from_slice(more);
    let answer = browser.post(path, &fields).await;
    assert_eq!(answer.status_code(), 200, "{}", words(&answer.text()));
    browser.take(&answer);
    let text = answer.text();
    let codes = text
        .split("<li><code>")
        .skip(1)
        .map(|part| part.split('<').next().unwrap().to_owned());
    (secret, codes.collect())
}

async fn from_the_first_link_to_signing_out_everywhere(backend: Backend) {
    let world = World::empty(backend).await;
    let link = world
        .app
        .access
        .first_link(&world.ctx())
        .await
        .unwrap()
        .unwrap();
    let path = format!("/enrol/{}", link.reveal());
    let mut first = world.visitor();

    // What is wrong is said beside the field, what was typed stays, secrets do not.
    let answer = first
        .post(
            &path,
            &[
                ("login", "Sato K"),
                ("name", "佐藤 京子"),
                ("password", "short"),
            ],
        )
        .await;
    assert_eq!(answer.status_code(), 422);
    let page = answer.text();
    assert!(
        page.contains(r#"value="佐藤 京子""#)
            && page.contains(r#"value="Sato K""#)
            && !page.contains("short\""),
        "{page}"
    );
    assert!(
        page.contains(r##"<a href="#login">"##)
            && page.contains(r#"aria-describedby="code-fault""#),
        "{page}"
    );

    let person = [
        ("login", "sato"),
        ("name", "佐藤 京子"),
        ("kana", "サトウ キョウコ"),
    ];
    let (secret, recovery) = enrol(&world, &mut first, &path, &person).await;
    assert_eq!(recovery.len(), 10);
    assert_eq!(first.get("/imports").await.status_code(), 200);

    // The link is spent.
    let again = world.visitor().get(&path).await;
    assert_eq!(
        (
            again.status_code().as_u16(),
            again.text().contains("リンク")
        ),
        (409, true),
        "{}",
        again.text()
    );
    let unknown = world
        .visitor()
        .get(&format!("/enrol/{}", "0".repeat(64)))
        .await;
    assert_eq!(words(&unknown.text()), words(&again.text()));

    // Out, and in again at another desk; then with a recovery code.
    let answer = first.post("/logout", &[]).await;
    first.take(&answer);
    assert_eq!(
        first.get("/imports").await.header("location"),
        "/login?next=%2Fimports"
    );
    let used = code(&world, &secret);
    let wrong = first
        .post(
            "/login",
            &[("login", "sato"), ("password", PASSWORD), ("code", &used)],
        )
        .await;
    assert_eq!(wrong.status_code(), 422, "a code is good once");
    assert!(wrong.text().contains(r#"value="sato""#) && !wrong.text().contains(PASSWORD));
    let unknown = first
        .post(
            "/login",
            &[("login", "nobody"), ("password", "x"), ("code", "1")],
        )
        .await;
    assert_eq!(
        words(&wrong.text()),
        words(&unknown.text()),
        "the one answer"
    );
    let fresh = next_code(&world, &secret);
    let fields = [
        ("login", "sato"),
        ("password", PASSWORD),
        ("code", fresh.as_str()),
        ("next", "/imports"),
    ];
    let answer = first.post("/login", &fields).await;
    assert_eq!(
        answer.header("location"),
        "/imports",
        "{}",
        words(&answer.text())
    );
    first.take(&answer);
    assert!(
        first
            .cookies
            .iter()
            .any(|cookie| cookie.starts_with("renkei="))
    );
    let line = answer.header("set-cookie");
    assert!(
        line.to_str().unwrap().contains("HttpOnly; SameSite=Lax"),
        "{line:?}"
    );
    let mut second = world.visitor();
    let fields = [
        ("login", "sato"),
        ("password", PASSWORD),
        ("code", recovery[0].as_str()),
        ("next", "//evil"),
    ];
    let answer = second.post("/login", &fields).await;
    assert_eq!(answer.header("location"), "/home");
    second.take(&answer);

    // Everywhere.
    assert!(first.get("/account").await.text().matches("/end\"").count() >= 1);
    let answer = first.post("/account/sign-out-everywhere", &[]).await;
    assert_eq!(answer.header("location"), "/login");
    for browser in [&first, &second] {
        assert_eq!(browser.get("/account").await.status_code(), 303);
        // Even a part of a page that fetches itself again leads to the sign-in page as a whole.
        let part = browser
            .ask(
                world
                    .server
                    .get("/account")
                    .add_header("hx-request", "true"),
            )
            .await;
        assert_eq!(
            (part.status_code().as_u16(), part.header("hx-redirect")),
            (204, "/login".parse().unwrap())
        );
    }
}

async fn an_institution_looks_after_its_people(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let admin = world
        .signed_in("admin", Some(&clinic), &[Role::InstitutionAdmin])
        .await;

    // Wrong input: everything at once, typed text kept.
    let answer = admin
        .post(
            "/people/new",
            &[
                ("login", "!"),
                ("name", "髙﨑 <b>蓮</b>"),
                ("roles", "nurse"),
            ],
        )
        .await;
    assert_eq!(answer.status_code(), 422);
    let page = answer.text();
    assert!(
        page.contains("髙﨑 &#60;b&#62;蓮&#60;/b&#62;") && !page.contains("<b>蓮"),
        "{page}"
    );
    assert!(
        page.contains(r#"value="nurse" checked"#) && page.contains(r#"id="kana-fault""#),
        "{page}"
    );

    let fields = [
        ("login", "ren"),
        ("name", "髙﨑 蓮"),
        ("kana", "たかさき　れん"),
        ("roles", "nurse"),
        ("roles", "liaison-clerk"),
        ("lang", "en"),
    ];
    let made = admin.post("/people/new", &fields).await;
    assert_eq!(made.status_code(), 200, "{}", words(&made.text()));
    let text = made.text();
    let link = between(&text, "http://localhost:8080", "<").to_owned();
    // A second click makes no second person, and leads to the first.
    let twice = admin.post("/people/new", &fields).await;
    assert_eq!(twice.status_code(), 422);
    let one = between(&twice.text(), r#"<a href="/people/"#, "\"").to_owned();
    let one = format!("/people/{one}");

    let mut nurse = world.visitor();
    enrol(&world, &mut nurse, &link, &[]).await;
    assert_eq!(nurse.get("/home").await.status_code(), 200);
    assert_eq!(nurse.get("/people").await.status_code(), 404);

    // Reviewed, roles changed, suspended: at once.
    assert_eq!(
        admin
            .post(&format!("{one}/review"), &[])
            .await
            .header("location"),
        one.as_str()
    );
    let none = admin.post(&format!("{one}/roles"), &[]).await;
    assert_eq!(none.status_code(), 422, "somebody without a role");
    assert_eq!(
        admin
            .post(&format!("{one}/roles"), &[("roles", "institution-admin")])
            .await
            .status_code(),
        303
    );
    assert_eq!(nurse.get("/people").await.status_code(), 200);
    assert_eq!(nurse.get("/patients").await.status_code(), 404);
    assert_eq!(
        admin
            .post(&format!("{one}/suspend"), &[])
            .await
            .status_code(),
        303
    );
    assert_eq!(nurse.get("/people").await.status_code(), 303);
    assert!(admin.get("/people").await.text().contains("停止中"));
    assert_eq!(
        admin
            .post(&format!("{one}/unsuspend"), &[])
            .await
            .status_code(),
        303
    );
    assert_eq!(
        admin
            .post(&format!("{one}/unsuspend"), &[])
            .await
            .status_code(),
        303,
        "twice is harmless"
    );

    // A role of the region is not the institution's to give: what is not offered is not taken.
    let answer = admin
        .post(
            &format!("{one}/roles"),
            &[("roles", "region-admin"), ("roles", "doctor")],
        )
        .await;
    assert_eq!(answer.status_code(), 303);
    let page = admin.get(&one).await.text();
    assert!(
        page.contains("医師") && !page.contains("地域管理者"),
        "{}",
        words(&page)
    );

    // The way in is taken away and a new link is made.
    let reset = admin.post(&format!("{one}/link"), &[]).await;
    let link = between(&reset.text(), "http://localhost:8080", "<").to_owned();
    let mut again = world.visitor();
    enrol(&world, &mut again, &link, &[]).await;
    assert_eq!(again.get("/home").await.status_code(), 200);
}

async fn the_region_invites_administrators(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    world.clinic("岩田第二医院").await;
    let region = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let send = async |more: &[(&str, &str)]| {
        let mut fields = vec![
            ("login", "ito"),
            ("name", "伊藤 仁"),
            ("kana", "イトウ ジン"),
            ("roles", "institution-admin"),
        ];
        fields.extend_from_slice(more);
        region.post("/people/new", &fields).await
    };
    // Several institutions fit: one is chosen, and what was typed is still there.
    let answer = send(&[("words", "岩田")]).await;
    let page = answer.text();
    assert_eq!(answer.status_code(), 422, "{}", words(&page));
    assert_eq!(page.matches(r#"name="institution" value=""#).count(), 2);
    assert!(page.contains(r#"value="伊藤 仁""#) && page.contains("医療機関の候補が複数あります"));
    assert_eq!(send(&[("words", "どこにもない")]).await.status_code(), 422);
    assert_eq!(
        send(&[]).await.status_code(),
        422,
        "an administrator of nothing"
    );
    let made = send(&[("words", "岩田"), ("institution", clinic.as_str())]).await;
    assert_eq!(made.status_code(), 200, "{}", words(&made.text()));
    assert!(made.text().contains("岩田医院"));
    // Roles that are not the region's to give are not taken.
    let doctor = [
        ("login", "x.y"),
        ("name", "伊藤 仁"),
        ("kana", "イトウ ジン"),
        ("roles", "doctor"),
        ("words", "岩田第二"),
    ];
    assert_eq!(region.post("/people/new", &doctor).await.status_code(), 403);
    assert!(region.get("/people").await.text().contains("伊藤 仁"));
}
