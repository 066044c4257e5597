//! SQLite: `renkei.db` with one writer and several readers, and `audit-reads.db` beside it for reads' audit rows, which
//! come to it through a log of each process (`journal`).

mod checkpoint;
mod connection;
pub(crate) mod copy;
mod journal;
mod migrate;
mod reader;
mod writer;

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use renkei_base::Micros;

use self::checkpoint::Checkpoint;
use self::connection::Sync;
use self::journal::{Left, Mover};
use self::reader::Readers;
use self::writer::Plan;
use super::fault::Faults;
use super::lane::{self, Answer, Job, Request, Status};
use super::{Row, Value};
use crate::StoreError;
use crate::audit::Record;

const FILE: &str = crate::store::SQLITE_FILE;
pub(crate) const READS_FILE: &str = "audit-reads.db";
const LOCK_FILE: &str = "renkei.lock";
/// The chains of the two files.
pub(crate) const WRITE_CHAIN: &str = "write-0";
pub(crate) const READ_CHAIN: &str = "read-0";
/// Dedicated reader threads: on two cores they beat a blocking pool.
const READERS: usize = 2;

/// One file with its writer and its readers.
#[derive(Debug)]
struct Part {
    path: PathBuf,
    jobs: flume::Sender<Job>,
    status: Arc<Status>,
    readers: Readers,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
pub(crate) struct Sqlite {
    main: Part,
    /// Before the part that its rows go to, so that its threads are told to end first.
    mover: Mover,
    reads: Part,
}

impl Part {
    fn open(
        path: PathBuf,
        sync: Sync,
        chain: &'static str,
        readers: usize,
        faults: &Faults,
    ) -> Result<Self, StoreError> {
        let status = Arc::new(Status::default());
        let checkpoint = Checkpoint::start(&path, sync)?;
        let (jobs, queue) = flume::bounded(lane::QUEUE);
        let plan = Plan {
            path: path.clone(),
            sync,
            chain,
            checkpoint,
            faults: faults.clone(),
        };
        let own = Arc::clone(&status);
        let thread = std::thread::Builder::new()
            .name(chain.to_owned())
            .spawn(move || writer::serve(&plan, &queue, &own))
            .map_err(|error| StoreError::Driver(error.to_string()))?;
        Ok(Self {
            readers: Readers::start(&path, readers)?,
            path,
            jobs,
            status,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Lets the writer finish what waits. The thread is joined elsewhere than on an async worker.
    async fn close(&self) {
        drop(self.jobs.send_async(Job::Stop).await);
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            drop(tokio::task::spawn_blocking(move || thread.join()).await);
        }
    }
}

/// Processes that start on one folder do so in turn. The lock goes with the file.
fn turn(folder: &Path) -> std::io::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(LOCK_FILE))?;
    file.lock()?;
    Ok(file)
}

impl Sqlite {
    /// Opens or makes the two files in a folder, and migrates them. Blocks.
    pub(crate) fn open(folder: &Path, now: Micros, faults: &Faults) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(|error| StoreError::Blob(error.to_string()))?;
        let (main, reads) = (folder.join(FILE), folder.join(READS_FILE));
        // The change to the write-ahead log does not wait for another process that makes it at the same moment.
        let _turn = turn(folder).map_err(|error| StoreError::Blob(error.to_string()))?;
        migrate::file(&main, Sync::Full, now)?;
        migrate::file(&reads, Sync::Normal, now)?;
        let faults_of_log = faults.of_log();
        let reads = Part::open(reads, Sync::Normal, READ_CHAIN, 1, &faults_of_log)?;
        Ok(Self {
            main: Part::open(main, Sync::Full, WRITE_CHAIN, READERS, faults)?,
            mover: mover(folder, &reads, &faults_of_log)?,
            reads,
        })
    }

    pub(crate) async fn query(
        &self,
        sql: Cow<'static, str>,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.main.readers.ask(sql, params).await
    }

    /// As [`Self::query`], for a question by key: answered at once.
    pub(crate) fn query_key(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.main.readers.answer(sql, params)
    }

    /// Asks both files that hold audit rows; that of reads by a text of its own.
    pub(crate) async fn query_audit(
        &self,
        sql: Cow<'static, str>,
        of_reads: Cow<'static, str>,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.mover.journal.flush().await?;
        let mut rows = self.main.readers.ask(sql, params.clone()).await?;
        rows.extend(self.reads.readers.ask(of_reads, params).await?);
        Ok(rows)
    }

    pub(crate) async fn commit(&self, request: Request) -> Answer {
        lane::send(&self.main.jobs, request).await
    }

    pub(crate) async fn log(&self, records: Vec<Record>) -> Answer {
        if records.is_empty() || self.reads.status.check().is_err() {
            self.mover.journal.flush().await?;
            lane::send(&self.reads.jobs, Request::default()).await?;
        }
        if records.is_empty() {
            return Ok(());
        }
        let kept = self.mover.journal.append(records);
        if let Err(StoreError::ReadOnly(why)) = &kept {
            self.reads.status.broke(why);
        }
        kept
    }

    /// Brings reads' audit rows to the disk.
    pub(crate) async fn sync_log(&self) -> Result<(), StoreError> {
        let path = self.reads.path.clone();
        let synced = tokio::task::spawn_blocking(move || checkpoint::sync_log(&path)).await;
        match synced {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(StoreError::Audit(error.to_string())),
            Err(error) => Err(StoreError::Audit(error.to_string())),
        }
    }

    /// Of clinical writes, and of reads' audit rows.
    pub(crate) fn statuses(&self) -> [&Status; 2] {
        [&self.main.status, &self.reads.status]
    }

    pub(crate) async fn close(&self) {
        self.main.close().await;
        self.mover.close().await;
        self.reads.close().await;
    }
}

/// Brings the rows that others have left into their table, and begins to take new ones.
fn mover(folder: &Path, reads: &Part, faults: &Faults) -> Result<Mover, StoreError> {
    let mut all = Left::all(folder)?;
    for left in &mut all {
        if let Some(request) = left.request() {
            lane::ask(&reads.jobs, request)?;
        }
    }
    checkpoint::sync_log(&reads.path).map_err(|error| StoreError::Audit(error.to_string()))?;
    let mut all = all.into_iter();
    let own = all.next().ok_or(StoreError::Busy)?;
    for mut other in all {
        other.empty()?;
    }
    Mover::start(
        own.journal()?,
        &reads.path,
        &reads.jobs,
        &reads.status,
        faults,
    )
}
