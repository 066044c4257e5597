//! Moves the write-ahead log into the file, on a thread of its own, so that no request waits for it.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use super::connection::{Link, Sync};
use crate::StoreError;

/// Pages in the log from which it is worth moving them.
const PAGES: i32 = 10_000;
/// Pages from which writers wait for a moment, so that the log starts again from its beginning.
const PAGES_MAX: i32 = 60_000;

/// How a writer tells its checkpoint thread what it has written.
#[derive(Clone, Debug)]
pub(super) struct Checkpoint {
    wake: flume::Sender<()>,
    pages: Arc<AtomicI32>,
}

struct Thread {
    path: PathBuf,
    sync: Sync,
    woken: flume::Receiver<()>,
    pages: Arc<AtomicI32>,
}

impl Checkpoint {
    pub(super) fn start(path: &Path, sync: Sync) -> Result<Self, StoreError> {
        let (wake, woken) = flume::bounded(1);
        let checkpoint = Self {
            wake,
            pages: Arc::default(),
        };
        let thread = Thread {
            path: path.to_owned(),
            sync,
            woken,
            pages: Arc::clone(&checkpoint.pages),
        };
        std::thread::Builder::new()
            .name("checkpoint".to_owned())
            .spawn(move || thread.serve())
            .map_err(|error| StoreError::Driver(error.to_string()))?;
        Ok(checkpoint)
    }

    /// Follows a writer's commits.
    pub(super) fn follow(&self, link: &mut Link) -> rusqlite::Result<()> {
        let own = self.clone();
        link.conn
            .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
                own.pages.store(pages, Ordering::Relaxed);
                if pages > PAGES {
                    // One wake-up that waits is enough.
                    let _ = own.wake.try_send(());
                }
                Ok(())
            }))
    }
}

impl Thread {
    fn serve(&self) {
        let mut link: Option<Link> = None;
        while self.woken.recv().is_ok() {
            self.checkpoint(&mut link);
        }
    }

    fn checkpoint(&self, link: &mut Option<Link>) {
        if link.is_none() {
            *link = Link::writer(&self.path, self.sync).ok();
        }
        let Some(open) = link else { return };
        let restart = self.pages.load(Ordering::Relaxed) > PAGES_MAX;
        let first = open.query("pragma wal_checkpoint(passive)", &[]);
        let second = first.and_then(|rows| {
            if restart {
                open.query("pragma wal_checkpoint(restart)", &[])
            } else {
                Ok(rows)
            }
        });
        if let Err(error) = second {
            tracing::warn!(%error, "checkpoint failed; the log keeps what it holds");
            *link = None;
        }
    }
}

/// Brings the log of a file to the disk.
pub(super) fn sync_log(path: &Path) -> std::io::Result<()> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    match File::open(&log) {
        Ok(file) => file.sync_data(),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
