//! The audit: everything about patients is in it, and tampering shows.

use std::collections::BTreeMap;

use renkei_base::clock::Span;
use renkei_base::{Reach, Scope};
use renkei_store::{Changes, Config, Database, Note, Problem, Verdict};
use renkei_testkit::Backend;

use crate::world::{World, id, json, key, place, public, slot};

renkei_testkit::each_backend!(
    everything_about_patients_is_noted,
    an_untouched_audit_is_sound,
    a_changed_row_shows,
    a_removed_row_shows,
    rows_in_each_others_place_show,
    a_cut_tail_shows,
    a_cut_tail_of_reads_shows,
    a_chain_written_anew_shows,
    heads_are_written_each_hour,
    a_lost_file_of_heads_shows,
);

/// Runs statements behind the store's back, as an operator with the password could.
async fn tamper(config: &Config, statements: &[&str]) {
    match &config.database {
        Database::Sqlite => {
            for file in ["renkei.db", "audit-reads.db"] {
                let conn = rusqlite::Connection::open(config.data.join(file)).unwrap();
                for sql in statements {
                    conn.execute_batch(sql).unwrap();
                }
            }
        }
        Database::Postgres { url, .. } => {
            let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
                .await
                .unwrap();
            let running = tokio::spawn(connection);
            for sql in statements {
                client.batch_execute(sql).await.unwrap();
            }
            drop(client);
            running.await.unwrap().unwrap();
        }
    }
}

/// Audit rows as text, oldest first: action, patient, what, refused.
async fn rows(config: &Config) -> Vec<String> {
    const SQL: &str = "select action, patient, what, refused, at, seq from audit \
        where action not in ('audit.head', 'audit.begin') order by at, chain, seq";
    let mut rows = Vec::new();
    match &config.database {
        Database::Sqlite => {
            for file in ["renkei.db", "audit-reads.db"] {
                let conn = rusqlite::Connection::open(config.data.join(file)).unwrap();
                let mut statement = conn.prepare(SQL).unwrap();
                let found = statement.query_map([], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                });
                rows.extend(found.unwrap().map(Result::unwrap));
            }
        }
        Database::Postgres { url, .. } => {
            let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
                .await
                .unwrap();
            tokio::spawn(connection);
            let found = client.query(SQL, &[]).await.unwrap();
            rows.extend(
                found
                    .iter()
                    .map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))),
            );
        }
    }
    let mut rows: Vec<String> = rows
        .into_iter()
        .map(
            |(action, patient, what, refused): (String, String, String, i64)| {
                let refused = if refused == 1 { " refused" } else { "" };
                format!("{action} {patient} {what}{refused}").replace("  ", " ")
            },
        )
        .collect();
    rows.sort();
    rows
}

async fn everything_about_patients_is_noted(backend: Backend) {
    let world = World::open(backend).await;
    let written = world.patient("p1", "c1", "clinic").await;
    let clinic = world.doctor("clinic");
    let mut changes = Changes::default();
    changes.update(&written[1], written[1].resource.clone());
    changes.note(
        Note::new("record.write")
            .patient(&id("p1"))
            .what(written[1].key.clone()),
    );
    world.store.commit(&clinic, changes).await.unwrap();
    world.store.read(&clinic, &key("Patient/p1")).await.unwrap();
    world
        .store
        .history(&clinic, &key("Patient/p1"))
        .await
        .unwrap();
    world
        .store
        .case(&clinic, &id("c1"), "referral.read")
        .await
        .unwrap();
    world
        .store
        .read_many(&clinic, &[key("Patient/p1"), key("ServiceRequest/c1")])
        .await
        .unwrap();
    world
        .store
        .read(&world.doctor("stranger"), &key("Patient/p1"))
        .await
        .unwrap();
    world
        .store
        .read(&world.doctor("stranger"), &key("Patient/none"))
        .await
        .unwrap();
    world
        .store
        .audit(&clinic, vec![Note::new("session.failed").refused()])
        .await
        .unwrap();
    // Public things are not.
    world.create(slot("s1"), public(None)).await.unwrap();
    world.store.read(&clinic, &key("Slot/s1")).await.unwrap();
    world.store.close().await.unwrap();
    let noted = rows(&world.backend.config()).await.join("\n");
    insta::allow_duplicates! {
        insta::assert_snapshot!(noted, @r"
        record.write p1 Observation/obs-p1
        referral.read p1 ServiceRequest/c1
        resource.create p1 Patient/p1
        resource.history p1 Patient/p1
        resource.read Patient/none refused
        resource.read Patient/p1 refused
        resource.read p1 
        resource.read p1 Patient/p1
        session.failed  refused
        ");
    }
}

/// A world with some rows in both chains, closed: the heads are written.
async fn closed(backend: Backend) -> World {
    let world = World::open(backend).await;
    world.patient("p1", "c1", "clinic").await;
    for number in 0..5 {
        let mut changes = Changes::default();
        changes.create(
            json(&format!(
                r#"{{"resourceType":"Task","id":"t{number}","status":"draft"}}"#
            )),
            place("p1", Scope::Record, "clinic"),
        );
        world
            .store
            .commit(&world.doctor("clinic"), changes)
            .await
            .unwrap();
        world
            .store
            .read(&world.doctor("clinic"), &key("Patient/p1"))
            .await
            .unwrap();
    }
    world.store.close().await.unwrap();
    world
}

async fn verdict(world: &mut World) -> Verdict {
    let config = world.backend.config();
    world.store = renkei_store::Store::open(&config, world.clock.shared())
        .await
        .unwrap();
    world.store.verify_audit(|_| ()).await.unwrap()
}

/// The chain of clinical writes with the most rows (PostgreSQL has several).
fn busiest(verdict: &Verdict) -> String {
    let writes = verdict
        .rows
        .iter()
        .filter(|(chain, _)| chain.starts_with("write"));
    writes.max_by_key(|(_, rows)| **rows).unwrap().0.clone()
}

async fn an_untouched_audit_is_sound(backend: Backend) {
    let mut world = closed(backend).await;
    let verdict = verdict(&mut world).await;
    assert!(verdict.sound(), "{verdict:?}");
    assert!(verdict.heads >= 4, "{verdict:?}");
    let rows: BTreeMap<_, _> = verdict.rows;
    assert!(rows.values().sum::<u64>() >= 11, "{rows:?}");
}

async fn a_changed_row_shows(backend: Backend) {
    for change in [
        "account = 'dr-other'",
        "patient = 'p2'",
        "at = at + 1",
        "refused = 1 - refused",
        "detail = detail || 'x'",
        "purpose = 'x'",
        "what = ''",
        "hash = (select hash from audit b where b.action = 'audit.begin' and b.chain like 'write%')",
    ] {
        let backend = if backend.is_postgres() {
            Backend::postgres()
        } else {
            Backend::sqlite()
        };
        let mut world = closed(backend).await;
        let sql =
            format!("update audit set {change} where action = 'resource.create' and detail <> ''");
        tamper(&world.backend.config(), &[&sql]).await;
        let verdict = verdict(&mut world).await;
        let changed = |problem: &Problem| matches!(problem, Problem::Changed { .. });
        assert!(
            verdict.problems.iter().any(changed),
            "{change}: {verdict:?}"
        );
    }
}

async fn a_removed_row_shows(backend: Backend) {
    let mut world = closed(backend).await;
    tamper(
        &world.backend.config(),
        &["delete from audit where seq = 2"],
    )
    .await;
    let verdict = verdict(&mut world).await;
    let missing = |problem: &Problem| matches!(problem, Problem::Missing { from: 2, to: 2, .. });
    assert!(verdict.problems.iter().any(missing), "{verdict:?}");
}

async fn rows_in_each_others_place_show(backend: Backend) {
    let mut world = closed(backend).await;
    let swap = [
        "update audit set seq = -2 where seq = 2",
        "update audit set seq = 2 where seq = 1",
        "update audit set seq = 1 where seq = -2",
    ];
    tamper(&world.backend.config(), &swap).await;
    let verdict = verdict(&mut world).await;
    let changed = |problem: &Problem| matches!(problem, Problem::Changed { seq: 1, .. });
    assert!(verdict.problems.iter().any(changed), "{verdict:?}");
}

const CUT: &str = "delete from audit where chain = 'CHAIN' and seq > (select max(seq) - 3 from audit where chain = 'CHAIN')";

async fn a_cut_tail_shows(backend: Backend) {
    let mut world = closed(backend).await;
    let before = verdict(&mut world).await;
    assert!(before.sound(), "{before:?}");
    world.store.close().await.unwrap();
    let chain = busiest(&before);
    tamper(&world.backend.config(), &[&CUT.replace("CHAIN", &chain)]).await;
    let after = verdict(&mut world).await;
    let head =
        |problem: &Problem| matches!(problem, Problem::Head { chain: of, .. } if *of == chain);
    assert!(after.problems.iter().any(head), "{after:?}");
}

async fn a_cut_tail_of_reads_shows(backend: Backend) {
    let mut world = closed(backend).await;
    tamper(&world.backend.config(), &[&CUT.replace("CHAIN", "read-0")]).await;
    // Even without the file outside: the other chain has the head.
    std::fs::write(world.backend.folder().join("audit-heads.log"), "").unwrap();
    let after = verdict(&mut world).await;
    let head =
        |problem: &Problem| matches!(problem, Problem::Head { chain, .. } if chain == "read-0");
    assert!(after.problems.iter().any(head), "{after:?}");
}

/// Somebody who knows how the hashes are made could write a whole chain anew; the heads elsewhere tell.
async fn a_chain_written_anew_shows(backend: Backend) {
    let mut world = closed(backend).await;
    let before = verdict(&mut world).await;
    world.store.close().await.unwrap();
    let chain = busiest(&before);
    tamper(
        &world.backend.config(),
        &[&format!("delete from audit where chain = '{chain}'")],
    )
    .await;
    let after = verdict(&mut world).await;
    let head =
        |problem: &Problem| matches!(problem, Problem::Head { chain: of, .. } if *of == chain);
    assert!(after.problems.iter().any(head), "{after:?}");
}

async fn heads_are_written_each_hour(backend: Backend) {
    let world = World::open(backend).await;
    let file = world.backend.folder().join("audit-heads.log");
    let lines = || std::fs::read_to_string(&file).unwrap().lines().count();
    world.patient("p1", "c1", "clinic").await;
    let before = lines();
    world.clock.advance(Span::minutes(61));
    let mut stranger = world.doctor("stranger");
    stranger.reach = Reach::NoPatients;
    world
        .store
        .read(&stranger, &key("Patient/p1"))
        .await
        .unwrap();
    let mut waited = 0;
    while lines() == before && waited < 100 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        waited += 1;
    }
    assert!(lines() > before);
}

async fn a_lost_file_of_heads_shows(backend: Backend) {
    let mut world = closed(backend).await;
    let file = world.backend.folder().join("audit-heads.log");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}nonsense\n")).unwrap();
    let bad = verdict(&mut world).await;
    assert!(
        bad.problems
            .iter()
            .any(|p| matches!(p, Problem::HeadsFile { line } if *line > 0)),
        "{bad:?}"
    );
    std::fs::remove_file(&file).unwrap();
    let gone = world.store.verify_audit(|_| ()).await.unwrap();
    assert!(
        gone.problems.contains(&Problem::HeadsFile { line: 0 }),
        "{gone:?}"
    );
}
