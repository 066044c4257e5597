//! Many requests share a transaction, and none pays for its neighbour.

use std::collections::BTreeSet;

use renkei_store::{Changes, Config, Count, Database, StoreError};
use renkei_testkit::Backend;

use crate::world::{World, id, key, public, slot};

renkei_testkit::each_backend!(
    a_failing_request_leaves_its_neighbours,
    many_clients_share_commits,
    watchers_are_told_after_the_commit,
    counts_add_up_whoever_waits_for_whom,
);

async fn a_failing_request_leaves_its_neighbours(backend: Backend) {
    let world = World::open(backend).await;
    world.create(slot("taken"), public(None)).await.unwrap();
    let tasks = (0..200).map(|number| {
        let (store, program) = (world.store.clone(), world.program());
        tokio::spawn(async move {
            let mut changes = Changes::default();
            changes.create(slot(&format!("s{number}")), public(None));
            if number % 3 == 0 {
                changes.create(slot("taken"), public(None));
            }
            (number, store.commit(&program, changes).await)
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        let (number, result) = task.await.unwrap();
        if number % 3 == 0 {
            assert!(
                matches!(result, Err(StoreError::Conflict(_))),
                "{number} {result:?}"
            );
        } else {
            assert!(result.is_ok(), "{number} {result:?}");
        }
    }
    for number in 0..200 {
        let found = world
            .store
            .read(&world.program(), &key(&format!("Slot/s{number}")))
            .await
            .unwrap();
        assert_eq!(found.is_some(), number % 3 != 0, "{number}");
    }
    // The feed has each once, the audit chain is whole.
    let (fed, _) = world.store.feed("", 1_000).await.unwrap();
    let keys: BTreeSet<String> = fed.iter().map(|fed| fed.key.to_string()).collect();
    assert_eq!((fed.len(), keys.len()), (134, 134));
    let verdict = world.store.verify_audit(|_| ()).await.unwrap();
    assert!(verdict.sound(), "{verdict:?}");
}

async fn many_clients_share_commits(backend: Backend) {
    let world = World::open(backend).await;
    let before = world.store.figures();
    let tasks = (0..64).map(|client| {
        let (store, program) = (world.store.clone(), world.program());
        tokio::spawn(async move {
            for number in 0..10 {
                let mut changes = Changes::default();
                changes.create(slot(&format!("s{client}-{number}")), public(None));
                store.commit(&program, changes).await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let after = world.store.figures();
    assert_eq!(after.commits - before.commits, 640);
    let transactions = after.transactions - before.transactions;
    assert!(transactions < 320, "{transactions} transactions");
}

async fn watchers_are_told_after_the_commit(backend: Backend) {
    let world = World::open(backend).await;
    let mut watch = world.store.watch();
    let mut changes = Changes::default();
    changes.create(slot("s1"), public(Some("hospital")));
    changes.tell.push(id("clinic"));
    world
        .store
        .commit(&world.program(), changes.clone())
        .await
        .unwrap();
    let told: BTreeSet<String> = [watch.recv().await.unwrap(), watch.recv().await.unwrap()]
        .map(|changed| changed.institution.to_string())
        .into();
    assert_eq!(
        told,
        BTreeSet::from(["clinic".to_owned(), "hospital".to_owned()])
    );
    assert!(world.store.commit(&world.program(), changes).await.is_err());
    assert!(watch.try_recv().is_err());
}

/// Requests of different writers want the same two rows in opposite orders.
async fn counts_add_up_whoever_waits_for_whom(backend: Backend) {
    let world = World::open(backend).await;
    let tasks = (0..120).map(|number| {
        let (store, program) = (world.store.clone(), world.program());
        tokio::spawn(async move {
            let mut changes = Changes::default();
            let count = |area: &str| Count {
                indicator: "reply-rate",
                period: "2026-11".to_owned(),
                area: area.to_owned(),
                institution: String::new(),
                numerator: 1,
                denominator: 2,
            };
            changes.counts = vec![count("a"), count("b")];
            if number % 2 == 0 {
                changes.counts.reverse();
            }
            store.commit(&program, changes).await
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }
    assert_eq!(
        counts(&world.backend.config()).await,
        [(120, 240), (120, 240)]
    );
    let verdict = world.store.verify_audit(|_| ()).await.unwrap();
    assert!(verdict.sound(), "{verdict:?}");
}

async fn counts(config: &Config) -> Vec<(i64, i64)> {
    const SQL: &str = "select numerator, denominator from count order by area";
    match &config.database {
        Database::Sqlite => {
            let conn = rusqlite::Connection::open(config.data.join("renkei.db")).unwrap();
            let mut statement = conn.prepare(SQL).unwrap();
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
            rows.unwrap().map(Result::unwrap).collect()
        }
        Database::Postgres { url, .. } => {
            let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
                .await
                .unwrap();
            tokio::spawn(connection);
            let rows = client.query(SQL, &[]).await.unwrap();
            rows.iter().map(|row| (row.get(0), row.get(1))).collect()
        }
    }
}
