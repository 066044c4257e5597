//! What sessions and tokens may do, remembered for less than a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use renkei_base::Micros;
use renkei_base::clock::Span;

/// Sessions remembered at most; then all are forgotten.
const MOST: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Cache<T> {
    life: Span,
    inner: Mutex<Inner<T>>,
}

#[derive(Debug)]
struct Inner<T> {
    /// Counts what was forgotten, so that an answer read before is not put back after.
    epoch: u64,
    known: HashMap<String, Entry<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    read: Micros,
    known: Arc<T>,
}

impl<T> Cache<T> {
    pub(crate) fn new(life: Span) -> Self {
        Self {
            life,
            inner: Mutex::new(Inner {
                epoch: 0,
                known: HashMap::new(),
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, hash: &str, now: Micros) -> Option<Arc<T>> {
        let inner = self.lock();
        let entry = inner.known.get(hash)?;
        let age = now - entry.read;
        (age >= Span(0) && age < self.life).then(|| Arc::clone(&entry.known))
    }

    /// Taken before the read whose answer is to be remembered.
    pub(crate) fn epoch(&self) -> u64 {
        self.lock().epoch
    }

    pub(crate) fn put(&self, hash: &str, known: &Arc<T>, now: Micros, epoch: u64) {
        let mut inner = self.lock();
        if inner.epoch != epoch {
            return;
        }
        if inner.known.len() >= MOST {
            inner.known.clear();
        }
        let entry = Entry {
            read: now,
            known: Arc::clone(known),
        };
        inner.known.insert(hash.to_owned(), entry);
    }

    /// After every change of anybody's rights in this process.
    pub(crate) fn forget(&self) {
        let mut inner = self.lock();
        inner.epoch += 1;
        inner.known.clear();
    }
}
