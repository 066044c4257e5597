//! Figures for operators: how many requests, how long they took, what the store's writer did. Never a name or an id.

use std::net::IpAddr;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::error::Answer;
use crate::state::App;

const REQUESTS: &str = "renkei_http_requests_total";
const SECONDS: &str = "renkei_http_request_seconds";
const BOUNDS: &[f64] = &[0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];

/// Why there are no figures: something else of this process counts already.
#[derive(Debug, thiserror::Error)]
#[error("figures cannot be counted: {0}")]
pub struct NoMetrics(String);

/// Begins to count, once in a process.
///
/// # Errors
/// [`NoMetrics`] where it was begun before.
pub fn install() -> Result<PrometheusHandle, NoMetrics> {
    let builder =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), BOUNDS);
    let builder = builder.map_err(|error| NoMetrics(error.to_string()))?;
    builder
        .install_recorder()
        .map_err(|error| NoMetrics(error.to_string()))
}

/// Middleware around every request: counts it by its line in the table of routes, never by its address.
#[expect(
    clippy::disallowed_methods,
    reason = "measures how long answers take; nothing depends on it"
)]
pub(crate) async fn count(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let method = known(request.method());
    let began = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!(REQUESTS, "method" => method, "route" => route.clone(), "status" => status)
        .increment(1);
    metrics::histogram!(SECONDS, "route" => route).record(began.elapsed().as_secs_f64());
    response
}

/// The method, where it is one that routes have: else anybody could make new figures without end.
const fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// `GET /metrics`: for this machine, and for others only where the settings say so.
pub(crate) async fn show(State(app): State<App>, request: Request) -> Result<Response, Answer> {
    // What a proxy on this machine sends on comes from elsewhere.
    let sent_on = crate::proxy::is_forwarded(request.headers());
    let (parts, _) = request.into_parts();
    let near = !sent_on && app.config.proxies.client(&parts).is_some_and(is_near);
    let handle = app
        .metrics
        .as_ref()
        .filter(|_| near || app.config.open_metrics)
        .ok_or(Answer::NotFound)?;
    let figures = app.store.figures();
    metrics::counter!("renkei_store_transactions_total").absolute(figures.transactions);
    metrics::counter!("renkei_store_commits_total").absolute(figures.commits);
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((kind, handle.render()).into_response())
}

fn is_near(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}
