//! A value that is given once: claimed in the commit that writes it.

use renkei_store::{Changes, StoreError};
use renkei_testkit::Backend;

use crate::world::{World, id, public, slot};

renkei_testkit::each_backend!(one_of_many_at_once, given_back_it_is_free);

fn claiming(holder: &str, value: &str) -> Changes {
    let mut changes = Changes::default();
    changes.create(slot(holder), public(Some("clinic")));
    changes.claim("number", &id("clinic"), value, &id(holder));
    changes
}

async fn one_of_many_at_once(backend: Backend) {
    let world = World::open(backend).await;
    let mut tries = Vec::new();
    for nth in 0..8 {
        let (store, ctx) = (world.store.clone(), world.program());
        let changes = claiming(&format!("s{nth}"), "0042");
        tries.push(tokio::spawn(
            async move { store.commit(&ctx, changes).await },
        ));
    }
    let mut won = Vec::new();
    for one in tries {
        match one.await.unwrap() {
            Ok(written) => won.push(written[0].key.clone()),
            Err(StoreError::Conflict(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(won.len(), 1);
    let ctx = world.program();
    let keys: Vec<_> = (0..8)
        .map(|nth| renkei_fhir::Key::new("Slot", id(&format!("s{nth}"))))
        .collect();
    let there = world.store.read_many(&ctx, &keys).await.unwrap();
    assert_eq!(there.len(), 1, "who lost has written nothing");
}

async fn given_back_it_is_free(backend: Backend) {
    let world = World::open(backend).await;
    let ctx = world.program();
    world.store.commit(&ctx, claiming("s1", "1")).await.unwrap();
    let many: Vec<String> = (0..150).map(|number| number.to_string()).collect();
    for (scope, values, held) in [
        ("clinic", &many[..], 1),
        ("clinic", &many[2..], 0),
        ("other", &many[..], 0),
        ("clinic", &[], 0),
    ] {
        let holders = world.store.holders("number", &id(scope), values).await;
        assert_eq!(holders.unwrap().len(), held, "{scope}");
    }
    let mut again = Changes::default();
    again.claim("number", &id("clinic"), "1", &id("s1"));
    again.claim("number", &id("other"), "1", &id("s9"));
    world.store.commit(&ctx, again).await.unwrap();
    assert!(world.store.commit(&ctx, claiming("s2", "1")).await.is_err());
    let mut back = Changes::default();
    // Only its holder gives it back.
    back.unclaim("number", &id("clinic"), "1", &id("s2"));
    world.store.commit(&ctx, back).await.unwrap();
    assert!(world.store.commit(&ctx, claiming("s2", "1")).await.is_err());
    let mut back = Changes::default();
    back.unclaim("number", &id("clinic"), "1", &id("s1"));
    world.store.commit(&ctx, back).await.unwrap();
    world.store.commit(&ctx, claiming("s2", "1")).await.unwrap();
}
