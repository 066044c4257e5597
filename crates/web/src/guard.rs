//! The gate of every route: may they come here, and does what they send come from our own pages.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::error::Answer;
use crate::routes::Policy;
use crate::state::WebConfig;
use crate::visit::Visit;

/// Middleware on every route. [`crate::visit::attach`] has run before it.
pub(crate) async fn pass(
    State((policy, config)): State<(Policy, Arc<WebConfig>)>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(guest) = request.extensions().get::<crate::fhir::Guest>() {
        return match crate::fhir::refused(policy, guest) {
            None => next.run(request).await,
            Some(refused) => refused,
        };
    }
    let Some(visit) = request.extensions().get::<Visit>() else {
        return Answer::Broken.into_response();
    };
    if policy == Policy::Token && crate::api::is_api(&visit.path) && visit.bearer.is_none() {
        return crate::api::told_to_bring_a_token(visit);
    }
    let verdict = admit(policy, visit)
        .and_then(|()| own_page(request.method(), request.headers(), &config.base_url));
    match verdict {
        Ok(()) => next.run(request).await,
        Err(Answer::SignIn) => sign_in(visit, request.method()),
        Err(answer) => answer.into_response(),
    }
}

/// To the sign-in page, and from there back to where the visitor wanted to go.
fn sign_in(visit: &Visit, method: &Method) -> Response {
    if visit.fragment {
        // The part of a page cannot become the sign-in page; the whole page has to.
        let headers = [("hx-redirect", "/login")];
        return (StatusCode::NO_CONTENT, headers).into_response();
    }
    let query: String = match *method {
        Method::GET if visit.here != "/home" => {
            form_urlencoded::Serializer::for_suffix("?".to_owned(), 1)
                .append_pair("next", &visit.here)
                .finish()
        }
        _ => String::new(),
    };
    Redirect::to(&format!("/login{query}")).into_response()
}

/// Whether the visitor may come to such a route at all.
pub(crate) fn admit(policy: Policy, visit: &Visit) -> Result<(), Answer> {
    match policy {
        Policy::Public => Ok(()),
        Policy::Demo if visit.demo => Ok(()),
        Policy::Token if visit.bearer.is_some() => Ok(()),
        // A route of programs below /fhir, where no visit is made.
        Policy::Demo | Policy::Token => Err(Answer::NotFound),
        _ if !visit.signed_in => Err(Answer::SignIn),
        Policy::SignedIn => Ok(()),
        Policy::Roles(roles) if visit.ctx.caller.roles.any(roles) => Ok(()),
        Policy::Roles(_) => Err(Answer::NotFound),
    }
}

/// A request that changes something must come from one of our own pages: by the browser's word, or by its Origin.
fn own_page(method: &Method, headers: &HeaderMap, base_url: &str) -> Result<(), Answer> {
    if matches!(*method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    if let Some(site) = text(headers, "sec-fetch-site") {
        return if matches!(site, "same-origin" | "none") {
            Ok(())
        } else {
            Err(Answer::Forgery)
        };
    }
    match text(headers, header::ORIGIN.as_str()) {
        Some(origin) if origin == base_url || is_here(origin, headers) => Ok(()),
        Some(_) => Err(Answer::Forgery),
        // No browser: the form token still has to be right.
        None => Ok(()),
    }
}

/// This machine under the name that it was asked by, as when the first administrator enrols beside a proxy.
fn is_here(origin: &str, headers: &HeaderMap) -> bool {
    let host = text(headers, header::HOST.as_str()).unwrap_or_default();
    let authority = origin.parse::<Uri>().ok();
    let name = authority.as_ref().and_then(Uri::host).unwrap_or_default();
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
    let near = name == "localhost" || address.is_ok_and(|address| address.is_loopback());
    near && origin.split_once("://").map(|(_, rest)| rest) == Some(host)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
