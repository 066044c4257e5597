//! The running of a survey for machine clients of the institution that asks: who is expected, who has answered, the rate,
//! whom to reach and what was heard on the telephone. Read only: what is done with a sheet is done by people.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use renkei_directory::AreaKind;
use renkei_gov::respondent::{self, Rate};
use renkei_gov::survey::event::INSIDE;
use renkei_store::{RespondentRow, SurveyEventRow};
use serde_json::{Value, json};

use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

/// `GET /api/surveys/{code}/respondents`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
) -> Result<Response, Answer> {
    super::may(&app, &v, false).await?;
    let rows = rows(&app, &v, &code).await?;
    let rate = Rate::of(&rows);
    let each: Vec<Value> = rows.iter().map(|row| line(&app, &v, row)).collect();
    let body = json!({
        "survey": code,
        "rate": {
            "expected": rate.expected,
            "answered": rate.answered,
            "percent": rate.percent(),
            "accepted": rate.accepted,
            "begun": rate.begun,
            "returned": rate.returned,
            "untouched": rate.untouched(),
            "uncounted": rate.uncounted,
            "uncounted_answered": rate.uncounted_answered,
        },
        "respondents": each,
    });
    Ok(super::answer(StatusCode::OK, &body))
}

/// `GET /api/surveys/{code}/respondents/{municipality}`: six digits, or the id of the respondent.
pub(crate) async fn one(
    State(app): State<App>,
    v: Visit,
    Path((code, key)): Path<(String, String)>,
) -> Result<Response, Answer> {
    super::may(&app, &v, false).await?;
    let rows = rows(&app, &v, &code).await?;
    let respondent = super::answer::respondent(&app, &code, &key).await?;
    let mut all = rows.iter();
    let row = all.find(|row| Some(&row.respondent) == respondent.as_ref());
    let row = row.ok_or(Answer::NotFound)?;
    let events = app
        .store
        .survey_events_of(&code, Some(&row.respondent))
        .await?;
    let mut body = line(&app, &v, row);
    if let Some(body) = body.as_object_mut() {
        let contact = json!({
            "name": row.contact_name,
            "telephone": row.contact_phone,
            "mail": row.contact_mail,
        });
        let own = v.ctx.caller.institution.as_ref() == Some(&row.respondent);
        let events = events.iter();
        let shown = events.filter(|one| own || !INSIDE.contains(&one.kind.as_str()));
        let events: Vec<Value> = shown.map(event).collect();
        body.insert("contact".to_owned(), contact);
        body.insert("events".to_owned(), Value::from(events));
    }
    Ok(super::answer(StatusCode::OK, &body))
}

/// All expected sheets for who asks; those that pass by it for who checks; nothing to others.
async fn rows(app: &App, v: &Visit, code: &str) -> Result<Vec<RespondentRow>, Answer> {
    let seen = crate::survey::seen_by_worker(app, v, code).await?;
    let mut rows = app.store.respondents(code).await?;
    if !seen.owner {
        rows.retain(|row| renkei_gov::survey::seen::checks(&v.ctx, row));
    }
    Ok(rows)
}

fn line(app: &App, v: &Visit, row: &RespondentRow) -> Value {
    let today = v.now().in_japan().date();
    let area = app
        .areas
        .of_municipality(AreaKind::SecondaryMedical, &row.municipality, today);
    json!({
        "respondent": row.respondent.as_str(),
        "municipality": row.municipality,
        "name": row.name,
        "area": area.map(|area| area.code).unwrap_or_default(),
        "counted": row.counted,
        "uncounted_why": row.uncounted_why,
        "state": respondent::state_of(row).code(),
        "last_day": renkei_gov::survey::day::last(row.closes).to_string(),
        "submitted": row.submitted_at.map(|at| at.to_fhir()),
        "decided": row.decided_at.map(|at| at.to_fhir()),
    })
}

fn event(row: &SurveyEventRow) -> Value {
    json!({
        "kind": row.kind,
        "note": row.note,
        "by": row.done_name,
        "at": row.done_at.to_fhir(),
    })
}
