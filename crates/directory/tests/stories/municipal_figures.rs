//! Inhabitants of municipalities: lists in, twice is once, next year's list, what areas and maps make of them.

use jiff::civil::{Date, date};
use renkei_base::code::MunicipalityCode;
use renkei_base::{Refusal, Role};
use renkei_directory::area::merger::{Merger, Successor, merge};
use renkei_directory::area::{Extent, tokyo};
use renkei_directory::import::{Choice, Report};
use renkei_directory::municipal_figure::{OVER_65, POPULATION};
use renkei_directory::{AreaKind, Areas, MunicipalFigures};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, csv};

each_backend!(
    figures_come_in_once,
    areas_take_what_is_newest,
    a_merger_within_a_year_leaves_the_past,
    two_mergers_one_after_the_other_are_added_once,
    what_was_divided_is_not_added,
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

/// 北多摩南部, of which 狛江市 goes into 世田谷区.
const SOUTH: [(&str, u32); 6] = [
    ("132039", 150_000),
    ("132047", 190_000),
    ("132063", 260_000),
    ("132080", 240_000),
    ("132101", 120_000),
    ("132195", 80_000),
];
/// 西多摩.
const WEST: [(&str, u32); 8] = [
    ("132055", 130_000),
    ("132187", 56_000),
    ("132276", 54_000),
    ("132284", 79_000),
    ("133035", 32_000),
    ("133051", 16_000),
    ("133078", 2_000),
    ("133086", 5_000),
];

/// Brings in who lives where on a day.
async fn people(world: &World, day: &str, all: &[(&str, u32)]) {
    let rows = all
        .iter()
        .map(|(code, people)| format!("{code},,{day},{people},{},住民基本台帳", people / 4));
    let rows: Vec<String> = rows.collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let report = import(world, &rows, Choice::WRITE).await;
    assert_eq!(report.accepted, all.len() as u64, "{report:?}");
}

async fn merged(world: &World, from: &[&str], into: &[(&str, &str)], on: Date) {
    world.clock.advance(renkei_base::clock::Span::seconds(1));
    let ctx = world.person(Role::RegionAdmin, None);
    let into = into.iter().map(|(code, name)| Successor {
        code: (*code).to_owned(),
        name: (*name).to_owned(),
        kana: String::new(),
    });
    let merger = Merger {
        from: from.iter().map(|code| (*code).to_owned()).collect(),
        into: into.collect(),
        on,
        areas: Vec::new(),
    };
    merge(&world.store, &ctx, &merger).await.unwrap();
}

fn six(five: &str) -> String {
    MunicipalityCode::parse(five).unwrap().as_str().to_owned()
}

/// People, day and extent of an area: as it was then, and within its borders of the day.
fn told(areas: &Areas, code: &str, day: Date) -> [Option<(u32, String, Extent)>; 2] {
    let atlas = areas.atlas();
    let both = [
        atlas.population(MEDICAL, code, day),
        atlas.population_within(MEDICAL, code, day),
    ];
    both.map(|one| one.map(|one| (one.people, one.date, one.extent)))
}

fn of(areas: &Areas, code: &str, day: Date) -> Option<(u32, Option<u32>, Extent)> {
    let one = areas.atlas().population_of(code, day)?;
    Some((one.people, one.over_65, one.extent))
}

fn known(people: u32, day: &str, extent: Extent) -> Option<(u32, String, Extent)> {
    Some((people, day.to_owned(), extent))
}

async fn a_merger_within_a_year_leaves_the_past(backend: Backend) {
    let world = region(backend).await;
    import(&world, &THREE, Choice::WRITE).await;
    people(&world, "2025-01-01", &SOUTH).await;
    let on = date(2025, 7, 1);
    merged(&world, &["132195"], &[("131121", "")], on).await;
    let areas = Areas::load(&world.store).await.unwrap();
    let eve = on.yesterday().unwrap();
    let (south, west) = (1_040_000, 1_430_000);
    for (area, then, now) in [
        ("1303", west, west + 80_000),
        ("1311", south, south - 80_000),
    ] {
        let same = known(then, "2025-01-01", Extent::Same);
        assert_eq!(told(&areas, area, eve), [same.clone(), same]);
        let as_it_was = known(then, "2025-01-01", Extent::Then);
        let summed = known(now, "2025-01-01", Extent::Summed);
        assert_eq!(told(&areas, area, on), [as_it_was, summed], "{area}");
    }
    assert_eq!(of(&areas, "131121", eve).unwrap().2, Extent::Same);
    assert_eq!(
        of(&areas, "131121", on),
        Some((1_000_000, Some(210_000), Extent::Summed))
    );
    let stated = areas.atlas().stated_of("131121", 2025).unwrap();
    assert_eq!((stated.people, stated.extent), (920_000, Extent::Same));
    // Figures of the same year, of after the merger: 世田谷区 has 狛江市 in it, which is not added again.
    people(&world, "2025-10-01", &[("131121", 1_001_000)]).await;
    areas.refresh(&world.store).await.unwrap();
    assert_eq!(
        of(&areas, "131121", on),
        Some((1_001_000, Some(250_250), Extent::Same))
    );
    // Of next year, only the year is known, and nothing of 狛江市.
    let next = ["131105", "131121", "131130"].map(|code| (code, 300_000));
    people(&world, "2026", &next).await;
    areas.refresh(&world.store).await.unwrap();
    let now = known(900_000, "2026", Extent::Same);
    let day = date(2026, 4, 1);
    assert_eq!(told(&areas, "1303", day), [now.clone(), now]);
    let year = areas.atlas().population_in(MEDICAL, "1311", 2025, day);
    let year = year.unwrap();
    assert_eq!((year.people, year.extent), (south, Extent::Then));
    // 狛江市 is gone with its people: a merger into what is not known makes no sum.
    merged(&world, &["132080"], &[("131156", "")], date(2026, 2, 1)).await;
    areas.refresh(&world.store).await.unwrap();
    assert_eq!(of(&areas, "131156", day), None, "杉並区 is not known");
}

async fn two_mergers_one_after_the_other_are_added_once(backend: Backend) {
    let world = region(backend).await;
    people(&world, "2022-01-01", &WEST).await;
    let (new, first, second) = (six("13230"), date(2023, 4, 1), date(2024, 4, 1));
    merged(&world, &["133051", "133086"], &[(&new, "西奥市")], first).await;
    merged(&world, &[&new], &[("132055", "")], second).await;
    let areas = Areas::load(&world.store).await.unwrap();
    let all: u32 = WEST.iter().map(|(_, people)| people).sum();
    // Nobody came to the area and nobody left it.
    let same = known(all, "2022-01-01", Extent::Same);
    for day in [date(2022, 6, 1), first, second] {
        assert_eq!(told(&areas, "1308", day), [same.clone(), same.clone()]);
    }
    assert_eq!(
        of(&areas, &new, first),
        Some((21_000, Some(5_250), Extent::Summed))
    );
    assert_eq!(
        of(&areas, "132055", second),
        Some((151_000, Some(37_750), Extent::Summed))
    );
    // Between the two, and once more with the year of the first alone.
    people(
        &world,
        "2024-01-01",
        &[("132055", 131_000), (&new, 22_000), ("133051", 15_000)],
    )
    .await;
    areas.refresh(&world.store).await.unwrap();
    assert_eq!(
        of(&areas, "132055", second),
        Some((153_000, Some(38_250), Extent::Summed)),
        "日の出町 is in 西奥市"
    );
    let rows = [("132055", 154_000), (&new, 22_000)];
    people(&world, "2024", &rows).await;
    areas.refresh(&world.store).await.unwrap();
    assert_eq!(
        of(&areas, "132055", second).unwrap().0,
        176_000,
        "a list that has both is of before the merger"
    );
    people(&world, "2025", &rows[..1]).await;
    areas.refresh(&world.store).await.unwrap();
    assert_eq!(
        of(&areas, "132055", date(2025, 4, 1)),
        Some((154_000, Some(38_500), Extent::Same))
    );
}

async fn what_was_divided_is_not_added(backend: Backend) {
    let world = region(backend).await;
    people(&world, "2026-01-01", &WEST).await;
    let on = date(2027, 4, 1);
    let village = six("13310");
    let both = [("132055", ""), (village.as_str(), "数馬村")];
    merged(&world, &["133078"], &both, on).await;
    let areas = Areas::load(&world.store).await.unwrap();
    assert_eq!(of(&areas, "132055", on), None, "nobody knows how many");
    assert_eq!(of(&areas, &village, on), None);
    let stated = areas.atlas().stated_of("132055", 2026).unwrap();
    assert_eq!(stated.people, 130_000, "what was stated stays");
    let all: u32 = WEST.iter().map(|(_, people)| people).sum();
    let same = known(all, "2026-01-01", Extent::Same);
    assert_eq!(told(&areas, "1308", on), [same.clone(), same]);
    // An area that has one part of it: there is no sum of today.
    let headings = "圏域種別,圏域コード,圏域名,市区町村コード,市区町村名,有効開始日,有効終了日";
    let rows = format!("構想区域,1388,奥,{village},数馬村,2027-04-01,");
    let file = csv(headings, &[&rows]);
    let report = world.import("areas", "a.csv", &file, Choice::WRITE).await;
    assert_eq!(report.unwrap().accepted, 1);
    areas.refresh(&world.store).await.unwrap();
    let atlas = areas.atlas();
    let plan = AreaKind::RegionalPlan;
    assert!(atlas.area(plan, "1388", on).is_some());
    assert_eq!(atlas.population(plan, "1388", on), None);
    assert_eq!(atlas.population_within(plan, "1388", on), None);
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
