//! Killed while it works, again and again: each acknowledged act is there, none by half, and the audit holds.
//!
//! `RENKEI_KILLS` says how often (5); a thousand take a quarter of an hour.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use renkei_base::{Micros, Scope};
use renkei_store::trail::AuditFilter;
use renkei_store::{Changes, Config, Database, Note, Query, Store, StoreError};
use renkei_testkit::postgres::Durability;
use renkei_testkit::shared::OwnServer;
use renkei_testkit::{Backend, CountingIds, Folder};

use crate::world::{World, id, json, key, place};

const CHILD: &str = "RENKEI_TEST_KILL_FOLDER";
const URL: &str = "RENKEI_TEST_KILL_URL";
const ROUND: &str = "RENKEI_TEST_KILL_ROUND";
/// Rounds after each of which the whole audit is looked at; later only now and then.
const CLOSELY: usize = 10;

fn said(name: &str) -> Option<String> {
    std::env::var_os(name).map(|text| text.into_string().unwrap())
}

fn kills() -> usize {
    said("RENKEI_KILLS").map_or(5, |said| said.parse().unwrap())
}

/// Not a test of its own: what the others start and kill.
#[test]
fn child() {
    let Some(data) = std::env::var_os(CHILD) else {
        return;
    };
    let database = match said(URL) {
        Some(url) => Database::Postgres { url, roots: None },
        None => Database::Sqlite,
    };
    let round: usize = said(ROUND).unwrap().parse().unwrap();
    let data = data.into();
    renkei_testkit::backend::run(work(Config { data, database }, round));
}

/// One act: a patient with an observation and a task, who may see them, and what the audit says.
fn act(world: &World, name: &str) -> Changes {
    let patient = format!("p-{name}");
    let mut changes = Changes::default();
    changes
        .grants
        .push(world.grant(&patient, "clinic", Scope::Record));
    for (json_text, scope) in [
        (
            format!(r#"{{"resourceType":"Patient","id":"{patient}"}}"#),
            Scope::Identity,
        ),
        (
            format!(
                r#"{{"resourceType":"Observation","id":"o-{name}","status":"final","subject":{{"reference":"Patient/{patient}"}}}}"#
            ),
            Scope::Record,
        ),
        (
            format!(
                r#"{{"resourceType":"Task","id":"t-{name}","status":"requested","for":{{"reference":"Patient/{patient}"}}}}"#
            ),
            Scope::Case(id(name)),
        ),
    ] {
        changes.create(json(&json_text), place(&patient, scope, "clinic"));
    }
    changes.note(Note::new("kill.write").patient(&id(&patient)));
    changes
}

async fn work(config: Config, round: usize) {
    let mut world = World::open(Backend::sqlite()).await;
    world.store = Store::open(&config, world.clock.shared()).await.unwrap();
    world.ids = CountingIds::shared(1_000 + round as u64);
    let world = Arc::new(world);
    let clients: Vec<_> = (0..8)
        .map(|client| tokio::spawn(client_of(Arc::clone(&world), round, client)))
        .collect();
    for client in clients {
        client.await.unwrap();
    }
}

async fn client_of(world: Arc<World>, round: usize, client: usize) {
    for number in 0_u64.. {
        let name = format!("{round}-{client}-{number}");
        println!("try {name}");
        match world
            .store
            .commit(&world.doctor("clinic"), act(&world, &name))
            .await
        {
            Ok(_) => println!("ack {name}"),
            Err(StoreError::ReadOnly(_) | StoreError::Busy) => {
                tokio::time::sleep(Duration::from_millis(5)).await;
                continue;
            }
            Err(other) => panic!("{other}"),
        }
        let patient = key(&format!("Patient/p-{name}"));
        if matches!(
            world.store.read(&world.doctor("clinic"), &patient).await,
            Ok(Some(_))
        ) {
            println!("read {name}");
        }
    }
}

/// What a child said before it was killed.
#[derive(Default)]
struct Said {
    tried: BTreeSet<String>,
    acked: BTreeSet<String>,
    read: BTreeSet<String>,
}

/// Starts a child, kills it some moments after its first acknowledged act.
#[expect(
    clippy::disallowed_methods,
    reason = "nothing else runs in this process while its child works"
)]
fn killed(config: &Config, round: usize, beside: impl Fn()) -> Said {
    let own = Folder::new();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["kill::child", "--exact", "--nocapture"])
        .env(CHILD, &config.data)
        .env(ROUND, round.to_string())
        // What it leaves behind goes with this folder.
        .env("TMPDIR", own.path())
        .stdout(Stdio::piped());
    if let Database::Postgres { url, .. } = &config.database {
        command.env(URL, url);
    }
    let mut child = command.spawn().unwrap();
    let out = child.stdout.take().unwrap();
    let (first, begun) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut said = Said::default();
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if let Some((_, name)) = line.split_once("try ") {
                said.tried.insert(name.to_owned());
            } else if let Some((_, name)) = line.split_once("ack ") {
                said.acked.insert(name.to_owned());
                let _ = first.send(());
            } else if let Some((_, name)) = line.split_once("read ") {
                said.read.insert(name.to_owned());
            }
        }
        said
    });
    begun.recv().expect("the child works");
    // Not twice at the same moment of its work.
    let moment = 3 + (round * 37) % 180;
    std::thread::sleep(Duration::from_millis(moment as u64));
    beside();
    child.kill().unwrap();
    let said = reader.join().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(9), "it ended by itself");
    said
}

/// Each act of a round: all of it or nothing, and all of it when it was acknowledged.
/// Reads' audit rows are on a server's disk within a second, so that a server's own end may take the last of them.
async fn check(world: &World, said: &Said, server_killed: bool) {
    for name in &said.tried {
        let keys =
            ["Patient/p-", "Observation/o-", "Task/t-"].map(|kind| key(&format!("{kind}{name}")));
        let clinic = world.doctor("clinic");
        let found = world.store.read_many(&clinic, &keys).await.unwrap().len();
        assert!(found == 0 || found == 3, "{name} is there by half: {found}");
        assert!(found == 3 || !said.acked.contains(name), "{name} is lost");
        let query = Query::of("Task").with("patient", format!("Patient/p-{name}"));
        let indexed = world.store.search(&world.program(), &query).await.unwrap();
        assert_eq!(indexed.matches.len(), found / 3, "{name} in the index");
        let filter = AuditFilter {
            until: Micros::NEVER,
            patient: format!("p-{name}"),
            limit: 50,
            ..AuditFilter::default()
        };
        let rows = world.store.audit_rows(&filter).await.unwrap();
        let count = |action: &str| rows.iter().filter(|row| row.action == action).count();
        assert_eq!(count("kill.write"), found / 3, "{name} in the audit");
        // The reads of this check itself are two of them, where there was something.
        let reads = usize::from(said.read.contains(name) && !server_killed);
        assert!(
            count("resource.read") >= reads + found / 3,
            "a read of {name} is not in the audit"
        );
    }
}

async fn rounds(config: Config, server: Option<&OwnServer>) {
    let kills = kills();
    let (mut acked, mut tried) = (0, 0);
    for round in 0..kills {
        let said = killed(&config, round, || {
            if let Some(server) = server.filter(|_| round % 3 == 2) {
                server.kill();
                server.start();
            }
        });
        (acked, tried) = (acked + said.acked.len(), tried + said.tried.len());
        // PostgreSQL may still be ending what a killed client had begun.
        if matches!(config.database, Database::Postgres { .. }) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let mut world = World::open(Backend::sqlite()).await;
        world.store = Store::open(&config, world.clock.shared()).await.unwrap();
        check(&world, &said, server.is_some() && round % 3 == 2).await;
        if round < CLOSELY || round % 50 == 0 || round + 1 == kills {
            let verdict = world.store.verify_audit(|_| ()).await.unwrap();
            assert!(verdict.sound(), "round {round}: {verdict:?}");
        }
        world.store.close().await.unwrap();
    }
    eprintln!("{kills} kills, {tried} acts tried, {acked} acknowledged, all of them there");
    assert!(acked >= kills);
}

#[test]
fn killed_at_work_on_sqlite() {
    let backend = Backend::sqlite();
    renkei_testkit::backend::run(Box::pin(rounds(backend.config(), None)));
}

/// Every third time the server is killed as well, a moment before.
#[test]
fn killed_at_work_on_postgres() {
    if renkei_testkit::backend::without_postgres() {
        return;
    }
    let server = OwnServer::new(Durability::On);
    server.create_database("killed");
    let folder = Folder::new();
    let config = Config {
        data: folder.join("data"),
        database: Database::Postgres {
            url: server.url("killed"),
            roots: None,
        },
    };
    renkei_testkit::backend::run(Box::pin(rounds(config, Some(&server))));
}
