//! The history of a type: all versions, in pages that nothing moves, and of nobody else's patients.

use renkei_base::clock::Span;
use renkei_store::{Changes, HistoryQuery, StoreError};
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, key};

each_backend!(every_version_of_ones_own, several_types_together);

async fn every_version_of_ones_own(backend: Backend) {
    let world = World::open(backend).await;
    world.patient("p1", "c1", "h").await;
    world.patient("p2", "c2", "other").await;
    for _ in 0..4 {
        world.clock.advance(Span::minutes(1));
        for (patient, institution) in [("p1", "h"), ("p2", "other")] {
            let ctx = world.doctor(institution);
            let key = key(&format!("Observation/obs-{patient}"));
            let read = world.store.read(&ctx, &key).await.unwrap().unwrap();
            let mut changes = Changes::default();
            changes.update(&read, read.resource.clone());
            world.store.commit(&ctx, changes).await.unwrap();
        }
    }
    let ctx = world.doctor("h");
    let mut query = HistoryQuery {
        typ: "Observation".to_owned(),
        count: 2,
        ..HistoryQuery::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = world.store.type_history(&ctx, &query).await.unwrap();
        seen.extend(
            page.versions
                .iter()
                .map(|one| format!("{}/{}", one.key, one.version)),
        );
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    let mine: Vec<String> = (1..=5)
        .rev()
        .map(|n| format!("Observation/obs-p1/{n}"))
        .collect();
    assert_eq!(seen, mine);
    let since = HistoryQuery {
        since: Some(world.now()),
        ..query.clone()
    };
    let page = world.store.type_history(&ctx, &since).await.unwrap();
    assert_eq!(page.versions.len(), 1);
    let nobody = world
        .store
        .type_history(&world.doctor("nobody"), &query)
        .await
        .unwrap();
    assert!(nobody.versions.is_empty());
    for cursor in ["", "x", "1.2", "1.2.%"] {
        query.cursor = Some(cursor.to_owned());
        let refused = world.store.type_history(&ctx, &query).await;
        assert!(matches!(refused, Err(StoreError::Query(_))), "{cursor}");
    }
}

async fn several_types_together(backend: Backend) {
    let world = World::open(backend).await;
    world.patient("p1", "c1", "h").await;
    world.patient("p2", "c2", "other").await;
    world.clock.advance(Span::minutes(1));
    let ctx = world.doctor("h");
    let read = world.store.read(&ctx, &key("Observation/obs-p1")).await;
    let read = read.unwrap().unwrap();
    let mut changes = Changes::default();
    changes.update(&read, read.resource.clone());
    world.store.commit(&ctx, changes).await.unwrap();
    let types = ["Observation", "Patient", "Task"];
    let whole = HistoryQuery {
        count: 200,
        ..HistoryQuery::default()
    };
    let all = world
        .store
        .system_history(&ctx, &types, &whole)
        .await
        .unwrap();
    let names = |versions: &[renkei_store::Stored]| -> Vec<String> {
        let name = |one: &renkei_store::Stored| format!("{}/{}", one.key, one.version);
        versions.iter().map(name).collect()
    };
    let all = names(&all.versions);
    assert_eq!(all[0], "Observation/obs-p1/2");
    assert!(all.contains(&"Patient/p1/1".to_owned()), "{all:?}");
    assert!(!all.iter().any(|one| one.contains("p2")), "{all:?}");
    // Page by page the same, although all but one have the same time.
    let mut paged = Vec::new();
    let mut query = HistoryQuery {
        count: 1,
        ..HistoryQuery::default()
    };
    loop {
        let page = world
            .store
            .system_history(&ctx, &types, &query)
            .await
            .unwrap();
        paged.extend(names(&page.versions));
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged, all);
    let none = world.store.system_history(&ctx, &[], &whole).await.unwrap();
    assert!(none.versions.is_empty());
}
