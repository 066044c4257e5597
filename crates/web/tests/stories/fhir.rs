//! FHIR REST, told by programs: what all its stories share.

use axum::http::Method;
use axum_test::{TestRequest, TestResponse};
use renkei_access::NewClient;
use renkei_base::{Id, Machine, Role, Roles};
use renkei_testkit::Signer;
use serde_json::{Value, json};

use crate::common::World;

/// What the server says that it is.
pub(crate) const BASE: &str = "http://localhost:8080/fhir";
/// An id that nothing has.
pub(crate) const NOTHING: &str = "01999999-0000-7000-8000-000000000000";

/// A program with a token.
#[derive(Clone)]
pub(crate) struct Program<'a> {
    pub(crate) world: &'a World,
    headers: Vec<(String, String)>,
}

impl<'a> Program<'a> {
    /// The system of an institution, with the rights of these roles and these scopes.
    pub(crate) async fn new(world: &'a World, name: &str, institution: &Id, scopes: &str) -> Self {
        let roles = Roles::new([Role::Doctor, Role::LiaisonClerk]);
        Self::client(world, name, Some(institution), roles, scopes).await
    }

    /// One that brings in letters for any institution.
    pub(crate) async fn gateway(world: &'a World, name: &str) -> Self {
        Self::client(world, name, None, Roles::default(), "system/*.cruds").await
    }

    pub(crate) async fn client(
        world: &'a World,
        name: &str,
        institution: Option<&Id>,
        roles: Roles,
        scopes: &str,
    ) -> Self {
        let client = NewClient {
            name: name.to_owned(),
            kind: match institution {
                Some(_) => Machine::Institution,
                None => Machine::Gateway,
            },
            institution: institution.cloned(),
            roles,
            scopes: scopes.to_owned(),
            keys: Signer::es384("k").jwks(),
        };
        let access = &world.app.access;
        access.add_client(&world.ctx(), &client).await.unwrap();
        let granted = access.trial_token(&world.ctx(), name).await.unwrap();
        let token = format!("Bearer {}", granted.token.reveal());
        Self::nobody(world).with("authorization", &token)
    }

    /// One that may ask for everything.
    pub(crate) async fn of(world: &'a World, name: &str, institution: &Id) -> Self {
        Self::new(world, name, institution, "system/*.cruds").await
    }

    pub(crate) fn nobody(world: &'a World) -> Self {
        Self {
            world,
            headers: Vec::new(),
        }
    }

    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut with = self.clone();
        with.headers.push((name.to_owned(), value.to_owned()));
        with
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&str>,
    ) -> TestResponse {
        let server = &self.world.server;
        let mut request = server.method(method, &format!("/fhir{path}"));
        if let Some(body) = body {
            request = request.text(body).content_type("application/fhir+json");
        }
        self.sign(request).await
    }

    /// With the token and the other headers.
    pub(crate) fn sign(&self, mut request: TestRequest) -> TestRequest {
        for (name, value) in &self.headers {
            request = request.add_header(name.as_str(), value.as_str());
        }
        request
    }

    pub(crate) async fn get(&self, path: &str) -> TestResponse {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> TestResponse {
        self.send(Method::POST, path, Some(&body.to_string())).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> TestResponse {
        self.send(Method::PUT, path, Some(&body.to_string())).await
    }

    pub(crate) async fn delete(&self, path: &str) -> TestResponse {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> TestResponse {
        let mut request = self
            .world
            .server
            .post(&format!("/fhir{path}"))
            .form(&fields);
        for (name, value) in &self.headers {
            request = request.add_header(name.as_str(), value.as_str());
        }
        request.await
    }

    /// Makes one and says its id.
    pub(crate) async fn made(&self, body: &Value) -> String {
        let kind = body["resourceType"].as_str().unwrap();
        let answer = self.post(&format!("/{kind}"), body).await;
        assert_eq!(code(&answer), 201, "{}", answer.text());
        json_of(&answer)["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn code(answer: &TestResponse) -> u16 {
    answer.status_code().as_u16()
}

pub(crate) fn json_of(answer: &TestResponse) -> Value {
    serde_json::from_str(&answer.text())
        .unwrap_or_else(|error| panic!("{error}: {}", answer.text()))
}

/// Status, and the keys of what is said.
pub(crate) fn said(answer: &TestResponse) -> (u16, String) {
    let kind = answer.header("content-type");
    assert_eq!(
        kind,
        "application/fhir+json; charset=utf-8",
        "{}",
        answer.text()
    );
    let outcome = json_of(answer);
    assert_eq!(outcome["resourceType"], "OperationOutcome");
    let issues = outcome["issue"].as_array().unwrap();
    let keys = issues.iter().map(|issue| {
        let text = issue["details"]["text"].as_str().unwrap();
        let key = issue["details"]["coding"][0]["code"].as_str().unwrap();
        assert!(text != key && !text.contains('$'), "{outcome}");
        key
    });
    (code(answer), keys.collect::<Vec<_>>().join(" "))
}

/// The ids of a Bundle's resources.
pub(crate) fn ids(bundle: &Value) -> Vec<String> {
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    let id = |entry: &Value| entry["resource"]["id"].as_str().unwrap().to_owned();
    entries.iter().map(id).collect()
}

/// The address of a relation, below the base.
pub(crate) fn link(bundle: &Value, relation: &str) -> Option<String> {
    let links = bundle["link"].as_array()?;
    let link = links.iter().find(|link| link["relation"] == relation)?;
    Some(link["url"].as_str()?.strip_prefix(BASE)?.to_owned())
}

pub(crate) fn patient(number: &str, family: &str) -> Value {
    json!({
        "resourceType": "Patient",
        "identifier": [{"system": "urn:oid:1.2.392.100495.20.3.51.11311234567", "value": number}],
        "name": [{"use": "official", "family": family, "given": ["花子"]}],
        "gender": "female",
        "birthDate": "1950-04-01",
    })
}

pub(crate) fn weight(patient: &str, kg: &str) -> Value {
    let mut weight = json!({
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": format!("Patient/{patient}")},
        "effectiveDateTime": "2026-11-20T09:00:00+09:00",
    });
    weight["valueQuantity"] =
        serde_json::from_str(&format!(r#"{{"value":{kg},"unit":"kg"}}"#)).unwrap();
    weight
}
