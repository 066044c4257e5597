//! The threads beside a journal: one moves rows into their table, one brings everything to the disk each second.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::left::mark;
use super::{Batch, Journal, LAG};
use crate::StoreError;
use crate::db::fault::Faults;
use crate::db::lane::{self, Job, Request, Status};
use crate::db::sqlite::checkpoint::sync_log;

/// How long rows that could not be moved wait for the next try, if nobody asks for them.
const AGAIN: Duration = Duration::from_millis(500);
/// How often everything is brought to the disk.
const SECOND: Duration = Duration::from_secs(1);

/// A journal with its threads. They end with it.
#[derive(Debug)]
pub(in crate::db::sqlite) struct Mover {
    pub(in crate::db::sqlite) journal: Arc<Journal>,
    /// Of the rows' file.
    path: PathBuf,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Dropped to end the other thread.
    seconds: Mutex<Option<flume::Sender<()>>>,
}

impl Mover {
    pub(in crate::db::sqlite) fn start(
        journal: Journal,
        path: &Path,
        jobs: &flume::Sender<Job>,
        status: &Arc<Status>,
        faults: &Faults,
    ) -> Result<Self, StoreError> {
        let journal = Arc::new(journal);
        let spawn = |name: &str| thread::Builder::new().name(name.to_owned());
        let failed = |error: io::Error| StoreError::Driver(error.to_string());
        let (own, jobs) = (Arc::clone(&journal), jobs.clone());
        let thread = spawn("read-rows").spawn(move || serve(&own, &jobs));
        let thread = thread.map_err(failed)?;
        let second = Second {
            journal: Arc::clone(&journal),
            path: path.to_owned(),
            status: Arc::clone(status),
            faults: faults.clone(),
        };
        let (seconds, ended) = flume::bounded(0);
        spawn("read-sync")
            .spawn(move || second.serve(&ended))
            .map_err(failed)?;
        Ok(Self {
            journal,
            path: path.to_owned(),
            thread: Mutex::new(Some(thread)),
            seconds: Mutex::new(Some(seconds)),
        })
    }

    /// Moves what waits and ends. Nothing is left in the journal's files, where all of it could be moved.
    pub(in crate::db::sqlite) async fn close(&self) {
        self.end();
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        let Some(thread) = thread else { return };
        let (journal, path) = (Arc::clone(&self.journal), self.path.clone());
        let ended = tokio::task::spawn_blocking(move || {
            drop(thread.join());
            synchronise(&journal, &path).and_then(|()| journal.empty())
        });
        if let Ok(Err(error)) = ended.await {
            tracing::warn!(%error, "rows of reads stay in their log until the next start");
        }
    }

    fn end(&self) {
        self.journal.stop();
        drop(
            self.seconds
                .lock()
                .ok()
                .and_then(|mut seconds| seconds.take()),
        );
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        self.end();
    }
}

fn serve(journal: &Journal, jobs: &flume::Sender<Job>) {
    while let Some(Batch { rows, last }) = journal.take() {
        let rows = Arc::new(rows);
        let request = Request {
            steps: vec![mark(journal.slot, last)],
            records: Arc::clone(&rows),
            ..Request::default()
        };
        let answer = lane::ask(jobs, request);
        let failed = answer.is_err();
        // Only those that go back are needed again.
        let rows = if failed {
            Arc::unwrap_or_clone(rows)
        } else {
            Vec::new()
        };
        journal.done(Batch { rows, last }, &answer);
        if !journal.pause(if failed { AGAIN } else { LAG }) && failed {
            return;
        }
    }
}

/// Brings everything to the disk once a second, beside the appending and the moving.
struct Second {
    journal: Arc<Journal>,
    path: PathBuf,
    status: Arc<Status>,
    faults: Faults,
}

impl Second {
    fn serve(&self, ended: &flume::Receiver<()>) {
        while ended.recv_timeout(SECOND) == Err(flume::RecvTimeoutError::Timeout) {
            let synced = self.faults.strike_log();
            let Err(error) = synced.and_then(|()| synchronise(&self.journal, &self.path)) else {
                continue;
            };
            let why = format!("audit of reads: {error}");
            match error.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => self.status.broke(&why),
                // The next one would succeed without the rows that this one did not bring to the disk.
                _ => self.status.broke_for_good(&why),
            }
        }
    }
}

/// The table first: a row that is moved meanwhile is still in the journal.
fn synchronise(journal: &Journal, path: &Path) -> io::Result<()> {
    let Some((now, files)) = journal.unsynced()? else {
        return Ok(());
    };
    sync_log(path)?;
    files.iter().try_for_each(File::sync_data)?;
    journal.synced(now);
    Ok(())
}
