//! 自由記述の分類: the texts of a survey's free questions, put into groups by its owner.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_access::policy::{Action, Facts, permit};
use renkei_base::name::search_key;
use renkei_base::{Id, Refusal};
use renkei_gov::questionnaire::act::asked;
use renkei_gov::questionnaire::{Question, QuestionKind, Questionnaire};
use renkei_gov::{answer::Value, theme};
use renkei_store::Failure;
use renkei_store::survey::SurveyRow;
use serde::Deserialize;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::matrix::part::Part;
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
    /// Themes with how many texts they have, the largest first; how many are in none.
    groups: Vec<(String, usize)>,
    loose: usize,
    count: usize,
    params: Params,
    /// Of this page, and how many there are of all pages.
    texts: Vec<Text>,
    found: usize,
    before: Option<usize>,
    after: Option<usize>,
    form: Form,
    faults: Faults,
}

/// What a respondent wrote.
struct Text {
    respondent: Id,
    name: String,
    text: String,
    /// That it is in.
    themes: Vec<String>,
}

/// How much a text shows: a hundred of them are a page.
const COLUMNS: usize = 60;

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

/// What an address says of the texts that are shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// A theme's texts; empty: those that are in none yet; `*`: all.
    theme: String,
    /// Words of a text, or part of a name.
    q: String,
    /// From 1; the first if empty.
    page: String,
}

/// `GET /surveys/{code}/themes/{question}?theme=&q=&page=`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path((code, question)): Path<(String, String)>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    page(&whole(&app, &v, (code.as_str(), question.as_str()), params).await?)
}

async fn whole<'a>(
    app: &App,
    v: &'a Visit,
    (code, question): (&str, &str),
    params: Params,
) -> Result<One<'a>, Answer> {
    let (survey, body) = own(app, v, code).await?;
    let mut all = texts(&body).into_iter();
    let (number, question) = all
        .find(|(_, one)| one.id == question)
        .ok_or(Answer::NotFound)?;
    let mut texts = written(app, v, &survey.code, &question.id).await?;
    let count = texts.len();
    let mut groups = BTreeMap::new();
    for (name, respondents) in theme::of(&app.store, &survey.code, &question.id).await? {
        let those: BTreeSet<Id> = respondents.into_iter().collect();
        let here = |text: &mut Text| {
            let is = those.contains(&text.respondent);
            if is {
                text.themes.push(name.clone());
            }
            is
        };
        let size = texts.iter_mut().map(here).filter(|is| *is).count();
        groups.insert(name, size);
    }
    let loose = texts.iter().filter(|text| text.themes.is_empty()).count();
    let key = search_key(&params.q);
    texts.retain(|text| {
        let chosen = match params.theme.as_str() {
            "" => text.themes.is_empty(),
            "*" => true,
            theme => text.themes.iter().any(|one| one == theme),
        };
        chosen && (search_key(&text.text).contains(&key) || search_key(&text.name).contains(&key))
    });
    let part = Part::of(texts.len(), COLUMNS, &params.page).ok_or(Answer::NotFound)?;
    let found = texts.len();
    let mut groups: Vec<(String, usize)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    Ok(One {
        v,
        survey,
        number,
        question,
        groups,
        loose,
        count,
        found,
        before: part.before,
        after: part.after,
        texts: texts.drain(part.rows).collect(),
        params,
        form: Form::default(),
        faults: Faults::default(),
    })
}

/// What was written, in the order of the respondents. Only sheets that have left their respondent.
async fn written(app: &App, v: &Visit, survey: &str, question: &str) -> Result<Vec<Text>, Answer> {
    let answers = app.store.answers_of_question(survey, question).await?;
    let mut said: BTreeMap<Id, String> = BTreeMap::new();
    for row in answers {
        let mut parts = Vec::new();
        if let Ok(Value::Text { text }) = serde_json::from_str(&row.value) {
            parts.push(text);
        }
        parts.push(row.explanation);
        parts.retain(|part| !part.trim().is_empty());
        if !parts.is_empty() {
            said.insert(row.respondent, parts.join("\n"));
        }
    }
    let atlas = app.areas.atlas();
    let respondents = app.store.respondents(survey).await?;
    let counts = |state: &str| {
        renkei_gov::respondent::SheetState::from_code(state).is_some_and(|state| state.counts())
    };
    let sheets = respondents.into_iter().filter(|one| counts(&one.state));
    let text = |one: renkei_store::respondent::RespondentRow| {
        Some(Text {
            text: said.remove(&one.respondent)?,
            name: v.municipality(&atlas, &one.municipality, &one.name),
            respondent: one.respondent,
            themes: Vec::new(),
        })
    };
    Ok(sheets.filter_map(text).collect())
}

/// `POST /surveys/{code}/themes/{question}`: ticked texts into a theme; `take` = `RESPONDENT/THEME` out of one.
pub(crate) async fn put(
    State(app): State<App>,
    v: Visit,
    Path((code, question)): Path<(String, String)>,
    Query(params): Query<Params>,
    form: Form,
) -> Result<Response, Answer> {
    let (survey, body) = own(&app, &v, &code).await?;
    if texts(&body).iter().all(|(_, one)| one.id != question) {
        return Err(Answer::NotFound);
    }
    let place = (survey.code.as_str(), question.as_str());
    let owner = &survey.owner;
    let done = match form.get("take").split_once('/') {
        Some((respondent, name)) => {
            let respondent = crate::visit::id(respondent)?;
            theme::take(&app.store, &v.ctx, owner, place, &respondent, name).await
        }
        None => {
            let there = written(&app, &v, &code, &question).await?;
            let known: BTreeSet<&Id> = there.iter().map(|text| &text.respondent).collect();
            let ticked = form.all("text").iter().filter_map(|id| id.parse().ok());
            let ticked: Vec<Id> = ticked.filter(|id| known.contains(id)).collect();
            let name = match form.get("theme") {
                "" => form.get("known"),
                name => name,
            };
            theme::put(&app.store, &v.ctx, owner, place, &ticked, name).await
        }
    };
    match done {
        Ok(()) => Ok(Redirect::to(&address(place, &params, "")).into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let again = One {
                faults: Faults::new(faults),
                form,
                ..whole(&app, &v, place, params.clone()).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

/// The same choice, this page.
fn address((survey, question): (&str, &str), params: &Params, page: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("theme", params.theme.as_str()),
        ("q", params.q.as_str()),
        ("page", page),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    let more = if query.is_empty() { "" } else { "?" };
    format!("/surveys/{survey}/themes/{question}{more}{query}")
}

impl One<'_> {
    fn place(&self) -> (&str, &str) {
        (self.survey.code.as_str(), self.question.id.as_str())
    }

    /// The texts of a theme, from the first.
    fn to(&self, theme: &str) -> String {
        let params = Params {
            theme: theme.to_owned(),
            ..Params::default()
        };
        address(self.place(), &params, "")
    }

    /// The same choice, this page; none is the one that is shown.
    fn here(&self, page: &Option<usize>) -> String {
        let page = page.map_or_else(|| self.params.page.clone(), |page| page.to_string());
        address(self.place(), &self.params, &page)
    }

    fn this(&self) -> String {
        self.here(&None)
    }

    fn is(&self, theme: &str) -> bool {
        self.params.theme == theme
    }
}
