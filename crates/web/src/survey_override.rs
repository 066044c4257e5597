//! 読替え: lines that count otherwise than they were answered. For who runs the survey.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::name::search_key;
use renkei_base::{Id, Micros, Refusal};
use renkei_gov::count::{FigureLine, Figures};
use renkei_gov::respondent::state_of;
use renkei_gov::survey::{SurveyState, seen};
use renkei_gov::survey_override::{self, Typed};
use renkei_store::survey_override::OverrideRow;
use renkei_store::{RespondentRow, SurveyRow};

use crate::error::{Answer, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

/// Respondents that fit into a list to choose from.
const CHOICES: usize = 100;

#[derive(Template)]
#[template(path = "survey/overrides.html")]
struct Page<'a> {
    v: &'a Visit,
    survey: SurveyRow,
    locked: bool,
    lines: Vec<FigureLine>,
    /// Those that can be chosen from; none where they are too many for a list, and one is typed.
    respondents: Vec<RespondentRow>,
    overrides: Vec<(OverrideRow, String)>,
    form: Form,
    faults: Faults,
    /// Why nothing was changed, a text key.
    refused: Option<String>,
}

/// `GET /surveys/{code}/overrides`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
) -> Result<Response, Answer> {
    let shown = shown(&app, &v, &code, Form::default(), Faults::default()).await?;
    page_with(StatusCode::OK, &shown)
}

async fn shown<'a>(
    app: &App,
    v: &'a Visit,
    code: &str,
    form: Form,
    faults: Faults,
) -> Result<Page<'a>, Answer> {
    let survey = seen::owned(&app.store, &v.ctx, code).await?;
    let questionnaire = renkei_gov::count::load::questionnaire(&app.store, &survey).await?;
    let mut respondents = app.store.respondents(code).await?;
    let atlas = app.areas.atlas();
    for row in &mut respondents {
        row.name = v.municipality(&atlas, &row.municipality, &row.name);
    }
    let named = |row: OverrideRow| {
        let mut all = respondents.iter();
        let found = all.find(|one| one.respondent == row.respondent);
        let name = found.map(|one| one.name.clone()).unwrap_or_default();
        (row, name)
    };
    let overrides = survey_override::list(&app.store, code).await?;
    let overrides = overrides.into_iter().map(named).collect();
    respondents.retain(|row| row.counted && state_of(row).counts());
    if respondents.len() > CHOICES {
        respondents.clear();
    }
    let states = [SurveyState::Open, SurveyState::Closed];
    Ok(Page {
        locked: !states.contains(&seen::state_of(&survey)),
        lines: Figures::of(&questionnaire).lines,
        respondents,
        overrides,
        survey,
        form,
        faults,
        refused: None,
        v,
    })
}

/// `POST /surveys/{code}/overrides`
pub(crate) async fn set(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let typed = Typed {
        line: form.get("line").to_owned(),
        class: form.get("class").to_owned(),
        reason: form.get("reason").to_owned(),
        seen: form.get("seen").parse().ok().map(Micros),
    };
    let done = match meant(&app, &v, &code, form.get("respondent")).await? {
        Some(respondent) => {
            survey_override::set(&app.store, &v.ctx, &code, &respondent, &typed).await
        }
        None => Err(Refusal::fault("respondent", "fault-override-respondent").into()),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/surveys/{code}/overrides")).into_response()),
        Err(renkei_store::Failure::Refused(Refusal::Invalid(faults))) => {
            let shown = shown(&app, &v, &code, form, Faults::new(faults)).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown.with_seen())
        }
        Err(renkei_store::Failure::Refused(Refusal::NotNow(key))) => {
            let mut shown = shown(&app, &v, &code, form, Faults::default()).await?;
            shown.refused = Some(key);
            page_with(StatusCode::CONFLICT, &shown)
        }
        Err(failure) => Err(failure.into()),
    }
}

/// The respondent that is meant by an id, a name or a code; none where it is no one, or more than one.
async fn meant(app: &App, v: &Visit, code: &str, typed: &str) -> Result<Option<Id>, Answer> {
    seen::owned(&app.store, &v.ctx, code).await?;
    let typed = typed.trim();
    let rows = app.store.respondents(code).await?;
    let is = |row: &&RespondentRow| {
        row.respondent.as_str() == typed
            || row.municipality == typed
            || search_key(&row.name) == search_key(typed)
    };
    let mut found = rows.iter().filter(is);
    Ok(match (found.next(), found.next()) {
        (Some(one), None) => Some(one.respondent.clone()),
        _ => None,
    })
}

impl Page<'_> {
    /// Whoever is told of an override that is there has seen it.
    fn with_seen(mut self) -> Self {
        let form = &self.form;
        let same = |row: &OverrideRow| {
            row.respondent.as_str() == form.get("respondent") && row.line == form.get("line")
        };
        let there = self.overrides.iter().find(|(row, _)| same(row));
        if let Some(at) = there.map(|(row, _)| row.done_at) {
            self.form.set("seen", at.0.to_string());
        }
        self
    }

    fn heading(&self, row: &OverrideRow) -> String {
        let found = self.lines.iter().find(|line| line.id == row.line);
        found.map_or_else(|| row.line.clone(), FigureLine::heading)
    }

    fn class(&self, row: &OverrideRow) -> String {
        self.v.t(&format!("override-class-{}", row.class))
    }
}
