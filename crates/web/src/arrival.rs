//! 宛先待ちの紹介状: the region's desk says which institutions are meant. Institutions alone, never a patient.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_care::arrival::{self, Arrival, ArrivalForm};
use renkei_directory::Search;
use renkei_directory::finder::Hit;
use renkei_store::{DocumentParty, Failure};
use serde::Deserialize;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

/// Institutions that a search offers.
const OFFERED: usize = 12;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// What was typed to find the sender, the addressee; the name as sent when there is nothing.
    from_q: Option<String>,
    to_q: Option<String>,
    /// `delivered` or `returned`: what was just done.
    done: String,
}

#[derive(Template)]
#[template(path = "arrivals.html")]
struct List<'a> {
    v: &'a Visit,
    /// A text key, or empty.
    done: &'static str,
    waiting: Vec<Arrival>,
}

impl List<'_> {
    #[expect(clippy::unused_self, reason = "a template calls it")]
    fn ends<'a>(&self, one: &'a Arrival) -> [(&'static str, &'a DocumentParty); 2] {
        [("arrival-from", &one.from), ("arrival-to", &one.to)]
    }
}

#[derive(Template)]
#[template(path = "arrival.html")]
struct One<'a> {
    v: &'a Visit,
    one: Arrival,
    sides: Vec<Side>,
    faults: Faults,
}

/// One end of a letter that waits.
struct Side {
    /// Field: `from` or `to`.
    field: &'static str,
    /// Text key of the end.
    title: &'static str,
    sent: DocumentParty,
    /// The institution, where the directory knows it.
    known: Option<Hit>,
    words: String,
    found: Vec<Hit>,
    chosen: String,
}

impl One<'_> {
    /// Whether there is a choice to make for every end.
    fn can_assign(&self) -> bool {
        self.sides
            .iter()
            .all(|side| side.known.is_some() || !side.found.is_empty())
    }
}

/// `GET /arrivals`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let done = match params.done.as_str() {
        "delivered" => "arrival-delivered",
        "returned" => "arrival-returned",
        _ => "",
    };
    page(&List {
        v: &v,
        done,
        waiting: arrival::waiting(&app.care, &v.ctx).await?,
    })
}

/// `GET /arrivals/{id}?from_q=&to_q=`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let one = arrival::view(&app.care, &v.ctx, &crate::visit::id(&id)?).await?;
    let sides = sides(&app, &one, &params, &ArrivalForm::default());
    page(&One {
        v: &v,
        one,
        sides,
        faults: Faults::default(),
    })
}

fn sides(app: &App, one: &Arrival, params: &Params, chosen: &ArrivalForm) -> Vec<Side> {
    let side = |field, title, sent: &DocumentParty, words: &Option<String>, chosen: &str| {
        let words = words.clone().unwrap_or_else(|| sent.name.clone());
        let known = sent.institution.as_ref().map(|id| app.finder.by_id(id));
        let found = match known {
            Some(_) => Vec::new(),
            None => search(app, &words),
        };
        Side {
            field,
            title,
            sent: sent.clone(),
            known: known.flatten(),
            words,
            found,
            chosen: chosen.to_owned(),
        }
    };
    vec![
        side(
            "from",
            "arrival-from",
            &one.from,
            &params.from_q,
            &chosen.from,
        ),
        side("to", "arrival-to", &one.to, &params.to_q, &chosen.to),
    ]
}

fn search(app: &App, words: &str) -> Vec<Hit> {
    if words.trim().is_empty() {
        return Vec::new();
    }
    let search = Search {
        words: words.to_owned(),
        limit: OFFERED,
        ..Search::default()
    };
    app.finder.search(&search).hits
}

/// `POST /arrivals/{id}/assign`
pub(crate) async fn assign(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let id: Id = crate::visit::id(&id)?;
    let chosen = ArrivalForm {
        from: form.get("from").to_owned(),
        to: form.get("to").to_owned(),
    };
    match arrival::assign(&app.care, &v.ctx, &id, &chosen).await {
        Ok(_) => Ok(Redirect::to("/arrivals?done=delivered").into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let one = arrival::view(&app.care, &v.ctx, &id).await?;
            let typed = |name: &str| form.has(name).then(|| form.get(name).to_owned());
            let params = Params {
                from_q: typed("from_q"),
                to_q: typed("to_q"),
                ..Params::default()
            };
            let sides = sides(&app, &one, &params, &chosen);
            let again = One {
                v: &v,
                one,
                sides,
                faults: Faults::new(faults),
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /arrivals/{id}/refuse`
pub(crate) async fn refuse(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Answer> {
    arrival::refuse(&app.care, &v.ctx, &crate::visit::id(&id)?).await?;
    Ok(Redirect::to("/arrivals?done=returned").into_response())
}
