//! What the checker finds: which rule, where, how bad. The texts are in the message files.

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The document is refused.
    Error,
    /// It is taken, and the sender is told.
    Warning,
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name: the standard's own number where it has one (`R1012`), else ours (`section-exactly-one`).
    pub rule: String,
    /// The element, as a FHIRPath of names and indexes: `Bundle.entry[1].resource.identifier`.
    pub path: String,
    pub severity: Severity,
    /// A message key that starts with `document-`.
    pub key: String,
    /// Values for the message. Never a patient's name or number.
    pub args: Vec<(String, String)>,
}

impl Finding {
    /// An error. The message is `document-` and the given kind.
    pub fn error(rule: &str, path: impl Into<String>, kind: &str) -> Self {
        Self {
            rule: rule.to_owned(),
            path: path.into(),
            severity: Severity::Error,
            key: format!("document-{kind}"),
            args: Vec::new(),
        }
    }

    #[must_use]
    pub const fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.args.push((name.to_owned(), value.into()));
        self
    }
}
