//! What an import did: the counts, and each remark with its place.

use std::collections::BTreeMap;

use super::doubt::Doubt;

/// How bad a remark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The row was not taken.
    Refused,
    /// The row waits for a person.
    Waiting,
    /// The row was taken, the value perhaps not.
    Warned,
}

impl Level {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Waiting => "waiting",
            Self::Warned => "warned",
        }
    }
}

/// One thing that is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Line of the file, from 1, where the row begins.
    pub line: u64,
    pub level: Level,
    /// The column's heading, or empty for the row.
    pub field: String,
    /// A message key that starts with `fault-import-`, or a code's fault.
    pub reason: &'static str,
    /// As it stands in the file, at most 80 characters.
    pub value: String,
}

impl Remark {
    pub(crate) fn new(
        line: u64,
        level: Level,
        field: &str,
        reason: &'static str,
        value: &str,
    ) -> Self {
        Self {
            line,
            level,
            field: field.to_owned(),
            reason,
            value: value.chars().filter(|c| !c.is_control()).take(80).collect(),
        }
    }
}

/// One value that a row changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `name`, `address`, `beds-psychiatric` …: a message key after `import-field-`.
    pub field: &'static str,
    /// Empty where there was none.
    pub old: String,
    /// Empty where there is none any more.
    pub new: String,
}

/// What a row makes new, or changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub line: u64,
    /// Of the institution, the area …: what the row is about.
    pub name: String,
    /// Empty for what is new.
    pub changes: Vec<Change>,
}

/// Differences and missing names that are kept for people to look at; all are counted.
pub const LISTED: usize = 1_000;

/// Counts and remarks. `accepted + unchanged + waiting + refused` is the number of rows, unless `stopped`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// New or changed. On a dry run: that would be.
    pub accepted: u64,
    /// Those of `accepted` that were not there before.
    pub created: u64,
    pub unchanged: u64,
    pub waiting: u64,
    pub refused: u64,
    /// Rows with at least one warning, whatever became of them.
    pub warned: u64,
    /// Codes that had waited and found their institution in this import.
    pub codes_found: u64,
    /// What earlier files of this kind had and this one has no longer. It is kept; a person decides.
    pub missing: u64,
    pub remarks: Vec<Remark>,
    /// The first [`LISTED`] of the accepted rows.
    pub differences: Vec<Difference>,
    /// The first [`LISTED`] names of what is missing.
    pub missing_names: Vec<String>,
    /// Columns that seem to hold what belongs elsewhere. A person says that they are right, or nothing is written.
    pub doubts: Vec<Doubt>,
    /// Nothing was written: because of refused rows, as the person chose, or because of doubts.
    pub stopped: bool,
}

impl Report {
    pub const fn rows(&self) -> u64 {
        self.accepted + self.unchanged + self.waiting + self.refused
    }

    /// The line that an import ends with.
    pub fn to_json(&self) -> String {
        format!(
            r#"{{"accepted":{},"unchanged":{},"waiting":{},"refused":{},"warned":{}}}"#,
            self.accepted, self.unchanged, self.waiting, self.refused, self.warned
        )
    }

    /// How often each reason was given.
    pub fn reasons(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for remark in &self.remarks {
            *counts.entry(remark.reason).or_default() += 1;
        }
        counts
    }

    /// The rejects file: UTF-8 with BOM (for spreadsheets), one line a remark. `text` gives the words of a reason.
    pub fn rejects_csv(&self, text: impl Fn(&str) -> String) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(b"\xEF\xBB\xBF".to_vec());
        let mut write = |cells: [&str; 6]| {
            let safe = cells.map(no_formula);
            // Writing to memory does not fail.
            let _ = writer.write_record(safe.iter().map(String::as_str));
        };
        write(["line", "level", "field", "reason", "value", "text"]);
        for remark in &self.remarks {
            let line = remark.line.to_string();
            let words = text(remark.reason);
            write([
                &line,
                remark.level.code(),
                &remark.field,
                remark.reason,
                &remark.value,
                &words,
            ]);
        }
        writer.into_inner().unwrap_or_default()
    }

    /// What changes, one line a value; `name` gives the words of a field. What is missing comes after it.
    pub fn differences_csv(&self, name: impl Fn(&str) -> String) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(b"\xEF\xBB\xBF".to_vec());
        let mut write = |cells: [&str; 6]| {
            let safe = cells.map(no_formula);
            // Writing to memory does not fail.
            let _ = writer.write_record(safe.iter().map(String::as_str));
        };
        write(["line", "what", "name", "field", "old", "new"]);
        for one in &self.differences {
            let line = one.line.to_string();
            if one.changes.is_empty() {
                write([&line, "new", &one.name, "", "", ""]);
            }
            for change in &one.changes {
                let field = name(change.field);
                write([
                    &line,
                    "changed",
                    &one.name,
                    &field,
                    &change.old,
                    &change.new,
                ]);
            }
        }
        for name in &self.missing_names {
            write(["", "missing", name, "", "", ""]);
        }
        writer.into_inner().unwrap_or_default()
    }

    /// A row that makes something new.
    pub(crate) fn create(&mut self, line: u64, name: &str) {
        self.created += 1;
        self.differ(line, name, Vec::new());
    }

    /// A row that changes something; one that changes nothing people see is counted, not listed: it would look new.
    pub(crate) fn change(&mut self, line: u64, name: &str, changes: Vec<Change>) {
        if changes.is_empty() {
            self.accepted += 1;
        } else {
            self.differ(line, name, changes);
        }
    }

    fn differ(&mut self, line: u64, name: &str, changes: Vec<Change>) {
        self.accepted += 1;
        if self.differences.len() < LISTED {
            self.differences.push(Difference {
                line,
                name: name.to_owned(),
                changes,
            });
        }
    }

    /// Something that the file has no longer.
    pub(crate) fn miss(&mut self, name: &str) {
        self.missing += 1;
        if self.missing_names.len() < LISTED {
            self.missing_names.push(name.to_owned());
        }
    }

    pub(crate) fn wait(&mut self, remark: Remark) {
        self.waiting += 1;
        self.remarks.push(remark);
    }

    pub(crate) fn refuse(&mut self, remark: Remark) {
        self.refused += 1;
        self.remarks.push(remark);
    }

    pub(crate) fn warn(&mut self, remarks: Vec<Remark>) {
        self.warned += u64::from(!remarks.is_empty());
        self.remarks.extend(remarks);
    }
}

/// A cell that a spreadsheet would run as a formula is shown as text.
fn no_formula(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_nobody_sees_is_not_listed_as_new() {
        let mut report = Report::default();
        report.create(2, "甲医院");
        report.change(3, "乙医院", Vec::new());
        let listed: Vec<u64> = report.differences.iter().map(|one| one.line).collect();
        assert_eq!((report.accepted, report.created, listed), (2, 1, vec![2]));
    }
}
