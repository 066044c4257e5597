//! A questionnaire to look at: the builder of a draft, what a final version asks, the sheet as its respondents see it, and
//! what differs between two versions.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use renkei_base::{Fault, Id};
use renkei_gov::questionnaire::act::{self, Version};
use renkei_gov::questionnaire::check::{check, without_english};
use renkei_gov::questionnaire::compare::{self as comparing, Difference};
use renkei_gov::questionnaire::edit::{KINDS, Kept};
use renkei_gov::questionnaire::{Question, Section, VersionState};
use serde::Deserialize;

use super::{address, chosen, number};
use crate::error::{Answer, page};
use crate::form::Faults;
use crate::question::{Filled, Shown, only_if};
use crate::state::App;
use crate::visit::{Visit, id};

/// Which version, and which it is compared with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    version: Option<i64>,
    old: Option<i64>,
}

#[derive(Template)]
#[template(path = "questionnaire.html")]
pub(super) struct One<'a> {
    v: &'a Visit,
    id: Id,
    now: &'a Version,
    versions: &'a [Version],
    /// What keeps the draft from being final.
    problems: Faults,
    /// Texts without English.
    without_english: usize,
    /// What was refused just now.
    faults: Faults,
    /// Somebody else changed it meanwhile.
    conflict: bool,
    /// The form that was refused: `head`, `section-N`.
    open: Option<String>,
}

impl<'a> One<'a> {
    pub(super) fn of(v: &'a Visit, versions: &'a [Version], now: &'a Version) -> Self {
        let before = versions
            .iter()
            .filter(|one| one.row.version < now.row.version);
        let kept = Kept::of(before.map(|one| one.body.clone()));
        let problems = if now.is_draft() {
            check(&now.body, &kept)
        } else {
            Vec::new()
        };
        Self {
            v,
            id: now.row.id.clone(),
            problems: Faults::new(problems),
            without_english: without_english(&now.body),
            now,
            versions,
            faults: Faults::default(),
            conflict: false,
            open: None,
        }
    }

    pub(super) fn told(self, faults: Vec<Fault>, conflict: bool, open: Option<String>) -> Self {
        Self {
            faults: Faults::new(faults),
            conflict,
            open,
            ..self
        }
    }

    fn is_open(&self, form: &str) -> bool {
        self.open.as_deref() == Some(form)
    }

    fn is_open_section(&self, at: &usize) -> bool {
        self.is_open(&format!("section-{at}"))
    }

    fn edits(&self) -> bool {
        self.now.is_draft() && self.versions.first().is_some_and(|one| one.is_draft())
    }

    fn say<'w>(&self, words: &'w renkei_gov::questionnaire::Words) -> &'w str {
        words.say(self.v.lang())
    }

    fn state(&self, version: &Version) -> String {
        self.v
            .t(&format!("questionnaire-state-{}", version.state().code()))
    }

    fn conditions(&self, question: &Question) -> Vec<String> {
        only_if(self.v, &self.now.body, question)
    }

    /// Problems of one place: the id of a question, `section-N`.
    fn wrong(&self, place: &str) -> Vec<String> {
        let here = self.problems.iter().filter(|one| one.field == place);
        here.map(|one| self.v.fault(one)).collect()
    }

    fn wrong_section(&self, at: &usize) -> Vec<String> {
        self.wrong(&format!("section-{at}"))
    }

    /// `選択肢から1つ (行っている・行っていない)`
    fn kind(&self, question: &Question) -> String {
        let kind = self.v.t(&format!("question-kind-{}", question.kind.code()));
        let choices = question.kind.choices().iter().filter(|one| !one.retired);
        let names: Vec<String> = choices.map(|one| self.say(&one.text).to_owned()).collect();
        if names.is_empty() {
            kind
        } else {
            format!("{kind} ({})", self.v.listed(&names))
        }
    }

    /// Where the next fault leads to.
    fn place(&self, fault: &Fault) -> String {
        let known = self.now.body.question(&fault.field).is_some();
        if known && self.edits() {
            format!("{}/questions/{}", address(&self.id), fault.field)
        } else {
            format!("#{}", fault.field)
        }
    }

    /// Which question a fault is about.
    fn about(&self, fault: &Fault) -> String {
        if let Some(question) = self.now.body.question(&fault.field) {
            return number(&self.now.body, question);
        }
        let at = fault
            .field
            .strip_prefix("section-")
            .and_then(|at| at.parse::<usize>().ok());
        at.and_then(|at| self.now.body.sections.get(at))
            .map(|section| section.label.clone())
            .unwrap_or_default()
    }
}

/// `GET /questionnaires/{id}`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Answer> {
    let versions = act::versions(&app.store, &v.ctx, &id(&key)?).await?;
    page(&One::of(&v, &versions, chosen(&versions, asked.version)?))
}

#[derive(Template)]
#[template(path = "questionnaire_preview.html")]
struct Preview<'a> {
    v: &'a Visit,
    now: &'a Version,
    sections: Vec<(&'a Section, Vec<Shown<'a>>)>,
}

/// `GET /questionnaires/{id}/preview`
pub(crate) async fn preview(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Answer> {
    let versions = act::versions(&app.store, &v.ctx, &id(&key)?).await?;
    let now = chosen(&versions, asked.version)?;
    let shown = |question| Shown::new(&v, &now.body, question, Filled::default());
    let sections = now.body.sections.iter().map(|section| {
        let questions = section.questions.iter().map(shown).collect();
        (section, questions)
    });
    page(&Preview {
        v: &v,
        now,
        sections: sections.collect(),
    })
}

#[derive(Template)]
#[template(path = "questionnaire_compare.html")]
struct Compare<'a> {
    v: &'a Visit,
    id: Id,
    old: &'a Version,
    new: &'a Version,
    versions: &'a [Version],
    differences: Vec<Difference>,
}

impl Compare<'_> {
    /// The fields of the form, with the version that each has.
    const fn pickers(&self) -> [(&'static str, i64); 2] {
        [
            ("old", self.old.row.version),
            ("version", self.new.row.version),
        ]
    }

    fn is(&self, version: &Version, number: impl std::borrow::Borrow<i64>) -> bool {
        version.row.version == *number.borrow()
    }
}

/// `GET /questionnaires/{id}/compare`
pub(crate) async fn compare(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Answer> {
    let id = id(&key)?;
    let versions = act::versions(&app.store, &v.ctx, &id).await?;
    let new = chosen(&versions, asked.version)?;
    let before = asked
        .old
        .or(Some(new.row.version - 1).filter(|old| *old > 0));
    let old = chosen(&versions, before)?;
    page(&Compare {
        v: &v,
        id,
        differences: comparing::compare(&old.body, &new.body),
        old,
        new,
        versions: &versions,
    })
}
