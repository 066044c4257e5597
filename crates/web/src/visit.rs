//! One request of one visitor: who it is, in which language, with which right to send forms.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use renkei_access::context::Arrival;
use renkei_access::session::Use;
use renkei_base::{Ctx, Id, Lang, Micros};

use crate::error::Answer;
use crate::messages::Messages;
use crate::routes::{ADMIN, AUDIT, CARING, DESK, Policy, REGION};
use crate::state::App;

/// Made by [`crate::guard`] for every request; templates and handlers use it.
#[derive(Clone, Debug)]
pub struct Visit {
    pub ctx: Ctx,
    /// Whether somebody is signed in.
    pub signed_in: bool,
    pub session: Option<Id>,
    /// Goes into every form and comes back with it.
    pub form_token: String,
    /// The name of the caller's institution, for the head of the page.
    pub institution_name: String,
    /// htmx asked for a part of a page.
    pub fragment: bool,
    /// The path, for the language switch and the marked navigation entry.
    pub path: String,
    pub demo: bool,
    pub messages: Arc<Messages>,
}

impl Visit {
    pub const fn lang(&self) -> Lang {
        self.ctx.lang
    }

    /// The text of a key.
    pub fn t(&self, key: &str) -> String {
        self.messages.text(self.lang(), key, &[])
    }

    /// The text of a key with one value.
    pub fn t1(&self, key: &str, name: &str, value: impl ToString) -> String {
        self.messages.text(self.lang(), key, &[(name, &value.to_string())])
    }

    /// The text of a key with values.
    pub fn tn(&self, key: &str, args: &[(&str, &str)]) -> String {
        self.messages.text(self.lang(), key, args)
    }

    /// The hint of a field, `KEY-hint`, where there is one.
    pub fn hint(&self, key: &str) -> Option<String> {
        let key = format!("{key}-hint");
        self.messages.has(self.lang(), &key).then(|| self.t(&key))
    }

    /// The text, or the word for nothing.
    pub fn or_none(&self, text: &str) -> String {
        if text.is_empty() { self.t("none") } else { text.to_owned() }
    }

    pub fn fault(&self, fault: &renkei_base::Fault) -> String {
        self.messages.fault(self.lang(), fault)
    }

    pub fn has_role(&self, code: &str) -> bool {
        renkei_base::Role::from_code(code).is_some_and(|role| self.ctx.caller.has(role))
    }

    /// Whether the caller works with patients.
    pub fn cares(&self) -> bool {
        self.ctx.caller.roles.iter().any(renkei_base::Role::cares)
    }

    pub fn now(&self) -> Micros {
        self.ctx.at
    }

    pub const fn other_language(&self) -> &'static str {
        match self.lang() {
            Lang::Ja => "en",
            Lang::En => "ja",
        }
    }

    /// The entries of the navigation that this visitor may use.
    pub fn navigation(&self) -> Vec<Entry> {
        NAVIGATION
            .iter()
            .filter(|(_, _, policy)| self.signed_in && crate::guard::admit(*policy, self).is_ok())
            .map(|(href, key, _)| Entry {
                href,
                key,
                here: self.path == *href || self.path.starts_with(&format!("{href}/")),
            })
            .collect()
    }

    pub fn asset(&self, name: &str) -> String {
        crate::assets::url(name)
    }
}

/// One entry of the navigation.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub href: &'static str,
    pub key: &'static str,
    pub here: bool,
}

/// Address, text key, who sees it: the same policies as in [`crate::routes`].
const NAVIGATION: &[(&str, &str, Policy)] = &[
    ("/home", "nav-home", Policy::SignedIn),
    ("/referrals", "nav-referrals", CARING),
    ("/patients", "nav-patients", CARING),
    ("/slots", "nav-slots", CARING),
    ("/departments", "nav-departments", DESK),
    ("/people", "nav-people", ADMIN),
    ("/institutions", "nav-institutions", Policy::Public),
    ("/imports", "nav-imports", REGION),
    ("/audit", "nav-audit", AUDIT),
];

impl FromRequestParts<App> for Visit {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Answer> {
        parts.extensions.get::<Self>().cloned().ok_or(Answer::Broken)
    }
}

/// The language: the cookie `lang`, else the browser's first wish, else Japanese.
pub(crate) fn language(headers: &HeaderMap) -> Lang {
    match cookie(headers, "lang").as_deref() {
        Some("en") => return Lang::En,
        Some("ja") => return Lang::Ja,
        _ => {}
    }
    let wish = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if wish.starts_with("en") { Lang::En } else { Lang::Ja }
}

/// One cookie's value.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// An id of a path. What is no id is nothing.
pub(crate) fn id(text: &str) -> Result<Id, Answer> {
    text.parse().map_err(|_| Answer::NotFound)
}

/// Middleware around everything: makes the [`Visit`], runs the rest, and gives refusals their page.
pub(crate) async fn attach(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match of(&app, &request).await {
        Ok(visit) => {
            request.extensions_mut().insert(visit.clone());
            let response = next.run(request).await;
            crate::error::pages(&visit, response)
        }
        Err(answer) => answer.into_response(),
    }
}

async fn of(app: &App, request: &Request) -> Result<Visit, Answer> {
    let headers = request.headers();
    let at = app.clock.now();
    let session = crate::session::of(app, headers, at, kind_of_use(request)).await?;
    let arrival = Arrival {
        at,
        request: app.ids.id(),
        lang: language(headers),
        address: request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip()),
        ids: Arc::clone(&app.ids),
    };
    let (ctx, form_token, session_id) = match session {
        Some((token, signed_in)) => (
            renkei_access::ctx_for(&signed_in, arrival),
            token.form_token(),
            Some(signed_in.session.clone()),
        ),
        None => (renkei_access::visitor_ctx(arrival), String::new(), None),
    };
    Ok(Visit {
        institution_name: own_name(app, &ctx),
        signed_in: session_id.is_some(),
        session: session_id,
        form_token,
        ctx,
        fragment: headers.contains_key("hx-request"),
        path: request.uri().path().to_owned(),
        demo: app.demo.is_some(),
        messages: Arc::clone(&app.messages),
    })
}

/// A page that fetches a part of itself again does not keep a session alive.
fn kind_of_use(request: &Request) -> Use {
    let again = request.headers().contains_key("hx-request") && request.method() == Method::GET;
    if again || request.uri().path() == "/events" { Use::Background } else { Use::Person }
}

fn own_name(app: &App, ctx: &Ctx) -> String {
    ctx.caller
        .institution
        .as_ref()
        .and_then(|id| app.finder.name(id))
        .unwrap_or_default()
}
