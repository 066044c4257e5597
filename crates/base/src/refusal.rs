//! Every "no" that a person can be given. Texts are in the message files, by the keys used here.

use serde::{Deserialize, Serialize};

/// What is wrong with one field of a form, or of one place of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The form field's name, or empty when the whole is meant.
    pub field: String,
    /// A message key that starts with `fault-`.
    pub key: String,
    /// Values for the message. Never a patient's name.
    pub args: Vec<(String, String)>,
}

impl Fault {
    pub fn new(field: impl Into<String>, key: &'static str) -> Self {
        debug_assert!(key.starts_with("fault-"), "{key}");
        Self {
            field: field.into(),
            key: key.to_owned(),
            args: Vec::new(),
        }
    }

    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers pass numbers and texts as they have them"
    )]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }
}

/// Why a command was not done. Nothing was stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Refusal {
    /// The input has faults; the caller shows them beside the fields and keeps what was typed.
    #[error("invalid input: {}", .0.iter().map(|f| f.key.as_str()).collect::<Vec<_>>().join(", "))]
    Invalid(Vec<Fault>),
    /// The state does not allow it (any more). The key starts with `refuse-`.
    #[error("not now: {0}")]
    NotNow(String),
    /// The caller sees the thing but may not do this to it. The key starts with `refuse-`.
    #[error("forbidden: {0}")]
    Forbidden(String),
    /// There is nothing, or nothing that the caller may see: the two are the same.
    #[error("not found")]
    NotFound,
    /// Somebody else changed it in the meantime and trying again did not help.
    #[error("changed by somebody else")]
    Conflict,
}

impl Refusal {
    pub fn fault(field: &str, key: &'static str) -> Self {
        Self::Invalid(vec![Fault::new(field, key)])
    }
    pub fn not_now(key: &'static str) -> Self {
        debug_assert!(key.starts_with("refuse-"), "{key}");
        Self::NotNow(key.to_owned())
    }
    pub fn forbidden(key: &'static str) -> Self {
        debug_assert!(key.starts_with("refuse-"), "{key}");
        Self::Forbidden(key.to_owned())
    }

    /// As codes, for the audit: fields and keys. What somebody typed is in neither.
    pub fn code(&self) -> String {
        match self {
            Self::Invalid(faults) => {
                let faults: Vec<String> = faults
                    .iter()
                    .map(|fault| format!("{}:{}", field(&fault.field), fault.key))
                    .collect();
                faults.join(" ")
            }
            Self::NotNow(key) | Self::Forbidden(key) => key.clone(),
            Self::NotFound => "not-found".to_owned(),
            Self::Conflict => "conflict".to_owned(),
        }
    }
}

/// The name of a field, unless it is one that a sender made up.
fn field(name: &str) -> &str {
    let plain = name.len() <= FIELD_BYTES && name.bytes().all(|b| b.is_ascii_graphic());
    if plain { name } else { "?" }
}

/// The longest name of a field of ours is a path into a resource.
const FIELD_BYTES: usize = 120;
