//! A request that is sent again is done once.

use renkei_store::{Changes, Once, StoreError};
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, id, public, slot};

each_backend!(once_is_once, a_day_later_it_is_forgotten);

fn once(key: &str) -> Once {
    Once {
        client: id("c1"),
        key: key.to_owned(),
        body: "b".to_owned(),
    }
}

fn one_slot(name: &str) -> Changes {
    let mut changes = Changes::default();
    changes.create(slot(name), public(Some("h")));
    changes
}

async fn once_is_once(backend: Backend) {
    let world = World::open(backend).await;
    let (ctx, other) = (world.doctor("h"), world.doctor("h"));
    let store = world.store.once(once("k"));
    store.commit(&ctx, one_slot("s1")).await.unwrap();
    // The same request may write in two steps.
    store.commit(&ctx, one_slot("s2")).await.unwrap();
    let again = store.commit(&other, one_slot("s3")).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    let done = world
        .store
        .done(&id("c1"), "k", world.now())
        .await
        .unwrap()
        .unwrap();
    let written: Vec<String> = done
        .written
        .iter()
        .map(|(key, version)| format!("{key}/{version}"))
        .collect();
    assert_eq!(written, ["Slot/s1/1", "Slot/s2/1"]);
    assert_eq!((done.body.as_str(), done.answer.as_str()), ("b", ""));
    let mut changes = Changes::default();
    changes.answer_once(&once("k"), "said");
    world.store.commit(&other, changes).await.unwrap();
    let done = world
        .store
        .done(&id("c1"), "k", world.now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(done.answer, "said");
    // Another client's key is another key.
    assert_eq!(
        world.store.done(&id("c2"), "k", world.now()).await.unwrap(),
        None
    );
}

async fn a_day_later_it_is_forgotten(backend: Backend) {
    let world = World::open(backend).await;
    let store = world.store.once(once("k"));
    store
        .commit(&world.doctor("h"), one_slot("s1"))
        .await
        .unwrap();
    world.clock.advance(renkei_base::clock::Span::hours(25));
    assert_eq!(store.done(&id("c1"), "k", world.now()).await.unwrap(), None);
    store
        .commit(&world.doctor("h"), one_slot("s2"))
        .await
        .unwrap();
    assert!(
        store
            .done(&id("c1"), "k", world.now())
            .await
            .unwrap()
            .is_some()
    );
}
