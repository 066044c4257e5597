//! What was acknowledged is there after a kill; what cannot be kept is not acknowledged.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use renkei_store::{Changes, Config, Database, Store, StoreError};
use renkei_testkit::postgres::{Durability, Server};
use renkei_testkit::{Backend, CountingIds, Folder, TestClock};

use crate::world::{World, key, public, slot};

const CHILD: &str = "RENKEI_TEST_CRASH_FOLDER";
const START: &str = "RENKEI_TEST_CRASH_START";

/// Not a test of its own: what the next test starts and kills.
#[test]
fn child() {
    let (Ok(folder), Ok(start)) = (std::env::var(CHILD), std::env::var(START)) else {
        return;
    };
    renkei_testkit::backend::run(write_for_ever(folder.into(), start.parse().unwrap()));
}

async fn write_for_ever(data: std::path::PathBuf, start: usize) {
    let database = Database::Sqlite;
    let clock = TestClock::default();
    let store = Store::open(&Config { data, database }, clock.shared())
        .await
        .unwrap();
    let ids = CountingIds::shared(start as u64);
    let clients = (0..8).map(|client| {
        let (store, ids) = (store.clone(), std::sync::Arc::clone(&ids));
        tokio::spawn(async move {
            for number in 0_u64.. {
                let ctx =
                    renkei_base::Ctx::program(renkei_base::Micros(0), std::sync::Arc::clone(&ids));
                let name = format!("s{start}-{client}-{number}");
                let mut changes = Changes::default();
                changes.create(slot(&name), public(None));
                store.commit(&ctx, changes).await.unwrap();
                println!("acked {name}");
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
}

/// Starts the child, kills it after a while, returns what it said was kept.
fn killed(folder: &Path, round: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::child", "--exact", "--nocapture"])
        .env(CHILD, folder)
        .env(START, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acked = Vec::new();
    let mut deadline = None;
    for line in lines.map_while(Result::ok) {
        acked.extend(line.split("acked ").nth(1).map(str::to_owned));
        let since: &mut Instant = deadline.get_or_insert_with(Instant::now);
        if !acked.is_empty() && since.elapsed() > Duration::from_millis(150 + 70 * round as u64) {
            // SIGKILL. What is still in the pipe was acknowledged too.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    acked
}

#[test]
fn a_killed_process_loses_nothing_acknowledged() {
    let backend = Backend::sqlite();
    let mut acked = Vec::new();
    for round in 0..4 {
        acked.extend(killed(backend.folder(), round));
    }
    assert!(acked.len() > 50, "{}", acked.len());
    renkei_testkit::backend::run(async move {
        let world = World::open(backend).await;
        for name in &acked {
            let found = world
                .store
                .read(&world.program(), &key(&format!("Slot/{name}")))
                .await
                .unwrap();
            assert!(found.is_some(), "{name} of {} is lost", acked.len());
        }
        let verdict = world.store.verify_audit(|_| ()).await.unwrap();
        assert!(verdict.sound(), "{verdict:?}");
    });
}

/// The server is killed and comes back: refusals, then recovery without a restart, and nothing acknowledged is lost.
#[test]
fn a_killed_postgres_is_refused_then_found_again() {
    if renkei_testkit::backend::without_postgres() {
        return;
    }
    let folder = Folder::new();
    let server = Server::create(&folder.path().join("pg"), Durability::On);
    server.create_database("crash");
    let config = Config {
        data: folder.path().join("data"),
        database: Database::Postgres {
            url: server.url("crash"),
        },
    };
    let killed = server.clone();
    renkei_testkit::backend::run(async move {
        let clock = TestClock::default();
        let store = Store::open(&config, clock.shared()).await.unwrap();
        let ids = CountingIds::shared(1);
        let program =
            || renkei_base::Ctx::program(renkei_base::Micros(0), std::sync::Arc::clone(&ids));
        let write = async |name: &str| {
            let mut changes = Changes::default();
            changes.create(slot(name), public(None));
            store.commit(&program(), changes).await
        };
        for number in 0..20 {
            write(&format!("before-{number}")).await.unwrap();
        }
        killed.kill();
        let away = write("away").await;
        assert!(matches!(away, Err(StoreError::ReadOnly(_))), "{away:?}");
        assert!(store.writable().is_err());
        assert!(store.read(&program(), &key("Slot/before-0")).await.is_err());
        killed.start();
        let mut tries = 0;
        while write(&format!("after-{tries}")).await.is_err() {
            tries += 1;
            assert!(tries < 100, "no recovery");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(store.writable().is_ok());
        for number in 0..20 {
            let found = store
                .read(&program(), &key(&format!("Slot/before-{number}")))
                .await
                .unwrap();
            assert!(found.is_some(), "{number}");
        }
        let verdict = store.verify_audit(|_| ()).await.unwrap();
        assert!(verdict.sound(), "{verdict:?}");
    });
    server.stop();
}
