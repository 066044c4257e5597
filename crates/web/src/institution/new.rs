//! An institution or a consultation desk that no list has, registered by the region's desk.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Refusal;
use renkei_directory::Kind;
use renkei_directory::institution::{self, Contact, NewInstitution};
use renkei_store::Failure;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "institution_new.html")]
struct New<'a> {
    v: &'a Visit,
    kinds: &'static [Kind],
    municipalities: Vec<(String, String)>,
    form: Form,
    faults: Faults,
}

fn blank<'a>(app: &App, v: &'a Visit, form: Form, faults: Faults) -> New<'a> {
    let mut municipalities = app.finder.municipalities();
    municipalities.extend(
        renkei_directory::municipality::all_known()
            .map(|(code, name)| (code.to_owned(), name.to_owned())),
    );
    municipalities.sort();
    municipalities.dedup_by(|one, other| one.0 == other.0);
    New {
        v,
        kinds: &Kind::ALL,
        municipalities,
        form,
        faults,
    }
}

/// `GET /institutions/new`
pub(crate) async fn new(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let mut form = Form::default();
    form.set("kind", Kind::ConsultationDesk.code());
    page(&blank(&app, &v, form, Faults::default()))
}

/// `POST /institutions/new`
pub(crate) async fn register(
    State(app): State<App>,
    v: Visit,
    form: Form,
) -> Result<Response, Answer> {
    let text = |name: &str| form.get(name).to_owned();
    let new = NewInstitution {
        kind: text("kind"),
        name: text("name"),
        kana: text("kana"),
        municipality: text("municipality"),
        address: text("address"),
        code: text("code"),
        contact: Contact {
            phone: text("phone"),
            fax: text("fax"),
            url: text("url"),
            ..Contact::default()
        },
    };
    match institution::register(&app.store, &v.ctx, &new).await {
        Ok(id) => {
            app.finder.refresh(&app.store).await?;
            Ok(Redirect::to(&format!("/institutions/{id}/edit/tags")).into_response())
        }
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let again = blank(&app, &v, form, Faults::new(faults));
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}
