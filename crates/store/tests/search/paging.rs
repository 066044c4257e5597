//! Pages: every row once, whatever comes in between.

use renkei_store::{Query, StoreError};
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, parse, patient};

each_backend!(
    every_row_comes_once_in_every_order,
    rows_that_come_in_between_move_nothing,
    a_cursor_holds_no_name_and_fits_its_search_alone,
    the_count_has_a_limit,
);

async fn task(world: &World, number: usize, due: &str) {
    let due = if due.is_empty() {
        String::new()
    } else {
        format!(r#","restriction":{{"period":{{"end":"{due}"}}}}"#)
    };
    let json = format!(
        r#"{{"resourceType":"Task","id":"t{number:03}","status":"requested",
        "extension":[{{"url":"https://renkei.example/fhir/StructureDefinition/holder","valueReference":{{"reference":"Organization/h"}}}}],
        "businessStatus":{{"coding":[{{"code":"c{}"}}]}}{due}}}"#,
        number % 3
    );
    world.record("p", &json).await;
}

/// Goes through all pages; between them, something may happen.
async fn walk(world: &World, mut query: Query, between: impl AsyncFn(usize)) -> Vec<String> {
    let mut ids = Vec::new();
    for page_number in 0.. {
        let page = world.store.search(&world.program(), &query).await.unwrap();
        assert!(page.matches.len() <= query.count);
        ids.extend(page.matches.iter().map(|one| one.key.id.to_string()));
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
        assert!(page_number < 100, "no end");
        between(page_number).await;
    }
    ids
}

async fn every_row_comes_once_in_every_order(backend: Backend) {
    let world = World::open(backend).await;
    for number in 0..23 {
        // Two of each day, and some without a day.
        let due = if number % 5 == 0 {
            String::new()
        } else {
            format!("2026-12-{:02}", 1 + number / 2)
        };
        task(&world, number, &due).await;
        world.forward(i64::try_from(number % 2).unwrap()).await;
    }
    for sort in [
        "",
        "_id",
        "-_id",
        "x-due",
        "-x-due",
        "business-status,-x-due",
        "-business-status,x-due,-_id",
        "_lastUpdated",
        "-_lastUpdated,-_id",
        "_id,x-due",
    ] {
        let address = match sort {
            "" => "Task?x-holder=h".to_owned(),
            sort => format!("Task?x-holder=h&_sort={sort}"),
        };
        let mut query = parse(&address).unwrap();
        query.count = 200;
        let whole = walk(&world, query.clone(), async |_| ()).await;
        assert_eq!(whole.len(), 23, "{address}");
        for count in [1, 4, 23] {
            query.count = count;
            assert_eq!(
                walk(&world, query.clone(), async |_| ()).await,
                whole,
                "{address} {count}"
            );
        }
    }
    let due = |ids: &str| format!("Task?x-holder=h&_sort={ids}&_count=3");
    assert_eq!(
        world.finds(&world.program(), &due("x-due,_id")).await,
        "t001 t002 t003"
    );
    assert_eq!(
        world.finds(&world.program(), &due("-x-due,_id")).await,
        "t022 t021 t018"
    );
}

async fn rows_that_come_in_between_move_nothing(backend: Backend) {
    let world = World::open(backend).await;
    for number in 0..20 {
        task(&world, 100 + number, &format!("2026-12-{:02}", 1 + number)).await;
    }
    let query = parse("Task?status=requested&_sort=x-due&_count=3").unwrap();
    let ids = walk(&world, query, async |page| {
        // One before everything, one right behind the page.
        task(&world, page, "2026-01-01").await;
        task(
            &world,
            200 + page,
            &format!("2026-12-{:02}", 3 * (page + 1)),
        )
        .await;
    })
    .await;
    let old: Vec<&String> = ids.iter().filter(|id| id.starts_with("t1")).collect();
    let expected: Vec<String> = (100..120).map(|number| format!("t{number}")).collect();
    assert!(old.into_iter().eq(expected.iter()), "{ids:?}");
    let mut each = ids.clone();
    each.sort();
    each.dedup();
    assert_eq!(each.len(), ids.len(), "no row twice");
    assert!(
        !ids.iter().any(|id| id.starts_with("t0")),
        "what lies before stays there"
    );
}

async fn a_cursor_holds_no_name_and_fits_its_search_alone(backend: Backend) {
    let world = World::open(backend).await;
    for (id, family) in [("a", "山田"), ("b", "林"), ("c", "森")] {
        world
            .record(id, &patient(id, family, "花子", ("ヤマダ", "ハナコ")))
            .await;
    }
    let mut query = parse("Patient?_sort=name&_count=1").unwrap();
    let cursor = world
        .store
        .search(&world.program(), &query)
        .await
        .unwrap()
        .next
        .unwrap();
    let bytes = hex::decode(&cursor).unwrap();
    assert!(!bytes.windows(6).any(|some| some == "やま".as_bytes()));

    let refused = async |query: &Query| match world.store.search(&world.program(), query).await {
        Err(StoreError::Query(name)) => name,
        other => panic!("{other:?}"),
    };
    let mut changed = bytes.clone();
    changed[4] ^= 1;
    let (changed, shorter) = (hex::encode(changed), hex::encode(&bytes[1..]));
    for wrong in ["", "zz", "00", "🙂", &shorter, &changed] {
        query.cursor = Some(wrong.to_owned());
        assert_eq!(refused(&query).await, "_cursor", "{wrong}");
    }
    for other in [
        "Patient?_sort=-name",
        "Patient?_sort=name&gender=male",
        "Practitioner?_sort=name",
    ] {
        let mut query = parse(other).unwrap();
        query.cursor = Some(cursor.clone());
        assert_eq!(refused(&query).await, "_cursor", "{other}");
    }
    // The row it stands on is gone: a new start, not a wrong page.
    query.cursor = Some(cursor);
    world.store.search(&world.program(), &query).await.unwrap();
    for id in ["a", "b", "c"] {
        world.delete(&format!("Patient/{id}")).await;
    }
    assert_eq!(refused(&query).await, "_cursor");
}

async fn the_count_has_a_limit(backend: Backend) {
    let world = World::open(backend).await;
    for number in 0..205 {
        world
            .public(&format!(
                r#"{{"resourceType":"Slot","id":"s{number}","status":"free"}}"#
            ))
            .await;
    }
    for (count, found) in [
        (0, 50),
        (7, 7),
        (200, 200),
        (100_000, 200),
        (usize::MAX, 200),
    ] {
        let mut query = parse("Slot?status=free").unwrap();
        query.count = count;
        query.total = true;
        let page = world.store.search(&world.program(), &query).await.unwrap();
        assert_eq!((page.matches.len(), page.total), (found, Some(205)));
        assert!(page.next.is_some());
    }
}
