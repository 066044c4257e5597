//! 読替え: lines that count otherwise than they were answered. For who runs the survey.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Refusal;
use renkei_gov::count::{FigureLine, Figures};
use renkei_gov::survey::{SurveyState, seen};
use renkei_gov::survey_override::{self, Typed};
use renkei_store::survey_override::OverrideRow;
use renkei_store::{RespondentRow, SurveyRow};

use crate::error::{Answer, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::{Visit, id};

#[derive(Template)]
#[template(path = "survey/overrides.html")]
struct Page<'a> {
    v: &'a Visit,
    survey: SurveyRow,
    locked: bool,
    lines: Vec<FigureLine>,
    respondents: Vec<RespondentRow>,
    overrides: Vec<OverrideRow>,
    form: Form,
    faults: Faults,
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
    let respondents = app.store.respondents(code).await?;
    let states = [SurveyState::Open, SurveyState::Closed];
    Ok(Page {
        locked: !states.contains(&seen::state_of(&survey)),
        lines: Figures::of(&questionnaire).lines,
        respondents: respondents.into_iter().filter(|row| row.counted).collect(),
        overrides: survey_override::list(&app.store, code).await?,
        survey,
        form,
        faults,
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
    };
    let respondent = id(form.get("respondent"))?;
    match survey_override::set(&app.store, &v.ctx, &code, &respondent, &typed).await {
        Ok(()) => Ok(Redirect::to(&format!("/surveys/{code}/overrides")).into_response()),
        Err(renkei_store::Failure::Refused(Refusal::Invalid(faults))) => {
            let shown = shown(&app, &v, &code, form, Faults::new(faults)).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Err(failure) => Err(failure.into()),
    }
}

impl Page<'_> {
    fn name(&self, row: &OverrideRow) -> String {
        let mut all = self.respondents.iter();
        let found = all.find(|one| one.respondent == row.respondent);
        found.map(|one| one.name.clone()).unwrap_or_default()
    }

    fn heading(&self, row: &OverrideRow) -> String {
        let found = self.lines.iter().find(|line| line.id == row.line);
        found.map_or_else(|| row.line.clone(), FigureLine::heading)
    }

    fn class(&self, row: &OverrideRow) -> String {
        self.v.t(&format!("override-class-{}", row.class))
    }

    fn fault(&self, field: &str) -> String {
        let fault = self.faults.of(field);
        fault.map(|fault| self.v.fault(fault)).unwrap_or_default()
    }
}
