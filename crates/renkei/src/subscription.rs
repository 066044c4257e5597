//! The job that tells subscriptions of changes, beside the server: each in its own order, a few of them at a time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use renkei_base::Id;
use renkei_care::subscription::Courier;
use renkei_care::subscription::deliver::{Post, Told};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// How soon a change is told.
const LOOK: Duration = Duration::from_secs(1);
/// Subscriptions that are told at the same moment.
const AT_ONCE: usize = 16;

/// Never ends.
pub(crate) async fn telling<C: Courier + 'static>(post: Post<C>) {
    let post = Arc::new(post);
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut busy = BTreeSet::new();
    let mut at_work: JoinSet<Id> = JoinSet::new();
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        while let Some(done) = at_work.try_join_next() {
            match done {
                Ok(id) => drop(busy.remove(&id)),
                // Whose it was is not known: all that still run are asked again, and kept apart by the store.
                Err(error) => {
                    tracing::error!(%error, "a delivery broke off");
                    busy.clear();
                }
            }
        }
        let due = match post.due().await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, "subscriptions cannot be read");
                continue;
            }
        };
        for id in due {
            if busy.insert(id.clone()) {
                at_work.spawn(one(Arc::clone(&post), Arc::clone(&room), id));
            }
        }
    }
}

/// Tells one subscription all that there is.
async fn one<C: Courier>(post: Arc<Post<C>>, room: Arc<Semaphore>, id: Id) -> Id {
    let _turn = room.acquire().await;
    loop {
        match post.tell(&id).await {
            Ok(Told::More) => {}
            Ok(Told::Nothing | Told::Later | Told::Ended) => return id,
            Err(error) => {
                tracing::warn!(subscription = %id, %error, "a subscription cannot be told");
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests;
