//! One request of one program: which client, in which language; and the gate.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use renkei_access::context::Arrival;
use renkei_access::{Bearer, Interaction};
use renkei_base::{Ctx, Lang};

use super::no::No;
use crate::error;
use crate::messages::Messages;
use crate::routes::Policy;
use crate::state::App;

/// Who sends this request.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    pub(crate) ctx: Ctx,
    /// Nothing for who brings no token that is good.
    pub(crate) bearer: Option<Arc<Bearer>>,
    pub(crate) messages: Arc<Messages>,
}

/// Whether an address is below this door.
pub(crate) fn is_door(path: &str) -> bool {
    path.strip_prefix("/fhir").is_some_and(|rest| {
        rest.is_empty() || (rest.starts_with('/') && !rest.starts_with("/.well-known/"))
    })
}

/// As `crate::visit::attach`, for programs: finds the client, runs the rest, and gives refusals their OperationOutcome.
pub(crate) async fn attach(app: App, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (guest, refused) = guest(&app, &parts).await;
    if let Some(no) = refused {
        return no.response(&guest);
    }
    parts.extensions.insert(guest.clone());
    let response = next.run(Request::from_parts(parts, body)).await;
    match error::unsaid(&response) {
        Some(status) => {
            let mut answer = No::bare(status).response(&guest);
            let allowed = response.headers().get(header::ALLOW).cloned();
            answer
                .headers_mut()
                .extend(allowed.map(|methods| (header::ALLOW, methods)));
            answer
        }
        None => response,
    }
}

async fn guest(app: &App, request: &Parts) -> (Guest, Option<No>) {
    let arrival = Arrival {
        at: app.clock.now(),
        request: app.ids.id(),
        lang: language(&request.headers),
        address: app.config.proxies.client(request),
        ids: Arc::clone(&app.ids),
    };
    let guest = |ctx, bearer| Guest {
        ctx,
        bearer,
        messages: Arc::clone(&app.messages),
    };
    let visitor = renkei_access::visitor_ctx(arrival.clone());
    let Some(token) = token(&request.headers) else {
        return (guest(visitor, None), None);
    };
    match app.access.bearer(token, arrival.at).await {
        Ok(Some(bearer)) => (guest(bearer.ctx(arrival), Some(bearer)), None),
        Ok(None) => (guest(visitor, None), None),
        Err(failure) => (guest(visitor, None), Some(failure.into())),
    }
}

/// `Authorization: Bearer …`
fn token(headers: &HeaderMap) -> Option<&str> {
    let line = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = line.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// The client's first wish, else Japanese.
fn language(headers: &HeaderMap) -> Lang {
    let wish = headers.get(header::ACCEPT_LANGUAGE);
    match wish.and_then(|wish| wish.to_str().ok()) {
        Some(wish) if wish.starts_with("en") => Lang::En,
        _ => Lang::Ja,
    }
}

/// The gate: who brings no good token is refused, and told how to get one; never a page.
pub(crate) fn refused(policy: Policy, guest: &Guest) -> Option<Response> {
    if policy == Policy::Public || guest.bearer.is_some() {
        return None;
    }
    Some(No::new(StatusCode::UNAUTHORIZED, "login", "fhir-token").response(guest))
}

impl Guest {
    /// Whether the token is good for this.
    pub(crate) fn allows(&self, kind: &str, act: Interaction) -> bool {
        let scopes = self.bearer.as_ref().map(|bearer| &bearer.scopes);
        scopes.is_some_and(|scopes| scopes.allows(kind, act))
    }

    /// Refuses what the token is not good for.
    pub(crate) fn may(&self, kind: &str, act: Interaction) -> Result<(), No> {
        if self.allows(kind, act) {
            return Ok(());
        }
        let letter = match act {
            Interaction::Create => "c",
            Interaction::Read => "r",
            Interaction::Update => "u",
            Interaction::Delete => "d",
            Interaction::Search => "s",
        };
        let scope = format!("system/{kind}.{letter}");
        Err(No::new(StatusCode::FORBIDDEN, "forbidden", "fhir-scope").arg("scope", scope))
    }
}

impl FromRequestParts<App> for Guest {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, StatusCode> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
