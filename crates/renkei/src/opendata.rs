//! The job that publishes the directory once a month, where it has changed.

use std::sync::Arc;
use std::time::Duration;

use renkei_base::{Clock, Ctx, Ids};
use renkei_directory::{Areas, opendata};
use renkei_store::Store;
use tokio::time::MissedTickBehavior;

/// The first look, when the start is over.
const FIRST: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_secs(3600);

/// Never ends.
pub(crate) async fn publishing(
    store: Store,
    areas: Areas,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
) {
    tokio::time::sleep(FIRST).await;
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let ctx = Ctx::program(clock.now(), Arc::clone(&ids));
        let today = ctx.at.in_japan().date();
        match opendata::due(&store, today).await {
            Ok(false) => continue,
            Ok(true) => {}
            Err(error) => {
                tracing::warn!(%error, "what was published cannot be read");
                continue;
            }
        }
        match opendata::release(&store, &ctx, &areas).await {
            Ok(release) => tracing::info!(release, "the directory was published"),
            Err(error) => tracing::warn!(%error, "the directory could not be published"),
        }
    }
}
