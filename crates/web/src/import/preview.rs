//! The page of one import: how far it is, what it would change, and what came of it.

use std::sync::PoisonError;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Refusal;
use renkei_directory::import::{self, Choice, Difference, Source};
use renkei_store::Failure;

use super::{Imported, begin_job, words};
use crate::error::{Answer, page, page_with};
use crate::form::Form;
use crate::job::Job;
use crate::state::App;
use crate::visit::Visit;

/// Differences and names that the page shows; the CSV has more.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "import.html")]
struct One<'a> {
    v: &'a Visit,
    job: &'a Job<Imported>,
    /// The person pressed the button without a word about the columns.
    unsaid: bool,
}

#[derive(Template)]
#[template(path = "import_progress.html")]
struct Part<'a> {
    v: &'a Visit,
    job: &'a Job<Imported>,
    unsaid: bool,
}

impl Imported {
    /// The differences that the page shows.
    pub(crate) fn shown(&self) -> &[Difference] {
        let all = &self.report.differences;
        all.get(..SHOWN).unwrap_or(all)
    }

    /// How many more there are.
    pub(crate) fn more(&self) -> u64 {
        self.report
            .accepted
            .saturating_sub(self.shown().len() as u64)
    }

    pub(crate) fn missing(&self) -> &[String] {
        let all = &self.report.missing_names;
        all.get(..SHOWN).unwrap_or(all)
    }

    /// Whether there is anything to write.
    pub(crate) fn can_confirm(&self) -> bool {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.is_some() && self.report.accepted + self.report.waiting > 0
    }

    /// The line of the last row, where it is not complete and others are missing: the file was perhaps cut off.
    pub(crate) fn cut(&self) -> Option<u64> {
        let refused = self.report.remarks.iter();
        let refused = refused.filter(|one| one.reason == "fault-import-row-width");
        let last = refused.map(|one| one.line).max()?;
        // Line 1 has the headings.
        (self.report.missing > 0 && last > self.report.rows()).then_some(last)
    }

    pub(crate) fn changed(&self) -> u64 {
        self.report.accepted.saturating_sub(self.report.created)
    }
}

/// Takes the file of a look.
pub(super) fn taken(done: &Imported) -> Option<Source> {
    let mut pending = done.pending.lock().unwrap_or_else(PoisonError::into_inner);
    pending.take()
}

/// `GET /imports/{id}`: how far it is, what it would change, what came of it.
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let job = app
        .imports
        .get(&crate::visit::id(&id)?)
        .ok_or(Answer::NotFound)?;
    if v.fragment {
        return page(&Part {
            v: &v,
            job: &job,
            unsaid: false,
        });
    }
    page(&One {
        v: &v,
        job: &job,
        unsaid: false,
    })
}

/// `POST /imports/{id}/confirm`: writes what was looked at.
pub(crate) async fn confirm(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let job = app
        .imports
        .get(&crate::visit::id(&id)?)
        .ok_or(Answer::NotFound)?;
    let Some(Ok(looked)) = job.result() else {
        return Err(Answer::NotFound);
    };
    if app.imports.running().is_some() {
        return Err(Failure::from(Refusal::not_now("refuse-import-running")).into());
    }
    let columns_right = !form.get("columns").is_empty();
    if !looked.report.doubts.is_empty() && !columns_right {
        // The file stays: the page asks again.
        return page_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &One {
                v: &v,
                job: &job,
                unsaid: true,
            },
        );
    }
    let kind = import::kind(looked.kind).ok_or(Answer::NotFound)?;
    let gone = || Failure::from(Refusal::not_now("refuse-import-gone"));
    let source = taken(looked).ok_or_else(gone)?;
    let choice = Choice {
        dry_run: false,
        all_or_nothing: !form.get("whole").is_empty(),
        columns_right,
    };
    let id = begin_job(&app, &v, kind, source, choice)?;
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
}

/// `GET /imports/{id}/rejects.csv`
pub(crate) async fn rejects(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let done = finished(&app, &id)?;
    csv("rejects.csv", &done, |done| {
        done.report.rejects_csv(|key| v.t(key))
    })
}

/// `GET /imports/{id}/differences.csv`
pub(crate) async fn differences(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let done = finished(&app, &id)?;
    csv("differences.csv", &done, |done| {
        done.report
            .differences_csv(|field| v.t(&crate::say::import_field_key(field)))
    })
}

fn finished(app: &App, id: &str) -> Result<std::sync::Arc<Job<Imported>>, Answer> {
    let job = app.imports.get(&crate::visit::id(id)?);
    job.filter(|job| matches!(job.result(), Some(Ok(_))))
        .ok_or(Answer::NotFound)
}

fn csv(
    name: &str,
    job: &Job<Imported>,
    text: impl FnOnce(&Imported) -> Vec<u8>,
) -> Result<Response, Answer> {
    let Some(Ok(done)) = job.result() else {
        return Err(Answer::NotFound);
    };
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, text(done)).into_response())
}

/// Why an import ended early, in words, one text each.
pub(crate) fn why(v: &Visit, failure: &Failure) -> Vec<String> {
    match failure {
        Failure::Refused(Refusal::Invalid(faults)) => words::refusal(&v.messages, v.lang(), faults),
        Failure::Refused(Refusal::Forbidden(key) | Refusal::NotNow(key)) => vec![v.t(key)],
        Failure::Refused(_) | Failure::Store(_) => vec![v.t("error-broken-job")],
    }
}

/// The doubts about a file's columns, in words.
pub(crate) fn doubts(v: &Visit, done: &Imported) -> Vec<String> {
    let doubts = done.report.doubts.iter();
    doubts
        .map(|one| words::doubt(&v.messages, v.lang(), one))
        .collect()
}
