//! Questionnaires for machine clients, as FHIR Questionnaires: listed, read, begun, replaced while they are drafts, declared
//! final, and begun anew as the next version.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use renkei_base::{Fault, Id, Refusal};
use renkei_gov::questionnaire::act::{self, Version};
use renkei_gov::questionnaire::fhir::{self, Arrived};
use renkei_store::questionnaire::QuestionnaireRow;
use renkei_store::{Failure, StoreError};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Answer;
use crate::state::App;
use crate::visit::{Visit, id};

/// Which version; the newest if it is not said.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    version: Option<i64>,
}

/// `GET /api/questionnaires`: all versions of those of the client's institution, the last changed first.
pub(crate) async fn list(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    super::may(&app, &v, false).await?;
    let rows = act::list(&app.store, &v.ctx).await?;
    let each: Vec<Value> = rows.iter().map(line).collect();
    let body = json!({ "questionnaires": each });
    Ok(super::answer(StatusCode::OK, &body))
}

fn line(row: &QuestionnaireRow) -> Value {
    json!({
        "id": row.id.as_str(),
        "version": row.version,
        "state": row.state,
        "title": row.title,
        "english": row.english,
        "note": row.note,
        "copied_from": row.copied_from,
        "updated": row.updated_at.to_fhir(),
        "revision": row.revision,
    })
}

/// `GET /api/questionnaires/{id}?version=`
pub(crate) async fn read(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Answer> {
    super::may(&app, &v, false).await?;
    let id = id(&key)?;
    let version = match asked.version {
        Some(number) => act::get(&app.store, &v.ctx, &id, number).await?,
        None => act::newest(&app.store, &v.ctx, &id).await?,
    };
    Ok(resource(&app, StatusCode::OK, &version))
}

/// `POST /api/questionnaires`: a draft of what was sent.
pub(crate) async fn make(
    State(app): State<App>,
    v: Visit,
    body: Bytes,
) -> Result<Response, Answer> {
    super::may(&app, &v, true).await?;
    let owner = v.ctx.institution()?.clone();
    let arrived = match arrived(&body, None) {
        Ok(arrived) => arrived,
        Err(faults) => return Ok(super::faults(&v, &faults)),
    };
    let id = act::make(&app.store, &v.ctx, &owner, &arrived.body, "").await?;
    stored(&app, &v, &id, StatusCode::CREATED, &arrived.notes).await
}

/// `PUT /api/questionnaires/{id}`: the draft anew, on the revision that `If-Match` names.
pub(crate) async fn replace(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    heads: HeaderMap,
    body: Bytes,
) -> Result<Response, Answer> {
    super::may(&app, &v, true).await?;
    let id = id(&key)?;
    // To whom it is not there, it is not read what they send either.
    act::newest(&app.store, &v.ctx, &id).await?;
    let seen = seen(&heads)?;
    let arrived = match arrived(&body, Some(&id)) {
        Ok(arrived) => arrived,
        Err(faults) => return Ok(super::faults(&v, &faults)),
    };
    let done = act::replace(&app.store, &v.ctx, &id, seen, &arrived.body).await;
    done.map_err(precondition)?;
    stored(&app, &v, &id, StatusCode::OK, &arrived.notes).await
}

/// `POST /api/questionnaires/{id}/final`: may be asked from now on. Refused with everything that is wrong.
pub(crate) async fn finish(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    heads: HeaderMap,
    body: Bytes,
) -> Result<Response, Answer> {
    super::may(&app, &v, true).await?;
    let id = id(&key)?;
    act::newest(&app.store, &v.ctx, &id).await?;
    let seen = seen(&heads)?;
    let note = match body.is_empty() {
        true => String::new(),
        false => note(&super::read(&body)?)?,
    };
    match act::finish(&app.store, &v.ctx, &id, seen, &note).await {
        Err(Failure::Refused(Refusal::Invalid(faults))) => Ok(super::faults(&v, &faults)),
        done => {
            done.map_err(precondition)?;
            stored(&app, &v, &id, StatusCode::OK, &[]).await
        }
    }
}

/// `POST /api/questionnaires/{id}/versions`: a draft of the next version, from the final one.
pub(crate) async fn next(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
) -> Result<Response, Answer> {
    super::may(&app, &v, true).await?;
    let id = id(&key)?;
    act::next(&app.store, &v.ctx, &id).await?;
    stored(&app, &v, &id, StatusCode::CREATED, &[]).await
}

/// `{"note": "…"}`
fn note(body: &Value) -> Result<String, Answer> {
    match body.get("note") {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(note)) => Ok(note.clone()),
        Some(_) => Err(Answer::Request),
    }
}

/// The questionnaire in a body; all that is wrong with it where it is none.
fn arrived(body: &[u8], own: Option<&Id>) -> Result<Arrived, Vec<Fault>> {
    let fault = |place: &str, key: &'static str| vec![Fault::new(place, key)];
    let text =
        std::str::from_utf8(body).map_err(|_| fault("file", "fault-questionnaire-encoding"))?;
    let text = text.trim_start_matches('\u{feff}');
    if let Some(own) = own
        && names_another(text, own)
    {
        return Err(fault("id", "fault-api-id"));
    }
    let arrived = fhir::read(text).map_err(|refusal| match refusal {
        Refusal::Invalid(faults) => faults,
        _ => fault("file", "fault-fhir-unreadable"),
    })?;
    if arrived.body.title.is_empty() {
        return Err(fault("title", "fault-questionnaire-title"));
    }
    Ok(arrived)
}

/// Whether a resource says of itself that it is another one than that of the address.
fn names_another(text: &str, own: &Id) -> bool {
    let read: Option<Value> = serde_json::from_str(text).ok();
    let said = read.as_ref().and_then(|body| body.get("id")?.as_str());
    said.is_some_and(|said| said != own.as_str())
}

/// The revision of `If-Match: W/"3"`.
fn seen(heads: &HeaderMap) -> Result<i64, Answer> {
    let word = heads.get(header::IF_MATCH);
    let word = word.and_then(|word| word.to_str().ok()).ok_or_else(|| {
        let key = "refuse-api-if-match".to_owned();
        Answer::Refused(StatusCode::PRECONDITION_REQUIRED, key)
    })?;
    let word = word.trim();
    let number = word.strip_prefix("W/").unwrap_or(word).trim_matches('"');
    number.parse().map_err(|_| Answer::Request)
}

/// That somebody else wrote meanwhile, in the words of `If-Match`.
fn precondition(failure: Failure) -> Answer {
    match failure {
        Failure::Refused(Refusal::Conflict) | Failure::Store(StoreError::Conflict(_)) => {
            let key = "refuse-conflict".to_owned();
            Answer::Refused(StatusCode::PRECONDITION_FAILED, key)
        }
        other => other.into(),
    }
}

/// What is stored now, with what was not taken over from what was sent.
async fn stored(
    app: &App,
    v: &Visit,
    id: &Id,
    status: StatusCode,
    notes: &[Fault],
) -> Result<Response, Answer> {
    let version = act::newest(&app.store, &v.ctx, id).await?;
    let mut body = line(&version.row);
    if let Some(body) = body.as_object_mut() {
        let notes: Vec<Value> = notes.iter().map(|note| super::told(v, note)).collect();
        body.insert("notes".to_owned(), Value::from(notes));
    }
    let mut response = super::answer(status, &body);
    let heads = response.headers_mut();
    heads.insert(header::ETAG, tag(&version));
    if let Ok(place) = HeaderValue::from_str(&format!("/api/questionnaires/{id}")) {
        heads.insert(header::LOCATION, place);
    }
    Ok(response)
}

fn resource(app: &App, status: StatusCode, version: &Version) -> Response {
    let url = format!("{}/questionnaires/{}", app.config.base_url, version.row.id);
    let text = fhir::write(version, &url).to_json();
    let kind = HeaderValue::from_static("application/fhir+json; charset=utf-8");
    let heads = [(header::CONTENT_TYPE, kind), (header::ETAG, tag(version))];
    (status, heads, text).into_response()
}

fn tag(version: &Version) -> HeaderValue {
    let text = format!("W/\"{}\"", version.row.revision);
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("W/\"0\""))
}
