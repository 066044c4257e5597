//! Inhabitants of municipalities: lists in, twice is once, next year's list, what areas and maps make of them.

use jiff::civil::date;
use renkei_base::Refusal;
use renkei_directory::area::tokyo;
use renkei_directory::import::{Choice, Report};
use renkei_directory::municipal_figure::{OVER_65, POPULATION};
use renkei_directory::{AreaKind, Areas, MunicipalFigures};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, csv};

each_backend!(
    figures_come_in_once,
    areas_take_what_is_newest,
    bad_files_are_told
);

const MEDICAL: AreaKind = AreaKind::SecondaryMedical;
const HEADINGS: &str = "市区町村コード,市区町村名,年,人口,65歳以上人口,出典";
/// 区西南部. The numbers are invented.
const THREE: [&str; 3] = [
    "131105,目黒区,2025-01-01,\"280,000\",\"56,000\",住民基本台帳",
    "13112,世田谷区,R7.1.1,\"920,000\",\"190,000\",住民基本台帳",
    "131130,渋谷区,令和7年1月1日,\"230,000\",,住民基本台帳",
];

async fn region(backend: Backend) -> World {
    let world = World::new(backend).await;
    tokyo::load(&world.store, &world.program()).await.unwrap();
    world
}

async fn import(world: &World, rows: &[&str], choice: Choice) -> Report {
    world.clock.advance(renkei_base::clock::Span::seconds(1));
    let file = csv(HEADINGS, rows);
    let report = world.import("municipal-figures", "people.csv", &file, choice);
    report.await.unwrap()
}

fn changes(report: &Report) -> Vec<String> {
    let each = report.differences.iter();
    each.flat_map(|one| {
        let name = &one.name;
        one.changes
            .iter()
            .map(move |change| format!("{name}: {} {} → {}", change.field, change.old, change.new))
    })
    .collect()
}

async fn figures_come_in_once(backend: Backend) {
    let world = region(backend).await;
    let look = import(&world, &THREE, Choice::LOOK).await;
    assert_eq!((look.accepted, look.created, look.warned), (3, 3, 1));
    let figures = MunicipalFigures::load(&world.store).await.unwrap();
    assert!(figures.is_empty(), "a look");
    let report = import(&world, &THREE, Choice::WRITE).await;
    assert_eq!(
        report.to_json(),
        r#"{"accepted":3,"unchanged":0,"waiting":0,"refused":0,"warned":1}"#
    );
    let again = import(&world, &THREE, Choice::WRITE).await;
    assert_eq!((again.accepted, again.unchanged), (0, 3));
    let figures = MunicipalFigures::load(&world.store).await.unwrap();
    let today = date(2026, 11, 22);
    let one = figures.at(OVER_65, "131121", today).unwrap();
    assert_eq!(
        (one.value, one.year, one.date.as_str()),
        (190_000, 2025, "2025-01-01")
    );
    assert_eq!(
        figures.at(OVER_65, "131130", today),
        None,
        "a blank stays a blank"
    );

    // The blank is filled, a slip is mended, and the next year comes.
    let next = [
        "131130,渋谷区,2025-01-01,230000,44000,住民基本台帳",
        "131105,目黒区,2025-01-01,281000,56000,住民基本台帳",
        "131105,目黒区,2026-01-01,282000,57000,住民基本台帳",
    ];
    let report = import(&world, &next, Choice::WRITE).await;
    assert_eq!((report.accepted, report.created), (3, 1));
    assert_eq!(
        changes(&report),
        [
            "131130 渋谷区 2025: population-65  → 44000",
            "131105 目黒区 2025: population 280000 → 281000",
        ]
    );
    let figures = MunicipalFigures::load(&world.store).await.unwrap();
    assert_eq!(figures.of(POPULATION, "131105").len(), 2);
    assert_eq!(
        figures.at(POPULATION, "131105", today).unwrap().value,
        282_000
    );
}

async fn areas_take_what_is_newest(backend: Backend) {
    let world = region(backend).await;
    let areas = Areas::load(&world.store).await.unwrap();
    let today = date(2026, 11, 22);
    let of = |areas: &Areas| areas.atlas().population(MEDICAL, "1303", today).unwrap();
    assert_eq!(of(&areas).people, 1_475_635, "the census");
    import(&world, &THREE, Choice::WRITE).await;
    assert!(
        areas.refresh(&world.store).await.unwrap(),
        "the mark has changed"
    );
    let now = of(&areas);
    assert_eq!(
        (now.people, now.over_65),
        (1_430_000, None),
        "one of them is blank"
    );
    assert_eq!(
        (now.date.as_str(), now.source.as_str()),
        ("2025-01-01", "住民基本台帳")
    );
    let one = areas.atlas().population_of("131105", today).unwrap();
    assert_eq!(one.ageing(), Some(20.0));
    assert_eq!(areas.atlas().population_of("131016", today), None);
    let neighbour = areas.atlas().population(MEDICAL, "1302", today).unwrap();
    assert_eq!(neighbour.date, "2020-10-01", "what is not imported stays");
}

async fn bad_files_are_told(backend: Backend) {
    let world = region(backend).await;
    let rows = [
        THREE[0],
        THREE[0],
        "131105,目黒区,2025-01-01,1,,",
        "131104,目黒区,2025,1,,",
        "130001,東京都,2025,1,,",
        "131121,世田谷区,2025,たくさん,,",
        "131121,世田谷区,2025,10,11,",
        "131121,世田谷区,来年,10,,",
        "271021,大阪市都島区,2025,10,1,",
    ];
    let report = import(&world, &rows, Choice::WRITE).await;
    let told: Vec<String> = report
        .remarks
        .iter()
        .map(|one| {
            format!(
                "{} {} {} {}",
                one.line,
                one.level.code(),
                one.reason,
                one.value
            )
        })
        .collect();
    insta::allow_duplicates! {
        insta::assert_snapshot!(told.join("\n"), @r"
        4 refused fault-import-figure-twice 2
        5 refused fault-municipality-code-check-digit 131104
        6 refused fault-import-area-prefecture 130001
        7 refused fault-import-figure-number たくさん
        8 refused fault-import-figure-over 11
        9 refused fault-import-figure-year 来年
        10 warned fault-import-figure-unknown 271021
        ");
    }
    assert_eq!(
        (report.accepted, report.unchanged, report.refused),
        (2, 1, 6)
    );
    let file = csv("コード,人数", &["131105,1"]);
    let missing = world.import("municipal-figures", "x.csv", &file, Choice::WRITE);
    assert!(matches!(
        missing.await,
        Err(Failure::Refused(Refusal::Invalid(faults))) if !faults.is_empty()
    ));
    // Nothing at all where the person chose so.
    let whole = Choice {
        all_or_nothing: true,
        ..Choice::WRITE
    };
    let stopped = import(&world, &["131121,世田谷区,2024,5,1,", rows[3]], whole).await;
    assert!(stopped.stopped && stopped.refused == 1);
    let figures = MunicipalFigures::load(&world.store).await.unwrap();
    assert_eq!(figures.of(POPULATION, "131121"), []);
    // Shift_JIS, other headings in another order.
    let (sjis, _, _) =
        encoding_rs::SHIFT_JIS.encode("65歳以上,総人口,年次,団体コード\n3,10,2020年,131121\n");
    let report = world.import("municipal-figures", "s.csv", &sjis, Choice::WRITE);
    let report = report.await.unwrap();
    assert_eq!((report.accepted, report.refused), (1, 0));
}
