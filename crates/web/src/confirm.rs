//! 本人確認: before something grave is done, a page asks again who one is, and then goes on with what was asked.
//! Nothing that was typed is lost: it travels through the page.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_store::Failure;
use serde::Deserialize;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::passkey;
use crate::state::App;
use crate::visit::{Visit, own_place};

/// Fields of this page itself; they end with it.
const OWN: [&str; 9] = [
    "token",
    "confirm",
    "shownpassword",
    "showncode",
    "credential",
    "client-data",
    "authenticator-data",
    "signature",
    "user",
];

#[derive(Template)]
#[template(path = "confirm.html")]
struct Confirm<'a> {
    v: &'a Visit,
    /// Where the answer goes: to what was asked.
    action: &'a str,
    /// What was typed there.
    kept: Vec<(String, String)>,
    passkeys: bool,
    /// One of the sample people, who have nothing to answer with.
    sample: bool,
    faults: Faults,
}

/// What a handler of something grave goes on with.
#[derive(Debug)]
pub(crate) enum Gate {
    /// The caller's session, whose holder has just shown who it is.
    Open(Id),
    /// The page that asks. It sends what was typed to the same address again.
    Ask(Response),
}

/// Whether the holder of the session has shown who it is: a moment ago, or with this very form.
pub(crate) async fn gate(app: &App, v: &Visit, form: &Form) -> Result<Gate, Answer> {
    Ok(match proven(app, v, form).await? {
        Ok(session) => Gate::Open(session),
        Err(faults) => {
            let asks = asks(app, v, &v.path, form, faults).await?;
            Gate::Ask(page_with(StatusCode::FORBIDDEN, &asks)?)
        }
    })
}

async fn proven(app: &App, v: &Visit, form: &Form) -> Result<Result<Id, Faults>, Answer> {
    let (session, access) = (v.session.clone().ok_or(Answer::SignIn)?, &app.access);
    let done = match form.get("confirm") {
        "password" => {
            let (password, code) = (form.get("shownpassword"), form.get("showncode"));
            access
                .prove_by_password(&v.ctx, &session, password, code)
                .await
        }
        "passkey" => {
            let (party, answer) = (passkey::party(app)?, passkey::answered(form));
            access
                .prove_by_passkey(&v.ctx, &session, &party, &answer)
                .await
        }
        _ if access.is_proven(&v.ctx, &session).await? => Ok(()),
        _ => return Ok(Err(Faults::default())),
    };
    match done {
        Ok(()) => Ok(Ok(session)),
        Err(Failure::Refused(Refusal::Invalid(faults))) => Ok(Err(Faults::new(faults))),
        Err(other) => Err(other.into()),
    }
}

async fn asks<'a>(
    app: &App,
    v: &'a Visit,
    action: &'a str,
    form: &Form,
    faults: Faults,
) -> Result<Confirm<'a>, Answer> {
    let kept = form.pairs().filter(|(name, _)| !OWN.contains(name));
    let kept = kept.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Confirm {
        v,
        action,
        kept: kept.collect(),
        passkeys: passkey::party(app).is_ok() && !app.access.passkeys(&v.ctx).await?.is_empty(),
        sample: app.demo.is_some() && app.access.has_nothing_to_show(&v.ctx).await?,
        faults,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    next: String,
}

/// Whether a page or a file that is grave to read may be shown; else the way to [`ask`].
pub(crate) async fn way(app: &App, v: &Visit) -> Result<Option<Response>, Answer> {
    let session = v.session.as_ref().ok_or(Answer::SignIn)?;
    if app.access.is_proven(&v.ctx, session).await? {
        return Ok(None);
    }
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("next", &v.here)
        .finish();
    Ok(Some(
        Redirect::to(&format!("/confirm?{query}")).into_response(),
    ))
}

/// `GET /confirm?next=`
pub(crate) async fn ask(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let mut form = Form::default();
    form.set("next", own_place(&params.next).unwrap_or("/home"));
    page(&asks(&app, &v, "/confirm", &form, Faults::default()).await?)
}

/// `POST /confirm`: on to where one wanted to go.
pub(crate) async fn answer(
    State(app): State<App>,
    v: Visit,
    form: Form,
) -> Result<Response, Answer> {
    match proven(&app, &v, &form).await? {
        Ok(_) => {
            let next = own_place(form.get("next")).unwrap_or("/home");
            Ok(Redirect::to(next).into_response())
        }
        Err(faults) => {
            let asks = asks(&app, &v, "/confirm", &form, faults).await?;
            page_with(StatusCode::FORBIDDEN, &asks)
        }
    }
}
