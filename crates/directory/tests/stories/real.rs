//! The real files, where `RENKEI_TEST_DATA` names their folder.

use std::fs;

use renkei_directory::import::Source;
use renkei_directory::{Filter, Finder, Search};
use renkei_testkit::{Backend, test_data};

use crate::world::World;

const HOSPITALS: &str = "01-1_hospital_facility_info_20250601.zip";
const CODES: &str = "202508_all_med_inst_cd.zip";

#[test]
fn hospitals_and_codes() {
    let hospitals = test_data(&format!("institutions/{HOSPITALS}"));
    let codes = test_data(&format!("codes/{CODES}"));
    let (Some(hospitals), Some(codes)) = (hospitals, codes) else {
        return;
    };
    renkei_testkit::backend::run(async move {
        let world = World::new(Backend::sqlite()).await;
        let file = fs::read(hospitals).unwrap();
        import_hospitals(&world, &file).await;
        import_spoilt(&world, &file).await;
        import_codes(&world, &fs::read(codes).unwrap()).await;
        search(&world).await;
        write_sample(&world).await;
    });
}

async fn import_hospitals(world: &World, file: &[u8]) {
    let report = world.hospitals(HOSPITALS, file).await.unwrap();
    println!("hospitals {} {:?}", report.to_json(), report.reasons());
    assert_eq!((report.accepted, report.rows()), (7_587, 7_587));
    let reasons = report.reasons();
    let count = |key: &str| reasons.get(key).copied().unwrap_or_default();
    assert_eq!(count("fault-import-position-none"), 270);
    assert_eq!(count("fault-import-beds-no-total"), 34);
    assert_eq!(count("fault-import-beds-blank"), 57 - 34);
    assert_eq!(count("fault-import-beds-total"), 74);
    let again = world.hospitals(HOSPITALS, file).await.unwrap();
    assert_eq!((again.unchanged, again.accepted), (7_587, 0));
}

/// The same file as a spreadsheet leaves it: no leading zeros in any column.
async fn import_spoilt(world: &World, file: &[u8]) {
    let text = Source::read(HOSPITALS, file.to_vec())
        .unwrap()
        .text()
        .unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(reader.headers().unwrap()).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        let cells = row.iter().map(|cell| match cell.parse::<u64>() {
            Ok(number) => number.to_string(),
            Err(_) => cell.to_owned(),
        });
        writer.write_record(cells).unwrap();
    }
    let spoilt = writer.into_inner().unwrap();
    let report = world.hospitals("x_20251201.csv", &spoilt).await.unwrap();
    println!("spoilt {} {:?}", report.to_json(), report.reasons());
    assert_eq!(
        (report.refused, report.accepted, report.unchanged),
        (1_198, 0, 7_587 - 1_198)
    );
    assert_eq!(report.reasons().get("fault-import-id-zeros"), Some(&1_198));
}

async fn import_codes(world: &World, file: &[u8]) {
    let report = world.codes(CODES, file).await.unwrap();
    println!("codes {} {:?}", report.to_json(), report.reasons());
    let counts = (report.rows(), report.unchanged, report.refused);
    assert_eq!(counts, (97_024, 536, 0));
    // Okinawa is not in the list; of the other 7,498 hospitals nearly all are found.
    assert!(report.accepted > 7_380, "{}", report.accepted);
    let again = world.codes(CODES, file).await.unwrap();
    assert_eq!((again.accepted, again.waiting), (0, report.waiting));
    assert_eq!(again.unchanged, report.accepted + 536);
}

async fn search(world: &World) {
    let finder = Finder::load(&world.store).await.unwrap();
    let tokyo = Search {
        filter: Filter {
            prefecture: Some("13".to_owned()),
            ..Default::default()
        },
        ..Default::default()
    };
    assert_eq!(finder.search(&tokyo).total, 583);
    let named = finder.municipalities();
    assert!(
        named.iter().all(|(code, name)| code != name),
        "all are named"
    );
}

/// Where `RENKEI_TEST_SAMPLE` names a file: all codes given, to be looked at beside the list.
async fn write_sample(world: &World) {
    let Some(file) = std::env::var_os("RENKEI_TEST_SAMPLE") else {
        return;
    };
    let rows = world.store.institutions().await.unwrap();
    let lines = rows.into_iter().filter_map(|row| {
        let id = row.registry_id.unwrap_or_default();
        Some(format!(
            "{}\t{id}\t{}\t{}\n",
            row.code?, row.name, row.address
        ))
    });
    fs::write(file, lines.collect::<String>()).unwrap();
}
