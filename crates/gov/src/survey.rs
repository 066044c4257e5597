//! One asking of a questionnaire: its states and its window.
//!
//! | file | holds |
//! |---|---|
//! | [`day`] | days as people write them, as moments in Japan |
//! | [`draft`] | made, changed and thrown away before it asks anybody |
//! | [`course`] | opened, closed, extended, approved, reopened |
//! | [`seen`] | who a caller is to a survey: the one way in for reads |
//! | [`event`] | its history |

pub mod course;
pub mod day;
pub mod draft;
pub mod event;
pub mod seen;

use renkei_base::Micros;

pub use self::draft::Typed;
pub use self::seen::Seen;

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

/// When respondents see one another's answers by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peers {
    Never,
    /// Who has submitted sees the others.
    Submitted,
    Always,
}

impl Peers {
    pub const ALL: [Self; 3] = [Self::Submitted, Self::Always, Self::Never];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Submitted => "submitted",
            Self::Always => "always",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// What percentages of a conditional question are of, unless a reader chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// All respondents that are counted.
    All,
    /// Those that were asked.
    Asked,
}

impl Base {
    pub const ALL: [Self; 2] = [Self::All, Self::Asked];

    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Asked => "asked",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// Who looks at a sheet between its respondent and the owner, as `survey.chain` holds it.
pub const CHECKER: &str = "checker";

/// Whether a health centre looks at the sheets.
pub fn is_checked(chain: &str) -> bool {
    chain.split(',').any(|one| one.trim() == CHECKER)
}
