//! What holds for every page: headers, where forms come from, how large they are, languages.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use renkei_base::Role;
use renkei_testkit::{Backend, each_backend};
use tower::ServiceExt;

use crate::common::World;

each_backend!(
    headers,
    forms_of_other_sites,
    too_large,
    languages,
    operation
);

async fn headers(backend: Backend) {
    let world = World::empty(backend).await;
    let visitor = world.visitor();
    for path in [
        "/",
        "/login",
        "/home",
        "/nothing",
        "/institutions",
        "/healthz",
    ] {
        let answer = visitor.get(path).await;
        for (name, part) in [
            ("content-security-policy", "script-src 'self'"),
            ("content-security-policy", "frame-ancestors 'none'"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            let value = answer.header(name);
            assert!(
                value.to_str().unwrap().contains(part),
                "{path} {name}: {value:?}"
            );
        }
    }
    let css = renkei_web::assets::url("app.css");
    let answer = visitor.get(&css).await;
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    assert!(
        answer
            .header("cache-control")
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    let page = visitor.get("/").await.text();
    assert!(
        !page.contains(" style=") && !page.contains("<style") && !page.contains(" onclick="),
        "{page}"
    );
}

async fn forms_of_other_sites(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let browser = world
        .signed_in("doctor", Some(&clinic), &[Role::Doctor])
        .await;
    let send = |name: &'static str, value: &'static str| {
        let request = world
            .server
            .post("/departments/new")
            .add_header(name, value);
        browser.ask(request.form(&[("token", browser.token.as_str()), ("name", "内科")]))
    };
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let answer = send(name, value).await;
        assert_eq!(answer.status_code(), 403, "{name} {value}");
        assert!(
            answer.text().contains("画面が古くなっています"),
            "{}",
            answer.text()
        );
    }
    // A form without the token of this session, and one with that of another.
    let other = world
        .signed_in("other", Some(&clinic), &[Role::Doctor])
        .await;
    for token in ["", other.token.as_str(), "zz"] {
        let request = world
            .server
            .post("/departments/new")
            .form(&[("token", token), ("name", "内科")]);
        assert_eq!(browser.ask(request).await.status_code(), 403);
    }
    assert!(!browser.get("/departments").await.text().contains("内科"));
    assert_eq!(
        send("sec-fetch-site", "same-origin").await.status_code(),
        303
    );
    assert!(browser.get("/departments").await.text().contains("内科"));
}

/// What was taken of a body, in chunks of 1 MB, and how much of it was in memory at once.
#[derive(Default)]
struct Taken {
    all: AtomicUsize,
    held: AtomicUsize,
    most: AtomicUsize,
}

/// MB of a refused body that are read at most: 128 MiB after those that the form has read.
const MOST: usize = 140;

struct Chunk(Vec<u8>, Arc<Taken>);

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        self.1.held.fetch_sub(1, SeqCst);
    }
}

/// A body of that many MB.
fn body(chunks: usize, taken: Arc<Taken>) -> Body {
    let chunks = (0..chunks).map(move |_| {
        taken.all.fetch_add(1, SeqCst);
        let held = taken.held.fetch_add(1, SeqCst) + 1;
        taken.most.fetch_max(held, SeqCst);
        let chunk = Chunk(vec![b'a'; 1_000_000], Arc::clone(&taken));
        Ok::<_, std::io::Error>(Bytes::from_owner(chunk))
    });
    Body::from_stream(futures_util::stream::iter(chunks))
}

/// What is refused is read to its end, so that a browser sees why; nothing of it is kept, and without an end it is cut off.
async fn too_large(backend: Backend) {
    let world = World::empty(backend).await;
    let admin = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let router = renkei_web::router(world.app.clone());
    for (lang, said) in [("ja", "大きすぎます"), ("en", "too large")] {
        let (form, files) = (
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
        );
        for (path, length, kind, size) in [
            ("/login", None, form, 100),
            ("/login", Some("100000000"), form, 100),
            ("/people/new", None, form, 100),
            ("/people/new", None, form, 1000),
            ("/imports", Some("100000000"), files, 100),
        ] {
            let taken = Arc::<Taken>::default();
            let cookies = format!(
                "{}; lang={lang}",
                admin.cookies.join("; ").replace("lang=ja; ", "")
            );
            let mut request = Request::post(path)
                .header("cookie", cookies)
                .header("content-type", kind);
            if let Some(length) = length {
                request = request.header("content-length", length);
            }
            let body = body(size, Arc::clone(&taken));
            let answer = router
                .clone()
                .oneshot(request.body(body).unwrap())
                .await
                .unwrap();
            assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE, "{path}");
            let page = axum::body::to_bytes(answer.into_body(), 100_000)
                .await
                .unwrap();
            let page = String::from_utf8(page.to_vec()).unwrap();
            assert!(
                page.contains(said) && page.contains("<!doctype html>"),
                "{page}"
            );
            let [all, most] = [&taken.all, &taken.most].map(|count| count.load(SeqCst));
            assert!(
                all == size.min(all.max(128)) && all <= MOST,
                "{path}: {all} MB were read"
            );
            assert!(most < 5, "{path}: {most} MB were held");
        }
    }
}

async fn languages(backend: Backend) {
    let world = World::empty(backend).await;
    let mut visitor = world.visitor();
    visitor.cookies.clear();
    let english = world
        .server
        .get("/")
        .add_header("accept-language", "en-GB,en;q=0.9")
        .await
        .text();
    assert!(
        english.contains(r#"<html lang="en">"#) && english.contains("Find care and advice"),
        "{english}"
    );
    let german = world
        .server
        .get("/")
        .add_header("accept-language", "de")
        .await
        .text();
    assert!(german.contains(r#"<html lang="ja">"#));
    // Visitors keep no cookie: the address says the language, and the links of the page carry it on.
    for (back, place) in [
        ("/institutions?q=目黒", "/?lang=en"),
        (
            "/institutions?q=%E7%9B%AE",
            "/institutions?q=%E7%9B%AE&lang=en",
        ),
        ("https://evil.example", "/?lang=en"),
        ("//evil.example", "/?lang=en"),
        ("/\\evil.example", "/?lang=en"),
        ("javascript:alert(1)", "/?lang=en"),
        ("", "/?lang=en"),
    ] {
        let answer = visitor
            .post("/language", &[("lang", "en"), ("back", back)])
            .await;
        assert_eq!(answer.header("location"), place, "an address is ASCII");
        assert!(answer.maybe_header("set-cookie").is_none());
    }
    let page = visitor.get("/institutions?lang=en").await.text();
    assert!(page.contains(r#"<html lang="en">"#) && page.contains(r#"href="/?lang=en""#));
    // Who works here has a cookie.
    let mut admin = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let answer = admin
        .post("/language", &[("lang", "en"), ("back", "/people")])
        .await;
    assert_eq!(answer.header("location"), "/people");
    admin.cookies.retain(|one| !one.starts_with("lang="));
    admin.take(&answer);
    let page = admin.get("/institutions?q=a&kind=clinic").await.text();
    assert!(page.contains(r#"<html lang="en">"#));
    // The page knows its whole address.
    assert!(
        page.contains(r#"name="back" value="/institutions?q=a&#38;kind=clinic""#),
        "{page}"
    );
}

async fn operation(backend: Backend) {
    let world = World::empty(backend).await;
    assert_eq!(world.server.get("/healthz").await.status_code(), 200);
    assert_eq!(world.server.get("/readyz").await.status_code(), 200);
    // Without an address that is known to be near, there is no such page.
    assert_eq!(world.server.get("/metrics").await.status_code(), 404);
}
