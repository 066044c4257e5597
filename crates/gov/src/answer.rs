//! What a respondent said to one question.

use std::collections::BTreeMap;

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
    pub status: Status,
    pub explanation: String,
    /// For checks: counts writes.
    pub revision: i64,
}

/// The answers of a sheet, by question.
pub type Answers = BTreeMap<String, Answer>;
