//! Beside the answers: colleagues, explanations, history.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use renkei_gov::Answer as Given;
use renkei_gov::answer::input;
use renkei_gov::sheet::history::Written;
use renkei_gov::sheet::{self, Sheet};

use super::{address, answered, view};
use crate::error::{Answer, page};
use crate::form::Form;
use crate::question::words;
use crate::state::App;
use crate::visit::Visit;

/// `POST /surveys/{code}/answer/{respondent}/handings`
pub(crate) async fn hand(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let respondent = crate::visit::id(&respondent)?;
    let place = (code.as_str(), &respondent);
    let (person, note) = (form.get("person"), form.get("note"));
    let questions = form.all("questions");
    let done = sheet::hand::hand(&app.store, &v.ctx, place, questions, person, note).await;
    answered(&app, &v, place, done).await
}

/// `POST /surveys/{code}/answer/{respondent}/handings/back`
pub(crate) async fn give_back(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let respondent = crate::visit::id(&respondent)?;
    let place = (code.as_str(), &respondent);
    let questions = form.all("questions");
    let note = form.get("note");
    let done = sheet::hand::give_back(&app.store, &v.ctx, place, questions, note).await;
    answered(&app, &v, place, done).await
}

/// `POST /surveys/{code}/answer/{respondent}/explanations`: who looks at the sheet asks about an answer.
pub(crate) async fn ask(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let respondent = crate::visit::id(&respondent)?;
    let place = (code.as_str(), &respondent);
    let (question, wanted) = (form.get("question"), form.get("wanted"));
    let done = sheet::explain::ask(&app.store, &v.ctx, place, question, wanted).await;
    answered(&app, &v, place, done).await
}

#[derive(Template)]
#[template(path = "survey/answer_history.html")]
struct History<'a> {
    v: &'a Visit,
    base: String,
    sheet: Sheet,
    lines: Vec<Line>,
}

struct Line {
    number: String,
    before: String,
    after: String,
    one: Written,
}

/// `GET /surveys/{code}/answer/{respondent}/history`
pub(crate) async fn history(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
) -> Result<Response, Answer> {
    let respondent = crate::visit::id(&respondent)?;
    let sheet = sheet::load(&app.store, &v.ctx, &code, &respondent).await?;
    let all = sheet::history::history(&app.store, &sheet).await?;
    let line = |one: Written| Line {
        number: view::number(&sheet, &one.question),
        before: said(&v, &sheet, &one.question, &one.before),
        after: said(&v, &sheet, &one.question, &one.after),
        one,
    };
    let lines = all.into_iter().map(line).collect();
    page(&History {
        v: &v,
        base: address(&code, &respondent),
        lines,
        sheet,
    })
}

/// An answer in words, with its explanation.
pub(super) fn said(v: &Visit, sheet: &Sheet, question: &str, given: &input::Given) -> String {
    let Some(question) = sheet.questionnaire.question(question) else {
        return String::new();
    };
    let blank = *given == input::Given::BLANK;
    let answer = Given {
        value: given.value.clone(),
        status: given.status,
        explanation: given.explanation.clone(),
        revision: 0,
    };
    let answer = Some(&answer).filter(|answer| !blank && answer.says_something());
    let said = words(v, question, answer);
    match given.explanation.as_str() {
        "" => said,
        more => format!("{said}\n{more}").trim().to_owned(),
    }
}
