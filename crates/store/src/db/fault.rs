//! Faults of a disk, put by tests where the disk's own would come from. Nothing in real use.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use rusqlite::ffi;

/// What the disk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// It takes the bytes, and then cannot say that it has them.
    Fsync,
    /// It has no room.
    Full,
}

/// A handle on the disk's faults, for the one who opened the store with it. Without a fault to begin with.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    writes: Arc<AtomicU8>,
    log: Arc<AtomicBool>,
}

impl Faults {
    /// From the next commit on, until it is taken away again.
    pub fn set(&self, fault: Option<DiskFault>) {
        let number = match fault {
            None => 0,
            Some(DiskFault::Fsync) => 1,
            Some(DiskFault::Full) => 2,
        };
        self.writes.store(number, Ordering::SeqCst);
    }

    /// Whether the fsync of reads' audit rows, once a second, fails.
    pub fn set_log(&self, fails: bool) {
        self.log.store(fails, Ordering::SeqCst);
    }

    /// For the file of reads' audit rows, whose commits do not fail with those of clinical writes.
    pub(crate) fn of_log(&self) -> Self {
        Self {
            writes: Arc::default(),
            log: Arc::clone(&self.log),
        }
    }

    /// Just before that fsync: the error that it would end with.
    pub(crate) fn strike_log(&self) -> std::io::Result<()> {
        match self.log.load(Ordering::SeqCst) {
            true => Err(std::io::Error::other("fsync failed")),
            false => Ok(()),
        }
    }

    /// Just before a commit of SQLite: the error that it would end with.
    pub(crate) fn strike(&self) -> Result<(), rusqlite::Error> {
        let code = match self.writes.load(Ordering::SeqCst) {
            1 => ffi::SQLITE_IOERR_FSYNC,
            2 => ffi::SQLITE_FULL,
            _ => return Ok(()),
        };
        Err(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None))
    }
}
