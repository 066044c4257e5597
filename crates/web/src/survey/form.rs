//! A new survey, and what is said of one.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Refusal;
use renkei_gov::survey::draft::{LEASTS, REMINDERS, USUAL_REMINDERS};
use renkei_gov::survey::{Base, Peers, SurveyState, Typed, draft, seen};
use renkei_store::questionnaire::QuestionnaireRow;
use renkei_store::{Failure, SurveyRow};
use serde::Deserialize;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "survey/form.html")]
struct FormPage<'a> {
    v: &'a Visit,
    survey: Option<SurveyRow>,
    /// Whether its days can still be typed.
    draft: bool,
    form: Form,
    faults: Faults,
    conflict: bool,
    /// Final ones of the caller's institution.
    questionnaires: Vec<QuestionnaireRow>,
    /// Earlier surveys of the caller's institution.
    earlier: Vec<SurveyRow>,
}

impl FormPage<'_> {
    fn action(&self) -> String {
        let survey = self.survey.as_ref();
        survey.map_or("/surveys/new".to_owned(), |row| {
            format!("/surveys/{}/edit", row.code)
        })
    }

    fn back(&self) -> String {
        let survey = self.survey.as_ref();
        survey.map_or("/surveys".to_owned(), |row| {
            format!("/surveys/{}/manage", row.code)
        })
    }

    /// Id and version in one field.
    fn key(&self, row: &QuestionnaireRow) -> String {
        format!("{} {}", row.id, row.version)
    }

    /// The title of a questionnaire in the reader's language, where there is one.
    fn questionnaire<'r>(&self, row: &'r QuestionnaireRow) -> &'r str {
        crate::count::seen::words(self.v, &row.title, &row.english)
    }

    /// A day of reminders in words.
    fn day(&self, day: &i32) -> String {
        let key = match *day < 0 {
            true => "survey-reminder-before",
            false => "survey-reminder-after",
        };
        self.v.t1(key, "days", day.abs())
    }

    /// Whether this questionnaire is chosen.
    fn is_chosen(&self, row: &QuestionnaireRow) -> bool {
        self.form.holds("questionnaire", &self.key(row))
    }

    /// What everybody sees where this is chosen.
    fn least(&self, least: &i64) -> String {
        match *least {
            0 => self.v.t("survey-least-names"),
            least => self.v.t1("survey-least-counts", "least", least),
        }
    }

    fn is_least(&self, least: &i64) -> bool {
        self.form.holds("least", &least.to_string())
    }

    /// Whether a reminder goes out on this day.
    fn reminds(&self, day: &i32) -> bool {
        self.form.holds("reminders", &day.to_string())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// Which questionnaire to begin with.
    questionnaire: String,
    version: String,
}

async fn blank<'a>(app: &App, v: &'a Visit, form: Form) -> Result<FormPage<'a>, Answer> {
    let institution = v.ctx.institution()?;
    let mut questionnaires = app.store.questionnaires_of(institution).await?;
    questionnaires.retain(|row| row.state == "final");
    Ok(FormPage {
        survey: None,
        draft: true,
        form,
        faults: Faults::default(),
        conflict: false,
        questionnaires,
        earlier: app.store.surveys_of(institution).await?,
        v,
    })
}

/// `GET /surveys/new?questionnaire=&version=`
pub(crate) async fn new(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let mut shown = blank(&app, &v, Form::default()).await?;
    let asked = format!("{} {}", params.questionnaire, params.version);
    let keys = shown.questionnaires.iter();
    let found = keys
        .clone()
        .find(|row| format!("{} {}", row.id, row.version) == asked)
        .or_else(|| shown.questionnaires.first());
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut pair = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));
    if let Some(row) = found {
        pair("questionnaire", &shown.key(row));
        pair("title", &row.title);
        pair("english", &row.english);
    }
    pair("peers", Peers::Submitted.code());
    pair("base", Base::All.code());
    pair("least", "0");
    for day in USUAL_REMINDERS.split(',') {
        pair("reminders", day);
    }
    shown.form = Form::from_pairs(pairs);
    page(&shown)
}

/// `POST /surveys/new`
pub(crate) async fn create(
    State(app): State<App>,
    v: Visit,
    form: Form,
) -> Result<Response, Answer> {
    let key = form.get("questionnaire").split_once(' ');
    let key = key.and_then(|(id, version)| Some((id.parse().ok()?, version.parse().ok()?)));
    let done = match key {
        Some((id, version)) => draft::create(&app.store, &v.ctx, &id, version, &typed(&form)).await,
        None => Err(Refusal::fault("questionnaire", "fault-survey-questionnaire").into()),
    };
    match done {
        Ok(code) => Ok(Redirect::to(&format!("/surveys/{code}/universe")).into_response()),
        Err(failure) => again(blank(&app, &v, form).await?, failure),
    }
}

/// `GET /surveys/{code}/edit`
pub(crate) async fn edit(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
) -> Result<Response, Answer> {
    let survey = seen::owned(&app.store, &v.ctx, &code).await?;
    let form = filled(&survey);
    let shown = blank(&app, &v, form).await?;
    page(&of(shown, survey))
}

/// `POST /surveys/{code}/edit`
pub(crate) async fn change(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let survey = seen::owned(&app.store, &v.ctx, &code).await?;
    let revision = form.get("revision").parse().unwrap_or(survey.revision);
    let done = draft::edit(&app.store, &v.ctx, &code, revision, &typed(&form)).await;
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/surveys/{code}/manage")).into_response()),
        Err(failure) => again(of(blank(&app, &v, form).await?, survey), failure),
    }
}

fn of<'a>(mut shown: FormPage<'a>, survey: SurveyRow) -> FormPage<'a> {
    shown.earlier.retain(|row| row.code != survey.code);
    FormPage {
        draft: seen::state_of(&survey) == SurveyState::Draft,
        survey: Some(survey),
        ..shown
    }
}

/// The form with what was typed, and why it was not taken.
fn again(shown: FormPage<'_>, failure: Failure) -> Result<Response, Answer> {
    match failure {
        Failure::Refused(Refusal::Invalid(faults)) => page_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &FormPage {
                faults: Faults::new(faults),
                ..shown
            },
        ),
        Failure::Refused(Refusal::Conflict) => {
            let mut shown = FormPage {
                conflict: true,
                ..shown
            };
            if let Some(survey) = &shown.survey {
                let revision = survey.revision.to_string();
                shown.form.set("revision", revision);
            }
            page_with(StatusCode::CONFLICT, &shown)
        }
        other => Err(other.into()),
    }
}

fn filled(survey: &SurveyRow) -> Form {
    let typed = Typed::of(survey);
    let mut form = Form::default();
    for (name, value) in [
        ("code", &typed.code),
        ("title", &typed.title),
        ("english", &typed.english),
        ("about", &typed.about),
        ("about_english", &typed.about_english),
        ("as_of", &typed.as_of),
        ("previous", &typed.previous),
        ("opens", &typed.opens),
        ("closes", &typed.closes),
        ("peers", &typed.peers),
        ("base", &typed.base),
        ("least", &typed.least),
    ] {
        form.set(name, value.as_str());
    }
    if typed.checked {
        form.set("checked", "on");
    }
    form.set("revision", survey.revision.to_string());
    let pairs = form.pairs().map(|(a, b)| (a.to_owned(), b.to_owned()));
    let days = typed.reminders.split(',').filter(|day| !day.is_empty());
    let days = days.map(|day| ("reminders".to_owned(), day.to_owned()));
    Form::from_pairs(pairs.chain(days).collect::<Vec<_>>())
}

fn typed(form: &Form) -> Typed {
    let get = |name| form.get(name).to_owned();
    Typed {
        code: get("code"),
        title: get("title"),
        english: get("english"),
        about: get("about"),
        about_english: get("about_english"),
        as_of: get("as_of"),
        previous: get("previous"),
        opens: get("opens"),
        closes: get("closes"),
        checked: form.has("checked"),
        peers: get("peers"),
        base: get("base"),
        least: get("least"),
        reminders: form.all("reminders").join(","),
    }
}
