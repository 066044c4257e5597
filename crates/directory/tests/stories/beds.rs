//! 病床機能報告 by area: beds go to the institutions that are meant, signs are never 0, the rest waits.

use renkei_directory::import::{Choice, wait};
use renkei_store::BedCount;
use renkei_testkit::{Backend, each_backend, test_data};

use crate::members::workbook;
use crate::world::{HEADINGS, World, csv};

each_backend!(beds_go_to_those_who_are_meant);

const KIND: &str = "bed-reports";

fn report(rows: &[[&str; 8]]) -> Vec<u8> {
    let heads: &[&[&str]] = &[
        &["構想区域別の医療機関"],
        &["都道府県", "構想区域", "医療機関数"],
        &["", "", "病院"],
        &["東京都", "区中央部", "1"],
        &["1301"],
        &["①医療機関名", "②所在地", "③一般・療養病床"],
        &[
            "",
            "",
            "休棟中等含む計",
            "高度急性期",
            "急性期",
            "回復期",
            "慢性期",
            "休棟中等",
        ],
        &["", "", "", "", "", "", "", "", "高度急性期"],
    ];
    let rows: Vec<&[&str]> = rows.iter().map(|row| row.as_slice()).collect();
    workbook(&[heads, &rows].concat())
}

async fn beds_go_to_those_who_are_meant(backend: Backend) {
    let world = World::new(backend).await;
    let hospitals = [
        "131010001,医療法人財団　千代田病院,チヨダビョウイン,,1,13,101,東京都千代田区神田１－１,35.69,139.77,,0,0,100,,100",
        "131020001,築地病院,ツキジ,,1,13,102,東京都中央区築地５－１,35.66,139.77,,0,0,200,,200",
    ];
    world
        .hospitals("h_20250601.csv", &csv(HEADINGS, &hospitals))
        .await
        .unwrap();
    let file = report(&[
        ["千代田病院", "千代田区", "100", "20", "60", "0", "*", "-"],
        ["築地病院", "中央区", "未報告", "", "", "", "", ""],
        [
            "築地外科病院",
            "中央区",
            "19",
            "0",
            "19",
            "0",
            "0",
            "ＸＸＸ",
        ],
        ["消えた診療所", "港区", "9", "0", "9", "多数", "0", "0"],
    ]);
    let done = world
        .import(KIND, "beds_20250701.xlsx", &file, Choice::WRITE)
        .await
        .unwrap();
    println!("{:?}", done.remarks);
    assert_eq!((done.refused, done.warned), (0, 1));
    let chiyoda = world
        .store
        .institution_by_registry_id("131010001")
        .await
        .unwrap()
        .unwrap();
    let sets = world.store.beds_of(&chiyoda).await.unwrap();
    let reported = sets.iter().find(|set| set.source == KIND).unwrap();
    assert_eq!(
        reported.beds,
        [
            ("reported-total".to_owned(), BedCount::Stated(100)),
            ("advanced".to_owned(), BedCount::Stated(20)),
            ("acute".to_owned(), BedCount::Stated(60)),
            ("recovery".to_owned(), BedCount::Stated(0)),
            ("chronic".to_owned(), BedCount::Withheld),
            ("suspended".to_owned(), BedCount::NotApplicable),
        ]
    );
    assert_eq!(
        (reported.stated("chronic"), reported.source_date.as_str()),
        (None, "2025-07-01")
    );
    assert_eq!(sets.len(), 2, "the other list's beds stay");
    let values = world.store.institution_values(&chiyoda).await.unwrap();
    assert!(
        values
            .iter()
            .any(|one| one.field == "regional-plan-area" && one.value == "1301")
    );
    let tsukiji = world
        .store
        .institution_by_registry_id("131020001")
        .await
        .unwrap()
        .unwrap();
    let ctx = world.person(renkei_base::Role::RegionDesk, None);
    let waits = wait::waiting(&world.store, &ctx, 9).await.unwrap();
    assert_eq!(done.accepted + done.waiting, 4);
    let one = waits.iter().find(|one| one.name == "築地外科病院").unwrap();
    assert!(one.candidates.contains(&tsukiji));
    let again = world
        .import(KIND, "beds_20250701.xlsx", &file, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!((again.accepted, again.unchanged), (0, done.accepted));
    wait::confirm(&world.store, &ctx, &one.kind, &one.key, &tsukiji)
        .await
        .unwrap();
    let sets = world.store.beds_of(&tsukiji).await.unwrap();
    let reported = sets.iter().find(|set| set.source == KIND).unwrap();
    assert_eq!(reported.stated("acute"), Some(19));

    let other = csv("a,b", &["1,2"]);
    assert!(
        world
            .import(KIND, "beds.xlsx", &other, Choice::WRITE)
            .await
            .is_err(),
        "a CSV under the name of a workbook"
    );
    let heads = workbook(&[&["何か", "別の表"], &["1", "2"]]);
    let heads = world
        .import(KIND, "beds.xlsx", &heads, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!(
        (heads.refused, heads.remarks[0].reason),
        (1, "fault-import-sheet")
    );
}

#[test]
fn the_real_file() {
    let hospitals = test_data("institutions/01-1_hospital_facility_info_20250601.zip");
    let (Some(hospitals), Some(beds)) = (hospitals, test_data("beds/001723127.xlsx")) else {
        return;
    };
    renkei_testkit::backend::run(async move {
        let world = World::new(Backend::sqlite()).await;
        let file = std::fs::read(hospitals).unwrap();
        world.hospitals("01-1_20250601.zip", &file).await.unwrap();
        let file = std::fs::read(beds).unwrap();
        let report = world
            .import(KIND, "001723127.xlsx", &file, Choice::WRITE)
            .await
            .unwrap();
        println!("beds {} {:?}", report.to_json(), report.reasons());
        assert_eq!(
            (report.rows(), report.refused, report.warned),
            (11_760, 0, 0)
        );
        let sets = world.store.beds().await.unwrap();
        let reported: Vec<_> = sets.iter().filter(|set| set.source == KIND).collect();
        assert_eq!(reported.len() as u64, report.accepted);
        // Of the hospitals nearly all are found; clinics are not in the directory here.
        assert!(report.accepted > 6_000, "{}", report.accepted);
        let again = world
            .import(KIND, "001723127.xlsx", &file, Choice::WRITE)
            .await
            .unwrap();
        assert_eq!((again.accepted, again.unchanged), (0, report.accepted));
    });
}
