//! A resource's life: made, read, changed, fought over, deleted; and kept as it came.

use renkei_base::Scope;
use renkei_store::{Changes, StoreError};
use renkei_testkit::Backend;

use crate::world::{World, id, json, key, place, public, slot};

renkei_testkit::each_backend!(
    a_life,
    a_change_on_an_old_version_is_a_conflict,
    an_id_is_taken_once,
    a_resource_stays_in_its_place,
    bodies_are_kept_as_they_came,
    all_or_nothing,
    twenty_at_once_and_one_wins,
    many_are_read_in_order,
);

async fn a_life(backend: Backend) {
    let world = World::open(backend).await;
    let program = world.program();
    let first = world.create(slot("s1"), public(Some("h1"))).await.unwrap();
    assert_eq!((first.version, first.deleted), (1, false));
    assert_eq!(first.resource.version(), Some(1));
    assert_eq!(first.resource.updated(), Some(program.at));

    let read = world
        .store
        .read(&program, &key("Slot/s1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read, first);
    let text = world.store.read_text(&program, &key("Slot/s1")).await;
    let text = text.unwrap().unwrap();
    assert_eq!(text.body, first.resource.to_json());
    assert_eq!((text.version, text.updated), (1, first.updated));

    let mut changes = Changes::default();
    let mut busy = read.resource.clone();
    busy.set("status", "busy".into());
    changes.update(&read, busy);
    let second = world
        .store
        .commit(&program, changes)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(second.version, 2);

    let mut changes = Changes::default();
    changes.delete(&second);
    let third = world
        .store
        .commit(&program, changes)
        .await
        .unwrap()
        .remove(0);
    assert!(third.deleted);

    let history = world
        .store
        .history(&program, &key("Slot/s1"))
        .await
        .unwrap();
    assert_eq!(history, vec![third.clone(), second.clone(), first.clone()]);
    for (version, expected) in [
        (1, Some(first)),
        (2, Some(second)),
        (3, Some(third)),
        (4, None),
    ] {
        let found = world
            .store
            .read_version(&program, &key("Slot/s1"), version)
            .await
            .unwrap();
        assert_eq!(found, expected, "version {version}");
    }
    let now = world
        .store
        .read(&program, &key("Slot/s1"))
        .await
        .unwrap()
        .unwrap();
    assert!(now.deleted);
    assert!(
        world
            .store
            .read_many(&program, &[key("Slot/s1")])
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        world.store.read(&program, &key("Slot/none")).await.unwrap(),
        None
    );
    world.store.close().await.unwrap();
}

async fn a_change_on_an_old_version_is_a_conflict(backend: Backend) {
    let world = World::open(backend).await;
    let program = world.program();
    let first = world.create(slot("s1"), public(None)).await.unwrap();
    let mut changes = Changes::default();
    changes.update(&first, first.resource.clone());
    world.store.commit(&program, changes.clone()).await.unwrap();
    let again = world.store.commit(&program, changes).await;
    assert!(matches!(again, Err(StoreError::Conflict(what)) if what == "Slot/s1"));
    let history = world
        .store
        .history(&program, &key("Slot/s1"))
        .await
        .unwrap();
    assert_eq!(history.len(), 2);
}

async fn an_id_is_taken_once(backend: Backend) {
    let world = World::open(backend).await;
    world.create(slot("s1"), public(None)).await.unwrap();
    for place in [public(None), place("p1", Scope::Record, "h1")] {
        let again = world.create(slot("s1"), place).await;
        assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    }
    // Both at the same moment, in two compartments.
    let (one, two) = tokio::join!(
        world.create(slot("s2"), place("p1", Scope::Record, "h1")),
        world.create(slot("s2"), place("p2", Scope::Record, "h1")),
    );
    assert_eq!(
        u8::from(one.is_ok()) + u8::from(two.is_ok()),
        1,
        "{one:?} {two:?}"
    );
}

async fn a_resource_stays_in_its_place(backend: Backend) {
    let world = World::open(backend).await;
    let program = world.program();
    let first = world
        .create(slot("s1"), place("p1", Scope::Case(id("c1")), "h1"))
        .await
        .unwrap();
    for place in [
        public(Some("h1")),
        place("p2", Scope::Case(id("c1")), "h1"),
        place("p1", Scope::Record, "h1"),
        place("p1", Scope::Case(id("c1")), "h2"),
    ] {
        let mut changes = Changes::default();
        let mut moved = first.clone();
        moved.place = place;
        changes.update(&moved, first.resource.clone());
        let result = world.store.commit(&program, changes).await;
        assert!(matches!(result, Err(StoreError::Conflict(_))), "{result:?}");
    }
    let read = world
        .store
        .read(&program, &first.key)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read, first);
}

async fn bodies_are_kept_as_they_came(backend: Backend) {
    let world = World::open(backend).await;
    let body = r#"{"zz":1,"resourceType":"Observation","valueQuantity":{"value":2.50,"unit":"mg/dL"},"id":"o1","big":12345678901234567890.0123456789,"exp":1e+3,"name":["𠮷","髙",null],"_name":[null,{"id":"x"},null],"meta":{"profile":["http://x"]},"text":"a\u0001\\\"\n","empty":{},"true":true}"#;
    let written = world.create(json(body), public(None)).await.unwrap();
    let read = world
        .store
        .read(&world.program(), &written.key)
        .await
        .unwrap()
        .unwrap();
    let expected = body.replace(
        r#""profile":["http://x"]"#,
        r#""profile":["http://x"],"versionId":"1","lastUpdated":"2026-11-24T00:00:00.000000Z""#,
    );
    assert_eq!(read.resource.to_json(), expected);
}

async fn all_or_nothing(backend: Backend) {
    let world = World::open(backend).await;
    let program = world.program();
    world.create(slot("s1"), public(None)).await.unwrap();
    let mut changes = Changes::default();
    changes.create(slot("s2"), public(None));
    changes.grants.push(world.grant("p1", "h1", Scope::Record));
    changes.create(slot("s1"), public(None));
    assert!(world.store.commit(&program, changes).await.is_err());
    assert_eq!(
        world.store.read(&program, &key("Slot/s2")).await.unwrap(),
        None
    );
    let (fed, _) = world.store.feed("", 100).await.unwrap();
    assert_eq!(fed.len(), 1);
}

async fn twenty_at_once_and_one_wins(backend: Backend) {
    let world = World::open(backend).await;
    let first = world.create(slot("s1"), public(None)).await.unwrap();
    let tries = (0..20).map(|number| {
        let (store, program, first) = (world.store.clone(), world.program(), first.clone());
        tokio::spawn(async move {
            let mut changes = Changes::default();
            let mut mine = first.resource.clone();
            mine.set("comment", format!("{number}").into());
            changes.update(&first, mine);
            store.commit(&program, changes).await
        })
    });
    let mut won = Vec::new();
    for task in tries.collect::<Vec<_>>() {
        match task.await.unwrap() {
            Ok(written) => won.extend(written),
            Err(error) => assert!(matches!(error, StoreError::Conflict(_)), "{error}"),
        }
    }
    assert_eq!(won.len(), 1);
    let history = world
        .store
        .history(&world.program(), &first.key)
        .await
        .unwrap();
    assert_eq!(history, vec![won.remove(0), first]);
}

async fn many_are_read_in_order(backend: Backend) {
    let world = World::open(backend).await;
    let mut changes = Changes::default();
    for number in 0..150 {
        changes.create(slot(&format!("s{number}")), public(None));
    }
    world.store.commit(&world.program(), changes).await.unwrap();
    let mut keys: Vec<_> = (0..150)
        .rev()
        .map(|number| key(&format!("Slot/s{number}")))
        .collect();
    keys.insert(3, key("Slot/none"));
    let found = world
        .store
        .read_many(&world.program(), &keys)
        .await
        .unwrap();
    keys.remove(3);
    let found: Vec<_> = found.into_iter().map(|one| one.key).collect();
    assert_eq!(found, keys);
}
