//! Searches as they stand in addresses, broken in all ways: answered or refused by their form, by both databases alike.

use renkei_store::{Query, StoreError};
use renkei_testkit::{Backend, Fuzz, each_backend};

use crate::world::{World, parse, patient};

each_backend!(fuzz_addresses);

const GOOD: &[&str] = &[
    "Patient?name=山田&birthdate=ge1950&_sort=-_lastUpdated,name&_count=10&_total=accurate",
    "Task?owner=Organization/1&subject:Patient.name=山田&_sort=-authored-on&_include=Task:patient",
    "Observation?code=http://loinc.org|29463-7&value-quantity=gt5.4|http://unitsofmeasure.org|kg&date=lt2026-11-22T10:00",
    "Patient?_has:Observation:patient:code=29463-7&identifier:not=urn:x|1,2&gender:missing=true",
    "Appointment?_revinclude=Task:focus&_cursor=MTIzNA&status=booked,arrived&_id=1",
    "Patient?name:exact=山田&phone=03-0000-0000&organization:Organization=1&_lastUpdated=eb2026-01-01",
];
const WORDS: &[&str] = &[
    "&",
    "=",
    "?",
    ":",
    ".",
    "|",
    ",",
    "\\,",
    "\\",
    "$",
    "_has:",
    ":not",
    ":missing",
    ":contains",
    ":exact",
    ":identifier",
    "ge",
    "sa",
    "ap",
    "'; drop table resource; --",
    "$1",
    "%",
    "_",
    "_sort=",
    "_include=*",
    "_include:iterate=",
    "_cursor=",
    "_count=99999999999",
    "-",
    "9999-12-31",
    "0000-00-00",
    "1e308",
    "NaN",
    "subject:Patient.",
    "山",
    "\u{10ffff}",
];

async fn fuzz_addresses(backend: Backend) {
    let world = World::open(backend).await;
    world
        .record("p", &patient("p", "山田", "花子", ("ヤマダ", "ハナコ")))
        .await;
    let (program, nobody) = (world.program(), world.of("nobody"));
    let mut answered = 0;
    let mut fuzz = Fuzz::new(GOOD, WORDS);
    while let Some(text) = fuzz.next() {
        let Some(mut query) = known(parse(&text)) else {
            continue;
        };
        query.total = true;
        if let Some(page) = known(world.store.search(&program, &query).await) {
            answered += usize::from(!page.matches.is_empty());
            let page = world.store.search(&nobody, &query).await.unwrap();
            assert_eq!((page.matches.len(), page.total), (0, Some(0)));
        }
    }
    assert!(answered > 0, "nothing was ever found");
    assert_eq!(world.finds(&program, "Patient?name=山田").await, "p");
}

/// What is refused by its form only.
fn known<T>(result: Result<T, StoreError>) -> Option<T> {
    match result {
        Ok(found) => Some(found),
        Err(StoreError::Query(_)) => None,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn fuzz_forms_of_searches() {
    let mut fuzz = Fuzz::new(GOOD, WORDS);
    while let Some(text) = fuzz.next() {
        if let Some(query) = known(parse(&text)) {
            drop(Query::from_pairs(
                &query.typ,
                [("_sort", text.as_str()), (text.as_str(), "x")],
            ));
        }
    }
}
