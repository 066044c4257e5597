//! Machine clients over HTTP: discovery, tokens, the errors of RFC 6749, and the page of them.

use axum_test::TestResponse;
use renkei_access::NewClient;
use renkei_base::{Clock, Id, Machine, Role, Roles};
use renkei_testkit::{Backend, Signer, each_backend};
use serde_json::Value;

use crate::common::World;

each_backend!(
    a_client_finds_the_endpoint_and_gets_a_token,
    errors_are_those_of_oauth,
    an_administrator_sees_and_suspends_the_own_systems,
);

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

async fn add(world: &World, name: &str, institution: Option<&Id>, signer: &Signer) -> Id {
    let client = NewClient {
        name: name.to_owned(),
        kind: if institution.is_some() {
            Machine::Institution
        } else {
            Machine::Gateway
        },
        institution: institution.cloned(),
        roles: Roles::new(institution.map(|_| Role::LiaisonClerk)),
        scopes: "system/*.rs system/api.read".to_owned(),
        keys: signer.jwks(),
    };
    let access = &world.app.access;
    access.add_client(&world.ctx(), &client).await.unwrap()
}

fn assertion(world: &World, signer: &Signer, name: &str, endpoint: &str, jti: &str) -> String {
    let exp = world.clock.now().0 / 1_000_000 + 200;
    signer.jwt(&format!(
        r#"{{"iss":"{name}","sub":"{name}","aud":"{endpoint}","exp":{exp},"jti":"{jti}"}}"#
    ))
}

async fn ask(world: &World, fields: &[(&str, &str)]) -> TestResponse {
    world.server.post("/oauth2/token").form(&fields).await
}

fn error(answer: &TestResponse) -> (u16, String) {
    let body: Value = answer.json();
    let error = body["error"].as_str().unwrap().to_owned();
    assert!(body["error_description"].is_string());
    (answer.status_code().as_u16(), error)
}

async fn a_client_finds_the_endpoint_and_gets_a_token(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let signer = Signer::es384("k");
    add(&world, "his", Some(&clinic), &signer).await;
    for path in [
        "/.well-known/smart-configuration",
        "/fhir/.well-known/smart-configuration",
    ] {
        let found: Value = world.server.get(path).await.json();
        let algorithms = &found["token_endpoint_auth_signing_alg_values_supported"];
        assert_eq!(algorithms.to_string(), r#"["ES384","RS384"]"#);
        let endpoint = found["token_endpoint"].as_str().unwrap();
        let signed = assertion(&world, &signer, "his", endpoint, path);
        let answer = ask(
            &world,
            &[
                ("grant_type", "client_credentials"),
                ("client_assertion_type", TYPE),
                ("client_assertion", &signed),
                ("scope", "system/Task.rs system/Task.u"),
            ],
        )
        .await;
        assert_eq!(answer.status_code(), 200, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), "no-store");
        let body: Value = answer.json();
        assert_eq!(body["token_type"], "bearer");
        assert_eq!(body["expires_in"].to_string(), "300");
        assert_eq!(body["scope"], "system/Task.rs");
        let token = body["access_token"].as_str().unwrap();
        let bearer = world
            .app
            .access
            .bearer(token, world.clock.now())
            .await
            .unwrap();
        assert_eq!(bearer.unwrap().institution.as_ref(), Some(&clinic));
    }
}

async fn errors_are_those_of_oauth(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let signer = Signer::es384("k");
    add(&world, "his", Some(&clinic), &signer).await;
    let endpoint = "http://localhost:8080/oauth2/token";
    let good = assertion(&world, &signer, "his", endpoint, "1");
    let unknown = assertion(&world, &signer, "nobody", endpoint, "1");
    let forged = assertion(&world, &Signer::es384("k"), "his", endpoint, "1");
    let whole = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", TYPE),
        ("client_assertion", good.as_str()),
    ];
    let with = |name: &str, value: &str| {
        let mut fields = whole
            .map(|(key, old)| (key.to_owned(), old.to_owned()))
            .to_vec();
        fields.retain(|(key, _)| key != name);
        fields.push((name.to_owned(), value.to_owned()));
        fields
    };
    let answers = [
        (
            with("grant_type", "password"),
            400,
            "unsupported_grant_type",
        ),
        (with("client_assertion", ""), 400, "invalid_request"),
        (with("client_assertion_type", "x"), 400, "invalid_request"),
        (with("scope", "openid"), 400, "invalid_scope"),
    ];
    for (fields, status, said) in answers {
        let answer = world.server.post("/oauth2/token").form(&fields).await;
        assert_eq!(error(&answer), (status, said.to_owned()));
    }
    let json = world.server.post("/oauth2/token").json(&Value::Null).await;
    assert_eq!(error(&json), (400, "invalid_request".to_owned()));
    let twice = [whole[0], whole[1], whole[2], whole[0]];
    assert_eq!(error(&ask(&world, &twice).await).1, "invalid_request");
    let (one, other) = (
        world
            .server
            .post("/oauth2/token")
            .form(&with("client_assertion", &unknown))
            .await,
        world
            .server
            .post("/oauth2/token")
            .form(&with("client_assertion", &forged))
            .await,
    );
    assert_eq!(error(&one), (401, "invalid_client".to_owned()));
    assert_eq!(one.text(), other.text());
    // The assertion was not used up by any of these.
    assert_eq!(ask(&world, &whole).await.status_code(), 200);
    let again = ask(&world, &whole).await;
    assert_eq!(error(&again), (401, "invalid_client".to_owned()));
    assert!(again.text().contains("was used before"));
}

async fn an_administrator_sees_and_suspends_the_own_systems(backend: Backend) {
    let world = World::empty(backend).await;
    let (own, other) = (
        world.clinic("岩田医院").await,
        world.clinic("よその医院").await,
    );
    let signer = Signer::es384("k");
    let his = add(&world, "iwata-his", Some(&own), &signer).await;
    let foreign = add(&world, "yoso-his", Some(&other), &signer).await;
    let gate = add(&world, "relay", None, &signer).await;
    let admin = world
        .signed_in("admin", Some(&own), &[Role::InstitutionAdmin])
        .await;
    let region = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    let page = admin.get("/clients").await.text();
    assert!(page.contains("iwata-his") && !page.contains("yoso-his") && !page.contains("relay"));
    let page = region.get("/clients").await.text();
    assert!(page.contains("relay") && !page.contains("his"));
    let gone = admin.get("/there-is-no-such-page").await.text();
    for (browser, client) in [(&admin, &foreign), (&admin, &gate), (&region, &his)] {
        for act in ["suspend", "unsuspend"] {
            let answer = browser.post(&format!("/clients/{client}/{act}"), &[]).await;
            assert_eq!(answer.status_code(), 404);
            if std::ptr::eq(browser, &raw const admin) {
                assert_eq!(answer.text(), gone);
            }
        }
    }
    let answer = admin.post(&format!("/clients/{his}/suspend"), &[]).await;
    assert_eq!(answer.header("location"), "/clients");
    assert!(admin.get("/clients").await.text().contains("停止中"));
    let trial = world
        .app
        .access
        .trial_token(&world.ctx(), "iwata-his")
        .await;
    assert!(trial.is_err());
    admin.post(&format!("/clients/{his}/unsuspend"), &[]).await;
    assert!(admin.get("/clients").await.text().contains("利用中"));
}
