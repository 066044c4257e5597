//! What stands between the store and a writer: a queue of requests, and what the writer says about itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use renkei_base::Id;
use tokio::sync::oneshot;

use super::Step;
use crate::StoreError;
use crate::audit::Record;
use crate::feed::Fed;

/// Requests that may wait for one lane before it says "busy".
pub(crate) const QUEUE: usize = 4096;
const CLOSED: &str = "closed";
/// Requests that share one transaction at most.
pub(crate) const BATCH: usize = 256;

/// Everything that one commit writes. The writer adds the audit and feed rows' places in its chain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) steps: Vec<Step>,
    pub(crate) records: Arc<Vec<Record>>,
    pub(crate) fed: Vec<Fed>,
    /// Institutions to tell after the commit, in every process.
    pub(crate) tell: Vec<Id>,
}

pub(crate) type Answer = Result<(), StoreError>;

#[derive(Debug)]
pub(crate) enum Job {
    Commit(Box<Request>, oneshot::Sender<Answer>),
    /// Commits what was drained and ends.
    Stop,
}

/// Why nothing can be written now.
#[derive(Clone, Debug)]
struct Broken {
    why: String,
    /// Nothing mends it but to open the store anew.
    for_good: bool,
}

/// What a lane's writers say about themselves.
#[derive(Debug, Default)]
pub(crate) struct Status {
    broken: Mutex<Option<Broken>>,
    commits: AtomicU64,
    jobs: AtomicU64,
}

impl Status {
    pub(crate) fn broke(&self, why: &str) {
        tracing::error!(why, "the store takes no writes");
        self.set(why, false);
    }

    /// As [`Status::broke`], until the store is opened anew: what is in memory is not to be trusted any more.
    pub(crate) fn broke_for_good(&self, why: &str) {
        tracing::error!(why, "the store takes no writes until it is opened anew");
        self.set(why, true);
    }

    /// The store was closed: later calls are refused, and nobody is to take it for ready.
    pub(crate) fn closed(&self) {
        self.set(CLOSED, true);
    }

    fn set(&self, why: &str, for_good: bool) {
        if let Ok(mut broken) = self.broken.lock()
            && !broken.as_ref().is_some_and(|broken| broken.for_good)
        {
            let why = why.to_owned();
            *broken = Some(Broken { why, for_good });
        }
    }

    /// What will not mend by itself, if anything.
    pub(crate) fn broken_for_good(&self) -> Option<String> {
        let broken = self.broken.lock().ok()?;
        let broken = broken.as_ref().filter(|broken| broken.for_good);
        broken.map(|broken| broken.why.clone())
    }

    pub(crate) fn recovered(&self) {
        if let Ok(mut broken) = self.broken.lock()
            && broken.take_if(|broken| !broken.for_good).is_some()
        {
            tracing::info!("the store takes writes again");
        }
    }

    pub(crate) fn committed(&self, jobs: usize) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.jobs.fetch_add(jobs as u64, Ordering::Relaxed);
    }

    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match self.broken.lock() {
            Ok(broken) => broken
                .clone()
                .map_or(Ok(()), |broken| Err(StoreError::ReadOnly(broken.why))),
            Err(_) => Err(StoreError::ReadOnly("status lost".to_owned())),
        }
    }

    /// Transactions and requests so far.
    pub(crate) fn figures(&self) -> (u64, u64) {
        (
            self.commits.load(Ordering::Relaxed),
            self.jobs.load(Ordering::Relaxed),
        )
    }
}

/// Puts a request into a lane's queue and waits for its answer.
pub(crate) async fn send(lane: &flume::Sender<Job>, request: Request) -> Answer {
    let answered = put(lane, request)?;
    answered.await.unwrap_or_else(|_| Err(closed()))
}

/// As [`send`], for a thread of our own, which it blocks.
pub(crate) fn ask(lane: &flume::Sender<Job>, request: Request) -> Answer {
    let answered = put(lane, request)?;
    answered.blocking_recv().unwrap_or_else(|_| Err(closed()))
}

fn put(
    lane: &flume::Sender<Job>,
    request: Request,
) -> Result<oneshot::Receiver<Answer>, StoreError> {
    let (answer, answered) = oneshot::channel();
    lane.try_send(Job::Commit(Box::new(request), answer))
        .map_err(|error| match error {
            flume::TrySendError::Full(_) => StoreError::Busy,
            flume::TrySendError::Disconnected(_) => closed(),
        })?;
    Ok(answered)
}

pub(crate) fn closed() -> StoreError {
    StoreError::ReadOnly(CLOSED.to_owned())
}
