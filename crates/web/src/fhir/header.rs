//! Headers that say how to answer, and under which conditions.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use jiff::fmt::rfc2822::DateTimeParser;
use renkei_base::Micros;

use super::asked::pairs;
use super::no::No;

/// `Prefer: return=…`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Return {
    Minimal,
    #[default]
    Representation,
    Outcome,
}

/// How a client wants to be answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manner {
    pub(crate) give: Return,
    /// `Prefer: handling=lenient`: unknown parameters are left out instead of refused.
    pub(crate) lenient: bool,
}

impl Manner {
    /// From the headers; refuses what cannot be answered in JSON.
    pub(crate) fn of(parts: &Parts) -> Result<Self, No> {
        acceptable(parts)?;
        let mut manner = Self::default();
        let lines = parts.headers.get_all("prefer").iter();
        let words = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split([',', ';']));
        for word in words {
            match word.trim() {
                "return=minimal" => manner.give = Return::Minimal,
                "return=representation" => manner.give = Return::Representation,
                "return=OperationOutcome" => manner.give = Return::Outcome,
                "handling=lenient" => manner.lenient = true,
                "handling=strict" => manner.lenient = false,
                _ => {}
            }
        }
        Ok(manner)
    }
}

/// `_format` says more than `Accept`. JSON is all that there is.
fn acceptable(parts: &Parts) -> Result<(), No> {
    let query = pairs(parts.uri.query().unwrap_or_default());
    let format = query.iter().rev().find(|(name, _)| name == "_format");
    let good = match format {
        Some((_, format)) => is_json(format),
        None => accepts(text(&parts.headers, &header::ACCEPT)),
    };
    good.then_some(()).ok_or_else(not_acceptable)
}

pub(crate) fn not_acceptable() -> No {
    No::new(
        StatusCode::NOT_ACCEPTABLE,
        "not-supported",
        "fhir-json-only",
    )
}

fn accepts(accept: Option<&str>) -> bool {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
        return true;
    };
    accept.split(',').any(is_json)
}

/// `application/fhir+json; fhirVersion=4.0`, `*/*`. A plus may have become a blank on its way.
pub(crate) fn is_json(kind: &str) -> bool {
    let mut parts = kind.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let known = matches!(
        name.as_str(),
        "*/*"
            | "application/*"
            | "application/fhir+json"
            | "application/fhir json"
            | "application/json"
            | "application/json+fhir"
            | "text/json"
            | "json"
    );
    known
        && parts.all(|parameter| match parameter.split_once('=') {
            Some(("fhirVersion", version)) => version.trim_matches('"').starts_with("4.0"),
            Some(("q", weight)) => weight.parse() != Ok(0.0),
            _ => true,
        })
}

/// The conditions of one request, from its headers or from an entry of a Bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conditions {
    pub(crate) if_match: Option<u32>,
    pub(crate) if_none_match: Option<String>,
    pub(crate) if_modified_since: Option<Micros>,
    /// The search, not yet read.
    pub(crate) if_none_exist: Option<String>,
}

impl Conditions {
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, No> {
        let word = |name| text(headers, &name).map(str::to_owned);
        Self::read(
            word(header::IF_MATCH).as_deref(),
            word(header::IF_NONE_MATCH),
            text(headers, &header::IF_MODIFIED_SINCE).and_then(http_date),
            word(HeaderName::from_static("if-none-exist")),
        )
    }

    pub(crate) fn read(
        if_match: Option<&str>,
        if_none_match: Option<String>,
        if_modified_since: Option<Micros>,
        if_none_exist: Option<String>,
    ) -> Result<Self, No> {
        let if_match = if_match
            .map(|tag| version(tag).ok_or_else(|| No::bad("invalid", "fhir-if-match")))
            .transpose()?;
        Ok(Self {
            if_match,
            if_none_match,
            if_modified_since,
            if_none_exist,
        })
    }

    /// Whether the client has this version already.
    pub(crate) fn has(&self, current: u32, updated: Micros) -> bool {
        if let Some(tags) = &self.if_none_match {
            return tags
                .split(',')
                .any(|tag| tag.trim() == "*" || version(tag) == Some(current));
        }
        // HTTP's dates have whole seconds.
        let second = |at: Micros| at.0.div_euclid(1_000_000);
        self.if_modified_since
            .is_some_and(|since| second(updated) <= second(since))
    }
}

/// The version of `W/"3"` (also without the `W/`).
fn version(tag: &str) -> Option<u32> {
    let tag = tag.trim();
    let quoted = tag.strip_prefix("W/").unwrap_or(tag);
    quoted.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

pub(crate) fn http_date(text: &str) -> Option<Micros> {
    let at = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Micros(at.as_microsecond()))
}

pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_many_names() {
        for good in [
            "json",
            "application/fhir+json",
            "application/fhir+json; fhirVersion=4.0",
            "*/*;q=0.8",
            "Application/JSON",
        ] {
            assert!(accepts(Some(good)), "{good}");
        }
        for bad in [
            "application/fhir+xml",
            "text/html",
            "application/json;q=0",
            "application/fhir+json; fhirVersion=5.0",
        ] {
            assert!(!accepts(Some(bad)), "{bad}");
        }
        assert!(accepts(None) && accepts(Some("text/html, */*;q=0.1")));
    }

    #[test]
    fn what_a_client_has_needs_no_second_time() {
        let tag = |tag: &str| Conditions {
            if_none_match: Some(tag.to_owned()),
            ..Conditions::default()
        };
        assert!(tag("W/\"3\"").has(3, Micros(0)));
        assert!(tag("\"1\", W/\"3\"").has(3, Micros(0)));
        assert!(!tag("W/\"2\"").has(3, Micros(0)));
        let since = Conditions {
            if_modified_since: http_date("Sun, 22 Nov 2026 01:02:03 GMT"),
            ..Conditions::default()
        };
        let at = Micros::from_fhir("2026-11-22T01:02:03.9Z").unwrap();
        assert!(since.has(1, at));
        assert!(!since.has(1, Micros(at.0 + 1_000_000)));
        assert_eq!(version("3"), None);
        assert!(Conditions::read(Some("x"), None, None, None).is_err());
    }
}
