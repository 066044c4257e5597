//! Moves the write-ahead log into the file, on a thread of its own, so that no request waits for it.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

use super::connection::{Link, Sync};
use crate::StoreError;
use crate::db::fault::Faults;
use crate::db::lane::Status;

/// Pages in the log from which it is worth moving them.
const PAGES: i32 = 10_000;
/// Pages from which writers wait for a moment, so that the log starts again from its beginning.
const PAGES_MAX: i32 = 60_000;
/// How often a log that is not synchronised by each commit is.
const SECOND: Duration = Duration::from_secs(1);

/// How a writer tells its checkpoint thread what it has written.
#[derive(Clone, Debug)]
pub(super) struct Checkpoint {
    wake: flume::Sender<()>,
    pages: Arc<AtomicI32>,
    dirty: Arc<AtomicBool>,
}

struct Thread {
    path: PathBuf,
    sync: Sync,
    woken: flume::Receiver<()>,
    pages: Arc<AtomicI32>,
    dirty: Arc<AtomicBool>,
    status: Arc<Status>,
    faults: Faults,
}

impl Checkpoint {
    pub(super) fn start(
        path: &Path,
        sync: Sync,
        status: &Arc<Status>,
        faults: &Faults,
    ) -> Result<Self, StoreError> {
        let (wake, woken) = flume::bounded(1);
        let checkpoint = Self {
            wake,
            pages: Arc::default(),
            dirty: Arc::default(),
        };
        let thread = Thread {
            path: path.to_owned(),
            sync,
            woken,
            pages: Arc::clone(&checkpoint.pages),
            dirty: Arc::clone(&checkpoint.dirty),
            status: Arc::clone(status),
            faults: faults.clone(),
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
                own.dirty.store(true, Ordering::Relaxed);
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
        loop {
            match self.woken.recv_timeout(SECOND) {
                Ok(()) => self.checkpoint(&mut link),
                Err(flume::RecvTimeoutError::Timeout) => {}
                Err(flume::RecvTimeoutError::Disconnected) => break,
            }
            if self.sync == Sync::Normal && self.dirty.swap(false, Ordering::Relaxed) {
                self.synchronise();
            }
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

    /// Reads' audit rows: in the file's log at once, on the disk within a second.
    fn synchronise(&self) {
        let synced = self.faults.strike_log().and_then(|()| sync_log(&self.path));
        let Err(error) = synced else { return };
        let why = format!("audit of reads: {error}");
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => self.status.broke(&why),
            // The next one would succeed without the rows that this one did not bring to the disk.
            _ => self.status.broke_for_good(&why),
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
