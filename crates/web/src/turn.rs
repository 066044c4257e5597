//! Turns for pages that take whole lists into memory: on few cores, fifty at once are no faster than a few, and hold
//! fifty times as much.

use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Lists made at the same time for each core: while one waits for the database, another is drawn.
const EACH_CORE: usize = 4;

#[derive(Clone, Debug)]
pub(crate) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(cores * EACH_CORE)))
    }
}

impl Turns {
    /// Waits for a turn, in the order of asking; it ends when what is returned goes. Nobody closes the semaphore.
    pub(crate) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).acquire_owned().await.ok()
    }
}
