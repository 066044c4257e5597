//! Migrations: applied once, and never other than they were.

use renkei_store::{Config, Database, Store};
use renkei_testkit::Backend;

use crate::world::{World, public, slot};

renkei_testkit::each_backend!(
    data_survives_a_restart,
    a_changed_migration_is_refused,
    several_start_at_once,
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
