//! Applies migrations to a SQLite file.

use std::path::Path;

use renkei_base::Micros;

use super::connection::{Link, Sync};
use crate::StoreError;
use crate::db::dialect::{self, Backend};
use crate::db::{Row, Value};
use crate::migrate::{ALL, APPLIED, Migration, ONLY_READS, READS, REMEMBER, TABLE, pending};

/// Migrates one file in one transaction: a second process that starts meanwhile waits for it.
pub(super) fn file(path: &Path, sync: Sync, now: Micros) -> Result<(), StoreError> {
    let mut link = Link::writer(path, sync).map_err(|error| failed(&error))?;
    run(&mut link, "begin immediate")?;
    run(&mut link, TABLE)?;
    let rows = link.query(APPLIED, &[]).map_err(|error| failed(&error))?;
    let shared = ALL
        .iter()
        .filter(|migration| sync == Sync::Full || READS.contains(&migration.number));
    let own = ONLY_READS.iter().filter(|_| sync == Sync::Normal);
    let wanted = shared.chain(own);
    for migration in pending(wanted, &applied(&rows)?)? {
        let text = dialect::render(Backend::Sqlite, migration.text);
        link.conn
            .execute_batch(&text)
            .map_err(|error| named(migration, &error))?;
        remember(&mut link, migration, now)?;
    }
    run(&mut link, "commit")?;
    // Into the file with what a crash has left in the log, so that nothing new stands behind what the disk may not have.
    // Another process may be at work; then it has done so.
    link.query("pragma wal_checkpoint(passive)", &[])
        .map(drop)
        .map_err(|error| failed(&error))
}

fn remember(link: &mut Link, migration: &Migration, now: Micros) -> Result<(), StoreError> {
    let values: [Value; 4] = [
        migration.number.into(),
        migration.name.into(),
        migration.checksum().into(),
        now.into(),
    ];
    link.execute(REMEMBER, &values)
        .map(drop)
        .map_err(|error| failed(&error))
}

pub(crate) fn applied(rows: &[Row]) -> Result<Vec<(i64, String)>, StoreError> {
    rows.iter()
        .map(|row| Ok((row.int(0)?, row.text(1)?.to_owned())))
        .collect()
}

fn run(link: &mut Link, sql: &str) -> Result<(), StoreError> {
    link.conn.execute_batch(sql).map_err(|error| failed(&error))
}

fn failed(error: &rusqlite::Error) -> StoreError {
    StoreError::Driver(error.to_string())
}

fn named(migration: &Migration, error: &rusqlite::Error) -> StoreError {
    StoreError::Driver(format!(
        "migration {} ({}): {error}",
        migration.number, migration.name
    ))
}
