//! Rows of lists that wait for a person to say which institution they mean.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_directory::finder::Hit;
use renkei_directory::import::wait;
use renkei_store::Failure;
use renkei_store::import_wait::ImportWait;

use super::{LISTED, List, whole};
use crate::error::{Answer, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

/// A row and the institutions that it may mean.
pub(super) struct Named {
    pub(super) wait: ImportWait,
    pub(super) candidates: Vec<Hit>,
}

/// The first rows that wait, and how many more there are.
pub(super) async fn named(app: &App, v: &Visit) -> Result<(Vec<Named>, u64), Answer> {
    let waits = wait::waiting(&app.store, &v.ctx, LISTED).await?;
    let count = app.store.import_wait_count().await?;
    let more = count.saturating_sub(waits.len() as u64);
    let named = waits.into_iter().map(|wait| Named {
        candidates: wait
            .candidates
            .iter()
            .filter_map(|id| app.finder.by_id(id))
            .collect(),
        wait,
    });
    Ok((named.collect(), more))
}

/// `POST /imports/waits/{kind}/{key}`: a person says which institution is meant, or that none here is.
pub(crate) async fn settle(
    State(app): State<App>,
    v: Visit,
    Path((kind, key)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let chosen = match form.get("institution") {
        "none" => {
            wait::dismiss(&app.store, &v.ctx, &kind, &key).await?;
            return Ok(Redirect::to("/imports#waits").into_response());
        }
        "other" => typed(&app, form.get("other")).await?,
        chosen => chosen.parse().ok(),
    };
    let Some(id) = chosen else {
        let fault = Refusal::fault("waits", "fault-import-wait-institution");
        let Refusal::Invalid(faults) = fault else {
            return Err(Answer::NotFound);
        };
        let again = List {
            faults: Faults::new(faults),
            ..whole(&app, &v).await?
        };
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    };
    wait::confirm(&app.store, &v.ctx, &kind, &key, &id).await?;
    app.finder.refresh(&app.store).await?;
    Ok(Redirect::to("/imports#waits").into_response())
}

/// The institution with a number that somebody typed: ten digits, or the one of its page.
async fn typed(app: &App, text: &str) -> Result<Option<Id>, Failure> {
    let text = text.trim();
    if let Some(id) = app.store.institution_by_code(text).await? {
        return Ok(Some(id));
    }
    let Ok(id) = text.parse::<Id>() else {
        return Ok(None);
    };
    Ok(app.store.institution(&id).await?.map(|row| row.id))
}
