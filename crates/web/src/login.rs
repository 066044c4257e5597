//! サインイン: login, password and second factor in one form; in the sample region, whom to be.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_access::Entry;
use renkei_base::Refusal;
use renkei_directory::finder::Hit;
use renkei_store::Failure;
use serde::Deserialize;

use crate::demo::{self, Group};
use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::session;
use crate::state::App;
use crate::visit::{Visit, own_place};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// Where to go afterwards.
    next: String,
    /// In the sample region: an institution whose desk one wants to play.
    q: String,
}

#[derive(Template)]
#[template(path = "login.html")]
struct Login<'a> {
    v: &'a Visit,
    form: Form,
    faults: Faults,
    groups: Vec<Group>,
    q: &'a str,
    desks: Vec<Hit>,
}

#[derive(Template)]
#[template(path = "login_desks.html")]
struct Desks<'a> {
    v: &'a Visit,
    q: &'a str,
    desks: Vec<Hit>,
}

/// `GET /login?next=&q=`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let desks = if v.demo {
        demo::desks(&app, &params.q)
    } else {
        Vec::new()
    };
    let q = params.q.as_str();
    if v.fragment {
        return page(&Desks { v: &v, q, desks });
    }
    let mut form = Form::default();
    form.set("next", own_place(&params.next).unwrap_or_default());
    page(&Login {
        v: &v,
        form,
        faults: Faults::default(),
        groups: groups(&app).await?,
        q,
        desks,
    })
}

async fn groups(app: &App) -> Result<Vec<Group>, Answer> {
    match app.demo.as_deref() {
        Some(mode) => demo::groups(app, mode).await,
        None => Ok(Vec::new()),
    }
}

/// `POST /login`
pub(crate) async fn enter(
    State(app): State<App>,
    v: Visit,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Answer> {
    let entry = Entry {
        login: form.get("login").to_owned(),
        password: form.get("password").to_owned(),
        code: form.get("code").to_owned(),
        agent: agent(&headers).to_owned(),
    };
    match app.access.sign_in(&v.ctx, &entry).await {
        Ok(new) => {
            if let Some(old) = &v.session {
                app.access.sign_out(&v.ctx, old).await?;
            }
            let cookie = [(header::SET_COOKIE, session::set(&app.config, &new))];
            let next = own_place(form.get("next")).unwrap_or("/home");
            Ok((cookie, Redirect::to(next)).into_response())
        }
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let again = Login {
                v: &v,
                form,
                faults: Faults::new(faults),
                groups: groups(&app).await?,
                q: "",
                desks: Vec::new(),
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /logout`
pub(crate) async fn leave(
    State(app): State<App>,
    v: Visit,
    _form: Form,
) -> Result<Response, Answer> {
    if let Some(session) = &v.session {
        app.access.sign_out(&v.ctx, session).await?;
    }
    let cookie = [(header::SET_COOKIE, session::clear(&app.config))];
    Ok((cookie, Redirect::to("/")).into_response())
}

/// The browser's name for itself, for the list of one's own sessions.
pub(crate) fn agent(headers: &HeaderMap) -> &str {
    headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
