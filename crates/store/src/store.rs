//! The store: open, read, search, commit.

use std::path::PathBuf;
use std::sync::Arc;

use renkei_base::{Clock, Ctx, Id};
use renkei_fhir::Key;
use tokio::sync::broadcast;

use crate::{Changes, Page, Query, StoreError, Stored};

/// Where the data is.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder for the embedded database, attachments and audit heads.
    pub data: PathBuf,
    pub database: Database,
}

#[derive(Clone, Debug)]
pub enum Database {
    /// `data/renkei.db`, embedded.
    Sqlite,
    Postgres { url: String },
}

/// "Something of this institution changed": no more than that. Pages re-read with normal rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    pub institution: Id,
}

/// A handle, cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    changed: broadcast::Sender<Changed>,
}

fn unbuilt<T>() -> Result<T, StoreError> {
    Err(StoreError::Driver("being built".to_owned()))
}

impl Store {
    /// Opens, migrates forward, checks the checksums of earlier migrations.
    pub async fn open(_config: &Config, _clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        unbuilt()
    }

    /// Writes everything or nothing, with audit, index, access rows, feed and counts, in one transaction.
    /// Returns what was written, with new versions. Tells the watchers afterwards.
    pub async fn commit(&self, _ctx: &Ctx, _changes: Changes) -> Result<Vec<Stored>, StoreError> {
        unbuilt()
    }

    /// One resource, if the caller may see it. Audited before the answer when it has a patient.
    pub async fn read(&self, _ctx: &Ctx, _key: &Key) -> Result<Option<Stored>, StoreError> {
        unbuilt()
    }

    /// One earlier version, filtered by today's rights.
    pub async fn read_version(
        &self,
        _ctx: &Ctx,
        _key: &Key,
        _version: u32,
    ) -> Result<Option<Stored>, StoreError> {
        unbuilt()
    }

    /// All versions, newest first. Empty when the caller may not see it.
    pub async fn history(&self, _ctx: &Ctx, _key: &Key) -> Result<Vec<Stored>, StoreError> {
        unbuilt()
    }

    /// Several resources by key in one query; those that may not be seen are left out. One audit row for each patient.
    pub async fn read_many(&self, _ctx: &Ctx, _keys: &[Key]) -> Result<Vec<Stored>, StoreError> {
        unbuilt()
    }

    /// Everything of one case (same scope) that the caller may see, and its Patient. One audit row with this action.
    pub async fn case(
        &self,
        _ctx: &Ctx,
        _case: &Id,
        _action: &str,
    ) -> Result<Vec<Stored>, StoreError> {
        unbuilt()
    }

    /// FHIR search within the caller's reach. One audit row, with the patients found.
    pub async fn search(&self, _ctx: &Ctx, _query: &Query) -> Result<Page, StoreError> {
        unbuilt()
    }

    /// Writes audit lines outside a commit (refused tries, sign-ins that failed, exports).
    pub async fn audit(&self, _ctx: &Ctx, _notes: Vec<crate::Note>) -> Result<(), StoreError> {
        unbuilt()
    }

    /// Stores bytes (an attachment) by content; returns the hex SHA-256, the name to read them by.
    /// Before the resource that mentions them is committed.
    pub async fn put_blob(&self, _bytes: Vec<u8>) -> Result<String, StoreError> {
        unbuilt()
    }

    /// The bytes of an attachment. The caller has read the resource that names it, so rights were checked there.
    pub async fn blob(&self, _sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
        unbuilt()
    }

    /// A stream of "something changed" of all institutions; the page's handler filters by its own.
    pub fn watch(&self) -> broadcast::Receiver<Changed> {
        self.inner.changed.subscribe()
    }
}

/// Until the executor is here, so that the table groups compile.
#[derive(Debug)]
pub(crate) struct Unbuilt;

impl Unbuilt {
    pub(crate) async fn query(
        &self,
        _sql: &'static str,
        _params: Vec<crate::db::Value>,
    ) -> Result<Vec<crate::db::Row>, StoreError> {
        unbuilt()
    }
}

impl Store {
    pub(crate) fn db(&self) -> Unbuilt {
        Unbuilt
    }
}
