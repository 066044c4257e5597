//! The index built anew from the bodies: lost rows come back, rows that nothing explains go.

use renkei_base::Scope;
use renkei_store::{Changes, Config, Database, Query};
use renkei_testkit::Backend;

use crate::world::{World, json, place, public};

renkei_testkit::each_backend!(what_was_lost_is_found_again);

const TABLES: [&str; 5] = [
    "ix_token",
    "ix_string",
    "ix_reference",
    "ix_date",
    "ix_quantity",
];

async fn what_was_lost_is_found_again(backend: Backend) {
    let world = World::open(backend).await;
    let config = world.backend.config();
    for number in 0..100 {
        let patient = json(&format!(
            r#"{{"resourceType":"Patient","id":"p{number}","birthDate":"19{:02}-01-0{}","name":[{{"text":"見本 {number}"}}],
                "managingOrganization":{{"reference":"Organization/h1"}}}}"#,
            number % 100,
            number % 9 + 1,
        ));
        let resource_place = if number % 2 == 0 {
            public(None)
        } else {
            place("p", Scope::Identity, "h1")
        };
        world.create(patient, resource_place).await.unwrap();
    }
    let program = world.program();
    let read = world
        .store
        .read(&program, &crate::world::key("Patient/p7"))
        .await
        .unwrap()
        .unwrap();
    let mut changes = Changes::default();
    changes.delete(&read);
    world.store.commit(&program, changes).await.unwrap();
    let before = dump(&config).await;
    assert!(
        before.iter().map(Vec::len).sum::<usize>() > 200,
        "{before:?}"
    );

    damage(&config).await;
    assert_ne!(dump(&config).await, before);
    let mut told = 0;
    let done = world
        .store
        .reindex(&program, |count| told = count)
        .await
        .unwrap();
    assert_eq!((done, told), (100, 100));
    assert_eq!(dump(&config).await, before);

    let query = Query::of("Patient")
        .with("organization", "Organization/h1")
        .count(200);
    let page = world.store.search(&program, &query).await.unwrap();
    assert_eq!(page.matches.len(), 99);
    // Twice is once.
    world.store.reindex(&program, |_| ()).await.unwrap();
    assert_eq!(dump(&config).await, before);
}

/// Loses some rows, and adds some of a resource that is there and of some that are not.
async fn damage(config: &Config) {
    let mut sql = String::new();
    for table in TABLES {
        sql.push_str(&format!("delete from {table} where id like '%3';"));
    }
    for id in ["p5", "p7", "never"] {
        sql.push_str(&format!(
            "insert into ix_token (patient, typ, param, code, system, scope, updated, id)
               values ('', 'Patient', 'gender', 'x', '', 'record', 1, '{id}');
             insert into ix_string (patient, typ, param, norm, scope, updated, id)
               values ('p', 'Patient', 'name', 'x', 'record', 1, '{id}');
             insert into ix_reference (patient, typ, param, target_type, target_id, scope, updated, id)
               values ('p', 'Patient', 'organization', 'Organization', 'h9', 'record', 1, '{id}');
             insert into ix_date (patient, typ, param, low, high, scope, updated, id)
               values ('', 'Patient', 'birthdate', -5, 5, 'record', 1, '{id}');
             insert into ix_quantity (patient, typ, param, value, system, code, scope, updated, id)
               values ('', 'Patient', 'x', -0.5, '', '', 'record', 1, '{id}');"
        ));
    }
    match &config.database {
        Database::Sqlite => {
            let conn = rusqlite::Connection::open(config.data.join("renkei.db")).unwrap();
            conn.execute_batch(&sql).unwrap();
        }
        Database::Postgres { url, .. } => {
            let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
                .await
                .unwrap();
            tokio::spawn(connection);
            client.batch_execute(&sql).await.unwrap();
        }
    }
}

/// All index rows, sorted, by table.
async fn dump(config: &Config) -> Vec<Vec<String>> {
    const COLUMNS: [&str; 5] = [
        "code || ' ' || system",
        "norm",
        "target_type || ' ' || target_id",
        "cast(low as text) || ' ' || cast(high as text)",
        "cast(value as text) || ' ' || code",
    ];
    let mut all = Vec::new();
    for (table, own) in TABLES.into_iter().zip(COLUMNS) {
        let sql = format!(
            "select patient || ' ' || typ || ' ' || id || ' ' || param || ' ' || {own} || ' ' || \
             scope || ' ' || cast(updated as text) from {table}"
        );
        let mut rows: Vec<String> = match &config.database {
            Database::Sqlite => {
                let conn = rusqlite::Connection::open(config.data.join("renkei.db")).unwrap();
                let mut statement = conn.prepare(&sql).unwrap();
                statement
                    .query_map([], |row| row.get(0))
                    .unwrap()
                    .map(Result::unwrap)
                    .collect()
            }
            Database::Postgres { url, .. } => {
                let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
                    .await
                    .unwrap();
                tokio::spawn(connection);
                client
                    .query(&sql, &[])
                    .await
                    .unwrap()
                    .iter()
                    .map(|row| row.get(0))
                    .collect()
            }
        };
        rows.sort();
        all.push(rows);
    }
    all
}
