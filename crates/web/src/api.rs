//! The governance plane for programs, as JSON and CSV: `/api`, described by `/openapi.json`.
//!
//! | file | holds |
//! |---|---|
//! | `answer` | answers of a sheet, read and changed by a machine client |
//! | `survey` | the surveys that a caller sees, and their figures |
//! | `openapi` | the description |
//!
//! What everybody may read needs no token. A token counts as far as its scopes go (`system/api.read`, `system/api.write`);
//! a cookie is never enough to write here.

mod answer;
mod openapi;
mod survey;

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use renkei_access::Bearer;
use renkei_base::{Micros, Refusal};
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) use self::answer::{change, sheet};
pub(crate) use self::openapi::describe;
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
    let (reads, writes) = found.as_ref().map_or((false, false), |bearer| {
        let scopes = &bearer.scopes;
        (scopes.allows_api(false), scopes.allows_api(true))
    });
    if writes && !reads && request.method.is_safe() {
        return Err(Refusal::forbidden("refuse-api-scope").into());
    }
    Ok(found.filter(|_| reads || writes))
}

/// Refusals as JSON: a code, which is the key of the text, and the text.
pub(crate) fn refusal(visit: &Visit, status: StatusCode, key: &str, text: &str) -> Response {
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
