//! 患者: find, register, change, view.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal, limits};
use renkei_care::patient::{self, PatientForm, PatientView, Registered};
use renkei_store::Failure;
use serde::Deserialize;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

const FIELDS: [&str; 15] = [
    "family",
    "given",
    "family_kana",
    "given_kana",
    "birthday",
    "sex",
    "insurer",
    "symbol",
    "number",
    "branch",
    "local_id",
    "postal",
    "address",
    "phone",
    "occupation",
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Words {
    q: String,
}

#[derive(Template)]
#[template(path = "care/patients.html")]
struct Patients<'a> {
    v: &'a Visit,
    q: &'a str,
    rows: Vec<PatientView>,
}

#[derive(Template)]
#[template(path = "care/patient_rows.html")]
struct PatientRows<'a> {
    v: &'a Visit,
    q: &'a str,
    rows: Vec<PatientView>,
}

/// The form, new or of a patient that is there.
#[derive(Template)]
#[template(path = "care/patient_form.html")]
struct FormPage<'a> {
    v: &'a Visit,
    /// Where it is sent.
    action: String,
    title: &'static str,
    form: Form,
    faults: Faults,
    twins: Vec<PatientView>,
    known: Option<Box<PatientView>>,
    /// What somebody else stored meanwhile, where it differs: text key and value.
    theirs: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "care/patient.html")]
struct PatientPage<'a> {
    v: &'a Visit,
    patient: PatientView,
    id: Id,
}

/// `GET /patients`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Query(words): Query<Words>,
) -> Result<Response, Answer> {
    found(&app, &v, &words.q).await
}

/// `POST /patients`: a name that is looked for stays out of addresses, and so out of histories and proxies' logs.
pub(crate) async fn find(State(app): State<App>, v: Visit, form: Form) -> Result<Response, Answer> {
    found(&app, &v, form.get("q")).await
}

async fn found(app: &App, v: &Visit, q: &str) -> Result<Response, Answer> {
    let rows = patient::find(&app.care, &v.ctx, q, limits::PAGE_ROWS).await?;
    if v.fragment {
        return page(&PatientRows { v, q, rows });
    }
    page(&Patients { v, q, rows })
}

/// `GET /patients/new`
pub(crate) async fn new(v: Visit) -> Result<Response, Answer> {
    let mut form = Form::default();
    form.set("id", v.ctx.ids.id().to_string());
    page(&blank(&v, form))
}

fn blank(v: &Visit, form: Form) -> FormPage<'_> {
    FormPage {
        v,
        action: "/patients/new".to_owned(),
        title: "patient-new",
        form,
        faults: Faults::default(),
        twins: Vec::new(),
        known: None,
        theirs: Vec::new(),
    }
}

/// `POST /patients/new`
pub(crate) async fn create(
    State(app): State<App>,
    v: Visit,
    form: Form,
) -> Result<Response, Answer> {
    let Ok(id) = form.get("id").parse::<Id>() else {
        return Err(Answer::Forgery);
    };
    let done =
        patient::register(&app.care, &v.ctx, &id, &typed(&form), form.has("confirmed")).await;
    finish(blank(&v, form), done)
}

/// `GET /patients/{id}`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    let patient = patient::view(&app.care, &v.ctx, &id).await?;
    page(&PatientPage { v: &v, patient, id })
}

/// `GET /patients/{id}/edit`
pub(crate) async fn edit(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    let patient = patient::view(&app.care, &v.ctx, &id).await?;
    let mut form = shown(&patient.form());
    form.set("base", patient.version.to_string());
    page(&existing(&v, &id, form))
}

fn existing<'a>(v: &'a Visit, id: &Id, form: Form) -> FormPage<'a> {
    FormPage {
        action: format!("/patients/{id}/edit"),
        title: "patient-edit",
        ..blank(v, form)
    }
}

/// `POST /patients/{id}/edit`
pub(crate) async fn change(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    let base = form.get("base").parse().unwrap_or_default();
    let done = patient::update(
        &app.care,
        &v.ctx,
        &id,
        base,
        &typed(&form),
        form.has("confirmed"),
    )
    .await;
    if let Err(Failure::Refused(Refusal::Conflict)) = &done {
        return changed_meanwhile(&app, &v, &id, form).await;
    }
    finish(existing(&v, &id, form), done)
}

/// The form as typed, with what somebody else stored beside it; saving again is then a choice.
async fn changed_meanwhile(
    app: &App,
    v: &Visit,
    id: &Id,
    mut form: Form,
) -> Result<Response, Answer> {
    let stored = patient::view(&app.care, &v.ctx, id).await?;
    let theirs = shown(&stored.form());
    form.set("base", stored.version.to_string());
    let differs = FIELDS
        .into_iter()
        .filter(|field| theirs.get(field) != form.get(field));
    let theirs = differs
        .map(|field| {
            (
                format!("patient-{field}"),
                said(v, field, theirs.get(field)),
            )
        })
        .collect();
    let page = FormPage {
        theirs,
        ..existing(v, id, form)
    };
    page_with(StatusCode::CONFLICT, &page)
}

/// A stored value as people read it.
fn said(v: &Visit, field: &str, value: &str) -> String {
    match field {
        "sex" => v.t(&crate::say::sex_key(value)),
        "birthday" => v.date(value),
        _ => v.or_none(value),
    }
}

/// Goes on to the patient, or shows the form again with what stands in the way.
fn finish(mut shown: FormPage<'_>, done: Result<Registered, Failure>) -> Result<Response, Answer> {
    match done {
        Ok(Registered::Saved { patient, .. }) => {
            return Ok(Redirect::to(&format!("/patients/{patient}")).into_response());
        }
        Ok(Registered::Twins(twins)) => shown.twins = twins,
        Ok(Registered::Known(known)) => shown.known = Some(known),
        Err(Failure::Refused(Refusal::Invalid(faults))) => shown.faults = Faults::new(faults),
        Err(other) => return Err(other.into()),
    }
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

fn typed(form: &Form) -> PatientForm {
    let text = |name| form.get(name).to_owned();
    PatientForm {
        family: text("family"),
        given: text("given"),
        family_kana: text("family_kana"),
        given_kana: text("given_kana"),
        birthday: text("birthday"),
        sex: text("sex"),
        insurer: text("insurer"),
        symbol: text("symbol"),
        number: text("number"),
        branch: text("branch"),
        local_id: text("local_id"),
        postal: text("postal"),
        address: text("address"),
        phone: text("phone"),
        occupation: text("occupation"),
    }
}

fn shown(form: &PatientForm) -> Form {
    let values = [
        &form.family,
        &form.given,
        &form.family_kana,
        &form.given_kana,
        &form.birthday,
        &form.sex,
        &form.insurer,
        &form.symbol,
        &form.number,
        &form.branch,
        &form.local_id,
        &form.postal,
        &form.address,
        &form.phone,
        &form.occupation,
    ];
    Form::from_pairs(
        FIELDS
            .iter()
            .zip(values)
            .map(|(name, value)| ((*name).to_owned(), value.clone())),
    )
}
