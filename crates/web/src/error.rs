//! The one mapping of every "no" to an answer: status, text in the reader's language, nothing of the inside.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use renkei_base::{Fault, Refusal};
use renkei_store::{Failure, StoreError};

use crate::visit::Visit;

/// What a handler may answer instead of a page.
#[derive(Debug)]
pub enum Answer {
    /// Nothing there, or nothing that the caller may see.
    NotFound,
    /// The caller sees the thing but may not do this, or its state does not allow it. A key `refuse-…`.
    Refused(StatusCode, String),
    /// What was sent has this fault, and there is no form to show it in.
    Invalid(Fault),
    /// The form is too old, or does not come from our own pages.
    Forgery,
    /// Nobody is signed in.
    SignIn,
    TooLarge,
    /// What was sent cannot be read.
    Request,
    /// Busy or without a writable store for the moment.
    Later,
    /// A fault of ours; the log has it under the request's id.
    Broken,
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::NotFound,
            Refusal::Forbidden(key) => Self::Refused(StatusCode::FORBIDDEN, key),
            Refusal::NotNow(key) => Self::Refused(StatusCode::CONFLICT, key),
            Refusal::Conflict => Self::Refused(StatusCode::CONFLICT, "refuse-conflict".to_owned()),
            // Handlers with a form show its faults themselves; what comes here had no form to show.
            Refusal::Invalid(faults) => match faults.into_iter().next() {
                Some(fault) => Self::Invalid(fault),
                None => Self::Refused(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "refuse-invalid".to_owned(),
                ),
            },
        }
    }
}

impl From<StoreError> for Answer {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Refusal::Conflict.into(),
            StoreError::ReadOnly(_) | StoreError::Busy => {
                tracing::warn!(%error, "store refuses");
                Self::Later
            }
            // A full disk shows itself first where the audit of reads is kept.
            StoreError::Audit(_) => {
                tracing::error!(%error, "the audit cannot be kept");
                Self::Later
            }
            // A list's address that was typed by hand, or is from another version.
            StoreError::Query(_) => {
                tracing::warn!(%error, "a search that is none");
                Self::Request
            }
            other => {
                tracing::error!(error = %other, "store failed");
                Self::Broken
            }
        }
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Store(error) => error.into(),
        }
    }
}

impl From<askama::Error> for Answer {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "template failed");
        Self::Broken
    }
}

impl Answer {
    const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Refused(status, _) => *status,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Forgery => StatusCode::FORBIDDEN,
            Self::SignIn => StatusCode::SEE_OTHER,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Request => StatusCode::BAD_REQUEST,
            Self::Later => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The key of the text, with its values.
    fn text(self) -> Fault {
        let key = match self {
            Self::NotFound => "error-not-found",
            Self::Refused(_, key) => return plain(key),
            Self::Invalid(fault) => return fault,
            Self::Forgery => "error-forgery",
            Self::SignIn => "error-sign-in",
            Self::TooLarge => "error-too-large",
            Self::Request => "error-request",
            Self::Later => "error-later",
            Self::Broken => "error-broken",
        };
        plain(key)
    }
}

/// A text without values.
fn plain(key: impl Into<String>) -> Fault {
    Fault {
        field: String::new(),
        key: key.into(),
        args: Vec::new(),
    }
}

/// Carries the text's key to [`pages`], which knows the visitor's language.
impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        if matches!(self, Self::SignIn) {
            return Redirect::to("/login").into_response();
        }
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Plain(self.text()));
        response
    }
}

#[derive(Clone, Debug)]
struct Plain(Fault);

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    v: &'a Visit,
    text: String,
    request: String,
}

#[derive(Template)]
#[template(path = "error_part.html")]
struct ErrorPart<'a> {
    v: &'a Visit,
    text: String,
}

/// Turns an [`Answer`] and the framework's own bare refusals into pages in the reader's language.
pub(crate) fn pages(visit: &Visit, response: Response) -> Response {
    let text = match response.extensions().get::<Plain>() {
        Some(Plain(text)) => text.clone(),
        None if bare(&response) => plain(bare_key(response.status())),
        None => return response,
    };
    render(visit, response.status(), &text)
}

/// The status of a refusal that nobody has put into words yet, for doors that do not speak in pages.
pub(crate) fn unsaid(response: &Response) -> Option<StatusCode> {
    let said = response.extensions().get::<Plain>().is_none() && !bare(response);
    (!said).then(|| response.status())
}

fn bare(response: &Response) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error())
        && response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_none_or(|kind| kind == HeaderValue::from_static("text/plain; charset=utf-8"))
}

fn bare_key(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => "error-not-found",
        StatusCode::PAYLOAD_TOO_LARGE => "error-too-large",
        StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => "error-later",
        _ if status.is_client_error() => "error-request",
        _ => "error-broken",
    }
}

fn render(visit: &Visit, status: StatusCode, text: &Fault) -> Response {
    // What is not there looks the same at every address.
    let nowhere = (status == StatusCode::NOT_FOUND).then(|| visit.nowhere());
    let api = crate::api::is_api(&visit.path);
    let visit = nowhere.as_ref().unwrap_or(visit);
    let key = text.key.clone();
    let text = visit.fault(text);
    if api {
        return crate::api::refusal(visit, status, &key, &text);
    }
    let html = if visit.fragment {
        ErrorPart { v: visit, text }.render()
    } else {
        // The number of the request helps where the fault is ours; a plain "not there" stays the same to the byte.
        let request = if status.is_server_error() {
            visit.ctx.request.to_string()
        } else {
            String::new()
        };
        ErrorPage {
            v: visit,
            text,
            request,
        }
        .render()
    };
    (status, Html(html.unwrap_or_default())).into_response()
}

/// A page, rendered.
pub(crate) fn page(template: &impl Template) -> Result<Response, Answer> {
    Ok(Html(template.render()?).into_response())
}

/// A form shown again with its faults.
pub(crate) fn page_with(status: StatusCode, template: &impl Template) -> Result<Response, Answer> {
    Ok((status, Html(template.render()?)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Messages;
    use renkei_base::Lang;

    #[test]
    fn a_fault_without_a_form_is_said_with_its_values() {
        let fault = Fault::new("file", "fault-files-too-many").with("max", 10);
        let answer = Answer::from(Refusal::Invalid(vec![fault]));
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let response = answer.into_response();
        let Some(Plain(text)) = response.extensions().get::<Plain>() else {
            panic!("no text")
        };
        let said = Messages::load().fault(Lang::Ja, text);
        assert!(said.contains("10") && !said.contains('$'), "{said}");
    }
}
