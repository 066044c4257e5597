//! 接続しているシステム: an institution's machine clients for its administrator; gateways for the region's.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_access::Client;
use renkei_base::{Id, Machine};

use crate::confirm::{self, Gate};
use crate::error::{Answer, page};
use crate::form::Form;
use crate::state::App;
use crate::visit::{Visit, id};

#[derive(Template)]
#[template(path = "clients.html")]
struct List<'a> {
    v: &'a Visit,
    clients: Vec<Client>,
}

/// `GET /clients`
pub(crate) async fn list(State(app): State<App>, visit: Visit) -> Result<Response, Answer> {
    let clients = app.access.clients(&visit.ctx).await?;
    page(&List { v: &visit, clients })
}

/// `POST /clients/{id}/suspend`
pub(crate) async fn suspend(
    State(app): State<App>,
    visit: Visit,
    Path(client): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let client = managed(&app, &visit, &client).await?;
    if let Gate::Ask(page) = confirm::gate(&app, &visit, &form).await? {
        return Ok(page);
    }
    app.access.suspend_client(&visit.ctx, &client).await?;
    Ok(Redirect::to("/clients").into_response())
}

/// `POST /clients/{id}/unsuspend`
pub(crate) async fn unsuspend(
    State(app): State<App>,
    visit: Visit,
    Path(client): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let client = managed(&app, &visit, &client).await?;
    if let Gate::Ask(page) = confirm::gate(&app, &visit, &form).await? {
        return Ok(page);
    }
    app.access.unsuspend_client(&visit.ctx, &client).await?;
    Ok(Redirect::to("/clients").into_response())
}

/// Whoever's it is not finds nothing, before anything is asked.
async fn managed(app: &App, visit: &Visit, client: &str) -> Result<Id, Answer> {
    let client = id(client)?;
    let own = app.access.clients(&visit.ctx).await?;
    let known = own.iter().any(|one| one.id == client);
    known.then_some(client).ok_or(Answer::NotFound)
}

/// The text key of a kind.
pub(crate) const fn kind_key(kind: &Machine) -> &'static str {
    match kind {
        Machine::Institution => "client-kind-institution",
        Machine::Gateway => "client-kind-gateway",
    }
}
