//! What an institution says of itself, typed by its administrator or by the region's desk for it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Refusal;
use renkei_directory::finder::Hit;
use renkei_directory::institution::{self, Contact};
use renkei_directory::opening::Week;
use renkei_store::Failure;

use super::section::COMPARE;
use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

/// Before the names of the fields that say what the form showed at first.
const WAS: &str = "was_";

#[derive(Template)]
#[template(path = "institution_form.html")]
struct FormPage<'a> {
    v: &'a Visit,
    hit: Hit,
    form: Form,
    faults: Faults,
    /// What somebody else stored meanwhile in fields that were changed here too.
    theirs: Vec<(&'static str, String)>,
}

/// `GET /institutions/{id}/edit`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let hit = own(&app, &v, &id)?;
    let contact = stored(&app, &v, &hit).await?;
    page(&FormPage {
        v: &v,
        hit,
        form: shown(&contact),
        faults: Faults::default(),
        theirs: Vec::new(),
    })
}

pub(super) async fn stored(app: &App, v: &Visit, hit: &Hit) -> Result<Contact, Answer> {
    let found = institution::get(&app.store, &v.ctx, &hit.id)
        .await?
        .ok_or(Answer::NotFound)?;
    Ok(institution::contact_of(
        &found.organization,
        found.location.as_ref(),
    ))
}

/// `POST /institutions/{id}/edit`
pub(crate) async fn change(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Answer> {
    let hit = own(&app, &v, &id)?;
    let mut contact = typed(&form, "");
    if form.has(&format!("{WAS}address")) {
        let now = stored(&app, &v, &hit).await?;
        match institution::meet(&typed(&form, WAS), &contact, &now) {
            Ok(both) => contact = both,
            Err(theirs) => {
                // Saving again is a choice made with both in view.
                remember(&mut form, &now);
                let again = FormPage {
                    v: &v,
                    hit,
                    form,
                    faults: Faults::default(),
                    theirs,
                };
                return page_with(StatusCode::CONFLICT, &again);
            }
        }
    }
    let before = stored(&app, &v, &hit).await?;
    let done = if form.get("address").trim().is_empty() {
        Err(Refusal::fault("address", "fault-institution-address").into())
    } else {
        institution::edit(&app.store, &v.ctx, &hit.id, &contact).await
    };
    match done {
        Ok(()) => {
            app.finder.refresh(&app.store).await?;
            let now = stored(&app, &v, &hit).await?;
            let next = if asks(&app, &hit, (&before, &now)).await? {
                format!("/institutions/{}/edit/hours?{COMPARE}", hit.id)
            } else {
                format!("/institutions/{}", hit.id)
            };
            Ok(Redirect::to(&next).into_response())
        }
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let again = FormPage {
                v: &v,
                hit,
                form,
                faults: Faults::new(faults),
                theirs: Vec::new(),
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

/// Whether the hours in words were changed where others by weekday are known: these decide who is open now.
async fn asks(app: &App, hit: &Hit, (before, now): (&Contact, &Contact)) -> Result<bool, Answer> {
    if before.hours == now.hours || now.hours.is_empty() {
        return Ok(false);
    }
    let openings = app.store.openings_of(&hit.id).await?;
    Ok(Week::of(&openings).has_hours())
}

/// An institution that the caller may change; of others there is no such page.
pub(crate) fn own(app: &App, v: &Visit, id: &str) -> Result<Hit, Answer> {
    let id = crate::visit::id(id)?;
    let hit = app.finder.by_id(&id).ok_or(Answer::NotFound)?;
    if institution::may_edit(&v.ctx, &id) {
        Ok(hit)
    } else {
        Err(Answer::NotFound)
    }
}

/// The fields of a form whose names begin with this.
fn typed(form: &Form, prefix: &str) -> Contact {
    let mut contact = Contact::default();
    for (name, text) in contact.fields_mut() {
        form.get(&format!("{prefix}{name}")).clone_into(text);
    }
    contact
}

/// A form of these values, which also carries what it showed at first.
fn shown(contact: &Contact) -> Form {
    let mut form = Form::default();
    for (name, value) in contact.fields() {
        form.set(name, value.as_str());
    }
    remember(&mut form, contact);
    form
}

fn remember(form: &mut Form, contact: &Contact) {
    for (name, value) in contact.fields() {
        form.set(&format!("{WAS}{name}"), value.as_str());
    }
}

impl FormPage<'_> {
    /// The section that is edited.
    const fn here() -> &'static str {
        "contact"
    }

    /// What the form showed at first, by field.
    fn was(&self) -> Vec<(String, String)> {
        let names = Contact::default().fields().map(|(name, _)| name);
        let fields = names.into_iter().map(|name| format!("{WAS}{name}"));
        fields
            .filter(|field| self.form.has(field))
            .map(|field| (field.clone(), self.form.get(&field).to_owned()))
            .collect()
    }
}
