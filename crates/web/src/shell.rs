//! What lies around every route: limits, time, panics, compression, headers, the visit.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use renkei_base::limits;
use tower::ServiceBuilder;
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

/// One stack around each route: layers one by one would each be a box that every request clones, with all that is in it.
pub(crate) fn around(router: Router<App>, app: App) -> Router {
    let stack = ServiceBuilder::new()
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(app.clone(), pass))
        .layer(CatchPanicLayer::custom(|_| Answer::Broken.into_response()))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            ANSWER_TIME,
        ))
        .layer(middleware::from_fn(drain::refused))
        .layer(DefaultBodyLimit::max(
            limits::ATTACHMENT_BYTES + limits::FORM_BYTES,
        ));
    router
        .fallback(async || Answer::NotFound)
        .layer(stack)
        .with_state(app)
}

/// Counts, lets in, finds out who it is, and gives every answer its headers.
async fn pass(State(app): State<App>, request: Request, next: Next) -> Response {
    let began = metrics::begin(&request);
    let mut response = if is_outside(&app, &request) {
        StatusCode::FORBIDDEN.into_response()
    } else {
        visit::attach(app.clone(), request, next).await
    };
    headers(&app, &mut response);
    began.end(response.status());
    response
}

/// Where the proxies have the TLS, nobody comes past them.
fn is_outside(app: &App, request: &Request) -> bool {
    app.config.only_proxies && !app.config.proxies.admits(request.extensions())
}

/// A year, as browsers' lists ask for (RFC 6797).
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

fn headers(app: &App, response: &mut Response) {
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
}
