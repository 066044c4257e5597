//! What a respondent said to one question.
//!
//! | file | holds |
//! |---|---|
//! | [`input`] | what was typed becomes an answer, or faults |
//! | [`number`] | typed numbers: full width, 「約20」, shares, units |
//! | [`condition`] | which questions are asked, what is missing, the marks of a sheet |

pub mod condition;
pub mod input;
pub mod number;

use std::collections::BTreeMap;

use renkei_store::StoreError;
use renkei_store::answer::AnswerRow;
use serde::{Deserialize, Serialize};

use crate::Status;

/// What was said, as `survey_answer.value` holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    One {
        choice: String,
    },
    /// In the order of the questionnaire; an empty list says that none applies.
    Many {
        choices: Vec<String>,
    },
    /// Digits as typed, without grouping, half-width.
    Number {
        number: String,
    },
    /// `2026-04-01`.
    Date {
        date: String,
    },
    Text {
        text: String,
    },
    File {
        files: Vec<File>,
    },
    /// Rows of cells, as long as the columns; an empty cell is a blank.
    Table {
        rows: Vec<Vec<String>>,
    },
}

/// A document of an answer; its bytes are with the blobs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub blob: String,
    pub name: String,
    pub media_type: String,
    pub bytes: u64,
}

/// An answer: a value, or a statement that there is none (不明, 非公表). A blank is no answer at all, never a zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub value: Option<Value>,
    /// [`Status::Stated`], [`Status::Unknown`] or [`Status::Undisclosed`]: classes are worked out from the questionnaire.
    /// [`Status::NoAnswer`] for a blank that was something before, or has an explanation.
    pub status: Status,
    pub explanation: String,
    /// For checks: counts writes.
    pub revision: i64,
}

/// The answers of a sheet, by question.
pub type Answers = BTreeMap<String, Answer>;

impl Value {
    /// As `survey_answer.value` holds it.
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// # Errors
    /// `Corrupt` for what this program did not write.
    pub fn read(text: &str) -> Result<Option<Self>, StoreError> {
        if text.is_empty() {
            return Ok(None);
        }
        let read = serde_json::from_str(text);
        read.map(Some)
            .map_err(|_| StoreError::Corrupt("an answer of a survey".to_owned()))
    }
}

impl Answer {
    /// # Errors
    /// `Corrupt` for what this program did not write.
    pub fn read(row: &AnswerRow) -> Result<Self, StoreError> {
        let status = Status::from_code(&row.status)
            .ok_or_else(|| StoreError::Corrupt("the status of an answer".to_owned()))?;
        Ok(Self {
            value: Value::read(&row.value)?,
            status,
            explanation: row.explanation.clone(),
            revision: row.revision,
        })
    }

    /// Whether it is more than a blank: a value, 不明 or 非公表.
    pub const fn says_something(&self) -> bool {
        self.value.is_some() || !matches!(self.status, Status::NoAnswer)
    }
}

/// The answers of rows, by question.
///
/// # Errors
/// `Corrupt` for what this program did not write.
pub fn answers(rows: &[AnswerRow]) -> Result<Answers, StoreError> {
    let one = |row: &AnswerRow| Ok((row.question.clone(), Answer::read(row)?));
    rows.iter().map(one).collect()
}
