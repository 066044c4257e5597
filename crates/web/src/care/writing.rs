//! What the pages of a letter and of a reply share: a form that saves itself, and two people in it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use renkei_base::{Id, Micros, Refusal};
use renkei_care::attachment::AttachmentView;
use renkei_care::field::{Meeting, Saved, Written};
use renkei_store::Failure;

use crate::error::{Answer, page};
use crate::form::{Faults, Form};
use crate::visit::Visit;

/// The fields of a sent form.
pub(super) fn typed<F: Written + Default>(form: &Form) -> F {
    let mut typed = F::default();
    for field in F::FIELDS {
        field.set(&mut typed, form.get(field.name));
        typed.set_lines(field.name, form.all(&lines_of(field.name)));
        typed.set_source(field.name, form.get(&source_of(field.name)));
    }
    typed
}

/// The same the other way round.
pub(super) fn shown<F: Written>(written: &F) -> Form {
    let texts = F::FIELDS
        .iter()
        .map(|field| (field.name.to_owned(), field.get(written).to_owned()));
    let lines = F::FIELDS.iter().flat_map(|field| {
        let lines = written.lines(field.name).iter();
        lines.map(|line| (lines_of(field.name), line.clone()))
    });
    let sources = F::FIELDS
        .iter()
        .filter(|field| !written.lines(field.name).is_empty())
        .map(|field| {
            let source = written.source(field.name).to_owned();
            (source_of(field.name), source)
        });
    Form::from_pairs(texts.chain(lines).chain(sources))
}

fn lines_of(field: &str) -> String {
    format!("{field}_lines")
}

fn source_of(field: &str) -> String {
    format!("{field}_of")
}

/// What somebody else did to the form meanwhile.
#[derive(Debug, Default)]
pub(super) struct Marks {
    by: String,
    at: Micros,
    /// Fields that both changed, with what the other wrote, in words.
    theirs: Vec<(&'static str, String)>,
    /// Fields that only the other changed.
    taken: Vec<&'static str>,
    /// A button wanted more than a save, and waits until this has been read.
    pub(super) waits: bool,
}

impl Marks {
    pub(super) fn of<F: Written>(meeting: &Meeting<F>) -> Self {
        let theirs = shown(&meeting.theirs);
        let both = meeting.differs.iter();
        Self {
            by: meeting.by.clone(),
            at: meeting.at,
            theirs: both
                .map(|name| (*name, theirs.get(name).to_owned()))
                .collect(),
            taken: meeting.taken.clone(),
            waits: false,
        }
    }

    /// The other's text of a field in words, where its value is a code.
    pub(super) fn say(&mut self, field: &str, words: impl FnOnce(&str) -> String) {
        let mut all = self.theirs.iter_mut();
        if let Some((_, text)) = all.find(|(name, _)| *name == field) {
            *text = words(text);
        }
    }

    pub(super) fn is_conflict(&self) -> bool {
        !self.theirs.is_empty()
    }

    pub(super) fn is_merged(&self) -> bool {
        self.theirs.is_empty() && !self.taken.is_empty()
    }

    /// What the other wrote in a field that both changed.
    pub(super) fn theirs(&self, field: &str) -> Option<&str> {
        let found = self.theirs.iter().find(|(name, _)| *name == field);
        found.map(|(_, text)| text.as_str())
    }

    pub(super) fn has_taken(&self, field: &str) -> bool {
        self.taken.contains(&field)
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &'static str> {
        self.theirs.iter().map(|(name, _)| *name)
    }

    pub(super) fn taken(&self) -> &[&'static str] {
        &self.taken
    }

    pub(super) fn who(&self, v: &Visit) -> [(&'static str, String); 2] {
        [("name", self.by.clone()), ("when", v.when(self.at))]
    }

    /// A text about the other, with name and time.
    pub(super) fn told(&self, v: &Visit, key: &str) -> String {
        let [(name, who), (when, at)] = self.who(v);
        v.tn(key, &[(name, who.as_str()), (when, at.as_str())])
    }
}

/// Why nothing was saved although the form was in order, with its status; `None` for what has an answer of its own.
pub(super) fn refusal(failure: &Failure) -> Option<(String, StatusCode)> {
    match failure {
        Failure::Refused(Refusal::NotNow(key)) => Some((key.clone(), StatusCode::CONFLICT)),
        Failure::Refused(Refusal::Forbidden(key)) => Some((key.clone(), StatusCode::FORBIDDEN)),
        _ => None,
    }
}

/// The answer to a save by itself: when, and the version that the next save stands on.
#[derive(Template)]
#[template(path = "care/draft_saved.html")]
pub(super) struct SavedPart<'a> {
    v: &'a Visit,
    /// Which kind of writing: `letter` or `reply`; also the prefix of its fields' names.
    kind: &'static str,
    base: u32,
    faults: Faults,
    marks: Marks,
    /// The fields with what was taken over.
    form: Form,
    case: Id,
    files: Vec<AttachmentView>,
    /// Saved for the first time: from now on files can be attached.
    first: bool,
    /// Parts of the page that show what was taken over, made by its noun.
    parts: Vec<String>,
}

impl<'a> SavedPart<'a> {
    /// What became of a save that stood on `before`.
    pub(super) fn new<F: Written>(
        v: &'a Visit,
        kind: &'static str,
        case: Id,
        before: u32,
        saved: Result<Saved<F>, Failure>,
    ) -> Result<Self, Answer> {
        let mut part = Self {
            v,
            kind,
            // The base stays old where nothing was stored, so that nothing is written over before a person has looked.
            base: before,
            faults: Faults::default(),
            marks: Marks::default(),
            form: Form::default(),
            case,
            files: Vec::new(),
            first: false,
            parts: Vec::new(),
        };
        match saved {
            Ok(Saved::Saved { version }) => part.base = version,
            Ok(Saved::Merged(meeting)) => {
                part.base = meeting.version;
                part.marks = Marks::of(&meeting);
                part.form = shown(&meeting.form);
            }
            Ok(Saved::Conflict(meeting)) => part.marks = Marks::of(&meeting),
            Err(Failure::Refused(Refusal::Invalid(faults))) => part.faults = Faults::new(faults),
            Err(other) => return Err(other.into()),
        }
        part.first = before == 0 && part.base != 0;
        Ok(part)
    }

    /// Whether a field was taken over, and the form with it.
    pub(super) fn taken(&self, field: &str) -> Option<&Form> {
        self.marks.has_taken(field).then_some(&self.form)
    }

    pub(super) fn push(&mut self, part: String) {
        self.parts.push(part);
    }

    /// `address` is where a page loaded again shows this text, and does not begin another.
    pub(super) fn answer(self, address: &str) -> Result<Response, Answer> {
        let first = self.first.then(|| [("HX-Replace-Url", address.to_owned())]);
        let part = page(&self)?;
        Ok((first, part).into_response())
    }

    fn is_stored(&self) -> bool {
        self.faults.is_empty() && !self.marks.is_conflict()
    }

    const fn attaches_to(&self) -> &'static str {
        self.kind
    }
}
