//! 掲載内容の確認: the region's desk opens a round and sees who has not confirmed yet.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_directory::confirmation::{self, Due, Progress};
use renkei_directory::{AreaKind, Kind};
use renkei_store::Failure;
use renkei_store::confirmation::RoundRow;
use serde::Deserialize;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "confirmations.html")]
struct List<'a> {
    v: &'a Visit,
    rounds: Vec<RoundRow>,
    open: bool,
    form: Form,
    faults: Faults,
}

/// `GET /confirmations`
pub(crate) async fn list(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    page(&list_of(&app, &v, Form::default(), Faults::default()).await?)
}

async fn list_of<'a>(
    app: &App,
    v: &'a Visit,
    form: Form,
    faults: Faults,
) -> Result<List<'a>, Answer> {
    let rounds = app.store.confirmation_rounds().await?;
    Ok(List {
        v,
        open: rounds.iter().any(|round| round.closed_at.is_none()),
        rounds,
        form,
        faults,
    })
}

/// `POST /confirmations`
pub(crate) async fn open(State(app): State<App>, v: Visit, form: Form) -> Result<Response, Answer> {
    let (name, deadline) = (form.get("name"), form.get("deadline"));
    match confirmation::open(&app.store, &v.ctx, name, deadline).await {
        Ok(id) => Ok(Redirect::to(&format!("/confirmations/{id}")).into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let again = list_of(&app, &v, form, Faults::new(faults)).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// The code of a [`Progress`].
    progress: String,
    /// The code of a [`Kind`].
    kind: String,
    /// The code of an area; `-` is in none.
    area: String,
}

#[derive(Template)]
#[template(path = "confirmation.html")]
struct One<'a> {
    v: &'a Visit,
    round: RoundRow,
    due: Due,
    params: Params,
    /// Confirmed, begun, not yet, of all.
    counts: [usize; 4],
    kinds: Vec<Kind>,
    /// Code and name of areas that have such institutions.
    areas: Vec<(String, String)>,
    rows: Vec<Row>,
    faults: Faults,
    /// Of which institution a note could not be kept, and what was typed.
    noted: Option<(Id, String)>,
}

/// An institution that is asked.
struct Row {
    id: Id,
    name: String,
    kind: Option<Kind>,
    area: (String, String),
    phone: String,
    progress: Progress,
    /// When and what the desk heard.
    notes: Vec<(String, String)>,
}

/// `GET /confirmations/{id}?progress=&kind=&area=`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let round = confirmation::round(&app.store, &crate::visit::id(&id)?).await?;
    page(&one(&app, &v, round, params).await?)
}

async fn one<'a>(
    app: &App,
    v: &'a Visit,
    round: RoundRow,
    params: Params,
) -> Result<One<'a>, Answer> {
    let mut rows = rows(app, v, &round).await?;
    let count = |wanted: Progress| rows.iter().filter(|row| row.progress == wanted).count();
    let counts = [
        count(Progress::Whole),
        count(Progress::Begun),
        count(Progress::Nothing),
        rows.len(),
    ];
    let mut areas: BTreeMap<String, String> = BTreeMap::new();
    areas.extend(rows.iter().map(|row| row.area.clone()));
    let kinds = Kind::ALL
        .into_iter()
        .filter(|kind| rows.iter().any(|row| row.kind == Some(*kind)));
    let kinds = kinds.collect();
    let progress = Progress::from_code(&params.progress);
    rows.retain(|row| {
        progress.is_none_or(|wanted| row.progress == wanted)
            && (params.kind.is_empty() || row.kind.map(Kind::code) == Some(params.kind.as_str()))
            && (params.area.is_empty() || row.area.0 == params.area)
    });
    let today = v.now().in_japan().date();
    Ok(One {
        due: confirmation::due(&round.deadline, today),
        v,
        round,
        params,
        counts,
        kinds,
        areas: areas.into_iter().collect(),
        rows,
        faults: Faults::default(),
        noted: None,
    })
}

/// Institutions that have people here, in the order of area and name.
async fn rows(app: &App, v: &Visit, round: &RoundRow) -> Result<Vec<Row>, Answer> {
    let progress = confirmation::progress(&app.store, &round.id).await?;
    let mut notes: BTreeMap<Id, Vec<(String, String)>> = BTreeMap::new();
    for note in app.store.confirmation_notes(&round.id).await? {
        let said = (v.when(note.done_at), note.note);
        notes.entry(note.institution).or_default().push(said);
    }
    let day = v.now().in_japan().date();
    let mut asked = app.access.with_people(&v.ctx).await?;
    asked.extend(progress.keys().cloned());
    asked.sort();
    asked.dedup();
    let mut rows = Vec::new();
    for id in asked {
        let Some(hit) = app.finder.by_id(&id) else {
            continue;
        };
        let area = app
            .areas
            .of_municipality(AreaKind::SecondaryMedical, &hit.municipality, day);
        let found = renkei_directory::institution::get(&app.store, &v.ctx, &id).await?;
        let phone = found
            .as_ref()
            .and_then(|one| one.organization.telecom("phone"));
        rows.push(Row {
            area: area.map_or_else(
                || ("-".to_owned(), v.t("confirmation-outside")),
                |area| (area.code, area.name),
            ),
            phone: phone.unwrap_or_default().to_owned(),
            progress: progress.get(&id).copied().unwrap_or(Progress::Nothing),
            notes: notes.remove(&id).unwrap_or_default(),
            name: hit.name,
            kind: hit.kind,
            id,
        });
    }
    rows.sort_by(|a, b| (a.progress, &a.area, &a.name).cmp(&(b.progress, &b.area, &b.name)));
    Ok(rows)
}

/// `POST /confirmations/{id}/close`
pub(crate) async fn close(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Answer> {
    confirmation::close(&app.store, &v.ctx, &crate::visit::id(&id)?).await?;
    Ok(Redirect::to(&format!("/confirmations/{id}")).into_response())
}

/// `POST /confirmations/{id}/notes`
pub(crate) async fn note(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let round = crate::visit::id(&id)?;
    let institution = crate::visit::id(form.get("institution"))?;
    let said = form.get("note");
    match confirmation::note(&app.store, &v.ctx, &round, &institution, said).await {
        Ok(()) => Ok(Redirect::to(&format!("/confirmations/{id}#i-{institution}")).into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let round = confirmation::round(&app.store, &round).await?;
            let again = One {
                faults: Faults::new(faults),
                noted: Some((institution, said.to_owned())),
                ..one(&app, &v, round, Params::default()).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

impl One<'_> {
    /// What was typed of an institution and could not be kept.
    fn typed(&self, institution: &Id) -> Option<&str> {
        let noted = self.noted.as_ref().filter(|(id, _)| id == institution);
        noted.map(|(_, said)| said.as_str())
    }

    fn counted(&self) -> String {
        let [whole, begun, nothing, total] = self.counts.map(crate::say::count);
        let values = [
            ("whole", whole.as_str()),
            ("begun", begun.as_str()),
            ("nothing", nothing.as_str()),
            ("total", total.as_str()),
        ];
        self.v.tn("confirmation-counts", &values)
    }
}
