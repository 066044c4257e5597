//! What stands between the store and a writer: a queue of requests, and what the writer says about itself.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use renkei_base::Id;
use tokio::sync::oneshot;

use super::Step;
use crate::StoreError;
use crate::audit::Record;
use crate::feed::Fed;

/// Requests that may wait for one lane before it says "busy".
pub(crate) const QUEUE: usize = 4096;
/// Requests that share one transaction at most.
pub(crate) const BATCH: usize = 256;

/// Everything that one commit writes. The writer adds the audit and feed rows' places in its chain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) steps: Vec<Step>,
    pub(crate) records: Vec<Record>,
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

/// What a lane's writers say about themselves.
#[derive(Debug, Default)]
pub(crate) struct Status {
    /// Why nothing can be written now.
    broken: Mutex<Option<String>>,
    commits: AtomicU64,
    jobs: AtomicU64,
}

impl Status {
    pub(crate) fn broke(&self, why: &str) {
        tracing::error!(why, "the store takes no writes");
        if let Ok(mut broken) = self.broken.lock() {
            *broken = Some(why.to_owned());
        }
    }

    pub(crate) fn recovered(&self) {
        if let Ok(mut broken) = self.broken.lock()
            && broken.take().is_some()
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
                .map_or(Ok(()), |why| Err(StoreError::ReadOnly(why))),
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
    let (answer, answered) = oneshot::channel();
    lane.try_send(Job::Commit(Box::new(request), answer))
        .map_err(|error| match error {
            flume::TrySendError::Full(_) => StoreError::Busy,
            flume::TrySendError::Disconnected(_) => closed(),
        })?;
    answered.await.unwrap_or_else(|_| Err(closed()))
}

pub(crate) fn closed() -> StoreError {
    StoreError::ReadOnly("closed".to_owned())
}
