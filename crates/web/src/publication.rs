//! 公表と記録: what was shown at meetings, what was published, what became different since. For who runs the survey.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Refusal;
use renkei_gov::count::Figures;
use renkei_gov::count::change::Difference;
use renkei_gov::sheet::history::names;
use renkei_gov::snapshot::{self, Changed, SnapshotRow};
use renkei_gov::survey::{SurveyState, seen};
use renkei_gov::{approver, count, publication};
use renkei_store::SurveyRow;
use serde::Deserialize;

use crate::count::show::status_key;
use crate::error::{Answer, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::survey_withdrawal::Line as Withdrawal;
use crate::visit::Visit;

/// Differences of one record that are shown.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "survey/publication.html")]
struct Page<'a> {
    v: &'a Visit,
    survey: SurveyRow,
    state: SurveyState,
    now: Figures,
    kept: Vec<Kept>,
    withdrawn: Vec<Withdrawal>,
    /// Whether the caller may publish, and take the approval back.
    approves: bool,
    form: Form,
    faults: Faults,
}

/// A record with what is another thing by now.
struct Kept {
    row: SnapshotRow,
    /// Of the record that is looked at.
    differences: Option<Differences>,
}

/// How many, and the first of them.
struct Differences {
    count: usize,
    lines: Vec<Line>,
}

struct Line {
    changed: Changed,
    heading: String,
    /// Who wrote last, where anybody did.
    by: String,
}

/// `GET /surveys/{code}/publication`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let form = (Form::default(), Faults::default());
    let shown = shown(&app, &v, &code, params.record, form).await?;
    page_with(StatusCode::OK, &shown)
}

/// What an address says of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// The number of the record that is held against now; without one, the newest.
    record: Option<i64>,
}

async fn shown<'a>(
    app: &App,
    v: &'a Visit,
    code: &str,
    record: Option<i64>,
    (form, faults): (Form, Faults),
) -> Result<Page<'a>, Answer> {
    let survey = seen::owned(&app.store, &v.ctx, code).await?;
    let mut now = count::live(&app.store, &survey, &app.areas).await?;
    v.name_sheets(&app.areas.atlas(), &mut now);
    let rows = app.store.snapshots(code).await?;
    let open = record.or_else(|| rows.first().map(|row| row.number));
    let mut kept = Vec::new();
    for row in rows {
        let differences = match open == Some(row.number) {
            true => Some(differences(app, v, &row, &now).await?),
            false => None,
        };
        kept.push(Kept { row, differences });
    }
    let withdrawn = withdrawn(app, code, &now).await?;
    let lonely = !approver::has(&app.store, &survey.owner).await?;
    Ok(Page {
        approves: v.has_role("approver") || lonely,
        state: seen::state_of(&survey),
        survey,
        withdrawn,
        now,
        kept,
        form,
        faults,
        v,
    })
}

/// What is another thing now than in a record.
async fn differences(
    app: &App,
    v: &Visit,
    row: &SnapshotRow,
    now: &Figures,
) -> Result<Differences, Answer> {
    let stored = snapshot::read(&app.store, &row.survey, row.number).await?;
    let stored = stored.ok_or(Answer::NotFound)?;
    let (count, changes) = snapshot::changed(&app.store, &stored, now, SHOWN).await?;
    let lines = lines(app, v, now, changes).await?;
    Ok(Differences { count, lines })
}

/// What is withdrawn, with who showed it and the number of its question.
async fn withdrawn(app: &App, code: &str, now: &Figures) -> Result<Vec<Withdrawal>, Answer> {
    let all = renkei_gov::survey_withdrawal::of(&app.store, code).await?;
    let named = |row: &renkei_gov::survey_withdrawal::WithdrawalRow| {
        let mut sheets = now.sheets.iter();
        let sheet = sheets.find(|one| one.respondent == row.respondent.as_str());
        let mut lines = now.lines.iter();
        let line = lines.find(|line| line.question == row.question);
        Withdrawal {
            respondent: sheet.map(|one| one.name.clone()).unwrap_or_default(),
            heading: line
                .map(renkei_gov::count::FigureLine::heading)
                .unwrap_or_default(),
            row: row.clone(),
        }
    };
    Ok(all.rows().into_iter().map(named).collect())
}

async fn lines(
    app: &App,
    v: &Visit,
    now: &Figures,
    changes: Vec<Changed>,
) -> Result<Vec<Line>, Answer> {
    let people = changes.iter().filter_map(|one| one.by.as_ref()?.0.clone());
    let names = names(&app.store, people).await?;
    let mut lines = Vec::new();
    for changed in changes {
        let heading = now
            .line(&changed.difference.line)
            .and_then(|at| now.lines.get(at))
            .map(renkei_gov::count::FigureLine::heading);
        let by = match &changed.by {
            Some((account, at, why)) => {
                let name = account.as_ref().and_then(|id| names.get(id));
                let name = name.cloned().unwrap_or_else(|| v.t("publication-program"));
                let when = v.when(*at);
                let values = [("name", name.as_str()), ("when", when.as_str())];
                format!("{} {why}", v.tn("publication-by", &values))
            }
            None => String::new(),
        };
        lines.push(Line {
            heading: heading.unwrap_or_default(),
            by,
            changed,
        });
    }
    Ok(lines)
}

/// `POST /surveys/{code}/publication`: keeps what is shown at a meeting, or publishes.
pub(crate) async fn act(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    app.areas.refresh(&app.store).await?;
    let done = match form.get("act") {
        "publish" => {
            let note = form.get("note");
            publication::publish(&app.store, &v.ctx, &app.areas, &code, note).await
        }
        "present" => {
            let (label, day) = (form.get("label"), form.get("day"));
            snapshot::present(&app.store, &v.ctx, &app.areas, &code, label, day).await
        }
        _ => return Err(Answer::Request),
    };
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/surveys/{code}/publication")).into_response()),
        Err(renkei_store::Failure::Refused(Refusal::Invalid(faults))) => {
            let form = (form, Faults::new(faults));
            let shown = shown(&app, &v, &code, None, form).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Err(failure) => Err(failure.into()),
    }
}

impl Page<'_> {
    fn was(&self, difference: &Difference) -> String {
        let (before, now) = (difference.before, difference.now);
        let (before, now) = (self.v.t(&status_key(before)), self.v.t(&status_key(now)));
        let values = [("before", before.as_str()), ("now", now.as_str())];
        self.v.tn("publication-was", &values)
    }

    fn kind(&self, row: &SnapshotRow) -> String {
        self.v.t(&format!("publication-kind-{}", row.kind))
    }

    /// Everybody who is counted, now.
    fn n(&self) -> usize {
        self.now.counted().count()
    }

    fn approved(&self) -> bool {
        self.state == SurveyState::Approved
    }

    fn published(&self) -> bool {
        self.state == SurveyState::Published
    }
}
