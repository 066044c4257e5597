//! What cannot be kept is not acknowledged: a full disk, a server that is away. Kills are in `kill`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use renkei_store::{Changes, Config, Database, Store, StoreError};
use renkei_testkit::postgres::{Durability, Server};
use renkei_testkit::{CountingIds, Folder, TestClock};

use crate::world::{key, public, slot};

const FULL: &str = "RENKEI_TEST_FULL_FOLDER";

/// Not a test of its own: writes until it is refused, says so, goes on until it is not, and checks what it was told.
#[test]
fn child_on_a_full_disk() {
    let Some(folder) = std::env::var_os(FULL) else {
        return;
    };
    renkei_testkit::backend::run(write_until_full(folder.into()));
}

async fn write_until_full(data: std::path::PathBuf) {
    let clock = TestClock::default();
    let config = Config {
        data,
        database: Database::Sqlite,
    };
    let store = Store::open(&config, clock.shared()).await.unwrap();
    let ids = CountingIds::shared(1);
    let program = || renkei_base::Ctx::program(renkei_base::Micros(0), std::sync::Arc::clone(&ids));
    let mut acked = Vec::new();
    let (mut refused, mut recovered) = (0, 0);
    for number in 0..200_000 {
        let name = format!("s{number}");
        let mut changes = Changes::default();
        let mut large = slot(&name);
        large.set("comment", "空き".repeat(500).into());
        changes.create(large, public(None));
        match store.commit(&program(), changes).await {
            Ok(_) if refused > 0 => recovered += 1,
            Ok(_) => {}
            Err(StoreError::ReadOnly(_)) => {
                assert!(store.writable().is_err());
                if refused == 0 {
                    println!("refused");
                }
                refused += 1;
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            }
            Err(other) => panic!("{other}"),
        }
        acked.push(name);
        if recovered > 50 {
            break;
        }
    }
    assert!(refused > 0 && recovered > 50, "{refused} {recovered}");
    assert!(store.writable().is_ok());
    store.close().await.unwrap();
    let store = Store::open(&config, clock.shared()).await.unwrap();
    for name in &acked {
        let found = store
            .read(&program(), &key(&format!("Slot/{name}")))
            .await
            .unwrap();
        assert!(found.is_some(), "{name} is lost");
    }
    let verdict = store.verify_audit(|_| ()).await.unwrap();
    assert!(verdict.sound(), "{verdict:?}");
    println!("all there: {}", acked.len());
}

/// A limit on the size of files stands in for the end of the disk; then there is room again.
#[test]
fn a_full_disk_is_refused_and_then_written_again() {
    let folder = Folder::new();
    let mut child = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; exec prlimit --fsize=3000000:unlimited \"$0\" \"$@\"",
        ])
        .arg(std::env::current_exe().unwrap())
        .args(["crash::child_on_a_full_disk", "--exact", "--nocapture"])
        .env(FULL, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    for line in lines.map_while(Result::ok) {
        if line.contains("refused") {
            let pid = format!("--pid={}", child.id());
            let more = Command::new("prlimit")
                .args([&pid, "--fsize=unlimited"])
                .status();
            assert!(more.unwrap().success());
        }
        said.push(line);
    }
    let status = child.wait().unwrap();
    let said = said.join("\n");
    assert!(status.success(), "{said}");
    assert!(
        said.contains("refused") && said.contains("all there"),
        "{said}"
    );
}

/// The server is killed and comes back: refusals, then recovery without a restart, and nothing acknowledged is lost.
#[test]
fn a_killed_postgres_is_refused_then_found_again() {
    if renkei_testkit::backend::without_postgres() {
        return;
    }
    let folder = Folder::new();
    // The server runs as another user.
    let passable = std::os::unix::fs::PermissionsExt::from_mode(0o711);
    std::fs::set_permissions(folder.path(), passable).unwrap();
    let server = Server::create(&folder.path().join("pg"), Durability::On);
    server.create_database("crash");
    let config = Config {
        data: folder.path().join("data"),
        database: Database::Postgres {
            url: server.url("crash"),
            roots: None,
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
