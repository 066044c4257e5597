//! The change feed: each version once, in order, from where one left off.

use renkei_store::Changes;
use renkei_testkit::Backend;

use crate::world::{World, id, public, slot};

renkei_testkit::each_backend!(a_follower_sees_each_version_once, another_process_is_heard);

async fn a_follower_sees_each_version_once(backend: Backend) {
    let mut world = World::open(backend).await;
    let first = world.create(slot("s1"), public(Some("h1"))).await.unwrap();
    let (fed, cursor) = world.store.feed("", 10).await.unwrap();
    assert_eq!(fed.len(), 1);
    assert_eq!(fed[0].institution, Some(id("h1")));
    let mut changes = Changes::default();
    changes.delete(&first);
    world.store.commit(&world.program(), changes).await.unwrap();
    world.reopen().await.unwrap();
    let (fed, cursor) = world.store.feed(&cursor, 10).await.unwrap();
    assert_eq!(fed.iter().map(|fed| fed.version).collect::<Vec<_>>(), [2]);
    let (fed, same) = world.store.feed(&cursor, 10).await.unwrap();
    assert!(fed.is_empty());
    assert_eq!(same, cursor);
}

/// Two stores on the same data, as a server and a command beside it.
async fn another_process_is_heard(backend: Backend) {
    let world = World::open(backend).await;
    let other = renkei_store::Store::open(&world.backend.config(), world.clock.shared())
        .await
        .unwrap();
    for round in 0..5 {
        for (number, store) in [&world.store, &other].into_iter().enumerate() {
            let mut changes = Changes::default();
            changes.create(slot(&format!("s{round}-{number}")), public(None));
            store.commit(&world.program(), changes).await.unwrap();
        }
    }
    let (fed, _) = world.store.feed("", 100).await.unwrap();
    assert_eq!(fed.len(), 10);
    let verdict = world.store.verify_audit(|_| ()).await.unwrap();
    assert!(verdict.sound(), "{verdict:?}");
    if world.backend.is_postgres() {
        let mut watch = other.watch();
        let mut changes = Changes::default();
        changes.tell.push(id("h1"));
        world.store.commit(&world.program(), changes).await.unwrap();
        let heard = tokio::time::timeout(std::time::Duration::from_secs(5), watch.recv()).await;
        assert_eq!(heard.unwrap().unwrap().institution, id("h1"));
    }
    other.close().await.unwrap();
}
