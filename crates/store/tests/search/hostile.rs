//! Whatever is typed is a value, never part of a statement; and nothing makes a search fail but its own form.

use renkei_store::{Clause, Query, StoreError};
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, patient};

each_backend!(any_text_is_only_a_value, many_conditions_are_refused);

const TEXTS: &[&str] = &[
    "'",
    "''",
    "\"",
    "' or '1'='1",
    "'; drop table resource; --",
    "$1",
    "$99",
    "?1",
    ":x",
    "%",
    "_",
    "%%",
    "\\",
    "\\\\",
    "\\%",
    "a\\",
    "|",
    "||",
    "|||",
    "\\|",
    ",",
    "\0",
    "a\0b",
    "\u{7}",
    "\u{10FFFF}",
    "\u{FFFD}",
    "山\u{3099}",
    "🙂",
    "ge",
    "eq2020",
    "1e999",
    "-",
    "NaN",
    "null",
    "true",
    " ",
    "　",
    "/",
    "Patient/",
    "Patient/1/2/3",
    "//",
    "#",
    "urn:uuid:1",
    "2020-01-01T00:00:00+99:99",
    "9999999999999999999999",
    "-9999-01-01",
    "9999-12-31",
    "0000",
    "0001-01-01",
];

fn clause(param: &str, modifier: Option<&str>, value: String) -> Clause {
    Clause {
        param: param.to_owned(),
        modifier: modifier.map(str::to_owned),
        chain: None,
        values: vec![value],
    }
}

async fn any_text_is_only_a_value(backend: Backend) {
    let world = World::open(backend).await;
    world
        .record("p", &patient("p", "山田", "花子", ("ヤマダ", "ハナコ")))
        .await;
    let ctx = world.of("nobody");
    let program = world.program();
    let long = "長".repeat(100_000);
    let texts = TEXTS.iter().copied().chain([long.as_str()]);
    for text in texts {
        for (typ, param, modifier) in [
            ("Patient", "name", None),
            ("Patient", "name", Some("exact")),
            ("Patient", "name", Some("contains")),
            ("Patient", "identifier", None),
            ("Patient", "identifier", Some("not")),
            ("Patient", "phone", None),
            ("Patient", "birthdate", None),
            ("Patient", "organization", None),
            ("Patient", "organization", Some("Organization")),
            ("Patient", "_id", None),
            ("Patient", "_lastUpdated", None),
            ("Patient", "gender", Some("missing")),
            ("Observation", "value-quantity", None),
            (text, "_id", None),
            ("Patient", text, None),
            ("Patient", "name", Some(text)),
        ] {
            let mut query = Query::of(typ);
            query.clauses.push(clause(param, modifier, text.to_owned()));
            query.total = true;
            match world.store.search(&program, &query).await {
                // `%` and `_` are no patterns; nothing but a :not or an ignored blank finds anything.
                Ok(page) => assert!(
                    page.matches.is_empty() || modifier == Some("not") || param != "name",
                    "{typ} {param} {modifier:?} {text:?}"
                ),
                Err(StoreError::Query(_)) => {}
                Err(other) => panic!("{typ} {param} {modifier:?} {text:?}: {other}"),
            }
            if let Ok(page) = world.store.search(&ctx, &query).await {
                assert_eq!((page.matches.len(), page.total), (0, Some(0)));
            }
        }
    }
    assert_eq!(world.finds(&program, "Patient?name=山田").await, "p");
}

async fn many_conditions_are_refused(backend: Backend) {
    let world = World::open(backend).await;
    let mut query = Query::of("Patient");
    query.clauses = vec![clause("gender", None, "male".to_owned()); 51];
    assert!(matches!(
        world.store.search(&world.program(), &query).await,
        Err(StoreError::Query(_))
    ));
    let many = (0..201).map(|n| n.to_string());
    let query = Query::of("Patient").with_any("identifier", many);
    assert!(matches!(
        world.store.search(&world.program(), &query).await,
        Err(StoreError::Query(_))
    ));
    let most = (0..200).map(|n| n.to_string());
    let mut query = Query::of("Patient").with_any("identifier", most);
    query.clauses = vec![query.clauses[0].clone(); 5];
    world.store.search(&world.program(), &query).await.unwrap();
}
