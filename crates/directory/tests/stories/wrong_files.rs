//! Files with something wrong in them: each told with its place and reason; the good part kept or nothing, as one chooses.

use renkei_base::Refusal;
use renkei_directory::import::{Choice, Report};
use renkei_store::Failure;
use renkei_testkit::{Backend, Told, WrongFile, each_backend, wrong_files};

use crate::world::World;

each_backend!(place_and_reason_are_told_and_the_good_part_is_kept_or_nothing);

/// What is stored of what imports write, as one text.
async fn everything(world: &World) -> String {
    let store = &world.store;
    let institutions = store.institutions().await.unwrap();
    let mut values = Vec::new();
    for one in &institutions {
        values.push(store.institution_values(&one.id).await.unwrap());
    }
    let waits = store.code_waits().await.unwrap();
    let outlines = store.boundaries().await.unwrap();
    let runs = store.import_runs(99).await.unwrap().len();
    format!("{institutions:?} {values:?} {waits:?} {outlines:?} {runs}")
}

fn rows(report: &Report) -> Vec<(u64, &str, &str, &str)> {
    let all = report.remarks.iter();
    all.map(|one| (one.line, one.level.code(), one.field.as_str(), one.reason))
        .collect()
}

async fn send(world: &World, file: &WrongFile, choice: Choice) -> Result<Report, Failure> {
    world.clock.advance(renkei_base::clock::Span::seconds(1));
    world
        .import(file.kind, file.name, &file.bytes, choice)
        .await
}

async fn place_and_reason_are_told_and_the_good_part_is_kept_or_nothing(backend: Backend) {
    let world = World::new(backend).await;
    let whole = Choice {
        all_or_nothing: true,
        ..Choice::WRITE
    };
    for file in wrong_files() {
        let what = file.what;
        if let Some(good) = &file.before {
            let before = world.import(file.kind, "b_20250601.csv", good, Choice::WRITE);
            assert_eq!(before.await.unwrap().accepted, 1, "{what}");
        }
        let begin = everything(&world).await;
        let looked = send(&world, &file, Choice::LOOK).await;
        assert_eq!(everything(&world).await, begin, "{what}: a look");
        match &file.told {
            Told::File(reason) => {
                let Err(Failure::Refused(Refusal::Invalid(faults))) = looked else {
                    panic!("{what}: {looked:?}")
                };
                assert_eq!(faults[0].key, *reason, "{what}");
                assert!(send(&world, &file, Choice::WRITE).await.is_err(), "{what}");
                assert_eq!(everything(&world).await, begin, "{what}");
            }
            Told::Columns(heading) => {
                let looked = looked.unwrap();
                let named = looked.doubts.iter().any(|one| one.heading == *heading);
                assert!(named, "{what}: {looked:?}");
                assert!(send(&world, &file, Choice::WRITE).await.unwrap().stopped);
                assert_eq!(everything(&world).await, begin, "{what}");
            }
            Told::Rows(told) => {
                assert_eq!(&rows(&looked.unwrap()), told, "{what}");
                let none = send(&world, &file, whole).await.unwrap();
                assert_eq!(none.stopped, file.refused() > 0, "{what}");
                if none.stopped {
                    assert_eq!(everything(&world).await, begin, "{what}: nothing");
                    assert_eq!((none.accepted, none.refused), (0, file.refused()), "{what}");
                }
                let kept = send(&world, &file, Choice::WRITE).await.unwrap();
                assert_eq!(&rows(&kept), told, "{what}");
                let good = kept.accepted + kept.unchanged + kept.waiting;
                assert_eq!((good, kept.refused), (file.good, file.refused()), "{what}");
                assert_ne!(everything(&world).await, begin, "{what}");
                let rejects = kept.rejects_csv(str::to_owned);
                let rejects = String::from_utf8(rejects).unwrap();
                for (line, level, field, reason) in told {
                    let row = format!("\n{line},{level},{field},{reason},");
                    assert!(rejects.contains(&row), "{what}: {rejects}");
                }
            }
        }
    }
    // What lost its zeros has overwritten nothing, and nothing was added under half an identifier.
    let rows = world.store.institutions().await.unwrap();
    let sapporo: Vec<_> = rows
        .iter()
        .map(|one| (one.registry_id.as_deref().unwrap_or_default(), &one.short))
        .filter(|(id, _)| id.ends_with("111010000010"))
        .map(|(id, short)| (id, short.as_str()))
        .collect();
    assert_eq!(sapporo, [("0111010000010", "札医大")]);
}
