//! The session cookie.

use axum::http::{HeaderMap, HeaderValue};
use renkei_access::session::Use;
use renkei_access::{NewSession, SessionToken, SignedIn};
use renkei_base::Micros;

use crate::error::Answer;
use crate::state::{App, WebConfig};
use crate::visit::cookie;

/// Over TLS the name itself demands that the cookie is sent to this host only and over TLS only.
const fn name(config: &WebConfig) -> &'static str {
    if config.tls {
        "__Host-renkei"
    } else {
        "renkei"
    }
}

/// The session of a request, with its token.
pub(crate) async fn of(
    app: &App,
    headers: &HeaderMap,
    at: Micros,
    by: Use,
) -> Result<Option<(SessionToken, std::sync::Arc<SignedIn>)>, Answer> {
    let Some(token) =
        cookie(headers, name(&app.config)).and_then(|text| SessionToken::parse(&text))
    else {
        return Ok(None);
    };
    let signed_in = app.access.authenticate(&token, at, by).await?;
    Ok(signed_in.map(|signed_in| (token, signed_in)))
}

/// `Set-Cookie` of a new session.
pub(crate) fn set(config: &WebConfig, session: &NewSession) -> HeaderValue {
    line(config, session.token.reveal(), "")
}

/// `Set-Cookie` that removes it.
pub(crate) fn clear(config: &WebConfig) -> HeaderValue {
    line(config, "", "; Max-Age=0")
}

fn line(config: &WebConfig, value: &str, more: &str) -> HeaderValue {
    written(config, name(config), value, &format!("Lax{more}"))
}

fn written(config: &WebConfig, name: &str, value: &str, more: &str) -> HeaderValue {
    let secure = if config.tls { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly{secure}; SameSite={more}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// The cookie that says which browser was asked for a passkey, while it signs in.
const fn asked(config: &WebConfig) -> &'static str {
    if config.tls {
        "__Host-renkei-asked"
    } else {
        "renkei-asked"
    }
}

/// What this browser was given when it was asked for a passkey; empty where it was not asked.
pub(crate) fn browser(config: &WebConfig, headers: &HeaderMap) -> String {
    let found = cookie(headers, asked(config)).unwrap_or_default();
    let is_ours = found.len() == 64 && found.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_ours { found } else { String::new() }
}

/// `Set-Cookie` for a browser that is asked for a passkey; good as long as the question is.
pub(crate) fn ask(config: &WebConfig, browser: &str) -> HeaderValue {
    let more = format!(
        "Strict; Max-Age={}",
        renkei_access::passkey::LIFE.0 / 1_000_000
    );
    written(config, asked(config), browser, &more)
}
