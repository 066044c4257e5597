//! A questionnaire as a FHIR file, for people and for programs.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use renkei_gov::questionnaire::{act, fhir as exchange};
use serde::Deserialize;

use super::{address, chosen};
use crate::error::Answer;
use crate::state::App;
use crate::visit::{Visit, id};

/// Which version.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    version: Option<i64>,
}

/// `GET /questionnaires/{id}/fhir.json`
pub(crate) async fn fhir(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Answer> {
    let id = id(&key)?;
    let versions = act::versions(&app.store, &v.ctx, &id).await?;
    let version = chosen(&versions, asked.version)?;
    let url = format!("{}{}", app.config.base_url, address(&id));
    let text = exchange::write(version, &url).to_json();
    let file = format!("questionnaire-{id}-{}.json", version.row.version);
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{file}\""));
    let heads = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/fhir+json"),
        ),
        (
            header::CONTENT_DISPOSITION,
            disposition.unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    Ok((heads, text).into_response())
}
