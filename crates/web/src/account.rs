//! 自分の設定: one's own sessions, password, second factor, recovery codes.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_access::Person;
use renkei_access::account::Invitation;
use renkei_access::session::SessionLine;
use renkei_base::Refusal;
use renkei_store::Failure;

use crate::confirm::{self, Gate};
use crate::enrol::RecoveryCodes;
use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::session;
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    v: &'a Visit,
    person: Person,
    sessions: Vec<SessionLine>,
    codes_left: i64,
    /// What was just done, as a text key.
    done: Option<&'static str>,
    /// Which of the forms the faults belong to.
    at: &'static str,
    faults: Faults,
}

/// Faults of the other forms are not theirs.
impl Account<'_> {
    fn faults_at(&self, form: &str) -> Faults {
        if self.at == form {
            self.faults.clone()
        } else {
            Faults::default()
        }
    }
}

async fn account<'a>(app: &App, v: &'a Visit) -> Result<Account<'a>, Answer> {
    Ok(Account {
        v,
        person: app.access.own_person(&v.ctx).await?,
        sessions: app.access.own_sessions(&v.ctx).await?,
        codes_left: app.access.recovery_codes_left(&v.ctx).await?,
        done: None,
        at: "",
        faults: Faults::default(),
    })
}

/// `GET /account`
pub(crate) async fn show(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    page(&account(&app, &v).await?)
}

/// `POST /account/sessions/{id}/end`
pub(crate) async fn end(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    app.access.sign_out(&v.ctx, &id).await?;
    let next = if v.session.as_ref() == Some(&id) {
        "/"
    } else {
        "/account"
    };
    Ok(Redirect::to(next).into_response())
}

/// `POST /account/sign-out-everywhere`
pub(crate) async fn end_all(
    State(app): State<App>,
    v: Visit,
    _form: Form,
) -> Result<Response, Answer> {
    app.access.sign_out_everywhere(&v.ctx).await?;
    let cookie = [(header::SET_COOKIE, session::clear(&app.config))];
    Ok((cookie, Redirect::to("/login")).into_response())
}

/// `POST /account/password`
pub(crate) async fn password(
    State(app): State<App>,
    v: Visit,
    form: Form,
) -> Result<Response, Answer> {
    let session = v.session.clone().ok_or(Answer::SignIn)?;
    let (new, again) = (form.get("password"), form.get("again"));
    let done = app
        .access
        .change_password(&v.ctx, &session, form.get("current"), new, again)
        .await;
    match done {
        Ok(()) => {
            let shown = Account {
                done: Some("account-password-done"),
                ..account(&app, &v).await?
            };
            page(&shown)
        }
        Err(failure) => refused(&app, &v, "password", failure).await,
    }
}

/// `POST /account/recovery-codes`
pub(crate) async fn recovery_codes(
    State(app): State<App>,
    v: Visit,
    form: Form,
) -> Result<Response, Answer> {
    let session = match confirm::gate(&app, &v, &form).await? {
        Gate::Open(session) => session,
        Gate::Ask(page) => return Ok(page),
    };
    match app.access.renew_recovery_codes(&v.ctx, &session).await {
        Ok(codes) => page(&RecoveryCodes {
            v: &v,
            title: "account-codes-done",
            codes,
            next: "/account",
        }),
        Err(failure) => refused(&app, &v, "codes", failure).await,
    }
}

/// `POST /account/factors`: on to a new app; the present one holds until the new one is confirmed.
pub(crate) async fn factors(
    State(app): State<App>,
    v: Visit,
    form: Form,
) -> Result<Response, Answer> {
    let session = match confirm::gate(&app, &v, &form).await? {
        Gate::Open(session) => session,
        Gate::Ask(page) => return Ok(page),
    };
    match app.access.renew_factors(&v.ctx, &session).await {
        Ok(Invitation { link, .. }) => {
            Ok(Redirect::to(&format!("/enrol/{}", link.reveal())).into_response())
        }
        Err(failure) => refused(&app, &v, "factors", failure).await,
    }
}

async fn refused(
    app: &App,
    v: &Visit,
    at: &'static str,
    failure: Failure,
) -> Result<Response, Answer> {
    let Failure::Refused(Refusal::Invalid(faults)) = failure else {
        return Err(failure.into());
    };
    let shown = Account {
        at,
        faults: Faults::new(faults),
        ..account(app, v).await?
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}
