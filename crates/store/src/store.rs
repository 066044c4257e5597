//! The store's handle: open, close, watch. What it does is in `commit`, `read`, `search` and one file per noun.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use object_store::local::LocalFileSystem;
use renkei_base::{Clock, Id};
use tokio::sync::broadcast;

use crate::db::Db;
use crate::db::fault::Faults;
use crate::idempotency::Once;
use crate::{StoreError, blob};

/// The embedded database, in the data folder.
pub const SQLITE_FILE: &str = "renkei.db";

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
    Postgres {
        /// As libpq reads it; its `sslmode` says how it is spoken to.
        url: String,
        /// A PEM file of the certificates to trust, instead of the system's.
        roots: Option<PathBuf>,
    },
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
    /// Under which key what is committed through this handle is remembered.
    once: Option<Arc<Once>>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    folder: PathBuf,
    blobs: LocalFileSystem,
    changed: broadcast::Sender<Changed>,
    /// The hour in which the audit's heads were last written.
    pub(crate) anchored: AtomicI64,
    /// When [`Store::ready`] last tried.
    pub(crate) probed: AtomicI64,
}

/// Messages that a slow page may lag behind before it misses some (it then re-reads everything).
const WATCHED: usize = 1024;

impl Store {
    /// Opens, migrates forward, checks the checksums of earlier migrations.
    pub async fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        Self::open_with(config, clock, &Faults::default()).await
    }

    /// As [`Store::open`], for tests: on a disk that fails when it is told to.
    pub async fn open_with(
        config: &Config,
        clock: Arc<dyn Clock>,
        faults: &Faults,
    ) -> Result<Self, StoreError> {
        let (changed, _) = broadcast::channel(WATCHED);
        let db = Db::open(config, clock.now(), &changed, faults).await?;
        let store = Self {
            inner: Arc::new(Inner {
                db,
                clock,
                folder: config.data.clone(),
                blobs: blob::open(&config.data)?,
                changed,
                anchored: AtomicI64::new(i64::MIN),
                probed: AtomicI64::new(i64::MIN),
            }),
            once: None,
        };
        store.begin_audit().await?;
        Ok(store)
    }

    /// Writes the audit's heads a last time and ends the writers, after what waits. Later calls are refused.
    pub async fn close(&self) -> Result<(), StoreError> {
        let anchored = self.anchor().await;
        self.inner.db.close().await;
        anchored
    }

    /// Whether the last write and the last audit row could be kept. [`Store::ready`] tries.
    pub fn writable(&self) -> Result<(), StoreError> {
        self.inner.db.writable()
    }

    /// Transactions and commits so far: how many requests shared one fsync.
    pub fn figures(&self) -> Figures {
        let (transactions, commits) = self.inner.db.figures();
        Figures {
            transactions,
            commits,
        }
    }

    /// A stream of "something changed" of all institutions; the page's handler filters by its own.
    pub fn watch(&self) -> broadcast::Receiver<Changed> {
        self.inner.changed.subscribe()
    }

    pub(crate) fn tell(&self, institutions: &[Id]) {
        for institution in institutions {
            // Nobody may be watching.
            drop(self.inner.changed.send(Changed {
                institution: institution.clone(),
            }));
        }
    }

    /// A handle whose commits are remembered under this key.
    #[must_use]
    pub fn once(&self, once: Once) -> Self {
        Self {
            once: Some(Arc::new(once)),
            ..self.clone()
        }
    }

    pub(crate) fn remembered(&self) -> Option<&Once> {
        self.once.as_deref()
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.inner.folder
    }

    pub(crate) fn blobs(&self) -> &LocalFileSystem {
        &self.inner.blobs
    }
}

/// How much the writer has done since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    pub transactions: u64,
    pub commits: u64,
}
