//! Areas: lists in, next year's list as a difference, kinds side by side, mergers.

use jiff::civil::date;
use renkei_base::code::MunicipalityCode;
use renkei_base::{Refusal, Role};
use renkei_directory::area::merger::{Merger, Successor, merge};
use renkei_directory::area::tokyo;
use renkei_directory::import::{Choice, Report};
use renkei_directory::{AreaKind, Areas};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, csv};

each_backend!(
    tokyo_comes_with_the_program,
    kinds_lie_side_by_side,
    the_next_list_is_a_difference,
    bad_rows_are_told,
    only_the_region_changes_areas,
);

const HEADINGS: &str = "圏域種別,圏域コード,圏域名,市区町村コード,市区町村名,有効開始日,有効終了日";
const MEDICAL: AreaKind = AreaKind::SecondaryMedical;

/// 三重県: municipality, 二次医療圏, 構想区域. Areas are numbered in the order of their first municipality.
const MIE: [(&str, &str, &str, &str); 29] = [
    ("24201", "津市", "中勢伊賀", "津"),
    ("24202", "四日市市", "北勢", "三泗"),
    ("24203", "伊勢市", "南勢志摩", "伊勢志摩"),
    ("24204", "松阪市", "南勢志摩", "松阪"),
    ("24205", "桑名市", "北勢", "桑員"),
    ("24207", "鈴鹿市", "北勢", "鈴亀"),
    ("24208", "名張市", "中勢伊賀", "伊賀"),
    ("24209", "尾鷲市", "東紀州", "東紀州"),
    ("24210", "亀山市", "北勢", "鈴亀"),
    ("24211", "鳥羽市", "南勢志摩", "伊勢志摩"),
    ("24212", "熊野市", "東紀州", "東紀州"),
    ("24214", "いなべ市", "北勢", "桑員"),
    ("24215", "志摩市", "南勢志摩", "伊勢志摩"),
    ("24216", "伊賀市", "中勢伊賀", "伊賀"),
    ("24303", "木曽岬町", "北勢", "桑員"),
    ("24324", "東員町", "北勢", "桑員"),
    ("24341", "菰野町", "北勢", "三泗"),
    ("24343", "朝日町", "北勢", "三泗"),
    ("24344", "川越町", "北勢", "三泗"),
    ("24441", "多気町", "南勢志摩", "松阪"),
    ("24442", "明和町", "南勢志摩", "松阪"),
    ("24443", "大台町", "南勢志摩", "松阪"),
    ("24461", "玉城町", "南勢志摩", "伊勢志摩"),
    ("24470", "度会町", "南勢志摩", "伊勢志摩"),
    ("24471", "大紀町", "南勢志摩", "伊勢志摩"),
    ("24472", "南伊勢町", "南勢志摩", "伊勢志摩"),
    ("24543", "紀北町", "東紀州", "東紀州"),
    ("24561", "御浜町", "東紀州", "東紀州"),
    ("24562", "紀宝町", "東紀州", "東紀州"),
];

async fn import(world: &World, name: &str, rows: &[&str]) -> Report {
    let file = csv(HEADINGS, rows);
    world
        .import("areas", name, &file, Choice::WRITE)
        .await
        .unwrap()
}

async fn load_tokyo(world: &World) {
    tokyo::load(&world.store, &world.program()).await.unwrap();
}

async fn tokyo_comes_with_the_program(backend: Backend) {
    let world = World::new(backend).await;
    let areas = Areas::load(&world.store).await.unwrap();
    assert!(areas.of_kind(MEDICAL, date(2026, 11, 22)).is_empty());
    load_tokyo(&world).await;
    assert!(areas.refresh(&world.store).await.unwrap());
    assert!(!areas.refresh(&world.store).await.unwrap());
    let today = date(2026, 11, 22);
    let all = areas.of_kind(MEDICAL, today);
    let sizes: Vec<usize> = all
        .iter()
        .map(|area| areas.members(MEDICAL, &area.code, today).len())
        .collect();
    assert_eq!(sizes, [5, 2, 3, 3, 4, 3, 3, 8, 5, 6, 6, 5, 9]);
    let meguro = areas.of_municipality(MEDICAL, "131105", today).unwrap();
    assert_eq!(
        (meguro.code.as_str(), meguro.name.as_str()),
        ("1303", "区西南部")
    );
    assert_eq!(areas.municipality("131105").unwrap().kana, "めぐろく");
    assert_eq!(
        areas.of_municipality(AreaKind::RegionalPlan, "131105", today),
        None
    );
}

/// 29 municipalities, 4 areas of one kind and 8 of another: no conflict between kinds.
async fn kinds_lie_side_by_side(backend: Backend) {
    let world = World::new(backend).await;
    let (mut lines, mut medical, mut plan) = (Vec::new(), Vec::new(), Vec::new());
    let number = |known: &mut Vec<&str>, name: &'static str| {
        let at = known.iter().position(|one| *one == name);
        let at = at.unwrap_or_else(|| {
            known.push(name);
            known.len() - 1
        });
        format!("24{:02}", at + 1)
    };
    for (five, name, area, region) in MIE {
        let code = MunicipalityCode::parse(five).unwrap();
        let one = number(&mut medical, area);
        lines.push(format!("二次医療圏,{one},{area},{code},{name},,"));
        let other = number(&mut plan, region);
        lines.push(format!("構想区域,{other},{region},{code},{name},,"));
    }
    let rows: Vec<&str> = lines.iter().map(String::as_str).collect();
    let report = import(&world, "mie.csv", &rows).await;
    assert_eq!(
        report.to_json(),
        r#"{"accepted":58,"unchanged":0,"waiting":0,"refused":0,"warned":0}"#
    );
    let areas = Areas::load(&world.store).await.unwrap();
    let today = date(2026, 11, 22);
    assert_eq!(areas.of_kind(MEDICAL, today).len(), 4);
    assert_eq!(areas.of_kind(AreaKind::RegionalPlan, today).len(), 8);
    let atlas = areas.atlas();
    assert_eq!(atlas.municipalities(today).count(), 29);
    for one in atlas.municipalities(today) {
        for kind in [MEDICAL, AreaKind::RegionalPlan] {
            assert_eq!(
                atlas.of_municipality(kind, &one.code, today).count(),
                1,
                "{}",
                one.name
            );
        }
    }
    let again = import(&world, "mie.csv", &rows).await;
    assert_eq!((again.unchanged, again.accepted), (58, 0));
}

async fn the_next_list_is_a_difference(backend: Backend) {
    let world = World::new(backend).await;
    load_tokyo(&world).await;
    // 目黒区 moves, 区南部 gets another name, 大田区 is left out, 渋谷区 stays.
    let rows = [
        "二次保健医療圏,1302,城南,131091,品川区,,",
        "二次保健医療圏,1302,城南,131105,目黒区,,",
        "二次保健医療圏,1303,区西南部,131130,渋谷区,,",
    ];
    let file = csv(HEADINGS, &rows);
    let look = world
        .import("areas", "areas_20270401.csv", &file, Choice::LOOK)
        .await
        .unwrap();
    assert_eq!(
        (look.accepted, look.created, look.unchanged, look.missing),
        (2, 0, 1, 59)
    );
    let told: Vec<String> = look
        .differences
        .iter()
        .flat_map(|one| {
            one.changes.iter().map(move |change| {
                format!(
                    "{}: {} {} → {}",
                    one.name, change.field, change.old, change.new
                )
            })
        })
        .collect();
    insta::allow_duplicates! {
        insta::assert_snapshot!(told.join("\n"), @r"
        1302 城南 品川区: name 区南部 → 城南
        1302 城南 目黒区: area 1303 → 1302
        ");
    }
    assert!(
        look.missing_names
            .iter()
            .any(|name| name.contains("大田区"))
    );
    let areas = Areas::load(&world.store).await.unwrap();
    let (before, after) = (date(2027, 3, 31), date(2027, 4, 1));
    assert_eq!(
        areas
            .of_municipality(MEDICAL, "131105", after)
            .unwrap()
            .code,
        "1303",
        "a dry run"
    );

    world
        .import("areas", "areas_20270401.csv", &file, Choice::WRITE)
        .await
        .unwrap();
    areas.refresh(&world.store).await.unwrap();
    assert_eq!(
        areas
            .of_municipality(MEDICAL, "131105", before)
            .unwrap()
            .code,
        "1303"
    );
    assert_eq!(
        areas
            .of_municipality(MEDICAL, "131105", after)
            .unwrap()
            .code,
        "1302"
    );
    let members = |code: &str, day| areas.members(MEDICAL, code, day).len();
    assert_eq!(
        (members("1302", before), members("1302", after)),
        (2, 3),
        "大田区 stays"
    );
    assert_eq!((members("1303", before), members("1303", after)), (3, 2));
    let name = |day| areas.area(MEDICAL, "1302", day).unwrap().name;
    assert_eq!(
        (name(before), name(after)),
        ("区南部".to_owned(), "城南".to_owned())
    );
    let again = world
        .import("areas", "areas_20270401.csv", &file, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!((again.accepted, again.unchanged), (0, 3));
}

async fn bad_rows_are_told(backend: Backend) {
    let world = World::new(backend).await;
    let rows = [
        "二次保健医療圏,1303,区西南部,131105,目黒区,,",
        "二次保健医療圏,1303,区西南部,131105,目黒区,,",
        "二次保健医療圏,1302,区南部,131105,目黒区,,",
        "二次保健医療圏,1303,別の名,131121,世田谷区,,",
        "二次保健医療圏,1303,区西南部,131121,どこか,,",
        "日常生活圏域,東部,東部,131105,目黒区,,",
        "日常生活圏域,西部,西部,131105,目黒区,,",
        "三次医療圏,1303,区西南部,131130,渋谷区,,",
        "二次保健医療圏,1303,区西南部,131131,渋谷区,,",
        "二次保健医療圏,1303,区西南部,131130,渋谷区,2027-04-01,2026-04-01",
    ];
    let report = import(&world, "bad.csv", &rows).await;
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
        4 refused fault-import-area-twice 2
        5 refused fault-import-area-names 別の名
        9 refused fault-import-area-kind 三次医療圏
        10 refused fault-municipality-code-check-digit 131131
        11 refused fault-import-area-reversed 2027-04-01 2026-04-01
        6 refused fault-import-area-municipality-name どこか
        ");
    }
    assert_eq!(
        (report.accepted, report.unchanged, report.refused),
        (3, 1, 6)
    );
    let areas = Areas::load(&world.store).await.unwrap();
    let today = date(2026, 11, 22);
    let daily = areas.atlas();
    let daily = daily.of_municipality(AreaKind::DailyLiving, "131105", today);
    assert_eq!(daily.count(), 2, "such areas divide a municipality");
    let missing = world
        .import("areas", "x.csv", b"a,b\n1,2\n", Choice::WRITE)
        .await;
    assert!(
        matches!(missing, Err(Failure::Refused(Refusal::Invalid(faults))) if !faults.is_empty())
    );
    // Shift_JIS, English headings in another order, no dates.
    let (sjis, _, _) = encoding_rs::SHIFT_JIS.encode(
        "municipality name,municipality code,area name,area code\n渋谷区,131130,区西南部,1303\n",
    );
    let report = world
        .import("areas", "s.csv", &sjis, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!((report.accepted, report.refused), (1, 0));
}

async fn only_the_region_changes_areas(backend: Backend) {
    let world = World::new(backend).await;
    let nurse = world.person(Role::Nurse, None);
    assert!(matches!(
        tokyo::load(&world.store, &nurse).await,
        Err(Failure::Refused(_))
    ));
    let merger = Merger {
        from: vec!["131130".to_owned()],
        into: vec![Successor {
            code: "131121".to_owned(),
            ..Successor::default()
        }],
        on: date(2027, 4, 1),
        areas: Vec::new(),
    };
    assert!(matches!(
        merge(&world.store, &nurse, &merger).await,
        Err(Failure::Refused(_))
    ));
    assert!(world.store.municipalities().await.unwrap().is_empty());
}
