//! The fields of a form that several people write: one table for reading, checking, keeping and merging them.

use renkei_base::Micros;
use renkei_fhir::composition::Composition;

use crate::text::Check;

/// How long a text may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// A code or an id that is chosen: checked by its noun.
    Choice,
    Line,
    Long,
}

/// The section of the document that keeps a field.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Section {
    /// Not in the document's text.
    None,
    /// Code and title, under 構造情報.
    Structured(&'static str, &'static str),
    /// Code and title.
    Plain(&'static str, &'static str),
}

/// One field of the form `F`.
#[derive(Debug)]
pub struct Field<F> {
    pub name: &'static str,
    /// Fields of one group belong together: they are taken from one person or the other, never from both.
    pub group: &'static str,
    pub length: Length,
    pub(crate) section: Section,
    pub(crate) get: fn(&F) -> &String,
    pub(crate) put: fn(&mut F) -> &mut String,
}

impl<F> Field<F> {
    pub fn get<'a>(&self, form: &'a F) -> &'a str {
        (self.get)(form)
    }

    pub fn set(&self, form: &mut F, text: impl Into<String>) {
        *(self.put)(form) = text.into();
    }
}

/// One row of a table of fields: `field!(name, length, section)`, with the group where it is not the field alone.
macro_rules! field {
    ($name:ident, $length:ident, $section:expr) => {
        field!($name, $length, $section, stringify!($name))
    };
    ($name:ident, $length:ident, $section:expr, $group:expr) => {
        $crate::field::Field {
            name: stringify!($name),
            group: $group,
            length: $crate::field::Length::$length,
            section: $section,
            get: |form| &form.$name,
            put: |form| &mut form.$name,
        }
    };
}
pub(crate) use field;

/// A form that several people write.
pub trait Written: Clone + PartialEq + Sized + 'static {
    /// In the order of the document.
    const FIELDS: &'static [Field<Self>];

    /// The lines that belong to a field, besides its text.
    fn lines(&self, _field: &str) -> &[String] {
        &[]
    }

    fn set_lines(&mut self, _field: &str, _lines: &[String]) {}

    /// The text that the lines of a field were made from.
    fn source(&self, _field: &str) -> &str {
        ""
    }

    fn set_source(&mut self, _field: &str, _text: &str) {}
}

/// What became of a save of the form `F`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved<F> {
    /// Stored (or nothing had changed); the next save stands on `version`.
    Saved { version: u32 },
    /// Stored, with what somebody else wrote in other fields meanwhile.
    Merged(Box<Meeting<F>>),
    /// Not stored: both wrote in the same field. The typed text is with the caller.
    Conflict(Box<Meeting<F>>),
}

/// Two people in one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting<F> {
    /// What is stored now; in a conflict, the other's.
    pub theirs: F,
    /// Both together; where both wrote in one field, what the caller wrote.
    pub form: F,
    /// Who stored theirs, and when.
    pub by: String,
    pub at: Micros,
    /// The version to stand on when saving again.
    pub version: u32,
    /// Fields that only the other has changed: they are in `form`.
    pub taken: Vec<&'static str>,
    /// Fields that both have changed, differently.
    pub differs: Vec<&'static str>,
}

/// Two forms and the one that both began with, together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Merged<F> {
    pub(crate) form: F,
    pub(crate) taken: Vec<&'static str>,
    pub(crate) differs: Vec<&'static str>,
}

impl<F> Merged<F> {
    pub(crate) fn meeting(self, theirs: F, by: &str, at: Micros, version: u32) -> Box<Meeting<F>> {
        Box::new(Meeting {
            theirs,
            form: self.form,
            by: by.to_owned(),
            at,
            version,
            taken: self.taken,
            differs: self.differs,
        })
    }
}

/// Merges field by field. Without the form that both began with, every difference is one that a person has to look at.
pub(crate) fn merge<F: Written>(before: Option<&F>, mine: &F, theirs: &F) -> Merged<F> {
    let mut merged = Merged {
        form: mine.clone(),
        taken: Vec::new(),
        differs: Vec::new(),
    };
    for field in F::FIELDS {
        if same(field, mine, theirs) {
            continue;
        }
        if before.is_some_and(|before| same_group(field.group, before, mine)) {
            field.set(&mut merged.form, field.get(theirs));
            merged.form.set_lines(field.name, theirs.lines(field.name));
            let source = theirs.source(field.name);
            merged.form.set_source(field.name, source);
            merged.taken.push(field.name);
        } else if before.is_none_or(|before| !same_group(field.group, before, theirs)) {
            merged.differs.push(field.name);
        }
    }
    merged
}

fn same<F: Written>(field: &Field<F>, one: &F, other: &F) -> bool {
    field.get(one) == field.get(other) && one.lines(field.name) == other.lines(field.name)
}

fn same_group<F: Written>(group: &str, one: &F, other: &F) -> bool {
    F::FIELDS
        .iter()
        .filter(|field| field.group == group)
        .all(|field| same(field, one, other))
}

/// Cleans every field in place, and gathers what cannot be kept.
pub(crate) fn clean<F: Written>(check: &mut Check, form: &mut F) {
    for field in F::FIELDS {
        let typed = field.get(form);
        let clean = match field.length {
            Length::Choice => typed.trim().to_owned(),
            Length::Line => check.line(field.name, typed),
            Length::Long => check.long(field.name, typed),
        };
        field.set(form, clean);
    }
}

/// Writes every field that has a section; `parent` is the code of the section around those that are not structured.
pub(crate) fn write<F: Written>(form: &F, letter: &mut Composition, parent: &str) {
    for field in F::FIELDS {
        match field.section {
            Section::None => {}
            Section::Structured(code, title) => letter.set_structured(code, title, field.get(form)),
            Section::Plain(code, title) => letter.set_text(parent, code, title, field.get(form)),
        }
    }
}

/// Reads every field that has a section.
pub(crate) fn read<F: Written>(form: &mut F, letter: &Composition, parent: &str) {
    for field in F::FIELDS {
        if let Section::Structured(code, _) | Section::Plain(code, _) = field.section {
            field.set(form, letter.text(parent, code));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::referral::DraftForm;

    fn form(purpose: &str, remarks: &str, addressee: &str) -> DraftForm {
        DraftForm {
            purpose: purpose.to_owned(),
            remarks: remarks.to_owned(),
            addressee: addressee.to_owned(),
            ..DraftForm::default()
        }
    }

    #[test]
    fn only_what_both_changed_is_a_conflict() {
        let before = form("目的", "備考", "a");
        let mine = form("私の目的", "備考", "a");
        let theirs = form("目的", "車いす", "a");
        let merged = merge(Some(&before), &mine, &theirs);
        assert_eq!(merged.form, form("私の目的", "車いす", "a"));
        assert_eq!(merged.taken, ["remarks"]);
        assert!(merged.differs.is_empty());

        let theirs = form("相手の目的", "備考", "a");
        let merged = merge(Some(&before), &mine, &theirs);
        assert_eq!((merged.form, merged.differs), (mine, vec!["purpose"]));
    }

    #[test]
    fn what_was_emptied_stays_empty() {
        let before = form("目的", "備考", "a");
        let mine = form("目的", "", "a");
        let merged = merge(Some(&before), &mine, &form("別の目的", "備考", "a"));
        assert_eq!(merged.form, form("別の目的", "", "a"));
        // Emptied by one and changed by the other: a person looks.
        let merged = merge(Some(&before), &mine, &form("目的", "別の備考", "a"));
        assert_eq!(
            (merged.form.remarks.as_str(), merged.differs),
            ("", vec!["remarks"])
        );
    }

    #[test]
    fn an_addressee_and_its_department_come_from_one_person() {
        let before = DraftForm {
            department: "d1".to_owned(),
            ..form("", "", "a")
        };
        let mine = form("", "", "b");
        let theirs = DraftForm {
            department: "d2".to_owned(),
            ..form("", "", "a")
        };
        let merged = merge(Some(&before), &mine, &theirs);
        assert_eq!(merged.form, mine);
        assert_eq!(merged.differs, ["addressee", "department"]);
        let merged = merge(Some(&before), &before, &mine);
        assert_eq!(merged.form, mine);
    }

    #[test]
    fn lines_go_with_their_text() {
        let before = form("", "", "");
        let theirs = DraftForm {
            medication: "アムロジピン".to_owned(),
            medication_lines: vec!["アムロジピン".to_owned()],
            medication_of: "アムロジン".to_owned(),
            ..form("", "", "")
        };
        let mine = form("目的", "", "");
        let merged = merge(Some(&before), &mine, &theirs);
        assert_eq!(merged.form.medication_lines, theirs.medication_lines);
        assert_eq!(merged.form.medication_of, theirs.medication_of);
        assert_eq!(merged.form.purpose, "目的");
    }

    #[test]
    fn without_a_beginning_every_difference_is_shown() {
        let merged = merge(None, &form("一", "二", ""), &form("一", "三", ""));
        assert_eq!(merged.differs, ["remarks"]);
    }
}
