//! The executor: statements as data, rows as values. SQLite and PostgreSQL are behind it and nowhere else.
//!
//! A commit is a list of [`Step`]s, decided before the transaction begins; the executor runs the lists of many
//! requests in one transaction (group commit), each in a savepoint of its own.

pub(crate) mod dialect;
pub(crate) mod fault;
pub(crate) mod lane;
pub(crate) mod postgres;
pub(crate) mod sqlite;

use std::borrow::Cow;

use renkei_base::Micros;

use self::dialect::Backend;
use self::fault::Faults;
use self::lane::{Answer, Request};
use self::postgres::Postgres;
use self::postgres::tls::Target;
use self::sqlite::Sqlite;
use crate::StoreError;
use crate::audit::Record;
use crate::store::{Config, Database};

/// Target of the log's lines about each read: its statement, then how many rows came.
const ASKED: &str = "renkei_store::asked";

/// The database behind the store. The only place that asks which.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a program has one, and reads go through it: a box would be a step more for each"
)]
pub(crate) enum Db {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Db {
    pub(crate) async fn open(
        config: &Config,
        now: Micros,
        changed: &tokio::sync::broadcast::Sender<crate::Changed>,
        faults: &Faults,
    ) -> Result<Self, StoreError> {
        match &config.database {
            Database::Sqlite => {
                let (folder, faults) = (config.data.clone(), faults.clone());
                let opened =
                    tokio::task::spawn_blocking(move || Sqlite::open(&folder, now, &faults)).await;
                opened
                    .map_err(|error| StoreError::Driver(error.to_string()))?
                    .map(Self::Sqlite)
            }
            Database::Postgres { url, roots } => {
                let target = Target::new(url, roots.as_deref())?;
                Postgres::open(target, now, changed)
                    .await
                    .map(Self::Postgres)
            }
        }
    }

    pub(crate) const fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) => Backend::Sqlite,
            Self::Postgres(_) => Backend::Postgres,
        }
    }

    /// Rows of a read, as of one moment. `$1`, `$2` … number the parameters.
    pub(crate) async fn query(
        &self,
        sql: impl Into<Cow<'static, str>>,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let sql = sql.into();
        // Statements hold no values, and the number of rows is what a stranger must not be able to tell.
        tracing::trace!(target: ASKED, text = %sql);
        let rows = match self {
            Self::Sqlite(db) => db.query(sql, params).await,
            Self::Postgres(db) => db.query(sql, params).await,
        };
        if let Ok(rows) = &rows {
            tracing::trace!(target: ASKED, rows = rows.len());
        }
        rows
    }

    /// As [`Self::query`], for a question by key with at most a few rows: with SQLite it is answered on the caller's own
    /// thread, which is many times quicker than to hand it to another and wait.
    pub(crate) async fn query_key(
        &self,
        sql: impl Into<Cow<'static, str>>,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let sql = sql.into();
        tracing::trace!(target: ASKED, text = %sql);
        let rows = match self {
            Self::Sqlite(db) => db.query_key(&sql, &params),
            Self::Postgres(db) => db.query(sql, params).await,
        };
        if let Ok(rows) = &rows {
            tracing::trace!(target: ASKED, rows = rows.len());
        }
        rows
    }

    /// Rows of the audit, wherever they are kept. In no order across the files.
    pub(crate) async fn query_audit(
        &self,
        sql: impl Into<Cow<'static, str>>,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let sql = sql.into();
        self.query_trail(sql.clone(), sql, params).await
    }

    /// As [`Self::query_audit`], with another text for SQLite's file of reads' audit rows.
    pub(crate) async fn query_trail(
        &self,
        sql: impl Into<Cow<'static, str>>,
        of_reads: impl Into<Cow<'static, str>>,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(db) => db.query_audit(sql.into(), of_reads.into(), params).await,
            Self::Postgres(db) => db.query(sql.into(), params).await,
        }
    }

    /// Writes a request or nothing of it; it is on the disk when this returns.
    pub(crate) async fn commit(&self, request: Request) -> Answer {
        match self {
            Self::Sqlite(db) => db.commit(request).await,
            Self::Postgres(db) => db.commit(request).await,
        }
    }

    /// Keeps reads' audit rows; they are on the disk within a second. Without any, tries whether they could be kept.
    pub(crate) async fn log(&self, records: Vec<Record>) -> Answer {
        match self {
            Self::Sqlite(db) => db.log(records).await,
            Self::Postgres(db) => db.log(records).await,
        }
    }

    pub(crate) async fn sync_log(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.sync_log().await,
            // The heads are committed after these rows, and so bring them to the disk.
            Self::Postgres(_) => Ok(()),
        }
    }

    /// The audit chains that this process writes.
    pub(crate) fn chains(&self) -> Vec<String> {
        match self {
            Self::Sqlite(_) => vec![
                sqlite::WRITE_CHAIN.to_owned(),
                sqlite::READ_CHAIN.to_owned(),
            ],
            Self::Postgres(db) => db.chains(),
        }
    }

    fn statuses(&self) -> [&lane::Status; 2] {
        match self {
            Self::Sqlite(db) => db.statuses(),
            Self::Postgres(db) => db.statuses(),
        }
    }

    /// Whether writes and reads' audit rows can be kept now.
    pub(crate) fn writable(&self) -> Result<(), StoreError> {
        self.statuses().iter().try_for_each(|status| status.check())
    }

    /// Transactions and requests of clinical writes so far.
    pub(crate) fn figures(&self) -> (u64, u64) {
        let [writes, _] = self.statuses();
        writes.figures()
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(db) => db.close().await,
            Self::Postgres(db) => db.close().await,
        }
        for status in self.statuses() {
            status.closed();
        }
    }
}

/// A value of the common subset of types: bigint, text, bytea.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// One row of a result, by position.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row(pub(crate) Vec<Value>);

/// How many rows a step must touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    Any,
    /// Exactly one, else the whole list is undone and the commit is a conflict on this.
    One(String),
}

/// One statement of a commit. `$1`, `$2` … number the parameters.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) sql: Cow<'static, str>,
    pub(crate) params: Vec<Value>,
    pub(crate) expect: Expect,
}

impl Step {
    pub(crate) fn any(sql: &'static str, params: Vec<Value>) -> Self {
        Self {
            sql: Cow::Borrowed(sql),
            params,
            expect: Expect::Any,
        }
    }

    pub(crate) fn one(sql: &'static str, params: Vec<Value>, what: impl Into<String>) -> Self {
        Self {
            sql: Cow::Borrowed(sql),
            params,
            expect: Expect::One(what.into()),
        }
    }

    /// As [`Step::one`], for a text that is put together (the read filter depends on the caller).
    pub(crate) fn text(sql: String, params: Vec<Value>, what: impl Into<String>) -> Self {
        Self {
            sql: Cow::Owned(sql),
            params,
            expect: Expect::One(what.into()),
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl From<&renkei_base::Id> for Value {
    fn from(value: &renkei_base::Id) -> Self {
        Self::Text(value.to_string())
    }
}
impl From<renkei_base::Micros> for Value {
    fn from(value: renkei_base::Micros) -> Self {
        Self::Int(value.0)
    }
}
impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Row {
    pub(crate) fn int(&self, column: usize) -> Result<i64, crate::StoreError> {
        match self.0.get(column) {
            Some(Value::Int(value)) => Ok(*value),
            other => Err(wrong(column, "an integer", other)),
        }
    }

    pub(crate) fn text(&self, column: usize) -> Result<&str, crate::StoreError> {
        match self.0.get(column) {
            Some(Value::Text(value)) => Ok(value),
            other => Err(wrong(column, "a text", other)),
        }
    }

    pub(crate) fn text_opt(&self, column: usize) -> Result<Option<&str>, crate::StoreError> {
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            _ => self.text(column).map(Some),
        }
    }

    pub(crate) fn int_opt(&self, column: usize) -> Result<Option<i64>, crate::StoreError> {
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            _ => self.int(column).map(Some),
        }
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<&[u8], crate::StoreError> {
        match self.0.get(column) {
            Some(Value::Bytes(value)) => Ok(value),
            other => Err(wrong(column, "bytes", other)),
        }
    }

    pub(crate) fn micros(&self, column: usize) -> Result<renkei_base::Micros, crate::StoreError> {
        self.int(column).map(renkei_base::Micros)
    }

    pub(crate) fn id(&self, column: usize) -> Result<renkei_base::Id, crate::StoreError> {
        self.text(column)?
            .parse()
            .map_err(|_| wrong(column, "an id", self.0.get(column)))
    }
}

/// Names the kind of what was found, never the value: it may be a person's.
fn wrong(column: usize, wanted: &str, found: Option<&Value>) -> crate::StoreError {
    let kind = match found {
        None => "no column",
        Some(Value::Null) => "null",
        Some(Value::Int(_)) => "an integer",
        Some(Value::Real(_)) => "a real",
        Some(Value::Text(_)) => "a text",
        Some(Value::Bytes(_)) => "bytes",
    };
    crate::StoreError::Corrupt(format!("column {column}: {kind} instead of {wanted}"))
}
