//! Every "no" to a program: status, FHIR's issue code, the key of the text. The one mapping, as `crate::error` is for pages.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use renkei_base::{Fault, Lang, Refusal};
use renkei_care::fhir::Denied;
use renkei_fhir::Malformed;
use renkei_fhir::operation_outcome::{Issue, Said, Severity, outcome};
use renkei_store::{Failure, StoreError};

use super::door::Guest;
use super::reply;
use crate::messages::Messages;

/// One thing to say: FHIR's issue-type, and a text with where it belongs (`field`: FHIRPath, or a parameter's name).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Say {
    pub(crate) severity: Severity,
    pub(crate) code: &'static str,
    pub(crate) text: Fault,
    /// The rule of a standard, where it is one.
    pub(crate) rule: Option<String>,
}

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct No {
    pub(crate) status: StatusCode,
    pub(crate) says: Vec<Say>,
    /// Methods that are offered instead (405).
    pub(crate) allow: Option<String>,
}

/// A text without values.
pub(crate) fn text(key: &str) -> Fault {
    Fault {
        field: String::new(),
        key: key.to_owned(),
        args: Vec::new(),
    }
}

impl Say {
    pub(crate) fn error(code: &'static str, text: Fault) -> Self {
        Self {
            severity: Severity::Error,
            code,
            text,
            rule: None,
        }
    }

    pub(crate) fn issue(&self, messages: &Messages, lang: Lang) -> Issue {
        let said = |lang: Lang| Said {
            lang: lang.code(),
            text: messages.fault(lang, &self.text),
        };
        let other = match lang {
            Lang::Ja => Lang::En,
            Lang::En => Lang::Ja,
        };
        Issue {
            severity: self.severity,
            code: self.code,
            key: self.text.key.clone(),
            rule: self.rule.clone(),
            text: said(lang),
            other: said(other),
            expression: Some(self.text.field.clone()).filter(|field| !field.is_empty()),
        }
    }
}

impl No {
    pub(crate) fn new(status: StatusCode, code: &'static str, key: &str) -> Self {
        Self::with(status, code, text(key))
    }

    pub(crate) fn with(status: StatusCode, code: &'static str, text: Fault) -> Self {
        Self {
            status,
            says: vec![Say::error(code, text)],
            allow: None,
        }
    }

    /// A request that cannot be understood: 400.
    pub(crate) fn bad(code: &'static str, key: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, key)
    }

    /// A value for its texts.
    #[must_use]
    pub(crate) fn arg(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        for say in &mut self.says {
            say.text.args.push((name.to_owned(), value.clone()));
        }
        self
    }

    /// Where it belongs: before what is said already.
    #[must_use]
    pub(crate) fn at(mut self, place: &str) -> Self {
        for say in &mut self.says {
            say.text.field = match say.text.field.as_str() {
                "" => place.to_owned(),
                field => format!("{place}.{field}"),
            };
        }
        self
    }

    #[must_use]
    pub(crate) fn allowing(mut self, methods: impl Into<String>) -> Self {
        self.allow = Some(methods.into());
        self
    }

    /// What is not there, and what one may not see.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "fhir-not-found")
    }

    /// The framework's own refusals.
    pub(crate) fn bare(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::new(status, "not-found", "fhir-no-such-address"),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(status, "not-supported", "fhir-method"),
            StatusCode::PAYLOAD_TOO_LARGE => body_too_large(),
            StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => later(),
            _ if status.is_client_error() => Self::new(status, "invalid", "fhir-request"),
            _ => Self::new(status, "exception", "fhir-broken"),
        }
    }

    pub(crate) fn outcome(&self, messages: &Messages, lang: Lang) -> String {
        let issues: Vec<Issue> = self
            .says
            .iter()
            .map(|say| say.issue(messages, lang))
            .collect();
        outcome(&issues).to_string()
    }

    pub(crate) fn response(&self, guest: &Guest) -> Response {
        let json = self.outcome(&guest.messages, guest.ctx.lang);
        let mut response =
            (self.status, [(header::CONTENT_TYPE, reply::JSON)], json).into_response();
        let headers = response.headers_mut();
        let mut set = |name, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        match self.status {
            StatusCode::UNAUTHORIZED => set(header::WWW_AUTHENTICATE, "Bearer realm=\"renkei\""),
            StatusCode::SERVICE_UNAVAILABLE => set(header::RETRY_AFTER, "5"),
            _ => {}
        }
        if let Some(methods) = &self.allow {
            set(header::ALLOW, methods);
        }
        if self.says.iter().any(|say| say.text.key == "fhir-scope") {
            set(
                header::WWW_AUTHENTICATE,
                "Bearer realm=\"renkei\", error=\"insufficient_scope\"",
            );
        }
        response
    }
}

pub(crate) fn body_too_large() -> No {
    No::new(StatusCode::PAYLOAD_TOO_LARGE, "too-long", "fhir-too-large").arg(
        "max",
        (renkei_base::limits::BODY_BYTES / 1024 / 1024).to_string(),
    )
}

fn later() -> No {
    No::new(StatusCode::SERVICE_UNAVAILABLE, "transient", "fhir-later")
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::not_found(),
            Refusal::Forbidden(key) => Self::new(StatusCode::FORBIDDEN, "forbidden", &key),
            Refusal::NotNow(key) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "business-rule", &key)
            }
            Refusal::Conflict => Self::new(StatusCode::CONFLICT, "conflict", "fhir-conflict"),
            Refusal::Invalid(faults) => Self {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                says: faults
                    .into_iter()
                    .map(|fault| Say::error("invalid", fault))
                    .collect(),
                allow: None,
            },
        }
    }
}

impl From<StoreError> for No {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Refusal::Conflict.into(),
            StoreError::Query(name) => unknown(&name),
            StoreError::ReadOnly(_) | StoreError::Busy | StoreError::Audit(_) => {
                tracing::warn!(%error, "store refuses");
                later()
            }
            other => {
                tracing::error!(error = %other, "store failed");
                Self::bare(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

/// A parameter's name as it may be said back.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// A search that is none: names the parameter, never its value.
pub(crate) fn unknown(name: &str) -> No {
    let name = plain(name);
    No::bad("not-supported", "fhir-parameter")
        .arg("name", name.clone())
        .at(&name)
}

impl From<Failure> for No {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Store(error) => error.into(),
        }
    }
}

impl From<Denied> for No {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Refused(refusal) => refusal.into(),
            Denied::NotOffered("refuse-fhir-not-kept") => Self::new(
                StatusCode::NOT_FOUND,
                "not-supported",
                "refuse-fhir-not-kept",
            ),
            // The type has the interaction, or the act would not have come so far: this content has it not.
            Denied::NotOffered(key) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "business-rule", key)
            }
            Denied::Precondition(key) => {
                Self::new(StatusCode::PRECONDITION_FAILED, "conflict", key)
            }
            Denied::Taken(fault) => Self::with(StatusCode::CONFLICT, "duplicate", fault),
            Denied::Store(error) => error.into(),
        }
    }
}

impl From<Malformed> for No {
    fn from(malformed: Malformed) -> Self {
        let structure = |key| Self::bad("structure", key);
        match malformed {
            Malformed::NotAnObject | Malformed::NoType => structure("fhir-no-type"),
            Malformed::NoId => structure("fhir-no-id"),
            Malformed::Json(_) => structure("fhir-json"),
            Malformed::TooLarge => body_too_large(),
            Malformed::TooDeep => {
                structure("fhir-too-deep").arg("max", renkei_base::limits::JSON_DEPTH.to_string())
            }
            Malformed::TooMany => {
                let max = renkei_base::limits::JSON_VALUES.to_string();
                Self::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "too-long",
                    "fhir-too-many-values",
                )
                .arg("max", max)
            }
            Malformed::Twice(name) => structure("fhir-twice").arg("name", name),
            Malformed::Nul => structure("fhir-nul"),
        }
    }
}
