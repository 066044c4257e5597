//! What all imports share: looking first, the good part or nothing, next year's file as a difference, files that are none.

use renkei_base::Refusal;
use renkei_directory::import::{Choice, Source};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};

use crate::world::{HEADINGS, ROWS, World, csv};

each_backend!(
    looking_writes_nothing,
    the_good_part_or_nothing,
    next_years_file_is_a_difference,
    positions_beds_and_closed_days_have_their_tables,
);

const KIND: &str = "medical-institutions";

async fn looking_writes_nothing(backend: Backend) {
    let world = World::new(backend).await;
    let file = csv(HEADINGS, &ROWS);
    let look = world
        .import(KIND, "h.csv", &file, Choice::LOOK)
        .await
        .unwrap();
    assert_eq!((look.accepted, look.created), (5, 5));
    assert_eq!(look.differences[0].name, "札幌医科大学附属病院");
    assert_eq!(look.differences[0].line, 2);
    assert_eq!(world.store.institutions().await.unwrap(), []);
    assert_eq!(world.store.import_runs(9).await.unwrap(), []);
    let write = world
        .import(KIND, "h.csv", &file, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!(write.to_json(), look.to_json());
    assert_eq!(write.differences, look.differences);
    assert_eq!(world.store.institutions().await.unwrap().len(), 5);
    let again = world
        .import(KIND, "h.csv", &file, Choice::LOOK)
        .await
        .unwrap();
    assert_eq!((again.accepted, again.unchanged), (0, 5));
}

async fn the_good_part_or_nothing(backend: Backend) {
    let world = World::new(backend).await;
    let bad = ROWS[1].replace("131120001", "");
    let file = csv(HEADINGS, &[ROWS[0], &bad, ROWS[2]]);
    let all = Choice {
        all_or_nothing: true,
        ..Choice::WRITE
    };
    let nothing = world.import(KIND, "h.csv", &file, all).await.unwrap();
    assert!(nothing.stopped);
    assert_eq!((nothing.accepted, nothing.refused), (0, 1));
    assert_eq!(nothing.remarks[0].line, 3);
    assert_eq!(world.store.institutions().await.unwrap(), []);
    let good = world
        .import(KIND, "h.csv", &file, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!((good.accepted, good.refused, good.stopped), (2, 1, false));
    let whole = csv(HEADINGS, &ROWS);
    let whole = world.import(KIND, "h.csv", &whole, all).await.unwrap();
    assert_eq!(
        (whole.accepted, whole.unchanged, whole.stopped),
        (3, 2, false)
    );
}

async fn next_years_file_is_a_difference(backend: Backend) {
    let world = World::new(backend).await;
    let file = csv(HEADINGS, &ROWS);
    world.hospitals("h_20250601.csv", &file).await.unwrap();
    // One is renamed and has fewer beds, one is gone; the file holds no row of Okinawa, of which it says nothing.
    let changed = ROWS[1]
        .replace("昭和大学附属烏山病院", "昭和医科大学烏山病院")
        .replace("340,340", "300,300");
    let next = csv(HEADINGS, &[ROWS[0], &changed, ROWS[2]]);
    let look = world
        .import(KIND, "h_20260601.csv", &next, Choice::LOOK)
        .await
        .unwrap();
    assert_eq!((look.accepted, look.created, look.unchanged), (1, 0, 2));
    let told: Vec<String> = look.differences[0]
        .changes
        .iter()
        .map(|change| format!("{}: {} -> {}", change.field, change.old, change.new))
        .collect();
    assert_eq!(
        told,
        [
            "name: 昭和大学附属烏山病院 -> 昭和医科大学烏山病院",
            "beds-psychiatric: 340 -> 300",
            "beds-total: 340 -> 300"
        ]
    );
    assert_eq!(
        (look.missing, look.missing_names.as_slice()),
        (1, &["目黒ひかり病院".to_owned()][..])
    );
    let write = world.hospitals("h_20260601.csv", &next).await.unwrap();
    assert_eq!((write.missing, write.differences), (1, look.differences));
    assert_eq!(
        world.store.institutions().await.unwrap().len(),
        5,
        "what is missing stays"
    );
}

async fn positions_beds_and_closed_days_have_their_tables(backend: Backend) {
    let world = World::new(backend).await;
    world
        .hospitals("h_20250601.csv", &csv(HEADINGS, &ROWS))
        .await
        .unwrap();
    let positions = world.store.positions().await.unwrap();
    assert_eq!(positions.len(), 3, "0/0 is none");
    let sapporo = world
        .store
        .institution_by_registry_id("0111010000010")
        .await
        .unwrap()
        .unwrap();
    let position = world.store.position_of(&sapporo).await.unwrap().unwrap();
    assert_eq!(
        (position.latitude, position.longitude),
        (43.055405, 141.333497)
    );
    let beds = world.store.beds().await.unwrap();
    let psychiatric: u32 = beds
        .iter()
        .filter_map(|set| set.stated("psychiatric"))
        .sum();
    assert_eq!(psychiatric, 32 + 340);
    let mine = world.store.beds_of(&sapporo).await.unwrap();
    assert_eq!(mine[0].stated("tuberculosis"), None, "a blank is no 0");
    let sets = world.store.openings_of(&sapporo).await.unwrap();
    let days: Vec<u8> = sets[0]
        .hours()
        .openings
        .iter()
        .map(|one| one.weekday)
        .collect();
    assert_eq!(days, [7, 8], "Sundays and holidays");
    // The next file has lost the coordinates of one: its pin goes.
    let lost = ROWS[0].replace("43.055405,141.333497", "0.0,0.0");
    world
        .hospitals("h_20260601.csv", &csv(HEADINGS, &[&lost]))
        .await
        .unwrap();
    assert_eq!(world.store.position_of(&sapporo).await.unwrap(), None);
}

fn fault(result: Result<Source, Refusal>) -> String {
    match result {
        Err(Refusal::Invalid(faults)) => faults[0].key.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_that_are_something_else() {
    renkei_testkit::backend::run(async {
        let world = World::new(Backend::sqlite()).await;
        // A workbook under the name of a CSV.
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file(
            "[Content_Types].xml",
            zip::write::SimpleFileOptions::default(),
        )
        .unwrap();
        let workbook = zip.finish().unwrap().into_inner();
        let refused = world.hospitals("h.csv", &workbook).await;
        let Err(Failure::Refused(Refusal::Invalid(faults))) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(faults[0].key, "fault-import-excel");
        let old = Source::read("h.csv", vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1]);
        assert_eq!(fault(old), "fault-import-excel-old");
        // A CSV under the name of a workbook is read as what it is.
        let file = csv(HEADINGS, &ROWS);
        assert_eq!(world.hospitals("h.xlsx", &file).await.unwrap().accepted, 5);
        // Half a file: the row that was cut is told with its line.
        let half = &file[..file.len() - 40];
        let half = world.hospitals("h.csv", half).await.unwrap();
        assert_eq!((half.unchanged, half.refused), (4, 1));
        assert_eq!(
            (
                half.remarks.last().unwrap().line,
                half.remarks.last().unwrap().reason
            ),
            (6, "fault-import-row-width")
        );
    });
}
