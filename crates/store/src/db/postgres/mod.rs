//! PostgreSQL: a pool for reads, a few writers that group commits, each with a connection and an audit chain of its own.

pub(crate) mod copy;
mod migrate;
mod notify;
mod session;
pub(crate) mod tls;
mod value;
mod writer;

use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use renkei_base::{Id, Micros};
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinHandle;

use self::session::{Chains, READS, Session, WRITES};
use self::tls::Target;
use self::writer::Plan;
use super::lane::{self, Answer, Job, Request, Status};
use super::{Row, Value};
use crate::StoreError;
use crate::audit::Record;
use crate::store::Changed;

/// Connections for reads.
const READERS: usize = 8;
/// How long a read may wait for one of them.
const WAIT: Duration = Duration::from_secs(5);
/// Prepared statements kept by each of them.
const STATEMENTS: usize = 500;
/// Writers of clinical data; each commits for all requests that wait.
const WRITERS: usize = 4;
/// Writers of reads' audit rows.
const LOGGERS: usize = 2;
const READ_OPTIONS: &str = "-c jit=off -c statement_timeout=10000";
/// A request that waits for a row of another writer waits this long, and is then tried alone.
const WRITE_SETTINGS: &str = "set jit = off; set lock_timeout = 500; set synchronous_commit = on";
/// As with SQLite's file of reads' audit rows: kept at once, on the disk within a second.
const LOG_SETTINGS: &str = "set jit = off; set lock_timeout = 500; set synchronous_commit = off";

pub(crate) struct Postgres {
    pool: Pool,
    target: Box<Target>,
    writes: Lane,
    reads: Lane,
    chains: Chains,
    told: mpsc::UnboundedSender<Vec<Id>>,
}

/// A queue and the tasks that serve it.
struct Lane {
    jobs: flume::Sender<Job>,
    status: Arc<Status>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the address: it may hold a password.
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}

impl Lane {
    async fn start(
        target: &Target,
        first: i32,
        settings: &'static str,
        writers: usize,
        chains: &Chains,
    ) -> Result<Self, StoreError> {
        let (jobs, queue) = flume::bounded(lane::QUEUE);
        let plan = Plan {
            target: target.clone(),
            settings,
            first,
            chains: Arc::clone(chains),
            status: Arc::default(),
            queue,
        };
        let mut tasks = Vec::with_capacity(writers);
        for _ in 0..writers {
            let session = Session::open(target, first, settings, chains).await?;
            tasks.push(tokio::spawn(writer::serve(plan.clone(), Some(session))));
        }
        Ok(Self {
            jobs,
            status: plan.status,
            tasks: Mutex::new(tasks),
        })
    }

    async fn close(&self) {
        let tasks = match self.tasks.lock() {
            Ok(mut tasks) => std::mem::take(&mut *tasks),
            Err(_) => return,
        };
        for _ in &tasks {
            drop(self.jobs.send_async(Job::Stop).await);
        }
        for task in tasks {
            drop(task.await);
        }
    }
}

impl Postgres {
    pub(crate) async fn open(
        target: Target,
        now: Micros,
        changed: &broadcast::Sender<Changed>,
    ) -> Result<Self, StoreError> {
        migrate::run(&target, now).await?;
        let chains = Chains::default();
        let writes = Lane::start(&target, WRITES, WRITE_SETTINGS, WRITERS, &chains).await?;
        let reads = Lane::start(&target, READS, LOG_SETTINGS, LOGGERS, &chains).await?;
        let (told, tells) = mpsc::unbounded_channel();
        tokio::spawn(notify::serve(target.clone(), tells, changed.clone()));
        Ok(Self {
            pool: pool(target.clone())?,
            target: Box::new(target),
            writes,
            reads,
            chains,
            told,
        })
    }

    pub(crate) async fn query(
        &self,
        sql: Cow<'static, str>,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        // A connection of the pool may have been lost while nobody used it.
        match self.ask(&sql, &params).await {
            Err(StoreError::ReadOnly(_)) => self.ask(&sql, &params).await,
            result => result,
        }
    }

    async fn ask(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let client = self.pool.get().await.map_err(|error| match error {
            deadpool_postgres::PoolError::Timeout(_) => StoreError::Busy,
            deadpool_postgres::PoolError::Backend(error) => session::away(&error),
            other => StoreError::Driver(other.to_string()),
        })?;
        if client.statement_cache.size() > STATEMENTS {
            client.statement_cache.clear();
        }
        let failed = |error: tokio_postgres::Error| match session::meaning(&error) {
            session::Meaning::Fault
                if error.code() == Some(&tokio_postgres::error::SqlState::QUERY_CANCELED) =>
            {
                StoreError::Busy
            }
            session::Meaning::Fault => session::away(&error),
            _ => StoreError::Driver(session::text(&error)),
        };
        let statement = client.prepare_cached(sql).await.map_err(failed)?;
        let rows = client.query_raw(&statement, params).await.map_err(failed)?;
        let rows: Vec<_> = futures_util::TryStreamExt::try_collect(rows)
            .await
            .map_err(failed)?;
        rows.iter().map(value::row).collect()
    }

    pub(crate) async fn commit(&self, request: Request) -> Answer {
        let tell = request.tell.clone();
        lane::send(&self.writes.jobs, request).await?;
        if !tell.is_empty() {
            // The notifier ends with the store.
            drop(self.told.send(tell));
        }
        Ok(())
    }

    pub(crate) async fn log(&self, records: Vec<Record>) -> Answer {
        let request = Request {
            records: Arc::new(records),
            ..Request::default()
        };
        lane::send(&self.reads.jobs, request).await
    }

    pub(crate) fn chains(&self) -> Vec<String> {
        self.chains
            .lock()
            .map(|chains| chains.clone())
            .unwrap_or_default()
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Of clinical writes, and of reads' audit rows.
    pub(crate) fn statuses(&self) -> [&Status; 2] {
        [&self.writes.status, &self.reads.status]
    }

    pub(crate) async fn close(&self) {
        self.writes.close().await;
        self.reads.close().await;
        self.pool.close();
    }
}

fn pool(target: Target) -> Result<Pool, StoreError> {
    let Target { mut config, tls } = target;
    let options = match config.get_options() {
        Some(own) => format!("{own} {READ_OPTIONS}"),
        None => READ_OPTIONS.to_owned(),
    };
    config.options(options);
    let recycling = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    Pool::builder(Manager::from_config(config, tls, recycling))
        .max_size(READERS)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT))
        .build()
        .map_err(|error| StoreError::Driver(error.to_string()))
}
