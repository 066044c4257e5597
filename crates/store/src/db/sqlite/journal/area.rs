//! One of the two files of a journal, written from its beginning again and again.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::line;
use crate::audit::Record;

#[derive(Debug)]
pub(super) struct Area {
    file: File,
    /// Where the next row goes.
    pub(super) position: u64,
    /// The number of the last row.
    pub(super) last: i64,
}

impl Area {
    /// `None` while another process, or another store of this one, has it.
    pub(super) fn claim(path: &Path) -> io::Result<Option<Self>> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self {
                file,
                position: 0,
                last: 0,
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// What stands in it, from its beginning.
    pub(super) fn rows(&mut self) -> io::Result<Vec<(i64, Record)>> {
        let mut bytes = Vec::new();
        self.file.rewind()?;
        self.file.read_to_end(&mut bytes)?;
        Ok(line::read(&bytes))
    }

    /// In the system's memory when it returns: the end of this process takes nothing of it away.
    pub(super) fn append(&mut self, bytes: &[u8], last: i64) -> io::Result<()> {
        self.file.write_all_at(bytes, self.position)?;
        self.position += bytes.len() as u64;
        self.last = last;
        Ok(())
    }

    pub(super) fn empty(&mut self) -> io::Result<()> {
        self.position = 0;
        self.file.set_len(0)
    }

    /// Another handle, to bring it to the disk while rows are appended.
    pub(super) fn handle(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}
