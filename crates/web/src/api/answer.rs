//! Answers of one sheet for machine clients: read, and changed one by one by the rules of the form.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use renkei_base::{Fault, Id, Refusal};
use renkei_gov::QuestionKind;
use renkei_gov::answer::input::{NONE, Typed};
use renkei_gov::questionnaire::fhir::patient_in;
use renkei_gov::respondent::is_own;
use renkei_gov::sheet::save::Manner;
use renkei_gov::sheet::{self, Entry, Origin, Outcome, Sheet};
use renkei_gov::survey::seen;
use renkei_gov::{Status, Value};
use renkei_store::Note;
use renkei_store::RespondentRow;
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
    super::may(&app, &v, false).await?;
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
    super::may(&app, &v, true).await?;
    let asked = super::read(&body)?;
    if patient_in(&asked).is_some() {
        return Err(Answer::Request);
    }
    let found = find(&app, &v, &code, &key).await?;
    let kind = found.questionnaire.question(&question);
    let kind = kind.map(|one| &one.kind).ok_or(Answer::NotFound)?;
    let entry = Entry {
        revision: asked.get("revision").and_then(Json::as_i64).unwrap_or(0),
        typed: typed(&asked, kind)?,
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

async fn find(app: &App, v: &Visit, code: &str, key: &str) -> Result<Sheet, Answer> {
    // To whom there is no such survey, there is no sheet either.
    let seen = seen::seen(&app.store, &v.ctx, code).await;
    app.store
        .noted(&v.ctx, Note::new("survey.read"), seen)
        .await?;
    let respondent = respondent(app, code, key).await?.ok_or(Answer::NotFound)?;
    Ok(sheet::load(&app.store, &v.ctx, code, &respondent).await?)
}

/// Whose sheet is meant by an institution's id or a municipality's code: the municipality's own before those of institutions
/// that stand there. Whether the caller may see it is not asked here.
///
/// # Errors
/// `refuse-api-several` where a code could mean several.
pub(super) async fn respondent(app: &App, code: &str, key: &str) -> Result<Option<Id>, Answer> {
    if let Ok(id) = key.parse::<Id>()
        && let Some(row) = app.store.respondent(code, &id).await?
    {
        return Ok(Some(row.respondent));
    }
    let mut there = app.store.respondents_in(code, key).await?;
    let atlas = app.areas.atlas();
    let is_own = |row: &RespondentRow| is_own(&atlas, &row.municipality, &row.name);
    if key.is_empty() {
        there.clear();
    } else if there.iter().any(is_own) {
        there.retain(is_own);
    }
    match there.len() {
        0 | 1 => Ok(there.pop().map(|row| row.respondent)),
        _ => Err(Refusal::not_now("refuse-api-several").into()),
    }
}

fn text<'a>(body: &'a Json, name: &str) -> &'a str {
    body.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// The answer as a form would send it: the same rules hold. A value or 不明, 非公表 has to be said: null is a blank, and
/// what is left out is none. An explanation that is left out stays.
fn typed(body: &Json, kind: &QuestionKind) -> Result<Typed, Answer> {
    let wrong = |field: &str, key: &'static str| Err(Answer::Invalid(Fault::new(field, key)));
    let status = match body.get("status") {
        None | Some(Json::Null) => "",
        Some(status) => status.as_str().unwrap_or("?"),
    };
    let value = body.get("value").filter(|value| !value.is_null());
    let explanation = match body.get("explanation") {
        None | Some(Json::Null) => None,
        Some(Json::String(text)) => Some(text.clone()),
        Some(_) => return Err(Answer::Request),
    };
    let mut typed = Typed {
        explanation,
        ..Typed::default()
    };
    match (status, value) {
        ("unknown" | "undisclosed", None) => {
            status.clone_into(&mut typed.status);
            Ok(typed)
        }
        ("" | "no-answer", None) if body.get("value").is_some() => Ok(typed),
        ("" | "stated", Some(value)) => fill(typed, value, kind),
        ("" | "stated" | "no-answer" | "unknown" | "undisclosed", _) => {
            wrong("value", "fault-api-value")
        }
        _ => wrong("status", "fault-api-status"),
    }
}

/// A value has the form that fits the kind of the question.
fn fill(mut typed: Typed, value: &Json, kind: &QuestionKind) -> Result<Typed, Answer> {
    let wrong = |key: &'static str| Answer::Invalid(Fault::new("value", key));
    if !value.is_object() {
        return Err(wrong("fault-api-object"));
    }
    let said: Value = serde_json::from_value(value.clone()).map_err(|_| wrong("fault-api-kind"))?;
    match (kind, said) {
        (QuestionKind::One { .. }, Value::One { choice }) => typed.values = vec![choice],
        (QuestionKind::Many { .. }, Value::Many { choices }) => {
            typed.values = match choices.is_empty() {
                true => vec![NONE.to_owned()],
                false => choices,
            };
        }
        (QuestionKind::Number { .. }, Value::Number { number: text })
        | (QuestionKind::Date, Value::Date { date: text })
        | (QuestionKind::Text { .. }, Value::Text { text }) => typed.values = vec![text],
        (QuestionKind::Table { .. }, Value::Table { rows }) => typed.rows = rows,
        (QuestionKind::File { .. }, _) | (_, Value::File { .. }) => {
            return Err(wrong("fault-api-file"));
        }
        _ => return Err(wrong("fault-api-kind")),
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
