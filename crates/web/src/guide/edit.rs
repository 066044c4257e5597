//! What a guide is made of, chosen with boxes.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_directory::Kind;
use renkei_directory::area::{Area, AreaKind};
use renkei_directory::function::{self, Function};
use renkei_directory::guide::{self, Audience, Form as Look, GuideRow, Typed};
use renkei_directory::tag::{self, Family, Tag};
use renkei_store::Failure;

use super::address;
use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::{Visit, id};

#[derive(Template)]
#[template(path = "guide_form.html")]
struct FormPage<'a> {
    v: &'a Visit,
    action: String,
    /// Of a guide that is there.
    guide: Option<GuideRow>,
    form: Form,
    faults: Faults,
    /// Somebody else changed it meanwhile.
    conflict: bool,
    offer: Offer,
}

/// What can be chosen.
struct Offer {
    areas: Vec<(AreaKind, Vec<Area>)>,
    functions: Vec<Function>,
    tags: Vec<(Family, Vec<Tag>)>,
}

impl Offer {
    async fn read(app: &App, v: &Visit) -> Result<Self, Answer> {
        let today = v.now().in_japan().date();
        let kinds = AreaKind::ALL.into_iter();
        let areas = kinds.map(|kind| (kind, app.areas.of_kind(kind, today)));
        let tags = tag::all(&app.store).await?;
        let of = |family: Family| {
            let own = tags.iter().filter(|tag| tag.family == family && tag.active);
            (family, own.cloned().collect::<Vec<Tag>>())
        };
        let functions = function::all(&app.store).await?.into_iter();
        Ok(Self {
            areas: areas.filter(|(_, areas)| !areas.is_empty()).collect(),
            functions: functions.filter(|one| one.active).collect(),
            tags: Family::ALL
                .map(of)
                .into_iter()
                .filter(|(_, tags)| !tags.is_empty())
                .collect(),
        })
    }
}

/// `GET /guides/new`
pub(crate) async fn new(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let mut form = Form::default();
    form.set("form", Look::Map.code());
    form.set("audience", Audience::Residents.code());
    page(&blank(&app, &v, form).await?)
}

async fn blank<'a>(app: &App, v: &'a Visit, form: Form) -> Result<FormPage<'a>, Answer> {
    Ok(FormPage {
        action: "/guides/new".to_owned(),
        guide: None,
        form,
        faults: Faults::default(),
        conflict: false,
        offer: Offer::read(app, v).await?,
        v,
    })
}

/// `POST /guides/new`
pub(crate) async fn make(State(app): State<App>, v: Visit, form: Form) -> Result<Response, Answer> {
    let done = guide::make(&app.store, &v.ctx, &app.areas, &typed(&form)).await;
    finish(blank(&app, &v, form).await?, done)
}

/// `GET /guides/{id}/edit`
pub(crate) async fn edit(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
) -> Result<Response, Answer> {
    let guide = guide::get(&app.store, &v.ctx, &id(&key)?).await?;
    let form = shown(&guide);
    page(&existing(&app, &v, guide, form).await?)
}

async fn existing<'a>(
    app: &App,
    v: &'a Visit,
    guide: GuideRow,
    form: Form,
) -> Result<FormPage<'a>, Answer> {
    Ok(FormPage {
        action: format!("{}/edit", address(&guide.id)),
        guide: Some(guide),
        ..blank(app, v, form).await?
    })
}

/// `POST /guides/{id}/edit`
pub(crate) async fn change(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let guide = guide::get(&app.store, &v.ctx, &id(&key)?).await?;
    let key = guide.id.clone();
    let done = guide::edit(&app.store, &v.ctx, &app.areas, &key, &typed(&form)).await;
    finish(existing(&app, &v, guide, form).await?, done.map(|()| key))
}

fn finish(mut shown: FormPage<'_>, done: Result<Id, Failure>) -> Result<Response, Answer> {
    match done {
        Ok(guide) => Ok(Redirect::to(&address(&guide)).into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            shown.faults = Faults::new(faults);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        // What was typed stays; saving once more takes it on top of what the other one saved.
        Err(Failure::Refused(Refusal::Conflict)) => {
            shown.conflict = true;
            if let Some(guide) = &shown.guide {
                shown.form.set("revision", guide.revision.to_string());
            }
            page_with(StatusCode::CONFLICT, &shown)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /guides/{id}/retire`
pub(crate) async fn retire(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    _form: Form,
) -> Result<Response, Answer> {
    set_active(&app, &v, &key, false).await
}

/// `POST /guides/{id}/offer`
pub(crate) async fn offer(
    State(app): State<App>,
    v: Visit,
    Path(key): Path<String>,
    _form: Form,
) -> Result<Response, Answer> {
    set_active(&app, &v, &key, true).await
}

async fn set_active(app: &App, v: &Visit, key: &str, active: bool) -> Result<Response, Answer> {
    let key = id(key)?;
    guide::set_active(&app.store, &v.ctx, &key, active).await?;
    Ok(Redirect::to(&address(&key)).into_response())
}

fn typed(form: &Form) -> Typed {
    let chosen: Vec<(&str, &str)> = form
        .all("areas")
        .iter()
        .filter_map(|one| one.split_once('/'))
        .collect();
    // Areas of one kind: those of the first that was ticked. Others are refused, since they are not of that kind.
    let kind = chosen.first().map_or("", |(kind, _)| kind);
    let area = |(of, code): &(&str, &str)| {
        if *of == kind {
            (*code).to_owned()
        } else {
            (*of).to_owned()
        }
    };
    Typed {
        title: form.get("title").to_owned(),
        form: form.get("form").to_owned(),
        audience: form.get("audience").to_owned(),
        area_kind: kind.to_owned(),
        areas: chosen.iter().map(area).collect(),
        kinds: form.all("kinds").to_vec(),
        functions: form.all("functions").to_vec(),
        tags: form.all("tags").to_vec(),
        preface: form.get("preface").to_owned(),
        revision: form.get("revision").parse().unwrap_or_default(),
    }
}

fn shown(guide: &GuideRow) -> Form {
    let one = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut pairs = vec![
        one("title", &guide.title),
        one("form", &guide.form),
        one("audience", &guide.audience),
        one("preface", &guide.preface),
        one("revision", &guide.revision.to_string()),
    ];
    for area in &guide.areas {
        pairs.push(one("areas", &format!("{}/{area}", guide.area_kind)));
    }
    for (name, codes) in [
        ("kinds", &guide.kinds),
        ("functions", &guide.functions),
        ("tags", &guide.tags),
    ] {
        pairs.extend(codes.iter().map(|code| one(name, code)));
    }
    Form::from_pairs(pairs)
}
