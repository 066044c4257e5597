//! Applies migrations to a PostgreSQL database.

use renkei_base::Micros;
use tokio_postgres::Client;

use super::session::{self, LOCKS};
use super::tls::Target;
use crate::StoreError;
use crate::db::Value;
use crate::db::dialect::{self, Backend};
use crate::migrate::{ALL, APPLIED, Migration, REMEMBER, TABLE, pending};

/// The lock that processes which start together take in turn.
const LOCK: i32 = -1;
/// True where texts are not ordered by their bytes.
const LINGUISTIC: &str = "select 'a' < 'B'";

pub(super) async fn run(target: &Target, now: Micros) -> Result<(), StoreError> {
    let client = session::connect(target).await?;
    order(&client).await?;
    let lock = "select pg_advisory_lock($1, $2)";
    client
        .execute(lock, &[&LOCKS, &LOCK])
        .await
        .map_err(failed)?;
    client.batch_execute(TABLE).await.map_err(failed)?;
    let rows = client.query(APPLIED, &[]).await.map_err(failed)?;
    let applied: Vec<(i64, String)> = rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    for migration in pending(ALL.iter(), &applied)? {
        apply(&client, migration, now).await?;
    }
    // The lock goes with the connection.
    Ok(())
}

/// Both databases must give pages in the same order.
pub(super) async fn order(client: &Client) -> Result<(), StoreError> {
    let row = client.query_one(LINGUISTIC, &[]).await.map_err(failed)?;
    if row.try_get(0).map_err(failed)? {
        return Err(StoreError::Driver(
            "the database orders texts by a language; make it with: \
             create database renkei template template0 encoding 'UTF8' locale 'C'"
                .to_owned(),
        ));
    }
    Ok(())
}

async fn apply(client: &Client, migration: &Migration, now: Micros) -> Result<(), StoreError> {
    let text = dialect::render(Backend::Postgres, migration.text);
    let named = |error: tokio_postgres::Error| {
        let why = session::text(&error);
        StoreError::Driver(format!(
            "migration {} ({}): {why}",
            migration.number, migration.name
        ))
    };
    client.batch_execute("begin").await.map_err(failed)?;
    client.batch_execute(&text).await.map_err(named)?;
    let checksum = Value::from(migration.checksum());
    let (number, name) = (Value::from(migration.number), Value::from(migration.name));
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&number, &name, &checksum, &Value::from(now)];
    client.execute(REMEMBER, &values).await.map_err(failed)?;
    client.batch_execute("commit").await.map_err(failed)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn failed(error: tokio_postgres::Error) -> StoreError {
    StoreError::Driver(session::text(&error))
}
