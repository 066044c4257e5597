//! 監査: who did what, for auditors; and whether the record is as it was written.

pub(crate) mod filter;
pub(crate) mod words;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_access::audit::Verified;
use renkei_base::Id;
use renkei_store::{Problem, Verdict};

use crate::error::{Answer, page};
use crate::form::{Faults, Form};
use crate::job::Job;
use crate::state::App;
use crate::visit::Visit;
use filter::{Asked, Params};
use words::Line;

#[derive(Template)]
#[template(path = "audit.html")]
struct List<'a> {
    v: &'a Visit,
    form: Form,
    faults: Faults,
    asked: Asked,
    lines: Vec<Line>,
    /// Address of the older rows.
    older: Option<String>,
    verified: Option<Verified>,
    /// A verification that runs now.
    running: Option<Id>,
}

impl List<'_> {
    /// The file of all rows that this page asks for.
    fn file(&self) -> String {
        self.asked.params.address("/audit/rows.csv")
    }

    /// The one action that is asked for, where it is no group.
    fn single(&self) -> Option<&str> {
        let action = self.form.get("action");
        action.contains('.').then_some(action)
    }
}

#[derive(Template)]
#[template(path = "audit_verdict.html")]
struct VerdictPage<'a> {
    v: &'a Visit,
    job: &'a Job<Verdict>,
}

#[derive(Template)]
#[template(path = "audit_progress.html")]
struct VerdictPart<'a> {
    v: &'a Visit,
    job: &'a Job<Verdict>,
}

/// `GET /audit`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let asked = filter::asked(&app, &v, &params).await?;
    let rows = if asked.is_clear() {
        app.access.audit_rows(&v.ctx, &asked.filter).await?
    } else {
        Vec::new()
    };
    let older = (rows.len() == asked.filter.limit)
        .then(|| rows.last().map(|last| asked.params.after(&last.row)))
        .flatten();
    let lines = rows
        .into_iter()
        .map(|row| Line::new(&app, &v, &asked.params, row));
    page(&List {
        lines: lines.collect(),
        form: asked.form(),
        faults: Faults::new(asked.faults.clone()),
        older,
        verified: app.access.last_verified(&v.ctx).await?,
        running: app.verdicts.running().map(|job| job.id.clone()),
        asked,
        v: &v,
    })
}

/// `GET /audit/rows.csv`: what the page shows, in words and in codes, as a file.
pub(crate) async fn export(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let asked = filter::asked(&app, &v, &params).await?;
    if !asked.is_clear() {
        return Ok(Redirect::to(&params.address("/audit")).into_response());
    }
    if let Some(way) = crate::confirm::way(&app, &v).await? {
        return Ok(way);
    }
    let (rows, more) = app.access.audit_export(&v.ctx, &asked.filter).await?;
    let lines = rows
        .into_iter()
        .map(|row| cells(&v, &Line::new(&app, &v, &asked.params, row)));
    let cut = more.then(|| {
        let mut last = COLUMNS.map(|_| String::new());
        if let Some(first) = last.first_mut() {
            *first = v.t1("audit-cut", "rows", renkei_access::audit::EXPORT_ROWS);
        }
        last
    });
    let head = COLUMNS.map(|key| v.t(key));
    let all = std::iter::once(head).chain(lines).chain(cut);
    Ok(crate::sheet::csv("audit.csv", all))
}

const COLUMNS: [&str; 16] = [
    "audit-at",
    "audit-who",
    "audit-account",
    "audit-institution",
    "audit-institution-id",
    "audit-action",
    "audit-action-code",
    "audit-result",
    "audit-purpose",
    "audit-patient",
    "audit-what",
    "audit-said",
    "audit-detail",
    "audit-request",
    "audit-chain-name",
    "audit-seq",
];

fn cells(v: &Visit, line: &Line) -> [String; 16] {
    let row = &line.line.row;
    [
        v.moment(row.at),
        line.line.who.clone(),
        row.account.clone(),
        line.institution.clone(),
        row.institution.clone(),
        line.act.clone(),
        row.action.clone(),
        v.t(if row.refused {
            "audit-refused"
        } else {
            "audit-done"
        }),
        line.purpose.clone(),
        row.patient.clone(),
        row.what.clone(),
        line.said.join(" "),
        row.detail.clone(),
        row.request.clone(),
        row.chain.clone(),
        row.seq.to_string(),
    ]
}

/// `POST /audit/verify`: begins, and goes on to its page.
pub(crate) async fn verify(
    State(app): State<App>,
    v: Visit,
    _form: Form,
) -> Result<Response, Answer> {
    let job = match app.verdicts.begin(v.ctx.ids.id()) {
        Ok(job) => {
            let (ctx, work) = (v.ctx.clone(), job.clone());
            tokio::spawn(async move {
                let told = work.clone();
                let verdict = app
                    .access
                    .verify_audit(&ctx, move |rows| told.tell(rows, 0))
                    .await;
                work.end(verdict);
            });
            job
        }
        // A second click watches the first.
        Err(running) => running,
    };
    Ok(Redirect::to(&format!("/audit/verify/{}", job.id)).into_response())
}

/// `GET /audit/verify/{id}`
pub(crate) async fn verdict(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let job = app
        .verdicts
        .get(&crate::visit::id(&id)?)
        .ok_or(Answer::NotFound)?;
    if v.fragment {
        return page(&VerdictPart { v: &v, job: &job });
    }
    page(&VerdictPage { v: &v, job: &job })
}

/// What is wrong with a chain, in words.
pub(crate) fn problem(v: &Visit, problem: &Problem) -> String {
    match problem {
        Problem::Changed { chain, seq } => v.tn(
            "audit-problem-changed",
            &[("chain", chain.as_str()), ("seq", &seq.to_string())],
        ),
        Problem::Missing { chain, from, to } => v.tn(
            "audit-problem-missing",
            &[
                ("chain", chain.as_str()),
                ("from", &from.to_string()),
                ("to", &to.to_string()),
            ],
        ),
        Problem::Head { chain, seq } => v.tn(
            "audit-problem-head",
            &[("chain", chain.as_str()), ("seq", &seq.to_string())],
        ),
        Problem::HeadsFile { line } => v.t1("audit-problem-heads-file", "line", line),
    }
}
