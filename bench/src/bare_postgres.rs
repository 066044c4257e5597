//! The floor on PostgreSQL: the same rows into the same tables by the driver alone. A few connections, each taking what
//! waits (64 at most) into one transaction, all its statements sent without waiting; durable on answer.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::{join, join_all};
use tokio::sync::oneshot;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Statement};

use crate::Done;
use crate::shape::{Cell, Insert};

/// Writes that share a commit at most, as in the store.
const BATCH: usize = 64;

type Job = (Vec<Insert>, oneshot::Sender<bool>);

#[derive(Debug)]
pub(crate) struct Writers {
    jobs: flume::Sender<Job>,
}

impl Writers {
    pub(crate) async fn start(url: &str, many: usize) -> Done<Self> {
        let (jobs, queue) = flume::bounded::<Job>(4096);
        for _ in 0..many {
            let client = connect(url).await?;
            let queue = queue.clone();
            tokio::spawn(async move {
                let mut known = HashMap::new();
                while let Ok(first) = queue.recv_async().await {
                    let mut waiting = vec![first];
                    waiting.extend(queue.try_iter().take(BATCH - 1));
                    let done = batch(&client, &mut known, &waiting).await.is_ok();
                    for (_, answer) in waiting {
                        let _ = answer.send(done);
                    }
                }
            });
        }
        Ok(Self { jobs })
    }

    /// On the disk when it returns.
    pub(crate) async fn write(&self, rows: Vec<Insert>) -> Done<()> {
        let (answer, answered) = oneshot::channel();
        self.jobs.send_async((rows, answer)).await?;
        if answered.await? {
            Ok(())
        } else {
            Err("a bare write failed".into())
        }
    }
}

pub(crate) async fn connect(url: &str) -> Done<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move { drop(connection.await) });
    client
        .batch_execute("set jit = off; set synchronous_commit = on")
        .await?;
    Ok(client)
}

async fn batch(
    client: &Client,
    known: &mut HashMap<Arc<str>, Statement>,
    waiting: &[Job],
) -> Done<()> {
    let inserts = || waiting.iter().flat_map(|(rows, _)| rows);
    for insert in inserts() {
        if !known.contains_key(&insert.sql) {
            let statement = client.prepare(&insert.sql).await?;
            known.insert(Arc::clone(&insert.sql), statement);
        }
    }
    let runs = inserts().filter_map(|insert| {
        let statement = known.get(&insert.sql)?;
        Some(client.execute_raw(statement, insert.cells.iter().map(value)))
    });
    // Sent in this order, all at once.
    let begun = client.batch_execute("begin");
    let (begun, (done, ended)) =
        join(begun, join(join_all(runs), client.batch_execute("commit"))).await;
    begun?;
    for one in done {
        one?;
    }
    Ok(ended?)
}

fn value(cell: &Cell) -> &(dyn ToSql + Sync) {
    match cell {
        Cell::Int(number) => number,
        Cell::Real(number) => number,
        Cell::Text(text) => text,
    }
}
