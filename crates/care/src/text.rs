//! Checks of typed text that every noun of the care plane shares.

use renkei_base::{Fault, Refusal, limits, text};

/// Gathers the faults of a form, so that all of them are shown at once.
#[derive(Debug, Default)]
pub(crate) struct Check {
    faults: Vec<Fault>,
}

impl Check {
    /// A field of one line, cleaned.
    pub(crate) fn line(&mut self, field: &str, typed: &str) -> String {
        self.kept(text::line(field, typed, limits::LINE_CHARS))
    }

    /// A field of several lines, cleaned.
    pub(crate) fn long(&mut self, field: &str, typed: &str) -> String {
        self.kept(text::long_text(field, typed))
    }

    pub(crate) fn required_line(&mut self, field: &str, typed: &str) -> String {
        self.kept(text::required_line(field, typed, limits::LINE_CHARS))
    }

    pub(crate) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// The value, or its type's empty one and the fault remembered.
    pub(crate) fn kept<T: Default>(&mut self, checked: Result<T, Fault>) -> T {
        checked.unwrap_or_else(|fault| {
            self.faults.push(fault);
            T::default()
        })
    }

    /// A fault where a text is empty.
    pub(crate) fn require(&mut self, field: &str, typed: &str) {
        if typed.trim().is_empty() {
            self.fault(Fault::new(field, "fault-required"));
        }
    }

    pub(crate) fn done(self) -> Result<(), Refusal> {
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(self.faults))
        }
    }
}

/// The first line, at most that many characters.
pub(crate) fn headline(text: &str, max: usize) -> String {
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let mut short: String = line.chars().take(max).collect();
    if line.chars().nth(max).is_some() {
        short.push('…');
    }
    short
}
