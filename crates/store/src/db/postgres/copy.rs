//! All tables of a database as of one moment, into files and back.

use std::path::Path;
use std::pin::pin;

use futures_util::{SinkExt, TryStreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_postgres::Client;
use tokio_postgres::types::private::BytesMut;

use super::session;
use super::tls::Target;
use crate::StoreError;
use crate::backup::{ENDED, Table};
use crate::db::dialect::{self, Backend};
use crate::migrate::{Migration, TABLE};

const COLUMNS: &str = "select table_name::text, column_name::text from information_schema.columns \
    where table_schema = current_schema() order by table_name, ordinal_position";
/// Bytes read from a file at a time.
const CHUNK: usize = 1 << 18;

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn failed(error: tokio_postgres::Error) -> StoreError {
    StoreError::Driver(session::text(&error))
}

fn file(error: &std::io::Error) -> StoreError {
    StoreError::Blob(error.to_string())
}

async fn tables(client: &Client) -> Result<Vec<Table>, StoreError> {
    let mut tables: Vec<Table> = Vec::new();
    for row in client.query(COLUMNS, &[]).await.map_err(failed)? {
        let name: String = row.try_get(0).map_err(failed)?;
        let column: String = row.try_get(1).map_err(failed)?;
        match tables.last_mut() {
            Some(table) if table.name == name => table.columns.push(column),
            _ => tables.push(Table {
                name,
                columns: vec![column],
            }),
        }
    }
    Ok(tables)
}

/// Refuses a database that holds anything.
pub(crate) async fn empty(target: &Target) -> Result<(), StoreError> {
    let client = session::connect(target).await?;
    match tables(&client).await?.is_empty() {
        true => Ok(()),
        false => Err(StoreError::Driver(
            "the database is not empty: a region is only restored into an empty one".to_owned(),
        )),
    }
}

/// Each table into a file of the folder, all in one transaction that sees one moment.
pub(crate) async fn dump(target: &Target, to: &Path) -> Result<Vec<Table>, StoreError> {
    let client = session::connect(target).await?;
    let begin = "begin isolation level repeatable read, read only";
    client.batch_execute(begin).await.map_err(failed)?;
    let tables = tables(&client).await?;
    for table in &tables {
        let sql = format!(
            "copy \"{}\" (\"{}\") to stdout (format binary)",
            table.name,
            table.columns.join("\", \"")
        );
        let mut rows = pin!(client.copy_out(&sql).await.map_err(failed)?);
        let path = to.join(format!("{}.copy", table.name));
        let mut out = tokio::fs::File::create(&path)
            .await
            .map_err(|error| file(&error))?;
        while let Some(bytes) = rows.try_next().await.map_err(failed)? {
            out.write_all(&bytes).await.map_err(|error| file(&error))?;
        }
        out.flush().await.map_err(|error| file(&error))?;
    }
    client.batch_execute("commit").await.map_err(failed)?;
    Ok(tables)
}

/// The tables of those migrations, filled from the files; all or nothing.
pub(crate) async fn load(
    target: &Target,
    from: &Path,
    filled: &[Table],
    migrations: &[&Migration],
) -> Result<(), StoreError> {
    let client = session::connect(target).await?;
    super::migrate::order(&client).await?;
    client.batch_execute("begin").await.map_err(failed)?;
    client.batch_execute(TABLE).await.map_err(failed)?;
    for migration in migrations {
        let text = dialect::render(Backend::Postgres, migration.text);
        client.batch_execute(&text).await.map_err(failed)?;
    }
    let made = tables(&client).await?;
    for table in filled {
        // Names go into the statement: only those that the migrations made.
        let known = made.iter().find(|known| known.name == table.name);
        let fits = known.is_some_and(|known| {
            let mut columns = table.columns.iter();
            columns.all(|column| known.columns.contains(column))
        });
        if !fits {
            return Err(StoreError::Corrupt(
                "the archive has a table that is not ours".to_owned(),
            ));
        }
        fill(&client, table, &from.join(format!("{}.copy", table.name))).await?;
    }
    for (table, statement) in ENDED {
        if made.iter().any(|known| known.name == table) {
            client.batch_execute(statement).await.map_err(failed)?;
        }
    }
    client.batch_execute("commit").await.map_err(failed)?;
    client.batch_execute("analyze").await.map_err(failed)
}

async fn fill(client: &Client, table: &Table, path: &Path) -> Result<(), StoreError> {
    let sql = format!(
        "copy \"{}\" (\"{}\") from stdin (format binary)",
        table.name,
        table.columns.join("\", \"")
    );
    let mut rows = pin!(client.copy_in(&sql).await.map_err(failed)?);
    let mut open = tokio::fs::File::open(path)
        .await
        .map_err(|error| file(&error))?;
    loop {
        let mut bytes = BytesMut::with_capacity(CHUNK);
        let read = open.read_buf(&mut bytes).await;
        if read.map_err(|error| file(&error))? == 0 {
            break;
        }
        rows.send(bytes.freeze()).await.map_err(failed)?;
    }
    rows.finish().await.map(drop).map_err(failed)
}
