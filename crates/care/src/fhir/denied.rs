//! Why a write from outside was not done.

use renkei_base::{Fault, Refusal};
use renkei_store::{Failure, StoreError};

/// A "no" to an outside program. Keys are message keys.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// As people are refused. Faults name elements (`Observation.status`) instead of fields.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The type or the interaction is not offered, whatever the content: 405 or 404, with this reason.
    #[error("not offered: {0}")]
    NotOffered(&'static str),
    /// Another version than `If-Match` names, or several matches of a conditional write: 412.
    #[error("precondition: {0}")]
    Precondition(&'static str),
    /// Somebody else has what is given once: 409, with its element.
    #[error("taken: {}", .0.key)]
    Taken(Fault),
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::Refused(Refusal::Conflict),
            other => Self::Store(other),
        }
    }
}

impl From<Failure> for Denied {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::Store(error) => error.into(),
        }
    }
}
