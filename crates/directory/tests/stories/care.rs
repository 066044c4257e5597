//! Files of 介護サービス情報公表 with the traps that real ones have.

use std::collections::BTreeMap;

use renkei_directory::Kind;
use renkei_directory::import::Choice;
use renkei_directory::opening::Week;
use renkei_testkit::{Backend, each_backend, test_data};

use crate::world::{World, csv};

each_backend!(
    offices_and_their_services,
    lost_zeros_come_back_only_where_they_are_proven,
    an_office_registered_by_hand_is_found,
);

const KIND: &str = "care-services";
const HEADINGS: &str = "都道府県コード又は市町村コード,No,都道府県名,市区町村名,事業所名,事業所名カナ,サービスの種類,住所,方書（ビル名等）,緯度,経度,電話番号,FAX番号,法人番号,法人の名称,事業所番号,利用可能曜日,利用可能曜日特記事項,定員,URL";
const NURSE: &str = "131105,1,東京都,目黒区,めぐろ訪問看護,メグロホウモンカンゴ,訪問看護,中目黒1-2-3,青葉ビル2階,35.64,139.70,03-0000-0001,,,,1369000011,平日,,,";
const HELP: &str = "131105,2,東京都,目黒区,めぐろ訪問看護,メグロホウモンカンゴ,訪問介護,中目黒1-2-3,青葉ビル2階,35.64,139.70,03-0000-0001,,,,1369000011,\"平日,土曜日,日曜日,祝日\",,,";
const HOME: &str = "131113,3,東京都,大田区,おおた苑,オオタエン,介護老人福祉施設,東京都大田区蒲田1,,0.0,0.0,03-0000-0002,,,,1370000018,,,120,https://ota.example.jp";

async fn offices_and_their_services(backend: Backend) {
    let world = World::new(backend).await;
    let file = csv(HEADINGS, &[NURSE, HELP, HOME, NURSE]);
    let look = world
        .import(KIND, "130_20250601.csv", &file, Choice::LOOK)
        .await
        .unwrap();
    let done = world
        .import(KIND, "130_20250601.csv", &file, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!(done.to_json(), look.to_json());
    assert_eq!(
        done.to_json(),
        r#"{"accepted":3,"unchanged":1,"waiting":0,"refused":0,"warned":1}"#,
        "{:?}",
        done.remarks
    );
    let rows = world.store.institutions().await.unwrap();
    assert_eq!(
        rows.len(),
        2,
        "two services of one office are one institution"
    );
    let nurse = rows
        .iter()
        .find(|one| one.name == "めぐろ訪問看護")
        .unwrap();
    assert_eq!(nurse.kind, Kind::VisitingNurse.code());
    assert_eq!(nurse.address, "東京都目黒区中目黒1-2-3 青葉ビル2階");
    let home = rows.iter().find(|one| one.name == "おおた苑").unwrap();
    assert_eq!(
        (home.kind.as_str(), home.municipality.as_str()),
        ("care-home", "131113")
    );
    let values = world.store.institution_values(&home.id).await.unwrap();
    let value = |field: &str| values.iter().find(|one| one.field == field).unwrap();
    assert_eq!(
        (
            value("capacity-510").value.as_str(),
            value("services").value.as_str()
        ),
        ("120", "510")
    );
    assert_eq!(
        (
            value("capacity-510").source.as_str(),
            value("capacity-510").source_date.as_str()
        ),
        ("care-services", "2025-06-01")
    );
    let week = Week::of(&world.store.openings_of(&nurse.id).await.unwrap());
    let sunday = jiff::civil::date(2026, 11, 22);
    assert_eq!(
        week.of_day(sunday, false),
        Some(vec![]),
        "nursing is closed on Sundays"
    );
    assert_eq!(world.store.position_of(&home.id).await.unwrap(), None);
    let services = world.store.institution_numbers_of(&nurse.id).await.unwrap();
    let services: Vec<&str> = services.iter().map(|one| one.part.as_str()).collect();
    assert_eq!(services, ["110", "130"]);

    let again = world
        .import(KIND, "130_20250601.csv", &file, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!((again.accepted, again.unchanged), (0, 4));
    // Next year: another name and telephone, one office gone.
    let next = NURSE
        .replace("めぐろ訪問看護,", "目黒ナースケア,")
        .replace("0000-0001", "0000-0009");
    let next = csv(HEADINGS, &[&next, HELP]);
    let next = world
        .import(KIND, "130_20260601.csv", &next, Choice::LOOK)
        .await
        .unwrap();
    assert_eq!(
        (next.accepted, next.created, next.unchanged, next.missing),
        (1, 0, 1, 0)
    );
    let fields: Vec<&str> = next.differences[0]
        .changes
        .iter()
        .map(|one| one.field)
        .collect();
    assert_eq!(fields, ["name", "phone"]);
}

async fn lost_zeros_come_back_only_where_they_are_proven(backend: Backend) {
    let world = World::new(backend).await;
    let row = |code: &str, prefecture: &str, number: &str| {
        format!(
            "{code},1,{prefecture},札幌市中央区,甲ステーション,コウ,定期巡回・随時対応型訪問介護看護,北海道札幌市中央区北１,,43.07,141.33,,,,,{number},,,,"
        )
    };
    let rows = [
        row("11011", "北海道", "190100370"),
        row("11012", "北海道", "190100371"),
        row("11011", "北海道", "190100371"),
        row("11011", "青森県", "190100370"),
        row("13110", "東京都", "190100370"),
        row("011011", "北海道", "1390100370"),
        row("011011", "北海道", "0190100370").replace("定期巡回・随時対応型訪問介護看護", "占い"),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let report = world
        .import(KIND, "760.csv", &csv(HEADINGS, &rows), Choice::WRITE)
        .await
        .unwrap();
    let told: Vec<String> = report
        .remarks
        .iter()
        .map(|one| {
            format!(
                "{} {} {} {}",
                one.line,
                one.level.code(),
                one.field,
                one.reason
            )
        })
        .collect();
    let code = "都道府県コード又は市町村コード";
    assert_eq!(
        told,
        [
            format!("2 warned {code} fault-import-municipality-zero"),
            "2 warned 事業所番号 fault-import-office-zero".to_owned(),
            format!("3 refused {code} fault-municipality-code-check-digit"),
            "4 refused 事業所番号 fault-import-office".to_owned(),
            format!("5 refused {code} fault-import-municipality"),
            format!("6 refused {code} fault-municipality-code-check-digit"),
            "7 refused 事業所番号 fault-import-office".to_owned(),
            "8 refused サービスの種類 fault-import-service".to_owned(),
        ]
    );
    let rows = world.store.institutions().await.unwrap();
    assert_eq!((rows.len(), rows[0].municipality.as_str()), (1, "011011"));
}

async fn an_office_registered_by_hand_is_found(backend: Backend) {
    let world = World::new(backend).await;
    let new = renkei_directory::institution::NewInstitution {
        kind: "visiting-nurse".to_owned(),
        name: "めぐろ訪問看護".to_owned(),
        municipality: "131105".to_owned(),
        address: "東京都目黒区中目黒1-2-3 青葉ビル2階".to_owned(),
        ..Default::default()
    };
    let id = renkei_directory::institution::register(&world.store, &world.program(), &new)
        .await
        .unwrap();
    let report = world
        .import(KIND, "130.csv", &csv(HEADINGS, &[NURSE]), Choice::WRITE)
        .await
        .unwrap();
    assert_eq!(
        (report.accepted, report.created),
        (1, 0),
        "no second one beside it"
    );
    let rows = world.store.institutions().await.unwrap();
    assert_eq!(rows.iter().map(|row| &row.id).collect::<Vec<_>>(), [&id]);
}

#[test]
fn the_real_file() {
    let Some(file) = test_data("institutions/760_regular_patrol_nursing_20250601.csv") else {
        return;
    };
    renkei_testkit::backend::run(async move {
        let world = World::new(Backend::sqlite()).await;
        let bytes = std::fs::read(file).unwrap();
        let name = "760_regular_patrol_nursing_20250601.csv";
        let report = world
            .import(KIND, name, &bytes, Choice::WRITE)
            .await
            .unwrap();
        println!("care {} {:?}", report.to_json(), report.reasons());
        assert_eq!((report.accepted, report.refused), (1_411, 0));
        assert_eq!(report.reasons()["fault-import-municipality-zero"], 250);
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for row in world.store.institutions().await.unwrap() {
            assert_eq!(row.municipality.len(), 6, "{}", row.name);
            *kinds.entry(row.kind).or_default() += 1;
        }
        assert_eq!(kinds, BTreeMap::from([("care-service".to_owned(), 1_411)]));
        let again = world
            .import(KIND, name, &bytes, Choice::WRITE)
            .await
            .unwrap();
        assert_eq!((again.accepted, again.unchanged), (0, 1_411));
    });
}
