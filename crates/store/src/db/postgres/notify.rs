//! "Something changed", between processes: sent and heard on a connection of its own, outside the commits
//! (a NOTIFY inside them would make all writers' commits wait for one another).

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use renkei_base::Id;
use tokio::sync::{broadcast, mpsc};
use tokio_postgres::{AsyncMessage, Client};

use super::tls::Target;
use crate::store::Changed;

const LISTEN: &str = "listen renkei_changed";
const NOTIFY: &str = "select pg_notify('renkei_changed', $1)";
/// Before a lost connection is made again.
const PAUSE: Duration = Duration::from_secs(1);
/// What is told within this time is told together.
const TOGETHER: Duration = Duration::from_millis(50);
/// Institutions named in one message: PostgreSQL takes 8,000 bytes.
const NAMES: usize = 100;

/// Runs until the store is closed: sends what is told here, passes on what other processes tell.
pub(super) async fn serve(
    target: Target,
    mut told: mpsc::UnboundedReceiver<Vec<Id>>,
    changed: broadcast::Sender<Changed>,
) {
    loop {
        match connect(&target, &changed).await {
            Ok(client) => {
                if send(&client, &mut told).await.is_none() {
                    return;
                }
            }
            Err(error) => tracing::warn!(%error, "changes of other processes are not heard"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn connect(
    target: &Target,
    changed: &broadcast::Sender<Changed>,
) -> Result<Client, tokio_postgres::Error> {
    let (client, mut connection) = target.config.connect(target.tls.clone()).await?;
    let changed = changed.clone();
    let (own, mut known) = mpsc::channel::<i32>(1);
    tokio::spawn(async move {
        let mut messages = stream::poll_fn(move |cx| connection.poll_message(cx));
        let mut process = None;
        while let Some(Ok(message)) = messages.next().await {
            process = process.or_else(|| known.try_recv().ok());
            if let AsyncMessage::Notification(heard) = message
                && Some(heard.process_id()) != process
            {
                pass_on(heard.payload(), &changed);
            }
        }
    });
    client.batch_execute(LISTEN).await?;
    let row = client.query_one("select pg_backend_pid()", &[]).await?;
    let process: i32 = row.try_get(0)?;
    let _ = own.send(process).await;
    Ok(client)
}

fn pass_on(payload: &str, changed: &broadcast::Sender<Changed>) {
    for institution in payload.split(' ').filter_map(|id| id.parse().ok()) {
        // Nobody may be watching.
        drop(changed.send(Changed { institution }));
    }
}

/// Sends until the connection is lost. `None` when the store is closed.
async fn send(client: &Client, told: &mut mpsc::UnboundedReceiver<Vec<Id>>) -> Option<()> {
    loop {
        let mut all: BTreeSet<Id> = told.recv().await?.into_iter().collect();
        tokio::time::sleep(TOGETHER).await;
        while let Ok(more) = told.try_recv() {
            all.extend(more);
        }
        let all: Vec<String> = all.into_iter().map(String::from).collect();
        for names in all.chunks(NAMES) {
            if client.execute(NOTIFY, &[&names.join(" ")]).await.is_err() {
                return Some(());
            }
        }
    }
}
