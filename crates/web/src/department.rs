//! 診療科: an institution's departments and how to refer to them, kept by its own people.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_directory::department::{self, Typed};
use renkei_fhir::HealthcareService;
use renkei_store::Failure;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "departments.html")]
struct List<'a> {
    v: &'a Visit,
    institution: Id,
    departments: Vec<HealthcareService>,
}

#[derive(Template)]
#[template(path = "department_form.html")]
struct FormPage<'a> {
    v: &'a Visit,
    action: String,
    title: &'static str,
    form: Form,
    faults: Faults,
    /// Of a department that is there: whether it is open.
    open: Option<bool>,
}

/// `GET /departments`
pub(crate) async fn list(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let institution = v.ctx.institution()?.clone();
    let departments = department::list(&app.store, &v.ctx, &institution).await?;
    page(&List {
        v: &v,
        institution,
        departments,
    })
}

/// `GET /departments/new`
pub(crate) async fn new(v: Visit) -> Result<Response, Answer> {
    page(&blank(&v, Form::default()))
}

fn blank(v: &Visit, form: Form) -> FormPage<'_> {
    FormPage {
        v,
        action: "/departments/new".to_owned(),
        title: "department-new",
        form,
        faults: Faults::default(),
        open: None,
    }
}

/// `POST /departments/new`
pub(crate) async fn add(State(app): State<App>, v: Visit, form: Form) -> Result<Response, Answer> {
    let institution = v.ctx.institution()?.clone();
    let done = department::add(&app.store, &v.ctx, &institution, &typed(&form))
        .await
        .map(|_| ());
    finish(&app, blank(&v, form), done).await
}

/// `GET /departments/{id}`
pub(crate) async fn edit(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let department = own(&app, &v, &id).await?;
    page(&existing(&v, &id, shown(&department), department.active()))
}

fn existing<'a>(v: &'a Visit, id: &str, form: Form, open: bool) -> FormPage<'a> {
    FormPage {
        action: format!("/departments/{id}"),
        title: "department-edit",
        open: Some(open),
        ..blank(v, form)
    }
}

/// One of the caller's own departments; another's are not here.
async fn own(app: &App, v: &Visit, id: &str) -> Result<HealthcareService, Answer> {
    let id = crate::visit::id(id)?;
    let mine = department::list(&app.store, &v.ctx, v.ctx.institution()?).await?;
    mine.into_iter()
        .find(|one| one.id().as_ref() == Some(&id))
        .ok_or(Answer::NotFound)
}

/// `POST /departments/{id}`
pub(crate) async fn change(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let department = own(&app, &v, &id).await?;
    let key = crate::visit::id(&id)?;
    let done = department::edit(&app.store, &v.ctx, &key, &typed(&form)).await;
    finish(&app, existing(&v, &id, form, department.active()), done).await
}

/// `POST /departments/{id}/close`
pub(crate) async fn close(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Answer> {
    let department = own(&app, &v, &id).await?;
    let done = department::close(&app.store, &v.ctx, &crate::visit::id(&id)?).await;
    finish(&app, existing(&v, &id, shown(&department), true), done).await
}

/// `POST /departments/{id}/reopen`
pub(crate) async fn reopen(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Answer> {
    let department = own(&app, &v, &id).await?;
    let done = department::reopen(&app.store, &v.ctx, &crate::visit::id(&id)?).await;
    finish(&app, existing(&v, &id, shown(&department), false), done).await
}

async fn finish(
    app: &App,
    shown: FormPage<'_>,
    done: Result<(), Failure>,
) -> Result<Response, Answer> {
    match done {
        Ok(()) => {
            app.finder.refresh(&app.store).await?;
            Ok(Redirect::to("/departments").into_response())
        }
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let again = FormPage {
                faults: Faults::new(faults),
                ..shown
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

fn typed(form: &Form) -> Typed {
    Typed {
        name: form.get("name").to_owned(),
        code: form.get("code").to_owned(),
        letter_needed: yes_no(form.get("letter_needed")),
        appointment_required: yes_no(form.get("appointment_required")),
        note: form.get("note").to_owned(),
    }
}

fn yes_no(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

const fn code(answer: Option<bool>) -> &'static str {
    match answer {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    }
}

fn shown(department: &HealthcareService) -> Form {
    let mut form = Form::default();
    form.set("name", department.name());
    form.set("code", department.code().unwrap_or_default());
    form.set("letter_needed", code(department.letter_needed()));
    form.set(
        "appointment_required",
        code(department.appointment_required()),
    );
    form.set("note", department.note().unwrap_or_default());
    form
}
