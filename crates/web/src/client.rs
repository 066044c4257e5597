//! 接続しているシステム: an institution's machine clients for its administrator; gateways for the region's.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_access::Client;
use renkei_base::Machine;

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
    _form: Form,
) -> Result<Response, Answer> {
    app.access.suspend_client(&visit.ctx, &id(&client)?).await?;
    Ok(Redirect::to("/clients").into_response())
}

/// `POST /clients/{id}/unsuspend`
pub(crate) async fn unsuspend(
    State(app): State<App>,
    visit: Visit,
    Path(client): Path<String>,
    _form: Form,
) -> Result<Response, Answer> {
    let client = id(&client)?;
    app.access.unsuspend_client(&visit.ctx, &client).await?;
    Ok(Redirect::to("/clients").into_response())
}

/// The text key of a kind.
pub(crate) const fn kind_key(kind: &Machine) -> &'static str {
    match kind {
        Machine::Institution => "client-kind-institution",
        Machine::Gateway => "client-kind-gateway",
    }
}
