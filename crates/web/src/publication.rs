//! 公表と記録: what was shown at meetings, what was published, what became different since. For who runs the survey.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Refusal;
use renkei_gov::count::Figures;
use renkei_gov::count::change::Difference;
use renkei_gov::snapshot::{self, Changed, SnapshotRow};
use renkei_gov::survey::{SurveyState, seen};
use renkei_gov::{approver, count, publication};
use renkei_store::SurveyRow;

use crate::count::show::status_key;
use crate::error::{Answer, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
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
    /// Whether the caller may take the approval back.
    approves: bool,
    form: Form,
    faults: Faults,
}

/// A record with what is another thing by now.
struct Kept {
    row: SnapshotRow,
    count: usize,
    changes: Vec<Line>,
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
) -> Result<Response, Answer> {
    let shown = shown(&app, &v, &code, Form::default(), Faults::default()).await?;
    page_with(StatusCode::OK, &shown)
}

async fn shown<'a>(
    app: &App,
    v: &'a Visit,
    code: &str,
    form: Form,
    faults: Faults,
) -> Result<Page<'a>, Answer> {
    let survey = seen::owned(&app.store, &v.ctx, code).await?;
    let now = count::live(&app.store, &survey, &app.areas).await?;
    let mut kept = Vec::new();
    for row in app.store.snapshots(code).await? {
        if let Some(stored) = snapshot::read(&app.store, code, row.number).await? {
            let changes = snapshot::changed(&app.store, &stored, &now).await?;
            kept.push(Kept {
                row,
                count: changes.len(),
                changes: lines(app, v, &now, changes).await?,
            });
        }
    }
    let lonely = !approver::has(&app.store, &survey.owner).await?;
    Ok(Page {
        approves: v.has_role("approver") || lonely,
        state: seen::state_of(&survey),
        survey,
        now,
        kept,
        form,
        faults,
        v,
    })
}

async fn lines(
    app: &App,
    v: &Visit,
    now: &Figures,
    changes: Vec<Changed>,
) -> Result<Vec<Line>, Answer> {
    let mut lines = Vec::new();
    for changed in changes.into_iter().take(SHOWN) {
        let heading = now
            .line(&changed.difference.line)
            .and_then(|at| now.lines.get(at))
            .map(renkei_gov::count::FigureLine::heading);
        let by = match &changed.by {
            Some((account, at, why)) => {
                let name = match account {
                    Some(id) => app.store.account(id).await?.map(|account| account.name),
                    None => None,
                };
                let name = name.unwrap_or_else(|| v.t("publication-program"));
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
            let shown = shown(&app, &v, &code, form, Faults::new(faults)).await?;
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

    fn fault(&self, field: &str) -> String {
        let fault = self.faults.of(field);
        fault.map(|fault| self.v.fault(fault)).unwrap_or_default()
    }
}
