//! What an institution asks others for: functions of the medical plan, of the region; 登録医, of a hospital.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_directory::finder::Hit;
use renkei_directory::function::{self, FAMILIES, Function, FunctionState};
use renkei_directory::profile::registered::{self, Act};
use renkei_directory::{Kind, Search};
use renkei_store::Failure;
use renkei_store::function::InstitutionFunction;
use renkei_store::profile::RegisteredDoctor;

use super::edit::own;
use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

/// A function, and how the institution stands to it.
type Standing = (Function, Option<InstitutionFunction>);

#[derive(Template)]
#[template(path = "institution_functions.html")]
struct Functions<'a> {
    v: &'a Visit,
    hit: Hit,
    /// By family, with how this institution stands to each.
    families: Vec<(&'static str, Vec<Standing>)>,
}

/// `GET /institutions/{id}/edit/functions`
pub(crate) async fn functions(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let hit = own(&app, &v, &id)?;
    let rows = app.store.functions_of(&hit.id).await?;
    let all = function::all(&app.store).await?;
    let mut families = FAMILIES.map(|family| (family, Vec::new()));
    for one in all {
        let row = rows.iter().find(|row| row.function == one.code).cloned();
        let place = families
            .iter_mut()
            .find(|(family, _)| *family == one.family);
        if let (Some((_, list)), true) = (place, one.active) {
            list.push((one, row));
        }
    }
    page(&Functions {
        v: &v,
        hit,
        families: families.into(),
    })
}

/// `POST /institutions/{id}/edit/functions`
pub(crate) async fn ask(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let hit = own(&app, &v, &id)?;
    let wanted = form.get("then") == "ask";
    function::ask(&app.store, &v.ctx, &hit.id, form.get("function"), wanted).await?;
    Ok(Redirect::to(&format!("/institutions/{}/edit/functions", hit.id)).into_response())
}

impl Functions<'_> {
    fn is(row: &Option<InstitutionFunction>, state: FunctionState) -> bool {
        row.as_ref().is_some_and(|row| row.state == state.code())
    }
}

#[derive(Template)]
#[template(path = "institution_registered.html")]
struct Registered<'a> {
    v: &'a Visit,
    hit: Hit,
    /// This is the hospital.
    hospital: bool,
    /// With the name of the other side.
    rows: Vec<(String, RegisteredDoctor)>,
    form: Form,
    faults: Faults,
}

/// `GET /institutions/{id}/edit/registered`
pub(crate) async fn registered(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let hit = own(&app, &v, &id)?;
    page(&registered_page(&app, &v, hit, Form::default(), Faults::default()).await?)
}

async fn registered_page<'a>(
    app: &App,
    v: &'a Visit,
    hit: Hit,
    form: Form,
    faults: Faults,
) -> Result<Registered<'a>, Answer> {
    let hospital = hit.kind == Some(Kind::Hospital);
    let found = if hospital {
        registered::at(&app.store, &hit.id).await?
    } else {
        registered::of(&app.store, &hit.id).await?
    };
    let name = |row: &RegisteredDoctor| {
        let other = if hospital { &row.clinic } else { &row.hospital };
        app.finder.by_id(other).map(|hit| hit.name)
    };
    Ok(Registered {
        rows: found
            .into_iter()
            .map(|row| (name(&row).unwrap_or_default(), row))
            .collect(),
        v,
        hit,
        hospital,
        form,
        faults,
    })
}

/// `POST /institutions/{id}/edit/registered`
pub(crate) async fn register(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let hit = own(&app, &v, &id)?;
    let hospital = hit.kind == Some(Kind::Hospital);
    let act = Act::from_code(form.get("then")).ok_or(Answer::Request)?;
    let Some(other) = named(&app, form.get("other")) else {
        let key = if hospital {
            "fault-profile-clinic"
        } else {
            "fault-profile-hospital"
        };
        let faults = Faults::one("other", key);
        let again = registered_page(&app, &v, hit, form, faults).await?;
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    };
    let pair = if hospital {
        (&hit.id, &other)
    } else {
        (&other, &hit.id)
    };
    match registered::act(&app.store, &v.ctx, pair, form.get("doctor"), act).await {
        Ok(()) => {
            let to = format!("/institutions/{}/edit/registered", hit.id);
            Ok(Redirect::to(&to).into_response())
        }
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let faults = faults.into_iter().map(|mut fault| {
                if fault.field == "hospital" {
                    "other".clone_into(&mut fault.field);
                }
                fault
            });
            let faults = Faults::new(faults.collect());
            let again = registered_page(&app, &v, hit, form, faults).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

/// An institution by its id, its ten-digit code, or a name that only one has.
pub(crate) fn named(app: &App, text: &str) -> Option<Id> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if let Some(hit) = text.parse().ok().and_then(|id| app.finder.by_id(&id)) {
        return Some(hit.id);
    }
    if let Some(hit) = app.finder.by_code(text) {
        return Some(hit.id);
    }
    let key = renkei_base::name::search_key(text);
    let found = app.finder.search(&Search {
        words: text.to_owned(),
        ..Search::default()
    });
    let mut same = found.hits.into_iter().filter(|hit| {
        [&hit.name, &hit.short]
            .iter()
            .any(|name| renkei_base::name::search_key(name) == key)
    });
    match (same.next(), same.next()) {
        (Some(only), None) => Some(only.id),
        _ => None,
    }
}
