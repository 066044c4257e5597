//! 自由記述の分類: the texts of a survey's free questions, put into groups by its owner.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_access::policy::{Action, Facts, permit};
use renkei_base::{Id, Refusal};
use renkei_gov::questionnaire::act::asked;
use renkei_gov::questionnaire::{Question, QuestionKind, Questionnaire};
use renkei_gov::{answer::Value, theme};
use renkei_store::Failure;
use renkei_store::survey::SurveyRow;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "survey/themes.html")]
struct List<'a> {
    v: &'a Visit,
    survey: SurveyRow,
    questions: Vec<(String, Question)>,
}

#[derive(Template)]
#[template(path = "survey/theme.html")]
struct One<'a> {
    v: &'a Visit,
    survey: SurveyRow,
    number: String,
    question: Question,
    /// By theme, then those that are in none.
    groups: Vec<(String, Vec<Text>)>,
    loose: Vec<Text>,
    count: usize,
    form: Form,
    faults: Faults,
}

/// What a respondent wrote.
#[derive(Clone)]
struct Text {
    respondent: Id,
    name: String,
    text: String,
}

/// The survey with what it asks, for its owner.
async fn own(app: &App, v: &Visit, code: &str) -> Result<(SurveyRow, Questionnaire), Answer> {
    let survey = app.store.survey(code).await?.ok_or(Answer::NotFound)?;
    let facts = Facts::own(&v.ctx.caller, &survey.owner);
    permit(&v.ctx.caller, Action::SurveyManage, &facts)?;
    let body = asked(
        &app.store,
        &survey.questionnaire,
        survey.questionnaire_version,
    )
    .await?;
    Ok((survey, body.ok_or(Answer::Broken)?))
}

/// Questions with texts: free ones, and those whose explanation was asked for.
fn texts(body: &Questionnaire) -> Vec<(String, Question)> {
    let free = body.questions().filter(|(_, question)| {
        matches!(question.kind, QuestionKind::Text { .. }) || question.explain.is_some()
    });
    free.map(|(section, question)| {
        (
            format!("{}{}", section.label, question.label),
            question.clone(),
        )
    })
    .collect()
}

/// `GET /surveys/{code}/themes`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
) -> Result<Response, Answer> {
    let (survey, body) = own(&app, &v, &code).await?;
    page(&List {
        v: &v,
        survey,
        questions: texts(&body),
    })
}

/// `GET /surveys/{code}/themes/{question}`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path((code, question)): Path<(String, String)>,
) -> Result<Response, Answer> {
    page(&whole(&app, &v, &code, &question).await?)
}

async fn whole<'a>(app: &App, v: &'a Visit, code: &str, question: &str) -> Result<One<'a>, Answer> {
    let (survey, body) = own(app, v, code).await?;
    let mut all = texts(&body).into_iter();
    let (number, question) = all
        .find(|(_, one)| one.id == question)
        .ok_or(Answer::NotFound)?;
    let written = written(app, &survey.code, &question.id).await?;
    let themes = theme::of(&app.store, &survey.code, &question.id).await?;
    let in_one: Vec<&Id> = themes.values().flatten().collect();
    let loose = written
        .iter()
        .filter(|text| !in_one.contains(&&text.respondent))
        .cloned()
        .collect();
    let count = written.len();
    let of = |respondents: &[Id]| {
        let those = written
            .iter()
            .filter(|text| respondents.contains(&text.respondent));
        those.cloned().collect::<Vec<Text>>()
    };
    let mut groups: Vec<(String, Vec<Text>)> = themes
        .iter()
        .map(|(name, respondents)| (name.clone(), of(respondents)))
        .collect();
    groups.sort_by_key(|(_, texts)| std::cmp::Reverse(texts.len()));
    Ok(One {
        v,
        survey,
        number,
        question,
        groups,
        loose,
        count,
        form: Form::default(),
        faults: Faults::default(),
    })
}

/// What was written, in the order of the respondents. Only sheets that have left their respondent.
async fn written(app: &App, survey: &str, question: &str) -> Result<Vec<Text>, Answer> {
    let answers = app.store.answers_of_question(survey, question).await?;
    let respondents = app.store.respondents(survey).await?;
    let counts = |state: &str| {
        renkei_gov::respondent::SheetState::from_code(state).is_some_and(|state| state.counts())
    };
    let sheets = respondents.into_iter().filter(|one| counts(&one.state));
    let text = |one: renkei_store::respondent::RespondentRow| {
        let answer = answers
            .iter()
            .find(|row| row.respondent == one.respondent)?;
        let value: Option<Value> = serde_json::from_str(&answer.value).ok();
        let mut parts = Vec::new();
        if let Some(Value::Text { text }) = value {
            parts.push(text);
        }
        parts.push(answer.explanation.clone());
        parts.retain(|part| !part.trim().is_empty());
        (!parts.is_empty()).then(|| Text {
            respondent: one.respondent,
            name: one.name,
            text: parts.join("\n"),
        })
    };
    Ok(sheets.filter_map(text).collect())
}

/// `POST /surveys/{code}/themes/{question}`: ticked texts into a theme; `take` = `RESPONDENT/THEME` out of one.
pub(crate) async fn put(
    State(app): State<App>,
    v: Visit,
    Path((code, question)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let shown = whole(&app, &v, &code, &question).await?;
    let place = (shown.survey.code.as_str(), shown.question.id.as_str());
    let owner = &shown.survey.owner;
    let done = match form.get("take").split_once('/') {
        Some((respondent, name)) => {
            let respondent = crate::visit::id(respondent)?;
            theme::take(&app.store, &v.ctx, owner, place, &respondent, name).await
        }
        None => {
            let ticked = form.all("text").iter().filter_map(|id| id.parse().ok());
            let there = shown.groups.iter().flat_map(|(_, texts)| texts);
            let known: Vec<&Id> = there
                .chain(&shown.loose)
                .map(|text| &text.respondent)
                .collect();
            let ticked: Vec<Id> = ticked.filter(|id| known.contains(&id)).collect();
            let name = match form.get("theme") {
                "" => form.get("known"),
                name => name,
            };
            theme::put(&app.store, &v.ctx, owner, place, &ticked, name).await
        }
    };
    match done {
        Ok(()) => {
            let to = format!("/surveys/{}/themes/{}", place.0, place.1);
            Ok(Redirect::to(&to).into_response())
        }
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let again = One {
                faults: Faults::new(faults),
                form,
                ..shown
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}
