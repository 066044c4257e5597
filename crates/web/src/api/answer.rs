//! Answers of one sheet for machine clients: read, and changed one by one by the rules of the form.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use renkei_base::{Fault, Id, Refusal};
use renkei_gov::answer::input::{NONE, Typed};
use renkei_gov::questionnaire::fhir::patient_in;
use renkei_gov::sheet::save::Manner;
use renkei_gov::sheet::{self, Entry, Origin, Outcome, Sheet};
use renkei_gov::survey::seen;
use renkei_gov::{Status, Value};
use serde_json::{Value as Json, json};

use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

/// `GET /api/surveys/{code}/answers/{municipality}`: six digits, or the id of the respondent.
pub(crate) async fn sheet(
    State(app): State<App>,
    v: Visit,
    Path((code, key)): Path<(String, String)>,
) -> Result<Response, Answer> {
    may(&v, false)?;
    let sheet = find(&app, &v, &code, &key).await?;
    Ok(super::answer(StatusCode::OK, &whole(&sheet)))
}

/// `PUT /api/surveys/{code}/answers/{municipality}/{question}`
pub(crate) async fn change(
    State(app): State<App>,
    v: Visit,
    Path((code, key, question)): Path<(String, String, String)>,
    body: Bytes,
) -> Result<Response, Answer> {
    may(&v, true)?;
    let asked = super::read(&body)?;
    if patient_in(&asked).is_some() {
        return Err(Answer::Request);
    }
    let found = find(&app, &v, &code, &key).await?;
    if found.questionnaire.question(&question).is_none() {
        return Err(Answer::NotFound);
    }
    let entry = Entry {
        revision: asked.get("revision").and_then(Json::as_i64).unwrap_or(0),
        typed: typed(&asked)?,
        question: question.clone(),
    };
    let manner = Manner {
        origin: Origin::Program,
        why: text(&asked, "why").to_owned(),
        whole: true,
    };
    let respondent = &found.row.respondent;
    let saved = sheet::save(&app.store, &v.ctx, (&code, respondent), &[entry], &manner).await?;
    match saved.outcome(&question) {
        Some(Outcome::Faults(faults)) => match faults.first() {
            Some(fault) => Err(Answer::Invalid(fault.clone())),
            None => Err(Answer::Request),
        },
        Some(Outcome::Conflict(_)) => Err(Refusal::Conflict.into()),
        _ => Ok(super::answer(StatusCode::OK, &one(&saved.sheet, &question))),
    }
}

/// Whether the token is good for this. A client that may only write does not read.
fn may(v: &Visit, write: bool) -> Result<(), Answer> {
    let scopes = v.bearer.as_ref().map(|bearer| &bearer.scopes);
    match scopes {
        Some(scopes) if scopes.allows_api(write) => Ok(()),
        _ => Err(Refusal::forbidden("refuse-api-scope").into()),
    }
}

async fn find(app: &App, v: &Visit, code: &str, key: &str) -> Result<Sheet, Answer> {
    // To whom there is no such survey, there is no sheet either.
    seen::seen(&app.store, &v.ctx, code).await?;
    let respondents = app.store.respondents(code).await?;
    let found = respondents
        .into_iter()
        .find(|row| row.municipality == key || row.respondent.as_str() == key);
    let respondent: Id = found.ok_or(Answer::NotFound)?.respondent;
    Ok(sheet::load(&app.store, &v.ctx, code, &respondent).await?)
}

fn text<'a>(body: &'a Json, name: &str) -> &'a str {
    body.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// The answer as a form would send it: the same rules hold.
fn typed(body: &Json) -> Result<Typed, Answer> {
    let mut typed = Typed {
        status: match text(body, "status") {
            "unknown" => "unknown".to_owned(),
            "undisclosed" => "undisclosed".to_owned(),
            _ => String::new(),
        },
        explanation: text(body, "explanation").to_owned(),
        ..Typed::default()
    };
    let value = body.get("value").cloned().unwrap_or_default();
    if value.is_null() {
        return Ok(typed);
    }
    match serde_json::from_value(value) {
        Ok(Value::One { choice }) => typed.values = vec![choice],
        Ok(Value::Many { choices }) if choices.is_empty() => typed.values = vec![NONE.to_owned()],
        Ok(Value::Many { choices }) => typed.values = choices,
        Ok(Value::Number { number: text } | Value::Date { date: text } | Value::Text { text }) => {
            typed.values = vec![text];
        }
        Ok(Value::Table { rows }) => typed.rows = rows,
        Ok(Value::File { .. }) => {
            let fault = Fault::new("value", "fault-api-file");
            return Err(Answer::Invalid(fault));
        }
        Err(_) => return Err(Answer::Request),
    }
    Ok(typed)
}

fn whole(sheet: &Sheet) -> Json {
    let questions: Vec<Json> = sheet
        .questionnaire
        .questions()
        .map(|(_, question)| one(sheet, &question.id))
        .collect();
    json!({
        "survey": sheet.survey().code,
        "respondent": sheet.row.respondent.as_str(),
        "municipality": sheet.row.municipality,
        "name": sheet.row.name,
        "state": sheet.state().code(),
        "answers": questions,
    })
}

fn one(sheet: &Sheet, id: &str) -> Json {
    let mut all = sheet.questionnaire.questions();
    let found = all.find(|(_, question)| question.id == id);
    let (item, label) = found.map_or(("", ""), |(section, question)| {
        (section.label.as_str(), question.label.as_str())
    });
    let answer = sheet.answers.get(id);
    let status = answer.map_or(Status::NoAnswer, |answer| answer.status);
    json!({
        "question": id,
        "item": item,
        "label": label,
        "value": answer.and_then(|answer| answer.value.clone()),
        "status": status.code(),
        "explanation": answer.map_or("", |answer| answer.explanation.as_str()),
        "revision": sheet.revision(id),
    })
}
