//! What lies around every route: limits, time, panics, compression, headers, the visit.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use renkei_base::limits;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::error::Answer;
use crate::state::App;
use crate::{drain, metrics, visit};

/// Longest time of one answer; streams are answered at once and then go on.
const ANSWER_TIME: Duration = Duration::from_secs(60);

const HEADERS: &[(HeaderName, &str)] = &[
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        header::VARY,
        "HX-Request, Cookie, Accept-Language, Accept-Encoding",
    ),
];

pub(crate) fn around(router: Router<App>, app: App) -> Router {
    router
        .fallback(async || Answer::NotFound)
        .layer(DefaultBodyLimit::max(
            limits::ATTACHMENT_BYTES + limits::FORM_BYTES,
        ))
        .layer(middleware::from_fn(drain::refused))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            ANSWER_TIME,
        ))
        .layer(CatchPanicLayer::custom(|_| Answer::Broken.into_response()))
        .layer(middleware::from_fn_with_state(app.clone(), visit::attach))
        .layer(middleware::from_fn_with_state(app.clone(), neighbours))
        .layer(middleware::from_fn_with_state(app.clone(), headers))
        .layer(middleware::from_fn(metrics::count))
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// Where the proxies have the TLS, nobody comes past them.
async fn neighbours(State(app): State<App>, request: Request, next: Next) -> Response {
    let config = &app.config;
    if config.only_proxies && !config.proxies.admits(request.extensions()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}

/// A year, as browsers' lists ask for (RFC 6797).
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let list = response.headers_mut();
    for (name, value) in HEADERS {
        list.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if app.config.tls {
        list.entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(TLS_ONLY);
    }
    // Nothing of a signed-in page stays in a cache or on a disk.
    list.entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
