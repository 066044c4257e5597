//! What sessions may do, remembered for less than a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use renkei_base::Micros;
use renkei_base::clock::Span;

use crate::session::SignedIn;

/// Sessions remembered at most; then all are forgotten.
const MOST: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Cache {
    life: Span,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Counts what was forgotten, so that an answer read before is not put back after.
    epoch: u64,
    known: HashMap<String, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    read: Micros,
    signed_in: Arc<SignedIn>,
}

impl Cache {
    pub(crate) fn new(life: Span) -> Self {
        Self {
            life,
            inner: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, hash: &str, now: Micros) -> Option<Arc<SignedIn>> {
        let inner = self.lock();
        let entry = inner.known.get(hash)?;
        let age = now - entry.read;
        (age >= Span(0) && age < self.life).then(|| Arc::clone(&entry.signed_in))
    }

    /// Taken before the read whose answer is to be remembered.
    pub(crate) fn epoch(&self) -> u64 {
        self.lock().epoch
    }

    pub(crate) fn put(&self, hash: &str, signed_in: &Arc<SignedIn>, now: Micros, epoch: u64) {
        let mut inner = self.lock();
        if inner.epoch != epoch {
            return;
        }
        if inner.known.len() >= MOST {
            inner.known.clear();
        }
        let entry = Entry {
            read: now,
            signed_in: Arc::clone(signed_in),
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
