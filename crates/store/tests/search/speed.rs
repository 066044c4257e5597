//! Times at size, run by hand: `cargo test -p renkei-store --test search speed -- --ignored --nocapture`.

#![expect(clippy::disallowed_methods, reason = "measures")]

use std::time::{Duration, Instant};

use renkei_base::{Ctx, Micros, Scope};
use renkei_fhir::Resource;
use renkei_store::{Access, Changes, Place};
use renkei_testkit::Backend;

use crate::world::{World, id, parse, patient};

/// Patients, each with one Task and three Observations; 40 institutions hold 500 Tasks each.
const PATIENTS: usize = 20_000;
const INSTITUTIONS: usize = 40;

fn place(patient: &str, scope: Scope) -> Place {
    Place {
        patient: Some(id(patient)),
        scope,
        owner: None,
    }
}

fn one(changes: &mut Changes, number: usize) {
    const FAMILY: [(&str, &str); 5] = [
        ("佐藤", "サトウ"),
        ("山田", "ヤマダ"),
        ("林", "ハヤシ"),
        ("髙橋", "タカハシ"),
        ("田中", "タナカ"),
    ];
    let p = format!("p{number}");
    let holder = format!("h{}", number % INSTITUTIONS);
    let (family, kana) = FAMILY[(number / INSTITUTIONS) % 5];
    let resource = |json: &str| Resource::from_json(json).unwrap();
    let given = format!("花{number}");
    let who = patient(&p, family, &given, (kana, "ハナ"));
    changes.create(resource(&who), place(&p, Scope::Identity));
    let task = format!(
        r#"{{"resourceType":"Task","id":"t{number}","status":"requested","for":{{"reference":"Patient/{p}"}},
        "extension":[{{"url":"https://renkei.example/fhir/StructureDefinition/holder","valueReference":{{"reference":"Organization/{holder}"}}}}],
        "owner":{{"reference":"Organization/{holder}"}},"businessStatus":{{"coding":[{{"code":"sent"}}]}},
        "authoredOn":"2026-11-22T10:00:00+09:00","restriction":{{"period":{{"end":"2026-{:02}-{:02}"}}}}}}"#,
        1 + number % 12,
        1 + number % 28
    );
    changes.create(
        resource(&task),
        place(&p, Scope::Case(id(&format!("s{number}")))),
    );
    for (n, code) in ["a", "b", "c"].into_iter().enumerate() {
        let json = format!(
            r#"{{"resourceType":"Observation","id":"o{number}-{n}","status":"final","subject":{{"reference":"Patient/{p}"}},
            "code":{{"coding":[{{"system":"http://loinc.org","code":"{code}"}}]}},"effectiveDateTime":"2026-01-0{}"}}"#,
            n + 1
        );
        changes.create(resource(&json), place(&p, Scope::Record));
    }
    changes.grants.push(Access {
        patient: id(&p),
        grantee: renkei_base::Grantee::Institution(id(&holder)),
        scope: Scope::Record,
        until: Micros::NEVER,
    });
}

async fn filled(backend: Backend) -> World {
    let world = World::open(backend).await;
    let begun = Instant::now();
    for chunk in (0..PATIENTS).collect::<Vec<_>>().chunks(500) {
        let mut changes = Changes::default();
        chunk.iter().for_each(|number| one(&mut changes, *number));
        world.store.commit(&world.program(), changes).await.unwrap();
    }
    println!("{} resources in {:?}", PATIENTS * 5, begun.elapsed());
    world
}

async fn times(backend: Backend) {
    let world = filled(backend).await;
    let ctx = world.of("h7");
    for (address, found) in [
        ("Task?x-holder=h7&_sort=x-due&_count=50", 500),
        (
            "Task?x-holder=h7&business-status=sent&_sort=x-due,-_lastUpdated&_count=200",
            500,
        ),
        ("Observation?patient=Patient/p7&code=http://loinc.org|b", 1),
        (
            "Observation?code=http://loinc.org|b&patient.name=山田&_count=50",
            100,
        ),
        ("Patient?name=山", 100),
        ("Patient?name=山田&_sort=name", 100),
        ("Patient?name=山田花47", 1),
        ("Patient", 500),
        ("Patient?gender:missing=true&_sort=name", 500),
        ("Task?owner=Organization/h7", 500),
    ] {
        let mut query = parse(address).unwrap();
        let took = median(&world, &ctx, &query).await;
        query.total = true;
        let with_total = median(&world, &ctx, &query).await;
        let page = world.store.search(&ctx, &query).await.unwrap();
        assert_eq!(page.total, Some(found), "{address}");
        println!("{took:>10.2?} {with_total:>10.2?} with total {address}");
    }
}

async fn median(world: &World, ctx: &Ctx, query: &renkei_store::Query) -> Duration {
    let mut times = Vec::new();
    for _ in 0..21 {
        let begun = Instant::now();
        world.store.search(ctx, query).await.unwrap();
        times.push(begun.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

#[test]
#[ignore = "minutes"]
fn sqlite() {
    renkei_testkit::backend::run(times(Backend::sqlite()));
}

#[test]
#[ignore = "minutes"]
fn postgres() {
    renkei_testkit::backend::run(times(Backend::postgres()));
}
