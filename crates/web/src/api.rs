//! The governance plane for programs, as JSON and CSV: `/api`, described by `/openapi.json`.
//!
//! | file | holds |
//! |---|---|
//! | `answer` | answers of a sheet, read and changed by a machine client |
//! | `questionnaire` | questionnaires as FHIR Questionnaires, read and written by a machine client |
//! | `respondent` | who is expected to answer a survey, who has, what was heard on the telephone |
//! | `survey` | the surveys that a caller sees, and their figures |
//! | `openapi` | the description |
//!
//! What everybody may read needs no token. A token counts as far as its scopes go (`system/api.read`, `system/api.write`);
//! a cookie is never enough to write here.

mod answer;
mod openapi;
pub(crate) mod questionnaire;
mod respondent;
mod survey;

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use renkei_access::Bearer;
use renkei_access::context::Arrival;
use renkei_base::{Ctx, Fault, Lang, Micros, Refusal};
use renkei_store::{Failure, Note};
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) use self::answer::{change, sheet};
pub(crate) use self::openapi::describe;
pub(crate) use self::respondent::{list as respondents, one as respondent};
pub(crate) use self::survey::{figures, list};
use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

/// Whether an address is below this door.
pub(crate) fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path == "/api"
}

/// The client whose token a request brings, where the token is good and may read here.
pub(crate) async fn bearer(
    app: &App,
    request: &Parts,
    at: Micros,
) -> Result<Option<Arc<Bearer>>, Answer> {
    if !is_api(request.uri.path()) {
        return Ok(None);
    }
    let line = request.headers.get(header::AUTHORIZATION);
    let line = line.and_then(|line| line.to_str().ok()).unwrap_or_default();
    let Some((scheme, token)) = line.split_once(' ') else {
        return Ok(None);
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let found = app.access.bearer(token.trim(), at).await?;
    let Some(bearer) = found else {
        return Ok(None);
    };
    let (reads, writes) = (
        bearer.scopes.allows_api(false),
        bearer.scopes.allows_api(true),
    );
    let blind = writes && !reads && request.method.is_safe();
    if !blind && (reads || writes) {
        return Ok(Some(bearer));
    }
    let arrival = Arrival {
        at,
        request: app.ids.id(),
        lang: Lang::default(),
        address: app.config.proxies.client(request),
        ids: Arc::clone(&app.ids),
    };
    let refused = unscoped(app, &bearer.ctx(arrival)).await;
    match blind {
        true => Err(refused),
        false => Ok(None),
    }
}

/// A token without the scope for what it was brought for: kept in the audit, as the tries of people are.
async fn unscoped(app: &App, ctx: &Ctx) -> Answer {
    let refused: Result<(), Failure> = Err(Refusal::forbidden("refuse-api-scope").into());
    let noted = app.store.noted(ctx, Note::new("survey.api"), refused).await;
    noted.map_or_else(Answer::from, |()| Answer::Broken)
}

/// Refusals as JSON: a code, which is the key of the text, and the text.
pub(crate) fn refusal(visit: &Visit, status: StatusCode, key: &str, text: &str) -> Response {
    // Some texts speak of the page before, which a program has none of.
    let text = match key {
        "error-request" => visit.t("api-error-request"),
        "refuse-conflict" => visit.t("api-refuse-conflict"),
        _ => text.to_owned(),
    };
    let body = json!({ "error": text, "code": key });
    let mut response = answer(status, &body);
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"renkei\""),
        );
    }
    let lang = HeaderValue::from_static(visit.lang().code());
    response
        .headers_mut()
        .insert(header::CONTENT_LANGUAGE, lang);
    response
}

/// Everything that is wrong with what was sent, each with its place.
pub(crate) fn faults(visit: &Visit, faults: &[Fault]) -> Response {
    let each: Vec<Value> = faults.iter().map(|fault| told(visit, fault)).collect();
    let first = each.first();
    let of = |name: &str| first.and_then(|one| one.get(name)).cloned();
    let body = json!({ "error": of("error"), "code": of("code"), "faults": each });
    let mut response = answer(StatusCode::UNPROCESSABLE_ENTITY, &body);
    let lang = HeaderValue::from_static(visit.lang().code());
    response
        .headers_mut()
        .insert(header::CONTENT_LANGUAGE, lang);
    response
}

/// A fault, or what is merely told of what was sent, with its place.
pub(crate) fn told(visit: &Visit, fault: &Fault) -> Value {
    json!({ "place": fault.field, "code": fault.key, "error": visit.fault(fault) })
}

/// Whether the token of a request is good for this. A client that may only write does not read.
async fn may(app: &App, visit: &Visit, write: bool) -> Result<(), Answer> {
    let scopes = visit.bearer.as_ref().map(|bearer| &bearer.scopes);
    match scopes {
        Some(scopes) if scopes.allows_api(write) => Ok(()),
        _ => Err(unscoped(app, &visit.ctx).await),
    }
}

/// Who brings no good token to a route that needs one.
pub(crate) fn told_to_bring_a_token(visit: &Visit) -> Response {
    let text = visit.t("fhir-token");
    refusal(visit, StatusCode::UNAUTHORIZED, "fhir-token", &text)
}

pub(crate) fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    let text = serde_json::to_string(body).unwrap_or_default();
    let head = [(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    )];
    (status, head, text).into_response()
}

/// A body of JSON.
fn read(body: &Bytes) -> Result<Value, Answer> {
    serde_json::from_slice(body).map_err(|_| Answer::Request)
}
