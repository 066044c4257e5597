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
    let secure = if config.tls { "; Secure" } else { "" };
    let text = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}",
        name(config)
    );
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}
