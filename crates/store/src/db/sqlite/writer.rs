//! The one writer of a file, on a thread of its own: drains what waits into one transaction, a savepoint for each
//! request, commits, then answers all. One fsync so serves many.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::checkpoint::{Checkpoint, sync_log};
use super::connection::{Link, Sync, fatal, lost_sync, taken};
use crate::audit::{self, Head};
use crate::db::fault::Faults;
use crate::db::lane::{Answer, BATCH, Job, Request, Status};
use crate::db::{Expect, Row, Step, Value};
use crate::{StoreError, feed};

/// What a writer needs to open its file, again after a fault.
pub(super) struct Plan {
    pub(super) path: PathBuf,
    pub(super) sync: Sync,
    pub(super) chain: &'static str,
    pub(super) checkpoint: Checkpoint,
    pub(super) faults: Faults,
}

struct Waiting(Box<Request>, oneshot::Sender<Answer>);

struct Writer {
    link: Link,
    head: Head,
    /// Changes when another process has written; then the head is read again.
    data_version: i64,
    /// The file of reads' audit rows has no feed.
    feeds: bool,
    /// Segments of its index of patients, as far as is known.
    segments: i64,
}

/// Serves the queue until it is told to stop. Opens the file anew after a fault of it.
pub(super) fn serve(plan: &Plan, queue: &flume::Receiver<Job>, status: &Arc<Status>) {
    let mut writer: Option<Writer> = None;
    let mut waiting: Vec<Waiting> = Vec::with_capacity(BATCH);
    loop {
        let stop = drain(queue, &mut waiting);
        if !waiting.is_empty() {
            let result = usable(status)
                .and_then(|()| synchronised(plan, status))
                .and_then(|()| opened(&mut writer, plan))
                .and_then(|writer| writer.batch(&waiting, &plan.faults));
            match result {
                Ok(answers) => {
                    status.recovered();
                    status.committed(waiting.len());
                    for (Waiting(_, reply), answer) in waiting.drain(..).zip(answers) {
                        drop(reply.send(answer));
                    }
                    if let Err(error) = index(&mut writer) {
                        tracing::warn!(%error, "reads' audit rows could not be indexed; they will be");
                        writer = None;
                    }
                }
                Err(error) => {
                    writer = None;
                    let why = error.to_string();
                    match error {
                        Fault::ForGood(_) => {}
                        Fault::Sqlite(error) if lost_sync(&error) => {
                            status.broke_for_good(&format!("{LOST} ({why})"));
                        }
                        _ => status.broke(&why),
                    }
                    refuse(&mut waiting, &why);
                }
            }
        }
        if stop {
            break;
        }
    }
}

/// Waits for one job, then takes what waits. Says whether to stop after these.
fn drain(queue: &flume::Receiver<Job>, waiting: &mut Vec<Waiting>) -> bool {
    let mut next = queue.recv().ok();
    loop {
        match next {
            Some(Job::Commit(request, reply)) => waiting.push(Waiting(request, reply)),
            Some(Job::Stop) | None => return true,
        }
        if waiting.len() >= BATCH {
            return false;
        }
        next = match queue.try_recv() {
            Ok(job) => Some(job),
            Err(flume::TryRecvError::Empty) => return false,
            Err(flume::TryRecvError::Disconnected) => None,
        };
    }
}

fn refuse(waiting: &mut Vec<Waiting>, why: &str) {
    for Waiting(_, reply) in waiting.drain(..) {
        drop(reply.send(Err(StoreError::ReadOnly(why.to_owned()))));
    }
}

/// After a failed fsync the system takes the pages for written that are not, and would say so to the next fsync.
const LOST: &str =
    "the disk could not keep what was written: see to it, then start the program again";

fn usable(status: &Status) -> Result<(), Fault> {
    status
        .broken_for_good()
        .map_or(Ok(()), |why| Err(Fault::ForGood(why)))
}

/// After a log that is synchronised each second could not be, nothing goes on until it can.
fn synchronised(plan: &Plan, status: &Status) -> Result<(), Fault> {
    if plan.sync == Sync::Normal && status.check().is_err() {
        sync_log(&plan.path)?;
    }
    Ok(())
}

fn opened<'a>(writer: &'a mut Option<Writer>, plan: &Plan) -> Result<&'a mut Writer, Fault> {
    match writer {
        Some(writer) => Ok(writer),
        None => Ok(writer.insert(Writer::open(plan)?)),
    }
}

/// After a batch of reads' audit rows, when nobody waits for an answer of it: at most one segment.
fn index(writer: &mut Option<Writer>) -> Result<(), Fault> {
    match writer {
        Some(writer) if !writer.feeds && writer.is_segment_full() => writer.index_segment(),
        _ => Ok(()),
    }
}

/// Why a whole batch was lost.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Log(#[from] std::io::Error),
    #[error("{0}")]
    ForGood(String),
}

impl Writer {
    fn open(plan: &Plan) -> Result<Self, Fault> {
        let mut link = Link::writer(&plan.path, plan.sync)?;
        plan.checkpoint.follow(&mut link)?;
        let feeds = plan.sync == Sync::Full;
        let mut writer = Self {
            link,
            head: Head::from_rows(plan.chain, &[], &[])?,
            data_version: -1,
            feeds,
            segments: 0,
        };
        writer.refresh()?;
        Ok(writer)
    }

    /// Reads the head again when somebody else has written since.
    fn refresh(&mut self) -> Result<(), Fault> {
        let rows = self.link.query("pragma data_version", &[])?;
        let version = rows
            .first()
            .map(|row| row.int(0))
            .transpose()?
            .unwrap_or_default();
        if version != self.data_version {
            let chain = self.head.chain.as_str();
            let audit = self.link.query(audit::HEAD, &[chain.into()])?;
            let feed: Vec<Row> = if self.feeds {
                self.link.query(feed::HEAD, &[chain.into()])?
            } else {
                Vec::new()
            };
            self.head = Head::from_rows(chain, &audit, &feed)?;
            self.data_version = version;
        }
        Ok(())
    }

    /// One transaction for all. SQLite copies each page that is changed within a savepoint, and few requests fail: so all are
    /// done together first. When one fails, everything is taken back, and each is done in a savepoint of its own.
    fn batch(&mut self, waiting: &[Waiting], faults: &Faults) -> Result<Vec<Answer>, Fault> {
        match self.transaction(faults, |writer| writer.together(waiting))? {
            Ok(()) => Ok(waiting.iter().map(|_| Ok(())).collect()),
            Err(refused) if waiting.len() == 1 => Ok(vec![Err(refused)]),
            Err(_) => Ok(self.transaction(faults, |writer| writer.each(waiting).map(Ok))??),
        }
    }

    /// Does something in a transaction. On a fault or a refusal nothing of it is there and the head goes back.
    fn transaction<T>(
        &mut self,
        faults: &Faults,
        work: impl FnOnce(&mut Self) -> Result<Result<T, StoreError>, Fault>,
    ) -> Result<Result<T, StoreError>, Fault> {
        self.link.execute("begin immediate", &[])?;
        let result = self.refresh().and_then(|()| {
            let before = self.head.clone();
            let done = work(self).and_then(|done| {
                if done.is_ok() {
                    faults.strike()?;
                    self.link.execute("commit", &[])?;
                } else {
                    self.link.execute("rollback", &[])?;
                }
                Ok(done)
            });
            if !matches!(done, Ok(Ok(_))) {
                self.head = before;
            }
            done
        });
        if result.is_err() && !self.link.conn.is_autocommit() {
            // The connection is dropped after a fault; this only frees the lock sooner.
            drop(self.link.execute("rollback", &[]));
        }
        result
    }

    const fn is_segment_full(&self) -> bool {
        self.head.seq >= (self.segments + 1) * audit::SEGMENT
    }

    /// Another process may have done it.
    fn index_segment(&mut self) -> Result<(), Fault> {
        self.link.execute("begin immediate", &[])?;
        let rows = self.link.query(audit::SEGMENTS, &[])?;
        self.segments = rows.first().map_or(Ok(0), |row| row.int(0))?;
        if self.is_segment_full() {
            let first = self.segments * audit::SEGMENT;
            let values: [Value; 4] = [
                self.segments.into(),
                self.head.chain.as_str().into(),
                first.into(),
                (first + audit::SEGMENT).into(),
            ];
            self.link.execute(audit::ADD_SEGMENT, &values)?;
            self.link.execute(audit::ADD_PATIENTS, &values)?;
            self.segments += 1;
        }
        self.link.execute("commit", &[])?;
        Ok(())
    }

    /// All requests, or the first refusal.
    fn together(&mut self, waiting: &[Waiting]) -> Result<Answer, Fault> {
        for Waiting(request, _) in waiting {
            if let Err(refused) = self.steps(request)? {
                return Ok(Err(refused));
            }
            self.chain(request)?;
        }
        Ok(Ok(()))
    }

    fn each(&mut self, waiting: &[Waiting]) -> Result<Vec<Answer>, Fault> {
        waiting
            .iter()
            .map(|Waiting(request, _)| self.request(request))
            .collect()
    }

    /// One request in its savepoint. What only this request did wrong is its answer; a fault of the file is everyone's.
    fn request(&mut self, request: &Request) -> Result<Answer, Fault> {
        if request.steps.is_empty() {
            self.chain(request)?;
            return Ok(Ok(()));
        }
        self.link.execute("savepoint request", &[])?;
        let head = self.head.clone();
        let answer = match self.steps(request)? {
            Ok(()) => {
                self.chain(request)?;
                Ok(())
            }
            Err(error) => {
                self.head = head;
                self.link.execute("rollback to request", &[])?;
                Err(error)
            }
        };
        self.link.execute("release request", &[])?;
        Ok(answer)
    }

    fn steps(&mut self, request: &Request) -> Result<Answer, Fault> {
        for step in &request.steps {
            match self.link.execute(&step.sql, &step.params) {
                Ok(touched) => {
                    if let Expect::One(what) = &step.expect
                        && touched != 1
                    {
                        return Ok(Err(StoreError::Conflict(what.clone())));
                    }
                }
                Err(error) if fatal(&error) || self.link.conn.is_autocommit() => {
                    return Err(error.into());
                }
                Err(error) => return Ok(Err(refused(step, &error))),
            }
        }
        Ok(Ok(()))
    }

    /// The request's audit and feed rows. Without them there is no act, so an error here is a fault.
    fn chain(&mut self, request: &Request) -> Result<(), Fault> {
        for record in request.records.iter() {
            let values = self.head.seal(record);
            self.link.execute(audit::INSERT, &values)?;
        }
        for fed in &request.fed {
            self.head.feed += 1;
            let values = fed.values(&self.head.chain, self.head.feed);
            self.link.execute(feed::INSERT, &values)?;
        }
        Ok(())
    }
}

fn refused(step: &Step, error: &rusqlite::Error) -> StoreError {
    match &step.expect {
        Expect::One(what) if taken(error) => StoreError::Conflict(what.clone()),
        Expect::Any if taken(error) => {
            StoreError::Conflict("a row that is there already".to_owned())
        }
        _ => StoreError::Driver(error.to_string()),
    }
}
