//! Migrations: applied once, and never other than they were.

use renkei_base::{Ctx, Scope};
use renkei_store::{Changes, Config, Database, Query, Store};
use renkei_testkit::Backend;

use crate::world::{World, id, json, place, public, slot};

renkei_testkit::each_backend!(
    data_survives_a_restart,
    a_changed_migration_is_refused,
    several_start_at_once,
    drafts_of_older_data_are_hidden,
);

async fn data_survives_a_restart(backend: Backend) {
    let mut world = World::open(backend).await;
    let written = world.create(slot("s1"), public(None)).await.unwrap();
    for _ in 0..3 {
        world.reopen().await.unwrap();
    }
    let read = world
        .store
        .read(&world.program(), &written.key)
        .await
        .unwrap();
    assert_eq!(read, Some(written));
}

async fn a_changed_migration_is_refused(backend: Backend) {
    let mut world = World::open(backend).await;
    let config = world.backend.config();
    world.store.close().await.unwrap();
    execute(
        &config,
        "update migration set checksum = 'x' where number = 1",
    )
    .await;
    let error = Store::open(&config, world.clock.shared())
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("migration 1 (resource) is not the one"),
        "{error}"
    );
    execute(
        &config,
        "insert into migration (number, name, checksum, at) values (9999, 'x', 'x', 0)",
    )
    .await;
    let error = world.reopen_only().await.unwrap_err();
    assert!(error.to_string().contains("migration"), "{error}");
}

async fn several_start_at_once(backend: Backend) {
    let clock = renkei_testkit::TestClock::default();
    let config = backend.config();
    let open = || Store::open(&config, clock.shared());
    let (one, two, three) = tokio::join!(open(), open(), open());
    for store in [one, two, three] {
        store.unwrap().close().await.unwrap();
    }
}

/// Data from before migration 5: its drafts, and its versions from when they were drafts, are their owner's too.
async fn drafts_of_older_data_are_hidden(backend: Backend) {
    let world = &mut World::open(backend).await;
    world.patient("p1", "c0", "clinic").await;
    let mut changes = Changes::default();
    for (name, status) in [("draft", "draft"), ("thrown", "draft"), ("sent", "draft")] {
        let request = format!(
            r#"{{"resourceType":"ServiceRequest","id":"{name}","status":"{status}","subject":{{"reference":"Patient/p1"}}}}"#
        );
        changes.create(json(&request), place("p1", Scope::Case(id(name)), "clinic"));
    }
    changes
        .grants
        .push(world.grant("p1", "other", Scope::Record));
    let clinic = world.doctor("clinic");
    let written = world.store.commit(&clinic, changes).await.unwrap();
    for (old, status) in written.iter().skip(1).zip(["revoked", "active"]) {
        let mut next = old.resource.clone();
        next.set("status", status.into());
        let mut changes = Changes::default();
        changes.update(old, next);
        world.store.commit(&clinic, changes).await.unwrap();
    }
    world.store.close().await.unwrap();
    let config = world.backend.config();
    for table in [
        "resource",
        "version",
        "ix_token",
        "ix_string",
        "ix_reference",
        "ix_date",
        "ix_quantity",
    ] {
        execute(
            &config,
            &format!("alter table {table} drop column draft_of"),
        )
        .await;
    }
    execute(&config, "delete from migration where number = 5").await;
    world.reopen_only().await.unwrap();
    let seen = async |ctx: &Ctx| {
        let query = Query::of("ServiceRequest")
            .with("subject", "Patient/p1")
            .sort("_id", false);
        let page = world.store.search(ctx, &query).await.unwrap();
        let mut seen = Vec::new();
        for found in page.matches {
            let versions = world.store.history(ctx, &found.key).await.unwrap().len();
            seen.push(format!("{} {versions}", found.key.id));
        }
        seen
    };
    assert_eq!(
        seen(&world.doctor("clinic")).await,
        ["draft 1", "sent 2", "thrown 2"]
    );
    assert_eq!(seen(&world.doctor("other")).await, ["sent 1"]);
}

impl World {
    async fn reopen_only(&mut self) -> Result<(), renkei_store::StoreError> {
        self.store = Store::open(&self.backend.config(), self.clock.shared()).await?;
        Ok(())
    }
}

async fn execute(config: &Config, sql: &str) {
    match &config.database {
        Database::Sqlite => {
            let conn = rusqlite::Connection::open(config.data.join("renkei.db")).unwrap();
            conn.execute_batch(sql).unwrap();
        }
        Database::Postgres { url, .. } => {
            let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
                .await
                .unwrap();
            tokio::spawn(connection);
            client.batch_execute(sql).await.unwrap();
        }
    }
}
