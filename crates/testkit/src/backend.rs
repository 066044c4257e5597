//! One story, told on each database.

use std::future::Future;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use renkei_store::{Config, Database};

use crate::{Folder, postgres, shared};

/// A new, empty place for the data of one test; gone when dropped.
#[derive(Debug)]
pub struct Backend {
    folder: Folder,
    /// The name of the PostgreSQL database, `None` on SQLite.
    database: Option<String>,
}

impl Backend {
    pub fn sqlite() -> Self {
        Self {
            folder: Folder::new(),
            database: None,
        }
    }

    /// A database of the server that all tests share. Fails the test where PostgreSQL is not installed.
    pub fn postgres() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        shared::server().create_database(&name);
        Self {
            folder: Folder::new(),
            database: Some(name),
        }
    }

    /// What the store is opened with. The same each time, so a test may close the store and open it again.
    pub fn config(&self) -> Config {
        let database = match &self.database {
            None => Database::Sqlite,
            Some(name) => Database::Postgres {
                url: shared::server().url(name),
                roots: None,
            },
        };
        Config {
            data: self.folder.path().to_owned(),
            database,
        }
    }

    pub fn is_postgres(&self) -> bool {
        self.database.is_some()
    }

    /// The data folder: embedded database, attachments, audit heads.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        if let Some(name) = &self.database {
            shared::server().drop_database(name);
        }
    }
}

/// Whether `RENKEI_TEST_NO_POSTGRES` is set; says so.
pub fn without_postgres() -> bool {
    let without = std::env::var_os("RENKEI_TEST_NO_POSTGRES").is_some_and(|v| !v.is_empty());
    if without {
        eprintln!("skipped: RENKEI_TEST_NO_POSTGRES is set");
    } else if postgres::binaries().is_none() {
        // Not a skip: a test that silently does not run proves nothing.
        panic!("{}", postgres::INSTALL);
    }
    without
}

/// Runs a story to its end, on a runtime with two threads.
pub fn run(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(story);
}

/// Makes two tests of each `async fn story(backend: Backend)`: `story::sqlite` and `story::postgres`.
///
/// ```ignore
/// renkei_testkit::each_backend!(a_referral_is_sent, a_draft_is_private);
///
/// async fn a_referral_is_sent(backend: Backend) {
///     let store = Store::open(&backend.config(), TestClock::default().shared()).await.unwrap();
/// }
/// ```
#[macro_export]
macro_rules! each_backend {
    ($($story:ident),+ $(,)?) => {$(
        mod $story {
            #[test]
            fn sqlite() {
                let backend = $crate::Backend::sqlite();
                $crate::backend::run(super::$story(backend));
            }

            #[test]
            fn postgres() {
                if !$crate::backend::without_postgres() {
                    let backend = $crate::Backend::postgres();
                    $crate::backend::run(super::$story(backend));
                }
            }
        }
    )+};
}
