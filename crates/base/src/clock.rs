//! Time as a value. Nothing below the binary asks the machine what time it is.

use std::fmt;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// An instant: microseconds since 1970-01-01T00:00:00Z. The one type for instants in tables and code.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Micros(pub i64);

/// A length of time in microseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Span(pub i64);

impl Span {
    pub const fn seconds(n: i64) -> Self {
        Self(n * 1_000_000)
    }
    pub const fn minutes(n: i64) -> Self {
        Self::seconds(n * 60)
    }
    pub const fn hours(n: i64) -> Self {
        Self::minutes(n * 60)
    }
    pub const fn days(n: i64) -> Self {
        Self::hours(n * 24)
    }
}

impl Micros {
    /// The end of time, for rights that do not run out.
    pub const NEVER: Self = Self(i64::MAX);

    /// As a FHIR `instant` in UTC with microseconds, `2026-11-22T01:02:03.000004Z`.
    pub fn to_fhir(self) -> String {
        jiff::Timestamp::from_microsecond(self.0)
            .map(|t| format!("{t:.6}"))
            .unwrap_or_default()
    }

    /// From a FHIR `instant` or `dateTime` with a zone.
    pub fn from_fhir(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>()
            .ok()
            .map(|t| Self(t.as_microsecond()))
    }

    /// The civil date and time in Japan (UTC+9, no summer time since 1951).
    pub fn in_japan(self) -> jiff::civil::DateTime {
        let offset = jiff::tz::offset(9);
        jiff::Timestamp::from_microsecond(self.0)
            .map(|t| offset.to_datetime(t))
            .unwrap_or_default()
    }

    /// The instant of a civil date and time in Japan.
    pub fn from_japan(civil: jiff::civil::DateTime) -> Option<Self> {
        jiff::tz::offset(9)
            .to_timestamp(civil)
            .ok()
            .map(|t| Self(t.as_microsecond()))
    }
}

impl Add<Span> for Micros {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Micros {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Sub for Micros {
    type Output = Span;
    fn sub(self, other: Self) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_fhir())
    }
}

/// Where the time comes from: the machine's clock in the binary, a clock that tests move in tests.
pub trait Clock: Send + Sync + fmt::Debug {
    fn now(&self) -> Micros;
}
