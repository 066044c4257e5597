//! One asking of a questionnaire: its states and its window.

use renkei_base::Micros;

/// Where a survey stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SurveyState {
    Draft,
    /// Asked: the window decides whether a sheet may be filled in.
    Open,
    /// No more answers; corrections with a reason.
    Closed,
    /// The owner's approver stands for the figures: locked. Reopening needs a reason.
    Approved,
    /// Everybody sees the version that was published.
    Published,
}

impl SurveyState {
    pub const ALL: [Self; 5] = [
        Self::Draft,
        Self::Open,
        Self::Closed,
        Self::Approved,
        Self::Published,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Approved => "approved",
            Self::Published => "published",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// From when until when a sheet may be filled in: the first moment counts, the last does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub opens: Micros,
    pub closes: Micros,
}

impl Window {
    pub fn holds(&self, at: Micros) -> bool {
        self.opens <= at && at < self.closes
    }
}
