//! パスキー: making, naming and removing one's own, and signing in with one.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_access::Access;
use renkei_access::passkey::{Answer as Answered, Passkey, Wish};
use renkei_access::webauthn::Party;
use renkei_base::Refusal;
use renkei_store::Failure;
use serde_json::{Value, json};

use crate::confirm::{self, Gate};
use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::session;
use crate::state::App;
use crate::visit::{Visit, id, own_place};

/// COSE's numbers of ES256 and RS256.
const ALGORITHMS: [i32; 2] = [-7, -257];
/// How long the device may wait for its owner, in milliseconds.
const TIMEOUT: u32 = 120_000;

#[derive(Template)]
#[template(path = "passkeys.html")]
struct List<'a> {
    v: &'a Visit,
    passkeys: Vec<Passkey>,
    /// Whether browsers offer passkeys at this address.
    offered: bool,
    form: Form,
    faults: Faults,
}

/// Where passkeys are bound to: the server's own address.
pub(crate) fn party(app: &App) -> Result<Party, Answer> {
    Party::of(&app.config.base_url).ok_or(Answer::NotFound)
}

pub(crate) fn answered(form: &Form) -> Answered {
    Answered {
        credential: form.get("credential").to_owned(),
        client_data: form.get("client-data").to_owned(),
        authenticator_data: form.get("authenticator-data").to_owned(),
        signature: form.get("signature").to_owned(),
        user: form.get("user").to_owned(),
    }
}

/// Fields of their own, which the page that asks again who one is carries on.
fn made(form: &Form) -> Answered {
    Answered {
        client_data: form.get("made-client-data").to_owned(),
        authenticator_data: form.get("made-authenticator-data").to_owned(),
        ..Answered::default()
    }
}

/// `GET /account/passkeys`
pub(crate) async fn list(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    page(&shown(&app, &v).await?)
}

async fn shown<'a>(app: &App, v: &'a Visit) -> Result<List<'a>, Answer> {
    Ok(List {
        v,
        passkeys: app.access.passkeys(&v.ctx).await?,
        offered: party(app).is_ok(),
        form: Form::default(),
        faults: Faults::default(),
    })
}

/// `GET /account/passkeys/options`: what the device is asked to make.
pub(crate) async fn to_make(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let party = party(&app)?;
    let wish = app.access.passkey_to_make(&v.ctx).await?;
    let person = app.access.own_person(&v.ctx).await?;
    let kinds = ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg }));
    Ok(options(&json!({
        "challenge": wish.challenge,
        "rp": { "id": party.id, "name": app.access.config().issuer },
        "user": { "id": person.id.as_str(), "name": person.login, "displayName": person.name },
        "pubKeyCredParams": kinds,
        "excludeCredentials": wish.credentials,
        "authenticatorSelection": { "residentKey": "required", "userVerification": "required" },
        "attestation": "none",
        "timeout": TIMEOUT,
    })))
}

/// `GET /login/passkey`: what the device is asked to sign.
/// The answer must come from the browser that asked: a cookie for these minutes says which one that is.
pub(crate) async fn to_sign_in(
    State(app): State<App>,
    v: Visit,
    headers: HeaderMap,
) -> Result<Response, Answer> {
    let mut browser = session::browser(&app.config, &headers);
    if browser.is_empty() {
        browser = Access::new_browser(&v.ctx);
    }
    let wish = app.access.passkey_to_sign_in(&v.ctx, &browser).await?;
    let cookie = [(header::SET_COOKIE, session::ask(&app.config, &browser))];
    Ok((cookie, options(&to_show(&party(&app)?, &wish))).into_response())
}

/// `GET /confirm/passkey`: the same for one's own ones.
pub(crate) async fn to_confirm(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let wish = app.access.passkey_to_confirm(&v.ctx).await?;
    Ok(options(&to_show(&party(&app)?, &wish)))
}

fn to_show(party: &Party, wish: &Wish) -> Value {
    json!({
        "challenge": wish.challenge,
        "rpId": party.id,
        "allowCredentials": wish.credentials,
        "userVerification": "required",
        "timeout": TIMEOUT,
    })
}

fn options(body: &Value) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (json, body.to_string()).into_response()
}

/// `POST /account/passkeys`
pub(crate) async fn add(State(app): State<App>, v: Visit, form: Form) -> Result<Response, Answer> {
    let session = match confirm::gate(&app, &v, &form).await? {
        Gate::Open(session) => session,
        Gate::Ask(page) => return Ok(page),
    };
    let (party, name) = (party(&app)?, form.get("name"));
    let added = app
        .access
        .add_passkey(&v.ctx, &session, &party, name, &made(&form))
        .await;
    match added {
        Ok(_) => Ok(Redirect::to("/account/passkeys").into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let again = List {
                form,
                faults: Faults::new(faults),
                ..shown(&app, &v).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /account/passkeys/{id}/remove`
pub(crate) async fn remove(
    State(app): State<App>,
    v: Visit,
    Path(passkey): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let passkey = id(&passkey)?;
    let session = match confirm::gate(&app, &v, &form).await? {
        Gate::Open(session) => session,
        Gate::Ask(page) => return Ok(page),
    };
    app.access
        .remove_passkey(&v.ctx, &session, &passkey)
        .await?;
    Ok(Redirect::to("/account/passkeys").into_response())
}

/// Who came by a device is not told to look at a password.
fn by_device(failure: Failure) -> Failure {
    match failure {
        Failure::Refused(Refusal::Invalid(faults))
            if faults.iter().any(|fault| fault.key == "fault-signin") =>
        {
            Refusal::fault("", "fault-signin-passkey").into()
        }
        other => other,
    }
}

/// `POST /login/passkey`
pub(crate) async fn enter(
    State(app): State<App>,
    v: Visit,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Answer> {
    let (party, agent) = (party(&app)?, crate::login::agent(&headers));
    let browser = session::browser(&app.config, &headers);
    let new = app
        .access
        .sign_in_by_passkey(&v.ctx, &party, &answered(&form), &browser, agent)
        .await
        .map_err(by_device)?;
    if let Some(old) = &v.session {
        app.access.sign_out(&v.ctx, old).await?;
    }
    let cookie = [(header::SET_COOKIE, session::set(&app.config, &new))];
    let next = own_place(form.get("next")).unwrap_or("/home");
    Ok((cookie, Redirect::to(next)).into_response())
}
