//! Tokens for machine clients (OAuth 2.0, SMART Backend Services), and how clients find them.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use renkei_access::jwks::Algorithm;
use renkei_access::{Ask, Granted, NoToken};
use renkei_base::limits;
use renkei_store::StoreError;
use serde_json::{Value, json};

use crate::form::body_of;
use crate::state::App;
use crate::visit::Visit;

/// Where tokens are given.
pub(crate) const TOKEN_PATH: &str = "/oauth2/token";

/// `POST /oauth2/token`
pub(crate) async fn token(State(app): State<App>, visit: Visit, request: Request) -> Response {
    let ask = match read(request).await {
        Ok(ask) => ask,
        Err(said) => return failed(StatusCode::BAD_REQUEST, "invalid_request", said),
    };
    let audiences = audiences(&app.config.base_url);
    match app.access.exchange(&visit.ctx, &ask, &audiences).await {
        Ok(granted) => given(&granted),
        Err(refused) => refusal(&refused),
    }
}

/// The form's fields; each at most once (RFC 6749 §3.2).
async fn read(request: Request) -> Result<Ask, &'static str> {
    if !is_form(request.headers()) {
        return Err("the body must be application/x-www-form-urlencoded");
    }
    let body = body_of(request, limits::FORM_BYTES).await;
    let body = body.map_err(|_| "the body is too large")?;
    let mut ask = Ask::default();
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in form_urlencoded::parse(&body).into_owned() {
        if seen.contains(&name) {
            return Err("a parameter was sent twice");
        }
        match name.as_str() {
            "grant_type" => ask.grant_type = value,
            "client_assertion_type" => ask.assertion_type = value,
            "client_assertion" => ask.assertion = value,
            "client_id" => ask.client_id = Some(value),
            "scope" => ask.scope = value,
            // Unknown parameters are ignored (RFC 6749 §3.2).
            _ => continue,
        }
        seen.push(name);
    }
    Ok(ask)
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// What an assertion may name as its audience. On this machine the name and the numbers of loopback are the same.
fn audiences(base_url: &str) -> Vec<String> {
    let own = format!("{base_url}{TOKEN_PATH}");
    let mut all = vec![own.clone()];
    if let Some((scheme, rest)) = own.split_once("://localhost:") {
        for host in ["127.0.0.1", "[::1]"] {
            all.push(format!("{scheme}://{host}:{rest}"));
        }
    }
    all
}

fn given(granted: &Granted) -> Response {
    let body = json!({
        "access_token": granted.token.reveal(),
        "token_type": "bearer",
        "expires_in": granted.life.0 / 1_000_000,
        "scope": granted.scopes.to_string(),
    });
    answer(StatusCode::OK, &body)
}

fn refusal(refused: &NoToken) -> Response {
    let bad = StatusCode::BAD_REQUEST;
    match refused {
        NoToken::Request(said) => failed(bad, "invalid_request", said),
        NoToken::Grant => failed(
            bad,
            "unsupported_grant_type",
            "grant_type must be client_credentials",
        ),
        NoToken::Scope => failed(
            bad,
            "invalid_scope",
            "none of these scopes is known and given to this client",
        ),
        NoToken::Client => failed(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "the client is unknown, or its assertion is not signed with ES384 or RS384 by one of its keys",
        ),
        NoToken::Assertion(fault) => failed(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            &fault.to_string(),
        ),
        NoToken::Wait(wait) => {
            let seconds = wait.0.saturating_add(999_999) / 1_000_000;
            let mut response = failed(
                StatusCode::TOO_MANY_REQUESTS,
                "slow_down",
                "too many failed requests from this address",
            );
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
        NoToken::Store(error) => {
            tracing::warn!(%error, "no token");
            let away = matches!(
                error,
                StoreError::Busy | StoreError::ReadOnly(_) | StoreError::Audit(_)
            );
            let status = if away {
                StatusCode::SERVICE_UNAVAILABLE
            } else {
                StatusCode::INTERNAL_SERVER_ERROR
            };
            failed(status, "temporarily_unavailable", "try again later")
        }
    }
}

fn failed(status: StatusCode, error: &str, said: &str) -> Response {
    let body = json!({ "error": error, "error_description": said });
    answer(status, &body)
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body.to_string()).into_response()
}

/// `GET /.well-known/smart-configuration`, also below the FHIR base where SMART clients look for it.
pub(crate) async fn discovery(State(app): State<App>) -> Response {
    let algorithms = Algorithm::ALL.map(Algorithm::code);
    let body = json!({
        "token_endpoint": format!("{}{TOKEN_PATH}", app.config.base_url),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": [
            "system/*.cruds",
            "system/*.rs",
            "system/api.read",
            "system/api.write",
        ],
        "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
    });
    answer(StatusCode::OK, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_one_name_and_this_machine_three() {
        assert_eq!(
            audiences("https://renkei.example.jp"),
            ["https://renkei.example.jp/oauth2/token"]
        );
        assert_eq!(
            audiences("http://localhost:8080"),
            [
                "http://localhost:8080/oauth2/token",
                "http://127.0.0.1:8080/oauth2/token",
                "http://[::1]:8080/oauth2/token",
            ]
        );
    }
}
