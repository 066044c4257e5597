//! One writer's connection: its statements, its chain, and the lock that makes the chain its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Statement};

use super::tls::Target;
use super::value;
use crate::audit::{self, Head};
use crate::db::{Row, Value};
use crate::{StoreError, feed};

/// The class of the advisory locks of this program: "renk".
pub(super) const LOCKS: i32 = 0x7265_6e6b;
/// Chains of clinical writes and of reads' audit rows take locks from here on.
pub(super) const WRITES: i32 = 0;
pub(super) const READS: i32 = 10_000;
/// Processes times writers that one database can have.
const CHAINS: i32 = 1_000;
/// Prepared statements kept.
const STATEMENTS: usize = 1_000;
/// Statements sent before the first answer is waited for.
const PIPELINE: usize = 30;

/// The names of the chains that this process writes now.
pub(super) type Chains = Arc<Mutex<Vec<String>>>;

pub(super) struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
    pub(super) head: Head,
}

/// Connects, and lets the connection run on a task of its own.
pub(super) async fn connect(target: &Target) -> Result<Client, StoreError> {
    let connected = target.config.connect(target.tls.clone()).await;
    let (client, connection) = connected.map_err(|error| away(&error))?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(error = text(&error), "a database connection was lost");
        }
    });
    Ok(client)
}

/// The server's own words, without the values that it may quote.
pub(super) fn text(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} {}", db.code().code(), db.message()),
        None => error.to_string(),
    }
}

pub(super) fn away(error: &tokio_postgres::Error) -> StoreError {
    StoreError::ReadOnly(format!("database away: {}", text(error)))
}

impl Session {
    /// Connects and takes the first chain that nobody holds.
    pub(super) async fn open(
        target: &Target,
        first: i32,
        settings: &str,
        chains: &Chains,
    ) -> Result<Self, StoreError> {
        let client = connect(target).await?;
        client
            .batch_execute(settings)
            .await
            .map_err(|error| away(&error))?;
        let number = claim(&client, first).await?;
        let name = if first == READS { "read" } else { "write" };
        let mut session = Self {
            client,
            statements: HashMap::new(),
            head: Head::from_rows(&format!("{name}-{number}"), &[], &[])?,
        };
        let chain = session.head.chain.clone();
        let audit = session.query(audit::HEAD, &[chain.as_str().into()]).await?;
        let feed = session.query(feed::HEAD, &[chain.as_str().into()]).await?;
        session.head = Head::from_rows(&chain, &audit, &feed)?;
        if let Ok(mut chains) = chains.lock()
            && !chains.contains(&chain)
        {
            chains.push(chain);
        }
        Ok(session)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(super) async fn simple(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.client.batch_execute(sql).await
    }

    async fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let found = self
            .client
            .query_raw(sql, params)
            .await
            .map_err(|error| away(&error))?;
        let found: Vec<_> = futures_util::TryStreamExt::try_collect(found)
            .await
            .map_err(|error| away(&error))?;
        found.iter().map(value::row).collect()
    }

    /// Sends a simple text and then statements, one after another, without waiting for answers in between.
    /// The answers are in the same order: of each statement how many rows it touched.
    pub(super) async fn pipeline(
        &self,
        before: &str,
        statements: &[(&str, &[Value])],
    ) -> Result<Vec<Result<u64, tokio_postgres::Error>>, tokio_postgres::Error> {
        let mut touched = Vec::with_capacity(statements.len());
        let mut prelude = Some(before);
        for some in statements.chunks(PIPELINE) {
            let first = async {
                match prelude {
                    Some(sql) => self.client.batch_execute(sql).await,
                    None => Ok(()),
                }
            };
            let runs = some.iter().map(|(sql, params)| self.run(sql, params));
            let (begun, mut some) = futures_util::join!(first, join_all(runs));
            begun?;
            touched.append(&mut some);
            prelude = None;
        }
        Ok(touched)
    }

    async fn run(&self, sql: &str, params: &[Value]) -> Result<u64, tokio_postgres::Error> {
        match self.statements.get(sql) {
            Some(statement) => self.client.execute_raw(statement, params).await,
            None => self.client.execute_raw(sql, params).await,
        }
    }

    /// Prepares what is not yet. To be called outside a transaction, which an error would end.
    pub(super) async fn prepare<'a>(
        &mut self,
        texts: impl Iterator<Item = &'a str>,
    ) -> Result<(), tokio_postgres::Error> {
        for sql in texts {
            if !self.statements.contains_key(sql) {
                let statement = self.client.prepare(sql).await?;
                self.statements.insert(sql.to_owned(), statement);
            }
        }
        Ok(())
    }

    /// Before a batch: texts that are put together must not fill the memory.
    pub(super) fn tidy(&mut self) {
        if self.statements.len() > STATEMENTS {
            self.statements.clear();
        }
    }
}

/// A lock that lives as long as the connection: two writers never append to one chain.
async fn claim(client: &Client, first: i32) -> Result<i32, StoreError> {
    let sql = "select pg_try_advisory_lock($1, $2)";
    for number in 0..CHAINS {
        let row = client.query_one(sql, &[&LOCKS, &(first + number)]).await;
        let row = row.map_err(|error| away(&error))?;
        if row.try_get(0).map_err(|error| away(&error))? {
            return Ok(number);
        }
    }
    Err(StoreError::Driver("too many writers".to_owned()))
}

/// What an error of a statement means for its request and for its batch.
pub(super) enum Meaning {
    /// A row with this key is there already.
    Taken,
    /// Waited for one another, or lost a race: the batch again, one request at a time.
    Again,
    /// The statement's own fault.
    Statement,
    /// The connection, the disk or the server.
    Fault,
}

pub(super) fn meaning(error: &tokio_postgres::Error) -> Meaning {
    let Some(code) = error.code() else {
        // Errors of the client side (a parameter that does not fit) do not end the connection.
        return if error.is_closed() || error.source_is_io() {
            Meaning::Fault
        } else {
            Meaning::Statement
        };
    };
    match code {
        &SqlState::UNIQUE_VIOLATION => Meaning::Taken,
        &SqlState::T_R_DEADLOCK_DETECTED
        | &SqlState::T_R_SERIALIZATION_FAILURE
        | &SqlState::LOCK_NOT_AVAILABLE => Meaning::Again,
        &SqlState::READ_ONLY_SQL_TRANSACTION => Meaning::Fault,
        other => match other.code().get(..2) {
            Some("08" | "53" | "57" | "58" | "XX") => Meaning::Fault,
            _ => Meaning::Statement,
        },
    }
}

trait Source {
    fn source_is_io(&self) -> bool;
}

impl Source for tokio_postgres::Error {
    fn source_is_io(&self) -> bool {
        std::error::Error::source(self).is_some_and(|source| source.is::<std::io::Error>())
    }
}
