//! What people type about people, cleaned or refused.

use renkei_base::{Fault, limits, name, text};

/// Checks fields and collects what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Faults(pub(crate) Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, field: &str, key: &'static str) {
        self.0.push(Fault::new(field, key));
    }

    /// One line: blanks at the ends dropped, runs of them made one.
    pub(crate) fn line(&mut self, field: &str, typed: &str, missing: &'static str) -> String {
        let clean = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        if clean.is_empty() {
            self.add(field, missing);
        } else if clean.chars().count() > limits::LINE_CHARS {
            let fault = Fault::new(field, "fault-account-long").with("max", limits::LINE_CHARS);
            self.0.push(fault);
        } else if clean.chars().any(char::is_control) || text::has_direction_override(&clean) {
            self.add(field, "fault-account-characters");
        }
        clean
    }

    /// Kana in either form and width, kept as katakana.
    pub(crate) fn kana(&mut self, field: &str, typed: &str) -> String {
        let before = self.0.len();
        let clean = self.line(field, typed, "fault-account-kana-missing");
        if self.0.len() == before && !name::is_kana(&clean) {
            self.add(field, "fault-account-kana");
        }
        name::to_katakana(&clean)
    }

    pub(crate) fn into_refusal(self) -> Result<(), renkei_base::Refusal> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(renkei_base::Refusal::Invalid(self.0))
        }
    }
}
