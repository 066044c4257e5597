//! What can go wrong below the rules.

use renkei_base::Refusal;

/// An error of the store. Texts are for operators; people get a `Refusal` or a general apology.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another commit changed what this one stood on. Re-read and decide again.
    #[error("conflict on {0}")]
    Conflict(String),
    /// The store takes no writes now (disk full, fsync failed, database away). Nothing acknowledged is lost.
    #[error("not writable: {0}")]
    ReadOnly(String),
    /// Too much waits; try again later.
    #[error("busy")]
    Busy,
    /// The audit row could not be kept, so the act did not happen.
    #[error("audit could not be written: {0}")]
    Audit(String),
    /// Stored data that cannot be understood.
    #[error("corrupt: {0}")]
    Corrupt(String),
    /// A search that the planner does not know.
    #[error("unknown search: {0}")]
    Query(String),
    #[error("database: {0}")]
    Driver(String),
    #[error("files: {0}")]
    Blob(String),
}

/// Why a use case did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::Refused(Refusal::Conflict),
            other => Self::Store(other),
        }
    }
}
