//! What the stream is told: which institution something changed for, and never one that has nothing to do with it.

use std::collections::BTreeSet;

use renkei_base::Id;
use renkei_store::Changed;
use renkei_testkit::Backend;
use tokio::sync::broadcast::Receiver;

use crate::region::Region;

renkei_testkit::each_backend!(what_is_between_two_is_told_to_the_two);

/// Whom something was told since the last look.
fn told(changes: &mut Receiver<Changed>) -> BTreeSet<Id> {
    let mut told = BTreeSet::new();
    while let Ok(changed) = changes.try_recv() {
        told.insert(changed.institution);
    }
    told
}

async fn what_is_between_two_is_told_to_the_two(backend: Backend) {
    let region = Region::new(&backend).await;
    let mut changes = region.care.store.watch();
    let clinic = BTreeSet::from([region.clinic.clone()]);
    let both = BTreeSet::from([region.clinic.clone(), region.hospital.clone()]);
    // Until it is sent, it is the clinic's alone.
    region.draft().await;
    settle().await;
    assert_eq!(told(&mut changes), clinic);
    let case = region.arrived().await;
    region.release(&case, true).await.unwrap();
    settle().await;
    assert_eq!(told(&mut changes), both);
    // What is asked, and what is refused, is told to nobody.
    drop(region.view(&region.stranger, &case).await);
    let refused = region.act(
        &region.stranger,
        &case,
        renkei_care::referral::Command::Receive,
    );
    drop(refused.await);
    drop(region.view(&region.desk, &case).await);
    settle().await;
    assert_eq!(told(&mut changes), BTreeSet::new());
}

/// PostgreSQL brings what is told a moment later.
async fn settle() {
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
}
