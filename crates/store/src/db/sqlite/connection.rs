//! Connections to a SQLite file, and statements run on them.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, ffi};

use crate::StoreError;
use crate::db::{Row, Value, dialect};

/// Prepared statements kept by each connection.
const STATEMENTS: usize = 512;
/// How long a writer waits for one of another process.
const BUSY_MS: u64 = 10_000;
const COMMON: &str = "pragma mmap_size = 2147483648; pragma temp_store = memory;";

/// Whether an acknowledged commit must survive the loss of power at once, or within a second (reads' audit rows).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sync {
    Full,
    Normal,
}

/// A connection, and the texts of statements as SQLite numbers their parameters.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) conn: Connection,
    numbered: HashMap<String, String>,
}

impl Link {
    pub(super) fn writer(path: &Path, sync: Sync) -> rusqlite::Result<Self> {
        let conn = Connection::open(path)?;
        conn.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
        conn.execute_batch("pragma journal_mode = wal;")?;
        conn.execute_batch(match sync {
            Sync::Full => "pragma synchronous = full;",
            Sync::Normal => "pragma synchronous = normal;",
        })?;
        // The checkpoint thread checkpoints; this bound is for the case that it cannot keep up.
        conn.execute_batch(
            "pragma wal_autocheckpoint = 200000; pragma journal_size_limit = 268435456; pragma cache_size = -32768;",
        )?;
        Self::with(conn)
    }

    pub(super) fn reader(path: &Path) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
        conn.execute_batch("pragma query_only = true; pragma cache_size = -8192;")?;
        Self::with(conn)
    }

    fn with(conn: Connection) -> rusqlite::Result<Self> {
        conn.execute_batch(COMMON)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self {
            conn,
            numbered: HashMap::new(),
        })
    }

    /// Runs a statement that returns no rows; returns how many it touched.
    pub(super) fn execute(&mut self, sql: &str, params: &[Value]) -> rusqlite::Result<usize> {
        let text = numbered(&mut self.numbered, sql);
        let mut statement = self.conn.prepare_cached(text)?;
        statement.execute(rusqlite::params_from_iter(params))
    }

    pub(super) fn query(&mut self, sql: &str, params: &[Value]) -> rusqlite::Result<Vec<Row>> {
        let text = numbered(&mut self.numbered, sql);
        let mut statement = self.conn.prepare_cached(text)?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..columns).map(|column| row.get_ref(column).and_then(value));
            found.push(Row(values.collect::<rusqlite::Result<_>>()?));
        }
        Ok(found)
    }
}

/// Each text is rewritten once. Searches make texts of their own, so the memory is emptied when it grows.
fn numbered<'a>(known: &'a mut HashMap<String, String>, sql: &str) -> &'a str {
    if known.len() > 4 * STATEMENTS {
        known.clear();
    }
    if !known.contains_key(sql) {
        known.insert(sql.to_owned(), dialect::written(sql));
    }
    known.get(sql).map_or("", String::as_str)
}

fn value(value: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(checked(text)?.to_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    })
}

/// Japanese bodies are looked over many times as fast as by the standard library, which then names the place.
fn checked(text: &[u8]) -> rusqlite::Result<&str> {
    match simdutf8::basic::from_utf8(text) {
        Ok(text) => Ok(text),
        Err(_) => Ok(std::str::from_utf8(text)?),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Whether an error is of the file, the disk or the machine: then the whole transaction is lost and the file opened anew.
pub(super) fn fatal(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::OutOfMemory
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::NotADatabase
                | ErrorCode::FileLockingProtocolFailed
        )
    )
}

/// Whether the disk did not confirm what it was given.
pub(super) fn lost_sync(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        matches!(
            error.extended_code,
            ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC
        )
    })
}

/// Whether a row with the same key is there already.
pub(super) fn taken(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        matches!(
            error.extended_code,
            ffi::SQLITE_CONSTRAINT_UNIQUE
                | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                | ffi::SQLITE_CONSTRAINT_ROWID
        )
    })
}

/// An error of a read.
pub(super) fn read_error(error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted | ErrorCode::DatabaseBusy) => StoreError::Busy,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StoreError::Corrupt(error.to_string())
        }
        _ => StoreError::Driver(error.to_string()),
    }
}
