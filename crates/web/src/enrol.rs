//! 登録用リンク: a person sets a password and the second factor, once.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use renkei_access::LinkToken;
use renkei_access::enrolment::{Enrol, Enrolled, LinkView};
use renkei_base::Refusal;
use renkei_store::Failure;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;
use crate::{login, session};

#[derive(Template)]
#[template(path = "enrol.html")]
struct EnrolPage<'a> {
    v: &'a Visit,
    link: LinkView,
    /// The secret in groups of four, to be typed.
    secret: String,
    /// A `data:` address of the QR code.
    picture: String,
    form: Form,
    faults: Faults,
}

/// The recovery codes, shown once.
#[derive(Template)]
#[template(path = "recovery_codes.html")]
pub(crate) struct RecoveryCodes<'a> {
    pub(crate) v: &'a Visit,
    pub(crate) title: &'static str,
    pub(crate) codes: Vec<String>,
    /// Where to go on.
    pub(crate) next: &'static str,
}

/// `GET /enrol/{token}`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(token): Path<String>,
) -> Result<Response, Answer> {
    let token = token_of(&token)?;
    let link = app.access.open_link(&v.ctx, &token).await?;
    page(&filled(&v, link, Form::default(), Faults::default()))
}

/// `POST /enrol/{token}`
pub(crate) async fn set(
    State(app): State<App>,
    v: Visit,
    Path(token): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Answer> {
    let token = token_of(&token)?;
    match app
        .access
        .enrol(&v.ctx, &token, &typed(&form, &headers))
        .await
    {
        Ok(enrolled) => welcome(&app, &v, enrolled),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let link = app.access.open_link(&v.ctx, &token).await?;
            page_with(
                StatusCode::UNPROCESSABLE_ENTITY,
                &filled(&v, link, form, Faults::new(faults)),
            )
        }
        Err(other) => Err(other.into()),
    }
}

/// What cannot be a link is one that does not hold: the same answer.
fn token_of(text: &str) -> Result<LinkToken, Answer> {
    LinkToken::parse(text)
        .ok_or_else(|| Answer::Refused(StatusCode::CONFLICT, "refuse-link".to_owned()))
}

fn filled<'a>(v: &'a Visit, link: LinkView, form: Form, faults: Faults) -> EnrolPage<'a> {
    let letters: Vec<char> = link.secret.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    EnrolPage {
        v,
        secret: groups.join(" "),
        picture: picture(&link.uri),
        link,
        form,
        faults,
    }
}

/// The QR code as a `data:` address; empty where it cannot be drawn, for then the secret is typed.
fn picture(uri: &str) -> String {
    let svg = renkei_report::qr::svg(uri).unwrap_or_default();
    if svg.is_empty() {
        return svg;
    }
    let escaped: String = form_urlencoded::byte_serialize(svg.as_bytes()).collect();
    format!("data:image/svg+xml,{}", escaped.replace('+', "%20"))
}

fn typed(form: &Form, headers: &HeaderMap) -> Enrol {
    let text = |name| form.get(name).to_owned();
    Enrol {
        login: text("login"),
        name: text("name"),
        kana: text("kana"),
        password: text("password"),
        again: text("again"),
        code: text("code"),
        agent: login::agent(headers).to_owned(),
    }
}

fn welcome(app: &App, v: &Visit, enrolled: Enrolled) -> Result<Response, Answer> {
    let cookie = [(
        header::SET_COOKIE,
        session::set(&app.config, &enrolled.session),
    )];
    let shown = RecoveryCodes {
        v,
        title: "enrol-done",
        codes: enrolled.recovery_codes,
        next: "/home",
    };
    Ok((cookie, page(&shown)?).into_response())
}
