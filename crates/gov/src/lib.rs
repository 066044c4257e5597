//! The governance plane: what the region asks, counts and publishes about itself. No patient is anywhere in it.
//!
//! | file | holds |
//! |---|---|
//! | [`status`] | what kind of statement a value is: 実施, 未実施, 非該当, 無回答 … |
//! | [`questionnaire`] | what is asked: sections, questions, choices and their classes, conditions |
//! | [`answer`] | what a respondent said to one question |
//! | [`survey`] | one asking: its states, its window, who sees what when |
//! | [`respondent`] | one expected sheet and where it stands |
//! | [`approver`] | who stands for what an institution says, also where the approver has left |
//! | [`reminder`], [`mail`] | who is reminded when; the outbox |
//! | [`percent`] | whether a percentage can be, of a whole number |
//! | [`theme`] | free texts in groups |
//! | `gate` | who may do what |
//! | [`line`](mod@line) | what is counted: a question, or one choice of a question with several; marks of a sheet |

pub mod answer;
pub mod approver;
mod gate;
pub mod line;
pub mod mail;
pub mod percent;
pub mod questionnaire;
pub mod reminder;
pub mod respondent;
pub mod status;
pub mod survey;
pub mod theme;

pub use answer::{Answer, Value};
pub use line::{Line, Mark, Marks};
pub use questionnaire::{Question, QuestionKind, Questionnaire, Section};
pub use status::Status;
