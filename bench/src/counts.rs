//! What is really in a database after a run. A measurement whose counts are wrong is none.

use std::path::Path;

use renkei_base::Clock;
use renkei_store::{Config, Store};

use crate::bare_postgres::connect;
use crate::machine::MachineClock;
use crate::shape::{INDEX_ROWS, TYPE};
use crate::{Done, bare, door};

/// Resources of the measured type, their index rows, and audit rows of the door's writes and reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    resources: u64,
    index: u64,
    written: u64,
    read: u64,
}

impl Counts {
    pub(crate) const fn expected(resources: u64, written: u64, read: u64) -> Self {
        Self {
            resources,
            index: resources * INDEX_ROWS as u64,
            written,
            read,
        }
    }

    pub(crate) fn check(self, whose: &str, found: Self) -> Done<()> {
        if self == found {
            return Ok(());
        }
        Err(format!("{whose}: expected {self:?}, found {found:?}").into())
    }
}

fn texts() -> [String; 4] {
    let tables = [
        "ix_token",
        "ix_string",
        "ix_reference",
        "ix_date",
        "ix_quantity",
    ];
    let sums = tables.map(|table| format!("(select count(*) from {table} where typ = '{TYPE}')"));
    [
        format!("select count(*) from resource where typ = '{TYPE}'"),
        format!("select {}", sums.join(" + ")),
        format!(
            "select count(*) from audit where action = '{}'",
            door::WRITTEN
        ),
        format!(
            "select count(*) from audit where action = '{}' and what <> ''",
            door::READ
        ),
    ]
}

pub(crate) fn sqlite(folder: &Path) -> Done<Counts> {
    let main = bare::open(&folder.join("renkei.db"))?;
    let reads = bare::open(&folder.join("audit-reads.db"))?;
    let [resources, index, written, read] = texts();
    let ask = |connection: &rusqlite::Connection, sql: &str| -> Done<u64> {
        let number: i64 = connection.query_row(sql, [], |row| row.get(0))?;
        Ok(u64::try_from(number)?)
    };
    Ok(Counts {
        resources: ask(&main, &resources)?,
        index: ask(&main, &index)?,
        written: ask(&main, &written)?,
        read: ask(&reads, &read)?,
    })
}

pub(crate) async fn postgres(url: &str) -> Done<Counts> {
    let client = connect(url).await?;
    let mut numbers = Vec::with_capacity(4);
    for sql in texts() {
        let number: i64 = client.query_one(&sql, &[]).await?.try_get(0)?;
        numbers.push(u64::try_from(number)?);
    }
    let [resources, index, written, read] = numbers.try_into().map_err(|_| "four counts")?;
    Ok(Counts {
        resources,
        index,
        written,
        read,
    })
}

/// Every row of the audit hashed again; returns how many there are.
pub(crate) async fn audit(config: &Config) -> Done<u64> {
    let store = Store::open(config, std::sync::Arc::new(MachineClock)).await?;
    let verdict = store.verify_audit(|_| {}).await?;
    store.close().await?;
    if verdict.sound() {
        Ok(verdict.rows.values().sum())
    } else {
        Err(format!("the audit is not sound: {:?}", verdict.problems.first()).into())
    }
}

/// The time, as contexts take it.
pub(crate) fn at() -> renkei_base::Micros {
    MachineClock.now()
}
