//! The floor on SQLite: the same rows into the same tables by the driver alone. One writer thread with group commit
//! (64 at most wait, so as many share a commit), the store's pragmas, its checkpoint thread; no HTTP, no session, no
//! policy, no filter, no JSON, no savepoints, no change feed, no audit. Reads: one thread, one prepared statement.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use renkei_base::Id;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, ToSql, hooks};
use tokio::sync::oneshot;

use crate::Done;
use crate::load::Load;
use crate::machine::{Ticks, now, settle};
use crate::shape::{Cell, Insert, TYPE};
use crate::stat::Times;

/// As in the store.
const PRAGMAS: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 200000; \
    pragma journal_size_limit = 268435456; pragma cache_size = -32768; pragma mmap_size = 2147483648; \
    pragma temp_store = memory;";
const PAGES: i32 = 10_000;
const PAGES_MAX: i32 = 60_000;
/// Writes that share a commit at most.
const BATCH: usize = 256;

type Job = (Vec<Insert>, oneshot::Sender<bool>);

#[derive(Debug)]
pub(crate) struct Writer {
    jobs: flume::Sender<Job>,
    threads: [JoinHandle<()>; 2],
    commits: Arc<AtomicU64>,
}

pub(crate) fn open(path: &Path) -> Done<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.execute_batch(PRAGMAS)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

impl Writer {
    pub(crate) fn start(path: &Path) -> Done<Self> {
        let (jobs, queue) = flume::bounded(4096);
        let commits = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&commits);
        let mut connection = open(path)?;
        let checkpoint = checkpoint(path.to_owned(), &mut connection);
        let writer = std::thread::spawn(move || serve(&connection, &queue, &counted));
        Ok(Self {
            jobs,
            threads: [writer, checkpoint],
            commits,
        })
    }

    /// On the disk when it returns.
    pub(crate) async fn write(&self, rows: Vec<Insert>) -> Done<()> {
        let (answer, answered) = oneshot::channel();
        self.jobs.send_async((rows, answer)).await?;
        if answered.await? {
            Ok(())
        } else {
            Err("a bare write failed".into())
        }
    }

    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// The last connection moves the log into the file: nothing of that is left to the next step.
    pub(crate) fn close(self) -> Done<()> {
        drop(self.jobs);
        for thread in self.threads {
            thread.join().map_err(|_| "a bare thread ended early")?;
        }
        Ok(())
    }
}

fn serve(connection: &Connection, queue: &flume::Receiver<Job>, commits: &AtomicU64) {
    while let Ok(first) = queue.recv() {
        let mut waiting = vec![first];
        waiting.extend(queue.try_iter().take(BATCH - 1));
        let done = batch(connection, &waiting).is_ok();
        commits.fetch_add(1, Ordering::Relaxed);
        for (_, answer) in waiting {
            // Whoever asked may have gone.
            let _ = answer.send(done);
        }
    }
}

fn batch(connection: &Connection, waiting: &[Job]) -> rusqlite::Result<()> {
    connection.prepare_cached("begin immediate")?.execute([])?;
    for insert in waiting.iter().flat_map(|(rows, _)| rows) {
        let mut statement = connection.prepare_cached(&numbered(&insert.sql))?;
        statement.execute(rusqlite::params_from_iter(&insert.cells))?;
    }
    connection.prepare_cached("commit")?.execute([]).map(drop)
}

/// `$1` as `?1`. All `$` of these texts are of parameters.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// As in the store: the log is moved into the file by a thread of its own, which ends with the writer's connection.
fn checkpoint(path: PathBuf, connection: &mut Connection) -> JoinHandle<()> {
    let (wake, woken) = flume::bounded::<()>(1);
    let pages = Arc::new(AtomicI32::new(0));
    let seen = Arc::clone(&pages);
    drop(
        connection.wal_hook(Some(move |_: &mut hooks::Wal, now: i32| {
            pages.store(now, Ordering::Relaxed);
            if now > PAGES {
                // One wake-up that waits is enough.
                let _ = wake.try_send(());
            }
            Ok(())
        })),
    );
    std::thread::spawn(move || {
        let Ok(own) = open(&path) else { return };
        while woken.recv().is_ok() {
            let restart = seen.load(Ordering::Relaxed) > PAGES_MAX;
            let _ = own.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(()));
            if restart {
                let _ = own.query_row("pragma wal_checkpoint(restart)", [], |_| Ok(()));
            }
        }
    })
}

/// What is asked for by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// The body, by anybody.
    Body,
    /// What the store asks: all columns, if somebody of the institution may see them.
    Filtered,
}

const BODY: &str = "select body from resource where typ = ?1 and id = ?2";
const FILTERED: &str = "select r.patient, r.typ, r.id, r.version, r.scope, r.owner, r.updated, r.deleted, r.draft_of, r.body \
    from resource r where r.typ = ?1 and r.id = ?2 and r.draft_of in ('', ?3) and (r.patient = '' or exists (select 1 from access seen \
    where seen.patient = r.patient and (seen.kind, seen.grantee) in (values ('institution', ?3), ('person', ?3)) \
    and seen.until > 1 and (seen.scope = 'record' or seen.scope = r.scope or r.scope = 'identity')))";

/// Resources by id, one after another on one thread.
pub(crate) fn read(
    path: &Path,
    question: Question,
    institution: &Id,
    ids: &[Id],
    seconds: f64,
) -> Done<Load> {
    let connection = open(path)?;
    let mut body = connection.prepare(BODY)?;
    let mut filtered = connection.prepare(FILTERED)?;
    let time = Duration::from_secs_f64(seconds);
    let mut times = Vec::new();
    crate::load::runtime()?.block_on(settle())?;
    let before = Ticks::read()?;
    let began = now();
    // Not in the order in which they were written.
    for number in 0_usize.. {
        let id = ids
            .get(number * 7_919 % ids.len().max(1))
            .ok_or("nothing to read")?;
        let sent = now();
        let found = match question {
            Question::Body => body
                .query_row([TYPE, id.as_str()], |row| row.get(0))
                .optional()?,
            Question::Filtered => filtered
                .query_row([TYPE, id.as_str(), institution.as_str()], all_columns)
                .optional()?,
        };
        if found.is_none_or(|body: String| body.len() < 1_000) {
            return Err("a bare read found nothing".into());
        }
        times.push(u32::try_from(sent.elapsed().as_micros())?);
        if began.elapsed() > time {
            break;
        }
    }
    Ok(Load {
        done: times.len() as u64,
        seconds: began.elapsed().as_secs_f64(),
        times: Times::new(times),
        others: Ticks::read()?.others_since(before),
    })
}

/// Every column as a value of its own; returns the body.
fn all_columns(row: &rusqlite::Row<'_>) -> rusqlite::Result<String> {
    let head: (
        String,
        String,
        String,
        i64,
        String,
        Option<String>,
        i64,
        i64,
        String,
    ) = (
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
        row.get(6)?,
        row.get(7)?,
        row.get(8)?,
    );
    std::hint::black_box(head);
    row.get(9)
}
