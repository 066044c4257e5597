//! What an institution says of itself, typed by its administrator or by the region's desk for it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Refusal;
use renkei_directory::finder::Hit;
use renkei_directory::institution::{self, Contact};
use renkei_store::Failure;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "institution_form.html")]
struct FormPage<'a> {
    v: &'a Visit,
    hit: Hit,
    form: Form,
    faults: Faults,
}

/// `GET /institutions/{id}/edit`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let hit = own(&app, &v, &id)?;
    let found = institution::get(&app.store, &v.ctx, &hit.id)
        .await?
        .ok_or(Answer::NotFound)?;
    let contact = institution::contact_of(&found.organization, found.location.as_ref());
    page(&FormPage {
        v: &v,
        hit,
        form: shown(&contact),
        faults: Faults::default(),
    })
}

/// `POST /institutions/{id}/edit`
pub(crate) async fn change(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let hit = own(&app, &v, &id)?;
    let done = if form.get("address").trim().is_empty() {
        Err(Refusal::fault("address", "fault-institution-address").into())
    } else {
        institution::edit(&app.store, &v.ctx, &hit.id, &typed(&form)).await
    };
    match done {
        Ok(()) => {
            app.finder.refresh(&app.store).await?;
            Ok(Redirect::to(&format!("/institutions/{}", hit.id)).into_response())
        }
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let again = FormPage {
                v: &v,
                hit,
                form,
                faults: Faults::new(faults),
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

/// An institution that the caller may change; of others there is no such page.
fn own(app: &App, v: &Visit, id: &str) -> Result<Hit, Answer> {
    let id = crate::visit::id(id)?;
    let hit = app.finder.by_id(&id).ok_or(Answer::NotFound)?;
    if institution::may_edit(&v.ctx, &id) {
        Ok(hit)
    } else {
        Err(Answer::NotFound)
    }
}

fn typed(form: &Form) -> Contact {
    let text = |name| form.get(name).to_owned();
    Contact {
        short: text("short"),
        postal_code: text("postal_code"),
        address: text("address"),
        phone: text("phone"),
        fax: text("fax"),
        url: text("url"),
        desk: text("desk"),
        desk_phone: text("desk_phone"),
        desk_fax: text("desk_fax"),
        hours: text("hours"),
        access: text("access"),
    }
}

fn shown(contact: &Contact) -> Form {
    let mut form = Form::default();
    for (name, value) in [
        ("short", &contact.short),
        ("postal_code", &contact.postal_code),
        ("address", &contact.address),
        ("phone", &contact.phone),
        ("fax", &contact.fax),
        ("url", &contact.url),
        ("desk", &contact.desk),
        ("desk_phone", &contact.desk_phone),
        ("desk_fax", &contact.desk_fax),
        ("hours", &contact.hours),
        ("access", &contact.access),
    ] {
        form.set(name, value.as_str());
    }
    form
}
