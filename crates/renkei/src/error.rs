//! Why a command ended, in words for the person at the terminal.

use std::path::PathBuf;

use renkei_base::{Lang, Refusal};
use renkei_sample::SampleError;
use renkei_store::{Failure, StoreError};
use renkei_web::messages::Messages;

use crate::config::ConfigError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A text that says what to do.
    #[error("{0}")]
    Said(String),
    #[error("{path}: {1}", path = .0.display())]
    File(PathBuf, std::io::Error),
    #[error("{}", words(.0))]
    Refused(Refusal),
    #[error("the data cannot be used: {0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl CommandError {
    pub(crate) fn said(text: impl Into<String>) -> Self {
        Self::Said(text.into())
    }

    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |error| Self::File(path, error)
    }
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::Store(error) => Self::Store(error),
        }
    }
}

impl From<SampleError> for CommandError {
    fn from(error: SampleError) -> Self {
        match error {
            SampleError::Store(error) => Self::Store(error),
            other => Self::Said(format!("the sample region could not be made: {other}")),
        }
    }
}

/// A refusal in the words that the pages have for it.
fn words(refusal: &Refusal) -> String {
    let messages = Messages::load();
    match refusal {
        Refusal::Invalid(faults) => {
            let texts: Vec<String> = faults
                .iter()
                .map(|fault| messages.fault(Lang::En, fault))
                .collect();
            texts.join("; ")
        }
        Refusal::NotNow(key) | Refusal::Forbidden(key) => messages.text(Lang::En, key, &[]),
        Refusal::NotFound => "nothing there".to_owned(),
        Refusal::Conflict => "somebody else changed it in the meantime; try again".to_owned(),
    }
}
