//! The surveys that a caller sees, and their figures, as JSON.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use renkei_gov::count::percent;
use renkei_store::SurveyRow;
use serde_json::{Value, json};

use crate::count::seen::{Params, Viewed};
use crate::count::table::rows;
use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

/// `GET /api/surveys`: what is published, and what the caller's institution asks.
pub(crate) async fn list(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let mut all = crate::survey::published(&app).await?;
    if v.plans()
        && let Some(institution) = &v.ctx.caller.institution
    {
        let own = app.store.surveys_of(institution).await?;
        let more = own
            .into_iter()
            .filter(|row| all.iter().all(|one| one.code != row.code));
        all.extend(more.collect::<Vec<_>>());
    }
    let own = |row: &SurveyRow| v.plans() && v.ctx.caller.institution.as_ref() == Some(&row.owner);
    let each: Vec<Value> = all.iter().map(|row| survey(row, own(row))).collect();
    Ok(super::answer(StatusCode::OK, &json!({ "surveys": each })))
}

/// What everybody reads of a survey; for who asks also of what it was made, and its days.
fn survey(row: &SurveyRow, own: bool) -> Value {
    let mut said = json!({
        "code": row.code,
        "title": row.title,
        "english": row.english,
        "as_of": row.as_of,
        "state": row.state,
        "invented": row.invented,
    });
    if own && let Some(said) = said.as_object_mut() {
        let questionnaire = json!({
            "id": row.questionnaire.as_str(),
            "version": row.questionnaire_version,
        });
        said.insert("questionnaire".to_owned(), questionnaire);
        said.insert("opens".to_owned(), json!(row.opens.to_fhir()));
        let last = renkei_gov::survey::day::last(row.closes).to_string();
        said.insert("last_day".to_owned(), json!(last));
    }
    said
}

/// `GET /api/surveys/{code}?base=asked&area=1303`
pub(crate) async fn figures(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let viewed = Viewed::of(&app, &v, &code, &params).await?;
    let figures = viewed.figures();
    let lines: Vec<Value> = rows(&v, &figures, viewed.base)
        .into_iter()
        .map(|row| {
            json!({
                "line": row.id,
                "item": row.item,
                "question": row.label,
                "text": row.text,
                "base": row.n(),
                "yes": row.tally.yes,
                "yes_percent": row.yes_percent(),
                "no": row.no(),
                "no_percent": row.no_percent(),
                "not_asked": row.tally.not_asked,
                "no_answer": row.tally.no_answer,
                "other": row.tally.other(),
                "overridden": row.tally.yes_overridden + row.tally.no_overridden,
            })
        })
        .collect();
    let scores = figures.scores();
    let version = viewed.version.as_ref();
    let body = json!({
        "code": code,
        "title": viewed.body.title,
        "english": viewed.body.english,
        "as_of": viewed.body.as_of,
        "invented": viewed.body.invented,
        "base": viewed.base.code(),
        "least": viewed.body.least,
        "version": version.map(|row| row.number),
        "day": version.map(|row| row.day.as_str()),
        "digest": version.map(|row| row.digest.as_str()),
        "lines": lines,
        "scores": {
            "histogram": scores.histogram,
            "done": scores.done,
            "of": scores.of,
            "percent": percent(scores.done, scores.of),
        },
    });
    Ok(super::answer(StatusCode::OK, &body))
}
