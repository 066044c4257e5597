//! What is asked. A version that is final never changes, so an answer always means what was asked.
//!
//! | file | holds |
//! |---|---|
//! | [`act`] | what an officer does with the questionnaires of its institution |
//! | [`edit`](mod@edit) | one step of building, pure |
//! | [`check`](mod@check) | what keeps it from being asked |
//! | [`compare`](mod@compare) | what differs between two versions |
//! | [`fhir`] | FHIR Questionnaire, out and in |
//! | [`home_care`](mod@home_care) | the template ア–ク |
//! | [`number`] | decimal numbers as text |

pub mod act;
pub mod check;
pub mod compare;
pub mod edit;
pub mod fhir;
mod home_care;
pub mod number;
#[cfg(test)]
mod tests;

pub use self::act::{Version, VersionState};
pub use self::home_care::home_care;

use renkei_base::Lang;
use serde::{Deserialize, Serialize};

/// A text in both languages; the second may be empty, then the first is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Words {
    pub ja: String,
    pub en: String,
}

impl Words {
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            ja: ja.into(),
            en: en.into(),
        }
    }

    /// In this language, or in the one that is there.
    pub fn say(&self, lang: Lang) -> &str {
        match lang {
            Lang::En if !self.en.is_empty() => &self.en,
            Lang::Ja if self.ja.is_empty() => &self.en,
            _ => &self.ja,
        }
    }

    pub const fn is_empty(&self) -> bool {
        self.ja.is_empty() && self.en.is_empty()
    }
}

/// A questionnaire, as `questionnaire.body` holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Questionnaire {
    pub title: Words,
    /// For the respondent, before the first question.
    pub about: Words,
    pub sections: Vec<Section>,
}

/// A group of questions: `ア 地域の医療・介護サービス資源の把握`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Section {
    /// What it is called in tables: `ア`. Unique in the questionnaire.
    pub label: String,
    pub title: Words,
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Never reused, never changed between versions: `a1`. Letters, digits and `-`.
    pub id: String,
    /// Its number in the section, as printed: `①`.
    #[serde(default)]
    pub label: String,
    pub text: Words,
    /// What exactly is meant, beside the question.
    #[serde(default)]
    pub definition: Words,
    /// Where the definition or the question comes from.
    #[serde(default)]
    pub source: String,
    pub kind: QuestionKind,
    #[serde(default)]
    pub required: bool,
    /// All of them must hold; without any, the question is always asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
    /// What the respondent is asked to explain, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explain: Option<Words>,
    /// Whether its lines stand in the table of counts.
    #[serde(default)]
    pub counted: bool,
}

/// Asked only where another question, which stands before it, has one of these choices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub question: String,
    /// Codes of choices.
    pub any: Vec<String>,
}

/// What may be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum QuestionKind {
    /// One of the choices. Yes/no questions are this, with two classified choices.
    One {
        choices: Vec<Choice>,
    },
    /// Any number of the choices, also none.
    Many {
        choices: Vec<Choice>,
    },
    /// A number as text, digits kept. Bounds are inclusive and texts too: `0`, `99.5`.
    Number {
        #[serde(default)]
        unit: Words,
        #[serde(default)]
        least: Option<String>,
        #[serde(default)]
        most: Option<String>,
        /// Digits after the point.
        #[serde(default)]
        decimals: u8,
    },
    Date,
    /// `lines`: 1 for a short text. `most`: characters.
    Text {
        lines: u8,
        most: u32,
    },
    /// Documents (PDF, pictures, workbooks).
    File {
        most: u8,
    },
    /// Rows of cells. With `rows` they are given; without, the respondent adds up to `most`.
    Table {
        columns: Vec<Column>,
        #[serde(default)]
        rows: Vec<Words>,
        #[serde(default)]
        most: u16,
    },
}

/// A choice of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Unique in the question, never reused: `yes`, `pamphlet`.
    pub code: String,
    pub text: Words,
    /// What it is called in tables, for questions with several: `パンフ`. Empty: its text.
    #[serde(default)]
    pub label: String,
    /// What it counts as: 実施 (`yes`) or 未実施 (`no`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    /// No longer offered, but kept for answers that have it.
    #[serde(default)]
    pub retired: bool,
}

/// What a choice counts as (行っている・あり・作成している・開催している → 実施).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    Yes,
    No,
}

/// A column of a table question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Unique in the question.
    pub id: String,
    pub text: Words,
    pub cell: Cell,
}

/// What a cell of a table question takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Cell {
    Text {
        most: u32,
    },
    Number {
        #[serde(default)]
        unit: Words,
        #[serde(default)]
        decimals: u8,
    },
    Date,
    One {
        choices: Vec<Choice>,
    },
}

impl Questionnaire {
    /// All questions in their order.
    pub fn questions(&self) -> impl Iterator<Item = (&Section, &Question)> {
        let each = |section| move |question| (section, question);
        self.sections
            .iter()
            .flat_map(move |section| section.questions.iter().map(each(section)))
    }

    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions()
            .map(|(_, question)| question)
            .find(|question| question.id == id)
    }
}

impl QuestionKind {
    /// Its choices, where it has any.
    pub fn choices(&self) -> &[Choice] {
        match self {
            Self::One { choices } | Self::Many { choices } => choices,
            _ => &[],
        }
    }
}
