//! The harness itself: what `each_backend!` hands to a story, and servers of a test's own.
#![cfg(test)]

use renkei_store::Database;
use renkei_testkit::postgres::Durability;
use renkei_testkit::shared::OwnServer;
use renkei_testkit::{Backend, each_backend};
use tokio_postgres::{Client, NoTls};

each_backend!(a_new_place, the_same_place_again);

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn a_new_place(backend: Backend) {
    let config = backend.config();
    assert_eq!(std::fs::read_dir(&config.data).unwrap().count(), 0);
    match config.database {
        Database::Sqlite => assert!(!backend.is_postgres()),
        Database::Postgres { url, .. } => {
            assert!(backend.is_postgres());
            let client = connect(&url).await;
            let sql = "select count(*) from pg_class where relnamespace = 'public'::regnamespace";
            assert_eq!(
                client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0),
                0
            );
            // Two tests never meet: the table would be there already.
            client
                .batch_execute("create table mine (n bigint)")
                .await
                .unwrap();
        }
    }
}

async fn the_same_place_again(backend: Backend) {
    let (first, second) = (backend.config(), backend.config());
    assert_eq!(first.data, second.data);
    if let (Database::Postgres { url, .. }, Database::Postgres { url: again, .. }) =
        (first.database, second.database)
    {
        connect(&url)
            .await
            .batch_execute("create table mine (n bigint)")
            .await
            .unwrap();
        connect(&again)
            .await
            .batch_execute("insert into mine values (1)")
            .await
            .unwrap();
    }
}

#[test]
fn what_was_committed_survives_a_kill() {
    if renkei_testkit::backend::without_postgres() {
        return;
    }
    let server = OwnServer::new(Durability::On);
    server.administrate(vec![
        "create table kept (n bigint)".to_owned(),
        "insert into kept values (1)".to_owned(),
    ]);
    server.kill();
    assert!(!server.is_alive());
    server.start();
    server.administrate(vec!["alter table kept add check (n = 1)".to_owned()]);
}

#[test]
fn order_is_that_of_the_bytes() {
    if renkei_testkit::backend::without_postgres() {
        return;
    }
    let backend = Backend::postgres();
    let Database::Postgres { url, .. } = backend.config().database else {
        panic!("asked for PostgreSQL")
    };
    renkei_testkit::backend::run(async move {
        let sql =
            "select string_agg(x, '' order by x) from unnest(array['a', 'B', 'ん', 'ア', '山']) x";
        let row = connect(&url).await.query_one(sql, &[]).await.unwrap();
        assert_eq!(row.get::<_, String>(0), "Baんア山");
    });
}
