//! 監査: who did what, for auditors; and whether the record is as it was written.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::ToSpan;
use jiff::civil::Date;
use renkei_access::audit::AuditLine;
use renkei_base::{Id, Micros, era, limits};
use renkei_store::{AuditFilter, Problem, Verdict};
use serde::Deserialize;

use crate::error::{Answer, page};
use crate::form::{Faults, Form};
use crate::job::Job;
use crate::state::App;
use crate::visit::Visit;

/// Days that are shown without a wish.
const DAYS: i32 = 7;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    from: String,
    until: String,
    account: String,
    institution: String,
    patient: String,
    action: String,
    refused: String,
    /// The last row of the page before.
    after: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct List<'a> {
    v: &'a Visit,
    form: Form,
    faults: Faults,
    lines: Vec<Line>,
    /// Address of the older rows.
    older: Option<String>,
}

struct Line {
    line: AuditLine,
    institution: String,
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
    let (filter, faults) = filter(&params, v.now());
    let lines = if faults.is_empty() {
        app.access.audit_rows(&v.ctx, &filter).await?
    } else {
        Vec::new()
    };
    let older = (lines.len() == filter.limit)
        .then(|| older(&params, &lines))
        .flatten();
    let lines = lines.into_iter().map(|line| Line {
        institution: institution(&app, &line.row.institution),
        line,
    });
    page(&List {
        v: &v,
        form: shown(&params, &filter),
        faults: Faults::new(faults),
        lines: lines.collect(),
        older,
    })
}

fn institution(app: &App, id: &str) -> String {
    let hit = id.parse::<Id>().ok().and_then(|id| app.finder.by_id(&id));
    hit.map_or_else(|| id.to_owned(), |hit| hit.name)
}

/// What was asked for. Ids and codes only: a name that was typed by mistake does not get into the audit of the audit.
fn filter(params: &Params, now: Micros) -> (AuditFilter, Vec<renkei_base::Fault>) {
    let mut faults = Vec::new();
    let today = now.in_japan().date();
    let first = today.checked_sub(DAYS.days()).unwrap_or(today);
    let from = day("from", &params.from, first, &mut faults);
    let until = day("until", &params.until, today, &mut faults);
    let end = until.checked_add(1.day()).unwrap_or(until);
    let filter = AuditFilter {
        from: midnight(from),
        until: midnight(end),
        account: code("account", &params.account, &mut faults),
        institution: code("institution", &params.institution, &mut faults),
        patient: code("patient", &params.patient, &mut faults),
        action: code("action", &params.action, &mut faults),
        refused: !params.refused.is_empty(),
        limit: limits::PAGE_ROWS_MAX,
        after: cursor(&params.after),
    };
    (filter, faults)
}

fn day(field: &str, typed: &str, otherwise: Date, faults: &mut Vec<renkei_base::Fault>) -> Date {
    if typed.trim().is_empty() {
        return otherwise;
    }
    era::parse(typed).unwrap_or_else(|fault| {
        faults.push(fault.fault(field));
        otherwise
    })
}

fn midnight(day: Date) -> Micros {
    Micros::from_japan(day.at(0, 0, 0, 0)).unwrap_or(Micros::NEVER)
}

fn code(field: &str, typed: &str, faults: &mut Vec<renkei_base::Fault>) -> String {
    let typed = typed.trim();
    if typed.is_empty() {
        return String::new();
    }
    match typed.parse::<Id>() {
        Ok(id) => id.to_string(),
        Err(_) => {
            faults.push(renkei_base::Fault::new(field, "fault-audit-id"));
            String::new()
        }
    }
}

/// The form as it was sent, with the days that were taken where none were typed.
fn shown(params: &Params, filter: &AuditFilter) -> Form {
    let day_of = |at: Micros| at.in_japan().date().to_string();
    let mut form = Form::default();
    form.set(
        "from",
        if params.from.is_empty() {
            day_of(filter.from)
        } else {
            params.from.clone()
        },
    );
    form.set("until", params.until.as_str());
    form.set("account", params.account.as_str());
    form.set("institution", params.institution.as_str());
    form.set("patient", params.patient.as_str());
    form.set("action", params.action.as_str());
    form.set("refused", params.refused.as_str());
    form
}

/// `1795478400000000_write-0_17`
fn cursor(text: &str) -> Option<(Micros, String, i64)> {
    let mut parts = text.split('_');
    let at = parts.next()?.parse().ok()?;
    Some((
        Micros(at),
        parts.next()?.to_owned(),
        parts.next()?.parse().ok()?,
    ))
}

/// The address of the next page.
fn older(params: &Params, lines: &[AuditLine]) -> Option<String> {
    let last = &lines.last()?.row;
    let mut query = form_urlencoded::Serializer::for_suffix("/audit?".to_owned(), "/audit?".len());
    let pairs = [
        ("from", &params.from),
        ("until", &params.until),
        ("account", &params.account),
        ("institution", &params.institution),
        ("patient", &params.patient),
        ("action", &params.action),
        ("refused", &params.refused),
    ];
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let cursor = format!("{}_{}_{}", last.at.0, last.chain, last.seq);
    Some(query.append_pair("after", &cursor).finish())
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
