//! Copies of both files as of one moment, while others read and write.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::journal::settled;
use super::{FILE, READS_FILE};
use crate::StoreError;

/// Pages copied at a time.
const PAGES: i32 = 1_000;

/// A connection that has begun to read: what it sees stays as it is.
fn snapshot(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(Duration::from_secs(10))?;
    conn.execute_batch("pragma query_only = true; begin; ")?;
    conn.query_row("select count(*) from migration", [], |_| Ok(()))?;
    Ok(conn)
}

fn copied(from: &Connection, to: &Path) -> rusqlite::Result<()> {
    let mut copy = Connection::open(to)?;
    Backup::new(from, &mut copy)?.run_to_completion(PAGES, Duration::ZERO, None)?;
    // A file without a log beside it.
    copy.execute_batch("pragma journal_mode = delete;")
}

/// Both snapshots are begun one right after the other: heads that one file holds of the other take several commits.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::Driver(format!("copy: {error}"));
    settled(from)?;
    let reads = snapshot(&from.join(READS_FILE)).map_err(failed)?;
    let main = snapshot(&from.join(FILE)).map_err(failed)?;
    copied(&reads, &to.join(READS_FILE)).map_err(failed)?;
    copied(&main, &to.join(FILE)).map_err(failed)
}

/// Runs each statement whose table a copied file has, all or nothing.
pub(crate) fn end(file: &Path, statements: &[(&str, &str)]) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::Driver(format!("restore: {error}"));
    let mut conn = Connection::open(file).map_err(failed)?;
    let work = conn.transaction().map_err(failed)?;
    for (table, statement) in statements {
        if work.table_exists(None, *table).map_err(failed)? {
            work.execute(statement, []).map_err(failed)?;
        }
    }
    work.commit().map_err(failed)
}
