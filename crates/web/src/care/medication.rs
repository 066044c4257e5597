//! 処方: the lines of a letter's medication, and whether they are those of its text.

use askama::Template;
use axum::response::Response;
use renkei_care::referral::{Anew, DraftForm, Origin};

use super::writing;
use crate::error::{Answer, page};
use crate::form::Form;
use crate::visit::Visit;

/// The lines as the page shows them.
#[derive(Debug, Default)]
pub(super) struct Medication {
    pub(super) lines: Vec<Line>,
    /// The text that they were made from.
    pub(super) of: String,
    /// Where the text has changed since: what making them anew comes to.
    pub(super) old: Option<Anew>,
    /// Lines that went when they were made anew.
    pub(super) gone: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Line {
    pub(super) text: String,
    /// Message key of what is to be said of it.
    pub(super) mark: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "care/medication_lines.html")]
struct Lines<'a> {
    v: &'a Visit,
    medication: Medication,
}

/// `POST /referrals/medication`: the pasted text as lines to confirm. By POST, since it is a patient's.
pub(crate) async fn split(v: Visit, form: Form) -> Result<Response, Answer> {
    let medication = Medication::anew(&writing::typed(&form));
    page(&Lines { v: &v, medication })
}

impl Medication {
    /// The lines that there are.
    pub(super) fn of(letter: &DraftForm) -> Self {
        let lines = letter.medication_lines.iter();
        Self {
            lines: lines
                .filter(|line| !line.trim().is_empty())
                .map(|line| Line {
                    text: line.clone(),
                    mark: None,
                })
                .collect(),
            of: letter.medication_of.clone(),
            old: letter.has_old_lines().then(|| letter.lines_anew()),
            gone: Vec::new(),
        }
    }

    /// The lines made anew from the text, with what that changes.
    pub(super) fn anew(letter: &DraftForm) -> Self {
        let first = letter.medication_lines.is_empty();
        let anew = letter.lines_anew();
        let lines = anew.lines.into_iter().map(|(text, origin)| Line {
            text,
            mark: mark(origin).filter(|_| !first),
        });
        Self {
            lines: lines.collect(),
            of: letter.medication.clone(),
            old: None,
            gone: anew.gone,
        }
    }

    /// The same as a part of the page.
    pub(super) fn part(self, v: &Visit) -> Result<String, Answer> {
        let medication = self;
        let lines = Lines { v, medication }.render()?;
        Ok(format!("<div id=\"lines\">{lines}</div>"))
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.gone.is_empty()
    }

    /// What making the lines anew would add.
    pub(super) fn added(&self) -> Vec<&str> {
        let lines = self.old.iter().flat_map(|old| &old.lines);
        let added = lines.filter(|(_, origin)| *origin == Origin::New);
        added.map(|(line, _)| line.as_str()).collect()
    }

    /// What making the lines anew would take away.
    pub(super) fn taken(&self) -> &[String] {
        self.old.as_ref().map_or(&[], |old| &old.gone)
    }
}

const fn mark(origin: Origin) -> Option<&'static str> {
    match origin {
        Origin::Stays => None,
        Origin::New => Some("medication-new"),
        Origin::Hand => Some("medication-hand"),
    }
}
