//! Figures for operators: how many requests, how long they took, what the store's writer did. Never a name or an id.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics::{Counter, Histogram};
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

/// Samples are kept until somebody looks at the figures or this is called: every few seconds, for who never looks.
pub fn tidy(app: &App) {
    if let Some(handle) = &app.metrics {
        handle.run_upkeep();
    }
}

/// The figures of one line of the table of routes with one method and one status.
struct Figure {
    requests: Counter,
    seconds: Histogram,
}

type Figures = HashMap<String, HashMap<(&'static str, u16), Figure>>;

/// Found once, since to find them by their labels takes as long as a small answer.
static FIGURES: RwLock<Option<Figures>> = RwLock::new(None);

/// One request that is being answered.
pub(crate) struct Began {
    route: Option<MatchedPath>,
    method: &'static str,
    at: Instant,
}

/// Counts a request by its line in the table of routes, never by its address.
#[expect(
    clippy::disallowed_methods,
    reason = "measures how long answers take; nothing depends on it"
)]
pub(crate) fn begin(request: &Request) -> Began {
    Began {
        route: request.extensions().get::<MatchedPath>().cloned(),
        method: known(request.method()),
        at: Instant::now(),
    }
}

impl Began {
    pub(crate) fn end(self, status: StatusCode) {
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        let (key, seconds) = ((self.method, status.as_u16()), self.at.elapsed());
        let figures = FIGURES.read().unwrap_or_else(PoisonError::into_inner);
        let known = figures.as_ref().and_then(|all| all.get(route)?.get(&key));
        if let Some(figure) = known {
            figure.count(seconds);
            return;
        }
        drop(figures);
        let mut figures = FIGURES.write().unwrap_or_else(PoisonError::into_inner);
        let of_route = figures.get_or_insert_default().entry(route.to_owned());
        let figure = of_route.or_default().entry(key);
        figure
            .or_insert_with(|| Figure::of(route, key))
            .count(seconds);
    }
}

impl Figure {
    fn of(route: &str, (method, status): (&'static str, u16)) -> Self {
        let (route, status) = (route.to_owned(), status.to_string());
        Self {
            requests: metrics::counter!(REQUESTS, "method" => method, "route" => route.clone(), "status" => status),
            seconds: metrics::histogram!(SECONDS, "route" => route),
        }
    }

    fn count(&self, seconds: Duration) {
        self.requests.increment(1);
        self.seconds.record(seconds.as_secs_f64());
    }
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
