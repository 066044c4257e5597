//! What kind of statement a value is. Never one boolean: what was not asked, not answered or not counted is told apart.

use serde::{Deserialize, Serialize};

/// The status of a value (data model of the governance plane, common core).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// 実施
    Yes,
    /// 未実施
    No,
    /// Something was stated that is neither: a number, a text, a date.
    Stated,
    /// 非該当: the question was not asked, because of another answer.
    NotAsked,
    /// 無回答
    NoAnswer,
    /// 集計外: the respondent does not count here.
    NotCounted,
    /// 不明: the respondent says that it does not know.
    Unknown,
    /// 非公表
    Undisclosed,
    /// 未算出
    NotComputed,
}

impl Status {
    pub const ALL: [Self; 9] = [
        Self::Yes,
        Self::No,
        Self::Stated,
        Self::NotAsked,
        Self::NoAnswer,
        Self::NotCounted,
        Self::Unknown,
        Self::Undisclosed,
        Self::NotComputed,
    ];

    /// The code in tables, files and message keys (`survey-status-CODE`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Stated => "stated",
            Self::NotAsked => "not-asked",
            Self::NoAnswer => "no-answer",
            Self::NotCounted => "not-counted",
            Self::Unknown => "unknown",
            Self::Undisclosed => "undisclosed",
            Self::NotComputed => "not-computed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The word of the field, as tables and machine-readable files have it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "実施",
            Self::No => "未実施",
            Self::Stated => "記載",
            Self::NotAsked => "非該当",
            Self::NoAnswer => "無回答",
            Self::NotCounted => "集計外",
            Self::Unknown => "不明",
            Self::Undisclosed => "非公表",
            Self::NotComputed => "未算出",
        }
    }
}
