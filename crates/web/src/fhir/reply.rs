//! What one interaction is answered with, over HTTP or as an entry of a Bundle.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use renkei_base::Micros;
use renkei_fhir::bundle;

pub(crate) const JSON: &str = "application/fhir+json; charset=utf-8";

/// One answer that is not a "no".
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) version: Option<u32>,
    pub(crate) updated: Option<Micros>,
    /// The version's address below the base: `Patient/1/_history/2`.
    pub(crate) place: Option<String>,
    /// JSON.
    pub(crate) body: Option<String>,
    /// The body is an OperationOutcome about what was done.
    pub(crate) is_outcome: bool,
}

impl Reply {
    pub(crate) fn new(status: StatusCode) -> Self {
        Self {
            status,
            version: None,
            updated: None,
            place: None,
            body: None,
            is_outcome: false,
        }
    }

    pub(crate) fn ok(body: String) -> Self {
        Self {
            body: Some(body),
            ..Self::new(StatusCode::OK)
        }
    }

    /// As HTTP. `base` is `https://host/fhir`.
    pub(crate) fn response(self, base: &str) -> Response {
        let location = match self.status {
            StatusCode::CREATED => header::LOCATION,
            _ => header::CONTENT_LOCATION,
        };
        let mut response = match self.body {
            Some(json) => (self.status, [(header::CONTENT_TYPE, JSON)], json).into_response(),
            None => self.status.into_response(),
        };
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value: Option<String>| {
            let value = value.and_then(|value| HeaderValue::from_str(&value).ok());
            if let Some(value) = value {
                headers.insert(name, value);
            }
        };
        set(header::ETAG, self.version.map(etag));
        set(header::LAST_MODIFIED, self.updated.and_then(http_date));
        set(location, self.place.map(|place| format!("{base}/{place}")));
        response
    }

    /// As an entry of a batch-response or transaction-response.
    pub(crate) fn entry(self, base: &str) -> bundle::Answered {
        let (body, outcome) = match self.is_outcome {
            true => (None, self.body),
            false => (self.body, None),
        };
        let place = self.place.as_deref();
        let current = place.and_then(|place| place.split_once("/_history/"));
        bundle::Answered {
            full_url: current.map(|(key, _)| format!("{base}/{key}")),
            body,
            response: Some(bundle::Response {
                status: status_line(self.status),
                location: place.map(|place| format!("{base}/{place}")),
                etag: self.version.map(etag),
                modified: self.updated.map(Micros::to_fhir),
                outcome,
            }),
            ..bundle::Answered::default()
        }
    }
}

/// A weak ETag: the version.
pub(crate) fn etag(version: u32) -> String {
    format!("W/\"{version}\"")
}

/// `201 Created`
pub(crate) fn status_line(status: StatusCode) -> String {
    format!(
        "{} {}",
        status.as_u16(),
        status.canonical_reason().unwrap_or_default()
    )
    .trim_end()
    .to_owned()
}

/// `Sun, 22 Nov 2026 01:02:03 GMT`
fn http_date(at: Micros) -> Option<String> {
    let at = Timestamp::from_microsecond(at.0).ok()?;
    DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()
}
