//! What holds for every page: headers, where forms come from, how large they are, languages.

use crate::common::World;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use renkei_base::Role;
use renkei_testkit::{Backend, each_backend};
use tower::ServiceExt;

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

/// A body that would give 100 MB, and counts what was taken of it.
fn endless(taken: std::sync::Arc<std::sync::atomic::AtomicUsize>) -> Body {
    let chunk = vec![b'a'; 1_000_000];
    let chunks = (0..100).map(move |_| {
        taken.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Ok::<_, std::io::Error>(chunk.clone())
    });
    Body::from_stream(futures_util::stream::iter(chunks))
}

async fn too_large(backend: Backend) {
    let world = World::empty(backend).await;
    let admin = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let router = renkei_web::router(world.app.clone());
    for (lang, said) in [("ja", "大きすぎます"), ("en", "too large")] {
        for (path, length, kind) in [
            ("/login", None, "application/x-www-form-urlencoded"),
            (
                "/login",
                Some("100000000"),
                "application/x-www-form-urlencoded",
            ),
            ("/people/new", None, "application/x-www-form-urlencoded"),
            (
                "/imports",
                Some("100000000"),
                "multipart/form-data; boundary=x",
            ),
        ] {
            let taken = std::sync::Arc::default();
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
            let body = endless(std::sync::Arc::clone(&taken));
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
            let taken = taken.load(std::sync::atomic::Ordering::SeqCst);
            assert!(taken < 5, "{path}: {taken} MB were read");
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
        english.contains(r#"<html lang="en">"#) && english.contains("Find an institution"),
        "{english}"
    );
    let german = world
        .server
        .get("/")
        .add_header("accept-language", "de")
        .await
        .text();
    assert!(german.contains(r#"<html lang="ja">"#));
    let answer = visitor
        .post(
            "/language",
            &[("lang", "en"), ("back", "/institutions?q=目黒")],
        )
        .await;
    assert_eq!(answer.header("location"), "/", "an address is ASCII");
    let answer = visitor
        .post(
            "/language",
            &[("lang", "en"), ("back", "/institutions?q=%E7%9B%AE")],
        )
        .await;
    assert_eq!(answer.header("location"), "/institutions?q=%E7%9B%AE");
    visitor.take(&answer);
    assert!(
        visitor
            .get("/")
            .await
            .text()
            .contains(r#"<html lang="en">"#)
    );
    for evil in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
    ] {
        let answer = visitor
            .post("/language", &[("lang", "en"), ("back", evil)])
            .await;
        assert_eq!(answer.header("location"), "/", "{evil}");
    }
    // The page knows its whole address.
    let page = visitor.get("/institutions?q=a&kind=clinic").await.text();
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
