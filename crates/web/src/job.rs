//! Work that takes longer than a page: begun by a form, watched on a page of its own, kept until newer ones push it out.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use renkei_base::Id;
use renkei_store::Failure;

/// Finished and running jobs that are remembered.
const KEPT: usize = 20;

/// One piece of work.
#[derive(Debug)]
pub(crate) struct Job<T> {
    pub(crate) id: Id,
    done: AtomicU64,
    of: AtomicU64,
    result: OnceLock<Result<T, Failure>>,
}

impl<T> Job<T> {
    /// How far it is; `of` is an estimate.
    pub(crate) fn tell(&self, done: u64, of: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.of.store(of, Ordering::Relaxed);
    }

    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// At least one, for progress bars.
    pub(crate) fn of(&self) -> u64 {
        self.of.load(Ordering::Relaxed).max(1)
    }

    /// What came of it, once it has ended.
    pub(crate) fn result(&self) -> Option<&Result<T, Failure>> {
        self.result.get()
    }

    pub(crate) fn end(&self, result: Result<T, Failure>) {
        // A job ends once; a second end says nothing new.
        let _ = self.result.set(result);
    }
}

/// The jobs of one kind, newest last.
#[derive(Debug)]
pub(crate) struct Jobs<T>(Arc<Mutex<VecDeque<Arc<Job<T>>>>>);

impl<T> Clone for Jobs<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Jobs<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Jobs<T> {
    /// A new job; the one that still runs instead, if there is one: one at a time.
    pub(crate) fn begin(&self, id: Id) -> Result<Arc<Job<T>>, Arc<Job<T>>> {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = jobs.iter().find(|job| job.result().is_none()) {
            return Err(Arc::clone(running));
        }
        let job = Arc::new(Job {
            id,
            done: AtomicU64::new(0),
            of: AtomicU64::new(0),
            result: OnceLock::new(),
        });
        jobs.push_back(Arc::clone(&job));
        if jobs.len() > KEPT {
            jobs.pop_front();
        }
        Ok(job)
    }

    pub(crate) fn get(&self, id: &Id) -> Option<Arc<Job<T>>> {
        self.all().into_iter().find(|job| job.id == *id)
    }

    pub(crate) fn running(&self) -> Option<Arc<Job<T>>> {
        self.all().into_iter().find(|job| job.result().is_none())
    }

    pub(crate) fn all(&self) -> Vec<Arc<Job<T>>> {
        let jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> Id {
        format!("j{number}").parse().unwrap()
    }

    #[test]
    fn one_at_a_time_and_old_ones_go() {
        let jobs: Jobs<u8> = Jobs::default();
        let first = jobs.begin(id(0)).unwrap();
        assert_eq!(jobs.begin(id(1)).unwrap_err().id, id(0));
        first.end(Ok(7));
        assert!(jobs.running().is_none());
        for number in 1..=KEPT {
            jobs.begin(id(number)).unwrap().end(Ok(0));
        }
        assert!(jobs.get(&id(0)).is_none());
        assert!(jobs.get(&id(KEPT)).is_some());
    }
}
