//! Tests: the reads of this crate use the keys. None reads a table from end to end.

use renkei_base::{Ctx, Grantee, Id, Ids, Micros, Reach};
use renkei_fhir::Key;

use crate::db::Value;
use crate::db::dialect::{self, Backend};
use crate::{filter, read};

#[derive(Debug)]
struct OneId;

impl Ids for OneId {
    fn id(&self) -> Id {
        "1".parse().unwrap()
    }
    fn secret(&self) -> [u8; 32] {
        [0; 32]
    }
}

fn ctx() -> Ctx {
    let mut ctx = Ctx::program(Micros(1), std::sync::Arc::new(OneId));
    ctx.reach = Reach::Granted(vec![
        Grantee::Institution("h".parse().unwrap()),
        Grantee::Person("p".parse().unwrap()),
    ]);
    ctx
}

fn plan(text: &str, params: &[Value]) -> String {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    for migration in crate::migrate::ALL {
        let text = dialect::render(Backend::Sqlite, migration.text);
        database.execute_batch(&text).unwrap();
    }
    let text = format!("explain query plan {}", dialect::numbered(text));
    let mut statement = database.prepare(&text).unwrap();
    let rows = statement
        .query_map(rusqlite::params_from_iter(params), |row| {
            row.get::<_, String>(3)
        })
        .unwrap();
    rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
}

#[test]
fn several_by_key() {
    let keys: Vec<Key> = (0..3)
        .map(|n| Key::new("Task", format!("t{n}").parse().unwrap()))
        .collect();
    let (sql, params) = read::by_keys(&ctx(), &keys, false);
    insta::assert_snapshot!(plan(&sql, &params), @r"
        SCAN 4-ROW VALUES CLAUSE
        SEARCH r USING INDEX sqlite_autoindex_resource_1 (typ=? AND id=?)
        CORRELATED SCALAR SUBQUERY 5
        SEARCH seen USING PRIMARY KEY (patient=? AND kind=? AND grantee=?)
        LIST SUBQUERY 7
        SCAN 2-ROW VALUES CLAUSE
    ");
}

#[test]
fn one_by_key() {
    let mut params = vec![Value::from("Task"), Value::from("t1")];
    let visible = filter::visible(&ctx().reach, Micros(1), "r", &mut params);
    let sql = format!("select r.body from resource r where r.typ = $1 and r.id = $2 and {visible}");
    insta::assert_snapshot!(plan(&sql, &params), @r"
        SEARCH r USING INDEX sqlite_autoindex_resource_1 (typ=? AND id=?)
        CORRELATED SCALAR SUBQUERY 3
        SEARCH seen USING PRIMARY KEY (patient=? AND kind=? AND grantee=?)
        LIST SUBQUERY 5
        SCAN 2-ROW VALUES CLAUSE
    ");
}

#[test]
fn a_case() {
    let mut params = vec![Value::from("c1")];
    let visible = filter::visible(&ctx().reach, Micros(1), "r", &mut params);
    let sql = format!(
        "select r.body from resource r where r.scope = $1 and r.scope <> 'identity' \
         and r.scope <> 'record' and r.deleted = 0 and r.typ <> 'Bundle' and {visible} \
         order by r.typ, r.updated, r.id"
    );
    insta::assert_snapshot!(plan(&sql, &params), @r"
        SEARCH r USING INDEX resource_case (scope=?)
        CORRELATED SCALAR SUBQUERY 3
        SEARCH seen USING PRIMARY KEY (patient=? AND kind=? AND grantee=?)
        LIST SUBQUERY 5
        SCAN 2-ROW VALUES CLAUSE
        USE TEMP B-TREE FOR ORDER BY
    ");
}

#[test]
fn who_holds_values() {
    let values = ["1".to_owned(), "2".to_owned(), "3".to_owned()];
    let (sql, params) = crate::claim::holders("number", &"h".parse().unwrap(), &values);
    insta::assert_snapshot!(
        plan(&sql, &params),
        @"SEARCH c USING PRIMARY KEY (kind=? AND scope=? AND value=?)"
    );
}

#[test]
fn the_history_of_a_type() {
    let after = crate::history::After {
        at: 5,
        typ: "Patient".to_owned(),
        id: "p1".parse().unwrap(),
        version: 2,
    };
    for types in [&["Task"][..], &["Observation", "Patient", "Slot", "Task"]] {
        for after in [None, Some(&after)] {
            let (sql, params) = crate::history::statement(&ctx(), types, None, after, 51);
            let plan = plan(&sql, &params);
            for line in plan.lines() {
                assert!(
                    line.trim() != "SCAN r" && !line.contains("SCAN own"),
                    "{plan}"
                );
            }
        }
    }
}

#[test]
fn what_waits() {
    let institution = "h".parse().unwrap();
    let (sql, params) = crate::waiting::statement(&ctx(), &institution, Micros(1));
    let plan = plan(&sql, &params);
    assert!(!plan.contains("SCAN h"), "{plan}");
    assert!(
        plan.contains("SEARCH h USING") && plan.contains("(typ=? AND param=? AND code=?)"),
        "{plan}"
    );
    for table in ["s", "p", "m", "u", "d"] {
        assert!(
            plan.contains(&format!("SEARCH {table} USING PRIMARY KEY")),
            "{plan}"
        );
    }
}
