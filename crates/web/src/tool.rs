//! 連携ツール: what others keep for the region, and what was done with each in which year. Listed with the guides.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::era::FiscalYear;
use renkei_base::{Id, Refusal};
use renkei_directory::area::{Area, AreaKind};
use renkei_directory::guide::Audience;
use renkei_directory::tool::{self, ACTS, KINDS, Tool, ToolYear, Typed};
use renkei_store::Failure;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::{Visit, id};

#[derive(Template)]
#[template(path = "tool_form.html")]
struct FormPage<'a> {
    v: &'a Visit,
    tool: Option<Tool>,
    form: Form,
    faults: Faults,
    conflict: bool,
    areas: Vec<Area>,
}

impl FormPage<'_> {
    fn action(&self) -> String {
        let tool = self.tool.as_ref();
        tool.map_or("/tools/new".to_owned(), |tool| {
            format!("/tools/{}", tool.row.id)
        })
    }

    fn year(&self, year: &ToolYear) -> String {
        let number = i16::try_from(year.fiscal_year).unwrap_or_default();
        FiscalYear(number).wareki()
    }
}

fn blank<'a>(app: &App, v: &'a Visit, form: Form) -> FormPage<'a> {
    let today = v.now().in_japan().date();
    FormPage {
        areas: app.areas.of_kind(AreaKind::SecondaryMedical, today),
        tool: None,
        form,
        faults: Faults::default(),
        conflict: false,
        v,
    }
}

/// `GET /tools/new`
pub(crate) async fn new(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let mut form = Form::default();
    form.set("audience", Audience::Residents.code());
    page(&blank(&app, &v, form))
}

/// `POST /tools/new`
pub(crate) async fn add(State(app): State<App>, v: Visit, form: Form) -> Result<Response, Answer> {
    let done = tool::register(&app.store, &v.ctx, &app.areas, &typed(&form)).await;
    finish(blank(&app, &v, form), done)
}

/// `GET /tools/{id}`
pub(crate) async fn edit(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
) -> Result<Response, Answer> {
    let tool = tool::get(&app.store, &v.ctx, &id(&key)?).await?;
    let form = shown(&tool);
    page(&FormPage {
        tool: Some(tool),
        ..blank(&app, &v, form)
    })
}

/// `POST /tools/{id}`
pub(crate) async fn change(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let key = id(&key)?;
    let tool = tool::get(&app.store, &v.ctx, &key).await?;
    let done = tool::edit(&app.store, &v.ctx, &app.areas, &key, &typed(&form)).await;
    let again = FormPage {
        tool: Some(tool),
        ..blank(&app, &v, form)
    };
    finish(again, done.map(|()| key))
}

/// `POST /tools/{id}/years`: what was done with it in a year.
pub(crate) async fn note(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let key = id(&key)?;
    let year = (form.get("year"), form.get("act"));
    let done = tool::note_year(&app.store, &v.ctx, &key, year, form.get("year_note")).await;
    let tool = tool::get(&app.store, &v.ctx, &key).await?;
    let mut again = shown(&tool);
    for name in ["year", "act", "year_note"] {
        again.set(name, form.get(name));
    }
    let again = FormPage {
        tool: Some(tool),
        ..blank(&app, &v, again)
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/tools/{key}")).into_response()),
        Err(other) => finish(again, Err(other)),
    }
}

/// `POST /tools/{id}/years/remove`: it was a mistake.
pub(crate) async fn forget(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let key = id(&key)?;
    let year = form
        .get("fiscal_year")
        .parse()
        .map_err(|_| Answer::Request)?;
    tool::forget_year(&app.store, &v.ctx, &key, (year, form.get("act"))).await?;
    Ok(Redirect::to(&format!("/tools/{key}")).into_response())
}

fn finish(mut shown: FormPage<'_>, done: Result<Id, Failure>) -> Result<Response, Answer> {
    match done {
        Ok(_) => Ok(Redirect::to("/guides#tools").into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            shown.faults = Faults::new(faults);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Err(Failure::Refused(Refusal::Conflict)) => {
            shown.conflict = true;
            if let Some(tool) = &shown.tool {
                shown.form.set("revision", tool.row.revision.to_string());
            }
            page_with(StatusCode::CONFLICT, &shown)
        }
        Err(other) => Err(other.into()),
    }
}

fn typed(form: &Form) -> Typed {
    Typed {
        kind: form.get("kind").to_owned(),
        name: form.get("name").to_owned(),
        area: form.get("area").to_owned(),
        audience: form.get("audience").to_owned(),
        url: form.get("url").to_owned(),
        note: form.get("note").to_owned(),
        revision: form.get("revision").parse().unwrap_or_default(),
    }
}

fn shown(tool: &Tool) -> Form {
    let mut form = Form::default();
    let row = &tool.row;
    form.set("kind", row.kind.as_str());
    form.set("name", row.name.as_str());
    form.set("area", row.area.as_str());
    form.set("audience", row.audience.as_str());
    form.set("url", row.url.as_str());
    form.set("note", row.note.as_str());
    form.set("revision", row.revision.to_string());
    form
}
