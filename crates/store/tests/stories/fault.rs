//! What a disk or a server does that fails: nothing is acknowledged that is not kept, and readiness says so.

use renkei_base::clock::Span;
use renkei_store::{Changes, DiskFault, Faults, Store, StoreError};
use renkei_testkit::postgres::Durability;
use renkei_testkit::shared::OwnServer;
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, key, public, slot};

each_backend!(a_closed_store_is_not_ready);

async fn write(world: &World, name: &str) -> Result<(), StoreError> {
    let mut changes = Changes::default();
    changes.create(slot(name), public(None));
    let written = world.store.commit(&world.program(), changes).await;
    written.map(drop)
}

async fn is_there(world: &World, name: &str) -> bool {
    let key = key(&format!("Slot/{name}"));
    world
        .store
        .read(&world.program(), &key)
        .await
        .unwrap()
        .is_some()
}

/// A store on a disk that fails when it is told to.
async fn on_a_disk(faults: &Faults) -> World {
    let mut world = World::open(Backend::sqlite()).await;
    world.store.close().await.unwrap();
    let config = world.backend.config();
    world.store = Store::open_with(&config, world.clock.shared(), faults)
        .await
        .unwrap();
    world
}

async fn a_closed_store_is_not_ready(backend: Backend) {
    let world = World::open(backend).await;
    assert!(world.store.ready().await.is_ok());
    world.store.close().await.unwrap();
    assert!(matches!(
        world.store.ready().await,
        Err(StoreError::ReadOnly(_))
    ));
    assert!(matches!(
        world.store.writable(),
        Err(StoreError::ReadOnly(_))
    ));
    assert!(matches!(
        write(&world, "s1").await,
        Err(StoreError::ReadOnly(_))
    ));
}

/// After a failed fsync the system may take for written what is not: nothing goes on until the file is opened anew.
#[test]
fn a_failed_fsync_ends_all_writing_until_the_store_is_opened_anew() {
    renkei_testkit::backend::run(async {
        let faults = Faults::default();
        let mut world = on_a_disk(&faults).await;
        write(&world, "before").await.unwrap();
        let heads = world.store.verify_audit(|_| ()).await.unwrap();
        faults.set(Some(DiskFault::Fsync));
        let refused = write(&world, "lost").await;
        assert!(
            matches!(refused, Err(StoreError::ReadOnly(_))),
            "{refused:?}"
        );
        faults.set(None);
        // The disk says that all is well again. It is not believed.
        for name in ["one", "two"] {
            let refused = write(&world, name).await;
            assert!(
                matches!(refused, Err(StoreError::ReadOnly(_))),
                "{refused:?}"
            );
        }
        world.clock.advance(Span::seconds(60));
        let Err(StoreError::ReadOnly(why)) = world.store.ready().await else {
            panic!("ready after a failed fsync");
        };
        assert!(why.contains("start the program again"), "{why}");
        assert!(is_there(&world, "before").await, "reads go on");
        assert!(!is_there(&world, "lost").await);
        let after = world.store.verify_audit(|_| ()).await.unwrap();
        assert!(
            after.sound() && after.rows == heads.rows,
            "{heads:?} {after:?}"
        );
        // Closing cannot write the heads; opened anew, all that was acknowledged is there and the chain goes on.
        drop(world.store.close().await);
        world.store = Store::open(&world.backend.config(), world.clock.shared())
            .await
            .unwrap();
        assert!(world.store.ready().await.is_ok());
        write(&world, "after").await.unwrap();
        assert!(is_there(&world, "before").await && !is_there(&world, "lost").await);
        let verdict = world.store.verify_audit(|_| ()).await.unwrap();
        assert!(verdict.sound(), "{verdict:?}");
    });
}

/// Rows of reads are on the disk within a second. Where they were not, nobody reads a patient's data until people have looked.
#[test]
fn reads_that_cannot_be_kept_in_the_audit_are_refused() {
    renkei_testkit::backend::run(async {
        let faults = Faults::default();
        let mut world = on_a_disk(&faults).await;
        world.patient("p1", "c1", "clinic").await;
        let clinic = world.doctor("clinic");
        let patient = key("Patient/p1");
        faults.set_log(true);
        assert!(world.store.read(&clinic, &patient).await.unwrap().is_some());
        for _ in 0..100 {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            if world.store.writable().is_err() {
                break;
            }
        }
        faults.set_log(false);
        let refused = world.store.read(&clinic, &patient).await;
        assert!(matches!(refused, Err(StoreError::Audit(_))), "{refused:?}");
        world.clock.advance(Span::seconds(60));
        assert!(world.store.ready().await.is_err());
        drop(world.store.close().await);
        world.store = Store::open(&world.backend.config(), world.clock.shared())
            .await
            .unwrap();
        assert!(world.store.read(&clinic, &patient).await.unwrap().is_some());
        let verdict = world.store.verify_audit(|_| ()).await.unwrap();
        assert!(verdict.sound(), "{verdict:?}");
    });
}

/// Without room: refused, in a transaction that many share too; and written again as soon as there is room.
#[test]
fn without_room_nothing_is_acknowledged_and_then_all_goes_on() {
    renkei_testkit::backend::run(async {
        let faults = Faults::default();
        let world = on_a_disk(&faults).await;
        write(&world, "before").await.unwrap();
        faults.set(Some(DiskFault::Full));
        world.clock.advance(Span::seconds(60));
        assert!(matches!(
            world.store.ready().await,
            Err(StoreError::ReadOnly(_))
        ));
        let names: Vec<String> = (0..20).map(|n| format!("lost-{n}")).collect();
        let tries = names.iter().map(|name| write(&world, name));
        for refused in futures_util::future::join_all(tries).await {
            assert!(
                matches!(refused, Err(StoreError::ReadOnly(_))),
                "{refused:?}"
            );
        }
        assert!(is_there(&world, "before").await);
        faults.set(None);
        // Nobody writes any more; readiness finds out by itself.
        world.clock.advance(Span::seconds(60));
        assert!(world.store.ready().await.is_ok());
        write(&world, "after").await.unwrap();
        for name in &names {
            assert!(!is_there(&world, name).await);
        }
        let verdict = world.store.verify_audit(|_| ()).await.unwrap();
        assert!(verdict.sound(), "{verdict:?}");
    });
}

/// Stopped and started as by an operator: readiness says so without a write, and again when it is back.
#[test]
fn a_stopped_postgres_is_not_ready_and_then_is() {
    if renkei_testkit::backend::without_postgres() {
        return;
    }
    let server = OwnServer::new(Durability::On);
    server.create_database("stopped");
    renkei_testkit::backend::run(async {
        let mut world = World::open(Backend::sqlite()).await;
        let mut config = world.backend.config();
        config.database = renkei_store::Database::Postgres {
            url: server.url("stopped"),
            roots: None,
        };
        world.store = Store::open(&config, world.clock.shared()).await.unwrap();
        write(&world, "before").await.unwrap();
        assert!(world.store.ready().await.is_ok());
        server.stop();
        world.clock.advance(Span::seconds(60));
        assert!(matches!(
            world.store.ready().await,
            Err(StoreError::ReadOnly(_))
        ));
        assert!(matches!(
            write(&world, "away").await,
            Err(StoreError::ReadOnly(_))
        ));
        server.start();
        let mut tries = 0;
        while world.store.ready().await.is_err() {
            world.clock.advance(Span::seconds(60));
            tries += 1;
            assert!(tries < 100, "no recovery");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(is_there(&world, "before").await && !is_there(&world, "away").await);
        write(&world, "after").await.unwrap();
        let verdict = world.store.verify_audit(|_| ()).await.unwrap();
        assert!(verdict.sound(), "{verdict:?}");
        world.store.close().await.unwrap();
    });
}
