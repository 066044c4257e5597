//! タグ: what institutions can do, in the region's words; kept by the region's administrator.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Refusal;
use renkei_directory::tag::{self, Family, Tag, Typed};
use renkei_store::Failure;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "tags.html")]
struct List<'a> {
    v: &'a Visit,
    families: Vec<(Family, Vec<Row>)>,
}

struct Row {
    tag: Tag,
    /// Institutions that carry it.
    carried: usize,
}

#[derive(Template)]
#[template(path = "tag_form.html")]
struct FormPage<'a> {
    v: &'a Visit,
    action: String,
    form: Form,
    faults: Faults,
    /// One that is there already.
    tag: Option<Tag>,
}

/// `GET /tags`
pub(crate) async fn list(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for one in app.store.institution_tags().await? {
        *counts.entry(one.tag).or_default() += 1;
    }
    let tags = tag::all(&app.store).await?;
    let families = Family::ALL.map(|family| {
        let own = tags.iter().filter(|tag| tag.family == family);
        let rows = own.map(|tag| Row {
            tag: tag.clone(),
            carried: counts.get(&tag.code).copied().unwrap_or_default(),
        });
        (family, rows.collect())
    });
    page(&List {
        v: &v,
        families: families.into(),
    })
}

/// `GET /tags/new`
pub(crate) async fn new(v: Visit) -> Result<Response, Answer> {
    page(&blank(&v, Form::default()))
}

fn blank(v: &Visit, form: Form) -> FormPage<'_> {
    FormPage {
        v,
        action: "/tags/new".to_owned(),
        form,
        faults: Faults::default(),
        tag: None,
    }
}

/// `POST /tags/new`
pub(crate) async fn add(State(app): State<App>, v: Visit, form: Form) -> Result<Response, Answer> {
    let done = tag::define(&app.store, &v.ctx, &typed(&form)).await;
    finish(&app, blank(&v, form), done.map(|_| ())).await
}

/// `GET /tags/{code}`
pub(crate) async fn edit(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
) -> Result<Response, Answer> {
    let tag = found(&app, &code).await?;
    let mut form = Form::default();
    form.set("family", tag.family.code());
    form.set("name", tag.name.as_str());
    form.set("english", tag.english.as_str());
    form.set("place", place(&app, &tag).await?.to_string());
    page(&existing(&v, form, tag))
}

/// The how manieth of its family it is.
async fn place(app: &App, tag: &Tag) -> Result<usize, Answer> {
    let all = tag::all(&app.store).await?;
    let before = all
        .iter()
        .filter(|one| one.family == tag.family && one.active && one.place < tag.place);
    Ok(before.count() + 1)
}

fn existing(v: &Visit, form: Form, tag: Tag) -> FormPage<'_> {
    FormPage {
        action: format!("/tags/{}", tag.code),
        tag: Some(tag),
        ..blank(v, form)
    }
}

async fn found(app: &App, code: &str) -> Result<Tag, Answer> {
    tag::get(&app.store, code).await?.ok_or(Answer::NotFound)
}

/// `POST /tags/{code}`
pub(crate) async fn change(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let tag = found(&app, &code).await?;
    let done = tag::edit(&app.store, &v.ctx, &code, &typed(&form)).await;
    finish(&app, existing(&v, form, tag), done).await
}

/// `POST /tags/{code}/retire`, with `then=restore` the other way round
pub(crate) async fn retire(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let active = form.get("then") == "restore";
    tag::set_active(&app.store, &v.ctx, &code, active).await?;
    app.finder.refresh(&app.store).await?;
    Ok(Redirect::to("/tags").into_response())
}

async fn finish(
    app: &App,
    shown: FormPage<'_>,
    done: Result<(), Failure>,
) -> Result<Response, Answer> {
    match done {
        Ok(()) => {
            app.finder.refresh(&app.store).await?;
            Ok(Redirect::to("/tags").into_response())
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
        family: form.get("family").to_owned(),
        name: form.get("name").to_owned(),
        english: form.get("english").to_owned(),
        place: form.get("place").to_owned(),
    }
}
