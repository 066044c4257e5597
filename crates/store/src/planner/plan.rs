//! Tests: the main searches use their indexes. No table of the index, and not the resources, is ever read from end to end.

use renkei_base::{Ctx, Grantee, Id, Ids, Micros, Reach};

use super::{order, total};
use crate::db::Value;
use crate::db::dialect::{self, Backend};
use crate::query::Query;

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

/// Searches that pages and outside programs make.
const SHAPES: &[&str] = &[
    "Task?x-holder=h&_sort=x-due",
    "Task?x-holder=h&business-status=sent,received&_sort=x-due,-_lastUpdated",
    "Task?owner=Organization/h&status=requested",
    "Task?owner=Organization/h&business-status=closed,cancelled&performer=d&_sort=-_lastUpdated",
    "Task?patient.name=山田&owner=Organization/h",
    "Task?focus=ServiceRequest/1",
    "Patient?name=山",
    "Patient?name=山田&birthdate=1950-01-01",
    "Patient?name:contains=山",
    "Patient?identifier=http://x|1",
    "Patient?birthdate=ge1950-01-01",
    "Patient?_id=1,2",
    "Patient?gender:not=male",
    "Patient?_sort=name",
    "Patient",
    "Observation?patient=Patient/1&code=http://loinc.org|1-1&_sort=-date",
    "Observation?code=http://loinc.org|1-1&date=ge2026-01-01&date=lt2026-02-01",
    "Observation?code=1-1&value-quantity=gt5",
    "Observation?value-quantity=gt5",
    "Appointment?date=ge2026-11-22&status=booked",
    "Slot?schedule=Schedule/1&start=ge2026-11-22&status=free&_sort=start",
    "Organization?name=山田&_sort=name",
    "Organization?_lastUpdated=ge2026-11-22",
    "Organization?_sort=-_lastUpdated",
];

fn ctx() -> Ctx {
    let mut ctx = Ctx::program(Micros(1_000_000), std::sync::Arc::new(OneId));
    let institution = Grantee::Institution("h".parse().unwrap());
    ctx.reach = Reach::Granted(vec![institution]);
    ctx
}

fn parse(address: &str) -> Query {
    let (typ, rest) = address.split_once('?').unwrap_or((address, ""));
    let pairs = rest.split('&').filter_map(|pair| pair.split_once('='));
    Query::from_pairs(typ, pairs).unwrap()
}

fn database() -> rusqlite::Connection {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    for migration in crate::migrate::ALL {
        let text = dialect::render(Backend::Sqlite, migration.text);
        database.execute_batch(&text).unwrap();
    }
    database
}

fn plan(database: &rusqlite::Connection, text: &str, params: &[Value]) -> Vec<String> {
    let text = format!("explain query plan {}", dialect::numbered(text));
    let mut statement = database.prepare(&text).unwrap();
    let rows = statement
        .query_map(rusqlite::params_from_iter(params), |row| {
            row.get::<_, String>(3)
        })
        .unwrap();
    rows.map(Result::unwrap).collect()
}

/// The lines that read something from end to end, other than a list that the plan itself has made.
fn scans(plan: &[String]) -> Vec<&String> {
    let made = |name: &str| {
        plan.iter().any(|line| {
            *line == format!("CO-ROUTINE {name}") || *line == format!("MATERIALIZE {name}")
        })
    };
    plan.iter()
        .filter(|line| line.starts_with("SCAN "))
        .filter(|line| {
            let name = line.split(' ').nth(1).unwrap_or_default();
            !made(name) && !line.ends_with("VALUES CLAUSE") && !line.ends_with("CONSTANT ROW")
        })
        .collect()
}

#[test]
fn no_table_is_read_from_end_to_end() {
    let database = database();
    let ctx = ctx();
    let mut wrong = Vec::new();
    for address in SHAPES {
        let query = parse(address);
        let sorting = order::Sorting::of(&query).unwrap();
        let page = order::page(&ctx, &query, &sorting, None, 51).unwrap();
        for sql in [page, total(&ctx, &query).unwrap()] {
            let plan = plan(&database, &sql.text, &sql.params);
            for line in scans(&plan) {
                wrong.push(format!("{address}: {line}\n{}\n", plan.join("\n")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn several_values_are_looked_up_one_by_one() {
    let database = database();
    let ctx = ctx();
    for (address, index) in [
        (
            "Patient?identifier=http://x|1,http://y|2",
            "ix_token_code (typ=? AND param=? AND code=?)",
        ),
        (
            "Observation?patient=Patient/1,Patient/2",
            "ix_reference_target (typ=? AND param=? AND target_id=?)",
        ),
    ] {
        let query = parse(address);
        let sorting = order::Sorting::of(&query).unwrap();
        let page = order::page(&ctx, &query, &sorting, None, 51).unwrap();
        let plan = plan(&database, &page.text, &page.params);
        assert!(plan.iter().any(|line| line.contains(index)), "{plan:#?}");
    }
}

#[test]
fn a_scan_would_be_seen() {
    let database = database();
    let plan = plan(
        &database,
        "select id from ix_token where code = $1",
        &[Value::from("1")],
    );
    assert_eq!(scans(&plan).len(), 1, "{plan:?}");
}

/// Does this with an empty database of PostgreSQL that has our tables; nothing where there is no PostgreSQL.
fn on_postgres(name: &str, work: impl AsyncFnOnce(tokio_postgres::Client)) {
    if renkei_testkit::backend::without_postgres() {
        return;
    }
    let server = renkei_testkit::shared::server();
    let name = format!("{name}_{}", std::process::id());
    server.create_database(&name);
    let url = server.url(&name);
    renkei_testkit::backend::run(async {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        for migration in crate::migrate::ALL {
            let text = dialect::render(Backend::Postgres, migration.text);
            client.batch_execute(&text).await.unwrap();
        }
        work(client).await;
    });
    server.drop_database(&name);
}

/// PostgreSQL without statistics, as after a large import: by value to begin with, by resource from there on.
#[test]
fn postgres_walks_no_table_and_no_index_by_value_twice() {
    on_postgres("plan", async |client| {
        client
            .batch_execute("set enable_seqscan = off")
            .await
            .unwrap();
        let ctx = ctx();
        let mut wrong = Vec::new();
        for address in SHAPES {
            let query = parse(address);
            let sorting = order::Sorting::of(&query).unwrap();
            let page = order::page(&ctx, &query, &sorting, None, 51).unwrap();
            for sql in [page, total(&ctx, &query).unwrap()] {
                let plan = explained(&client, &sql.text, &sql.params).await;
                for line in plan.iter().filter(|line| wasteful(line)) {
                    wrong.push(format!("{address}: {line}\n{}\n", plan.join("\n")));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// What is over, on PostgreSQL: the page is left when it is full, with statistics of the tables and without.
#[test]
fn postgres_leaves_what_is_over_when_the_page_is_full() {
    on_postgres("over", async |client| {
        client.batch_execute(CLOSED).await.unwrap();
        let query = parse(
            "Task?owner=Organization/h&business-status=closed,declined,cancelled&_sort=-_lastUpdated",
        );
        let sorting = order::Sorting::of(&query).unwrap();
        let sql = order::page(&ctx(), &query, &sorting, None, 51).unwrap();
        for statistics in ["select 1", "analyze"] {
            client.batch_execute(statistics).await.unwrap();
            let plan = explained(&client, &sql.text, &sql.params).await.join("\n");
            let walked = "Index Scan Backward using ix_reference_target";
            assert!(plan.contains(walked), "{statistics}\n{plan}");
        }
    });
}

/// Twenty thousand closed cases of one institution.
const CLOSED: &str = "
insert into ix_reference (patient, typ, id, param, target_type, target_id, scope, updated)
  select 'p' || n, 'Task', 't' || n, 'owner', 'Organization', 'h', 'c' || n, n from generate_series(1, 20000) n;
insert into ix_token (patient, typ, id, param, code, system, scope, updated)
  select 'p' || n, 'Task', 't' || n, 'business-status', 'closed', '', 'c' || n, n from generate_series(1, 20000) n;
insert into access (patient, kind, grantee, scope, until)
  select 'p' || n, 'institution', 'h', 'c' || n, 9e15::bigint from generate_series(1, 20000) n;";

async fn explained(client: &tokio_postgres::Client, text: &str, params: &[Value]) -> Vec<String> {
    let params: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> =
        params.iter().map(|value| value as _).collect();
    let rows = client
        .query(&format!("explain {text}"), &params)
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// A table read from end to end, or a sort key (`o`) looked up by anything but the resource.
fn wasteful(line: &str) -> bool {
    line.contains("Seq Scan on")
        || (line
            .trim_start_matches([' ', '-', '>'])
            .starts_with("Index")
            && line.contains(" o ")
            && !line.contains("_pkey"))
}

/// How the work list is found.
#[test]
fn the_plan_of_the_work_list() {
    let query = parse("Task?x-holder=h&_sort=x-due");
    let sorting = order::Sorting::of(&query).unwrap();
    let sql = order::page(&ctx(), &query, &sorting, None, 51).unwrap();
    insta::assert_snapshot!(sql.text, @"select s.id, s.k0, s.k1 from (select m0.id, coalesce((select min(o.low) from ix_date o where o.patient = m0.patient and o.typ = $8 and o.id = m0.id and (o.param || '') = $9), $7) as k0, m0.id as k1 from (select distinct i.patient, i.scope, i.draft_of, i.updated, i.id from ix_token i where i.typ = $1 and i.param = $2 and i.code = $3) m0 where 1 = 1 and (m0.draft_of in ('', $5) and (m0.patient = '' or exists (select 1 from access seen where seen.patient = m0.patient and (seen.kind, seen.grantee) in (values ($4, $5)) and seen.until > $6 and (seen.scope = 'record' or seen.scope = m0.scope or (m0.scope = 'identity' and seen.kind = 'institution')))))) s order by s.k0, s.k1 limit $10");
    insta::assert_snapshot!(plan(&database(), &sql.text, &sql.params).join("\n"), @r"
        CO-ROUTINE m0
        SEARCH i USING INDEX ix_token_code (typ=? AND param=? AND code=?)
        USE TEMP B-TREE FOR DISTINCT
        SCAN m0
        CORRELATED SCALAR SUBQUERY 4
        SEARCH seen USING PRIMARY KEY (patient=? AND kind=? AND grantee=?)
        LIST SUBQUERY 7
        SCAN CONSTANT ROW
        CORRELATED SCALAR SUBQUERY 1
        SEARCH o USING PRIMARY KEY (patient=? AND typ=? AND id=?)
        USE TEMP B-TREE FOR ORDER BY
    ");
}

/// Newest first, among all that an institution ever received: walked in the order of the index, page by page, and left as
/// soon as the page is full.
#[test]
fn the_plan_of_what_is_over() {
    let query = parse(
        "Task?owner=Organization/h&business-status=closed,declined,cancelled&performer=d&_sort=-_lastUpdated",
    );
    let sorting = order::Sorting::of(&query).unwrap();
    let after = vec![Value::from(5_i64), Value::from("t1")];
    for after in [None, Some(&after)] {
        let sql = order::page(&ctx(), &query, &sorting, after, 51).unwrap();
        let plan = plan(&database(), &sql.text, &sql.params);
        let range = if after.is_some() {
            " AND updated<?"
        } else {
            ""
        };
        let lead = format!(
            "SEARCH i USING INDEX ix_reference_target (typ=? AND param=? AND target_id=?{range})"
        );
        assert_eq!(plan[0], lead, "{plan:?}");
        let sorts: Vec<_> = plan
            .iter()
            .filter(|line| line.contains("TEMP B-TREE"))
            .collect();
        assert_eq!(
            sorts,
            ["USE TEMP B-TREE FOR LAST TERM OF ORDER BY"],
            "{plan:?}"
        );
    }
}
