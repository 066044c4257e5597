//! The governance plane: what the region asks, counts and publishes about itself. No patient is anywhere in it.
//!
//! | file | holds |
//! |---|---|
//! | [`status`] | what kind of statement a value is: 実施, 未実施, 非該当, 無回答 … |
//! | [`questionnaire`] | what is asked: sections, questions, choices and their classes, conditions |
//! | [`answer`] | what a respondent said to one question |
//! | [`sheet`] | one respondent's filled form: written by several people, handed in, corrected |
//! | [`workbook`] | the sheet as a workbook, filled in off line and brought back |
//! | [`survey`] | one asking: its states, its window, who sees what when |
//! | [`respondent`] | one expected sheet and where it stands |
//! | [`approver`] | who stands for what an institution says, also where the approver has left |
//! | [`reminder`], [`mail`] | who is reminded when; the outbox |
//! | [`percent`] | whether a percentage can be, of a whole number |
//! | [`survey_withdrawal`] | documents and explanations of versions that are shown no more, with the reason |
//! | [`theme`] | free texts in groups |
//! | [`count`](mod@count) | tables, groups, scores and changes, from the marks of sheets |
//! | [`survey_override`] | lines that count otherwise than they were answered, with the reason |
//! | [`matrix`] | who does what, with examples |
//! | [`snapshot`], [`publication`] | figures as they were shown on a day; versions for everybody |
//! | `gate` | who may do what |
//! | `audit` | what is kept of acts on sheets, done and refused |
//! | [`line`](mod@line) | what is counted: a question, or one choice of a question with several; marks of a sheet |

pub mod answer;
pub mod approver;
mod audit;
pub mod count;
mod gate;
pub mod line;
pub mod mail;
pub mod matrix;
pub mod percent;
pub mod publication;
pub mod questionnaire;
pub mod reminder;
pub mod respondent;
pub mod sheet;
pub mod snapshot;
pub mod status;
pub mod survey;
pub mod survey_override;
pub mod survey_withdrawal;
pub mod theme;
pub mod workbook;

pub use answer::{Answer, Value};
pub use line::{Line, Mark, Marks};
pub use questionnaire::{Question, QuestionKind, Questionnaire, Section};
pub use status::Status;
