//! Every route with every role; what is another's is, to the byte, what is not there.

use crate::common::{Browser, World};
use axum::http::Method;
use axum_test::TestResponse;
use renkei_base::{Id, Role};
use renkei_testkit::{Backend, each_backend};
use renkei_web::routes::{Policy, Route, table};

each_backend!(
    every_route_keeps_its_policy,
    what_is_anothers_is_not_there,
    demo_routes_are_only_in_the_demo
);

/// An id, a code and a token that nothing has.
fn address(route: &Route) -> String {
    route
        .path
        .replace("{token}", &"0".repeat(64))
        .replace("{code}", "0000000000")
        .split('/')
        .map(|part| {
            if part.starts_with('{') {
                "01999999-0000-7000-8000-000000000000"
            } else {
                part
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

async fn send(browser: &Browser<'_>, method: &Method, path: &str) -> TestResponse {
    match *method {
        Method::GET => browser.get(path).await,
        Method::POST => browser.post(path, &[]).await,
        ref other => browser.send(other.clone(), path).await,
    }
}

async fn nothing(browser: &Browser<'_>) -> String {
    let answer = browser.get("/there-is-no-such-page").await;
    assert_eq!(answer.status_code(), 404);
    answer.text()
}

fn may(policy: Policy, roles: &[Role]) -> bool {
    match policy {
        Policy::Public | Policy::SignedIn => true,
        Policy::Roles(allowed) => roles.iter().any(|role| allowed.contains(role)),
        Policy::Demo | Policy::Token => false,
    }
}

/// Who comes to a route of programs without a token, whatever their cookies: no page, and no way to the sign-in page.
fn told_to_bring_a_token(answer: &TestResponse, what: &str) {
    assert_eq!(answer.status_code(), 401, "{what}");
    assert!(answer.text().contains("fhir-token"), "{what}");
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"renkei\"");
}

async fn every_route_keeps_its_policy(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let visitor = world.visitor();
    let gone = nothing(&visitor).await;
    for route in table() {
        let path = address(&route);
        let answer = send(&visitor, &route.method, &path).await;
        let what = format!("visitor {} {path}: {}", route.method, answer.status_code());
        match route.policy {
            Policy::Public => {
                let to = answer
                    .maybe_header("location")
                    .map(|to| to.to_str().unwrap().to_owned());
                assert!(!to.unwrap_or_default().starts_with("/login"), "{what}");
            }
            Policy::Demo => assert_eq!(
                (answer.status_code().as_u16(), answer.text()),
                (404, gone.clone()),
                "{what}"
            ),
            Policy::Token => told_to_bring_a_token(&answer, &what),
            Policy::SignedIn | Policy::Roles(_) => {
                assert_eq!(answer.status_code(), 303, "{what}");
                assert!(
                    answer
                        .header("location")
                        .to_str()
                        .unwrap()
                        .starts_with("/login"),
                    "{what}"
                );
            }
        }
    }
    for role in Role::ALL {
        let regional = matches!(role, Role::RegionDesk | Role::RegionAdmin | Role::Auditor);
        let place = (!regional).then_some(&clinic);
        for (number, route) in table()
            .into_iter()
            .enumerate()
            .filter(|(_, route)| route.path != "/events")
        {
            // A new session for each: some of the routes end it.
            let person = world
                .person(&format!("{number}.{}", role.code()), place, &[role])
                .await;
            let browser = world.browser(&person.id).await;
            let path = address(&route);
            let gone = nothing(&browser).await;
            let answer = send(&browser, &route.method, &path).await;
            let what = format!(
                "{} {} {path}: {}",
                role.code(),
                route.method,
                answer.status_code()
            );
            if route.policy == Policy::Token {
                told_to_bring_a_token(&answer, &what);
            } else if may(route.policy, &[role]) {
                assert!(answer.status_code().as_u16() < 500, "{what}");
                if route.method == Method::GET
                    && !route.path.contains('{')
                    && route.path != "/metrics"
                {
                    assert!(
                        matches!(answer.status_code().as_u16(), 200 | 303),
                        "{what}\n{}",
                        answer.text()
                    );
                }
            } else {
                assert_eq!(
                    (answer.status_code().as_u16(), answer.text()),
                    (404, gone),
                    "{what}"
                );
            }
        }
    }
}

async fn what_is_anothers_is_not_there(backend: Backend) {
    let world = World::sample(backend).await;
    let stranger = world.clinic("よその医院").await;
    let all = [
        Role::Doctor,
        Role::Nurse,
        Role::LiaisonClerk,
        Role::InstitutionAdmin,
    ];
    let browser = world.signed_in("stranger", Some(&stranger), &all).await;
    let gone = nothing(&browser).await;
    let first = |ids: &std::collections::BTreeMap<String, Id>| {
        ids.values().take(5).cloned().collect::<Vec<_>>()
    };
    let mut addresses = 0;
    for (noun, ids) in [
        ("people", first(&world.made.people)),
        ("departments", first(&world.made.departments)),
        ("patients", first(&world.made.patients)),
        ("referrals", first(&world.made.cases)),
    ] {
        let routes = table()
            .into_iter()
            .filter(|route| route.path.starts_with(&format!("/{noun}/{{")));
        for route in routes {
            for id in &ids {
                let path = fill(route.path, id);
                let what = format!("{} {path}", route.method);
                let answer = send(&browser, &route.method, &path).await;
                let none = send(&browser, &route.method, &address(&route)).await;
                assert_eq!(
                    (answer.status_code(), answer.text()),
                    (none.status_code(), none.text()),
                    "{what}"
                );
                // Without its parts a form with files says no more than that it cannot be read.
                if !path.ends_with("/attachments") {
                    assert_eq!(
                        (answer.status_code().as_u16(), answer.text()),
                        (404, gone.clone()),
                        "{what}"
                    );
                }
                addresses += 1;
            }
        }
    }
    assert!(addresses > 50, "{addresses}");
}

/// The path with this id first, and one that nothing has in further places.
fn fill(path: &str, id: &Id) -> String {
    let mut first = true;
    let parts = path.split('/').map(|part| match part.starts_with('{') {
        true if std::mem::take(&mut first) => id.as_str(),
        true => "nothing",
        false => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

async fn demo_routes_are_only_in_the_demo(backend: Backend) {
    let world = World::demo(backend).await;
    let mut browser = world.visitor();
    let page = browser.get("/login").await.text();
    let account = crate::common::between(&page, r#"name="account" value=""#, "\"");
    let answer = browser.post("/demo/be", &[("account", account)]).await;
    assert_eq!(
        (answer.status_code().as_u16(), answer.header("location")),
        (303, "/home".parse().unwrap())
    );
    browser.take(&answer);
    assert_eq!(browser.get("/account").await.status_code(), 200);
    // The desk of any institution; the one who was there before is signed out.
    let before = browser.cookies.clone();
    let hospital = world.made.institutions.values().next().unwrap().clone();
    let answer = browser
        .post("/demo/desk", &[("institution", hospital.as_str())])
        .await;
    assert_eq!(answer.status_code(), 303, "{}", answer.text());
    browser.take(&answer);
    assert_eq!(browser.get("/home").await.status_code(), 200);
    browser.cookies = before;
    assert_eq!(browser.get("/account").await.status_code(), 303);
    // Never to another site.
    let answer = world
        .visitor()
        .post(
            "/demo/be",
            &[("account", account), ("next", "//evil.example")],
        )
        .await;
    assert_eq!(answer.header("location"), "/home");
}
