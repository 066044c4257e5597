//! The ten tables of 医療情報ネット: small files with the official headings.

use jiff::civil::datetime;
use renkei_directory::import::Choice;
use renkei_directory::opening::{Week, What};
use renkei_testkit::{Backend, each_backend};

use crate::world::{World, csv};

each_backend!(
    five_kinds_of_institutions,
    departments_and_hours,
    pharmacies_and_maternity_homes_say_when_they_open,
    hours_that_are_wrong_are_told,
);

const KIND: &str = "medical-institutions";
const WEEK: [&str; 8] = ["月", "火", "水", "木", "金", "土", "日", "祝"];

fn common(own: &str, rest: &str) -> String {
    format!(
        "ID,{own},機関区分,都道府県コード,市区町村コード,所在地,所在地座標（緯度）,所在地座標（経度）,{rest}"
    )
}

/// The heading row of a 診療科・診療時間票.
fn hours_headings() -> String {
    let of = |name: &str| -> Vec<String> {
        WEEK.iter()
            .flat_map(|day| {
                [
                    format!("{day}_{name}開始時間"),
                    format!("{day}_{name}終了時間"),
                ]
            })
            .collect()
    };
    let columns = [of("診療"), of("外来受付")].concat();
    format!(
        "ID,診療科目コード,診療科目名,診療時間帯,{}",
        columns.join(",")
    )
}

/// A row of it: consultation and reception, the same on these days.
fn hours_row(id: &str, department: &str, band: u8, days: &str, spans: [&str; 2]) -> String {
    let cells = |span: &str| -> Vec<String> {
        let (from, until) = span.split_once('-').unwrap_or(("", ""));
        WEEK.iter()
            .flat_map(|day| match days.contains(day) {
                true => [from.to_owned(), until.to_owned()],
                false => [String::new(), String::new()],
            })
            .collect()
    };
    let cells = [cells(spans[0]), cells(spans[1])].concat();
    format!("{id},{department},{band},{}", cells.join(","))
}

async fn clinics(world: &World) {
    let headings = common(
        "正式名称,正式名称（フリガナ）",
        "毎週決まった曜日に休診（日）,祝日に休診,一般病床,合計病床数",
    );
    let rows = [
        "1311000000101,甲メンタルクリニック,コウメンタルクリニック,2,13,110,東京都目黒区中目黒１,35.64,139.70,0,0,,",
        "1311000000102,乙内科,オツナイカ,2,13,110,東京都目黒区中目黒２,35.65,139.69,0,0,19,19",
    ];
    let report = world
        .import(
            KIND,
            "02-1_20250601.csv",
            &csv(&headings, &rows),
            Choice::WRITE,
        )
        .await
        .unwrap();
    assert_eq!((report.accepted, report.refused), (2, 0));
}

async fn five_kinds_of_institutions(backend: Backend) {
    let world = World::new(backend).await;
    clinics(&world).await;
    let dental = csv(
        &common(
            "正式名称,正式名称（フリガナ）",
            "毎週決まった曜日に休診（日）",
        ),
        &["1311000000201,丙歯科,ヘイシカ,3,13,110,東京都目黒区中目黒３,35.64,139.70,0"],
    );
    let maternity = csv(
        &common(
            "正式名称,正式名称（フリガナ）",
            "毎週決まった曜日に休業（日）,祝日に休業,その他の休業日（GW、お盆等）",
        ),
        &["1311000000301,丁助産院,テイジョサンイン,4,13,110,東京都目黒区中目黒４,0.0,0.0,0,1,お盆"],
    );
    let pharmacy = csv(
        &common("名称,フリガナ,ローマ字", "薬局のホームページアドレス"),
        &[
            "1311000000401,戊薬局,ボヤッキョク,Bo,5,13,110,東京都目黒区中目黒５,35.64,139.70,https://bo.example.jp",
        ],
    );
    for file in [dental, maternity, pharmacy] {
        let report = world
            .import(KIND, "x_20250601.csv", &file, Choice::WRITE)
            .await
            .unwrap();
        assert_eq!((report.accepted, report.refused, report.missing), (1, 0, 0));
    }
    let mut kinds: Vec<String> = world
        .store
        .institutions()
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.kind)
        .collect();
    kinds.sort();
    assert_eq!(
        kinds,
        [
            "clinic",
            "clinic",
            "dental-clinic",
            "maternity-home",
            "pharmacy"
        ]
    );
}

async fn departments_and_hours(backend: Backend) {
    let world = World::new(backend).await;
    clinics(&world).await;
    let psychiatry = "01021,精神科";
    let rows = [
        hours_row(
            "1311000000101",
            psychiatry,
            1,
            "月火木金",
            ["09:30-13:00", "09:00-12:30"],
        ),
        hours_row(
            "1311000000101",
            psychiatry,
            2,
            "月木土",
            ["15:00-19:00", "14:30-18:30"],
        ),
        hours_row("1311000000101", "01022,心療内科", 1, "", ["", ""]),
        hours_row("1311000000102", "01001,内科", 1, "月", ["09:00-12:00", ""]),
        hours_row("1311000000999", "01001,内科", 1, "月", ["09:00-12:00", ""]),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = csv(&hours_headings(), &rows);
    let look = world
        .import(KIND, "02-2_20250601.csv", &file, Choice::LOOK)
        .await
        .unwrap();
    assert_eq!(
        look.to_json(),
        r#"{"accepted":4,"unchanged":0,"waiting":0,"refused":1,"warned":0}"#
    );
    assert_eq!(look.remarks[0].reason, "fault-import-institution-unknown");
    assert_eq!(look.differences[0].name, "甲メンタルクリニック");
    assert_eq!(
        look.differences[0].changes[0].new,
        "精神科 月火木金 9:30～13:00; 精神科 月木土 15:00～19:00; 精神科 月火木金 9:00～12:30 受付; \
         精神科 月木土 14:30～18:30 受付; 心療内科"
    );
    let done = world
        .import(KIND, "02-2_20250601.csv", &file, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!((done.accepted, done.refused), (4, 1));
    let id = world
        .store
        .institution_by_registry_id("1311000000101")
        .await
        .unwrap()
        .unwrap();
    let week = Week::of(&world.store.openings_of(&id).await.unwrap());
    let open = |day, hour| week.is_open_at(datetime(2026, 11, day, hour, 0, 0, 0), |_| false);
    assert_eq!(
        (open(21, 16), open(21, 10), open(22, 16)),
        (Some(true), Some(false), Some(false)),
        "Saturday afternoon only"
    );
    assert_eq!(
        week.openings()
            .iter()
            .filter(|one| one.what == What::Reception)
            .count(),
        7
    );

    let again = world
        .import(KIND, "02-2_20250601.csv", &file, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!((again.accepted, again.unchanged), (0, 4));
    // The same rows in another order are the same.
    let mixed = csv(&hours_headings(), &[rows[3], rows[0], rows[2], rows[1]]);
    let mixed = csv_after(&mixed, rows[3]);
    let scattered = world
        .import(KIND, "02-2_20250601.csv", &mixed, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!((scattered.accepted, scattered.unchanged), (0, 5));
    // Next year the Saturday is gone.
    let weekdays = hours_row("1311000000101", psychiatry, 2, "月木", ["15:00-19:00", ""]);
    let file = csv(&hours_headings(), &[rows[0], &weekdays, rows[2]]);
    let next = world
        .import(KIND, "02-2_20260601.csv", &file, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!((next.accepted, next.created), (3, 0));
    let week = Week::of(&world.store.openings_of(&id).await.unwrap());
    assert_eq!(
        week.is_open_at(datetime(2026, 11, 21, 16, 0, 0, 0), |_| false),
        Some(false)
    );
}

fn csv_after(file: &[u8], row: &str) -> Vec<u8> {
    [file, b"\r\n", row.as_bytes()].concat()
}

async fn pharmacies_and_maternity_homes_say_when_they_open(backend: Backend) {
    let world = World::new(backend).await;
    let file = csv(
        &common(
            "名称,フリガナ",
            "営業日（日）,定期閉店毎週（水）,定期閉店第２週（土）,祝日,その他の閉店日（GW、お盆等）,\
             月_開店時間帯1_開始時間,月_開店時間帯1_終了時間,土_開店時間帯4_開始時間,土_開店時間帯4_終了時間",
        ),
        &[
            "1311000000401,戊薬局,ボヤッキョク,5,13,110,東京都目黒区,35.64,139.70,0,0,0,0,年末年始,09:00,19:00,22:00,02:00",
        ],
    );
    let report = world
        .import(KIND, "05_20250601.csv", &file, Choice::WRITE)
        .await
        .unwrap();
    assert_eq!((report.accepted, report.warned), (1, 0));
    let id = world
        .store
        .institution_by_registry_id("1311000000401")
        .await
        .unwrap()
        .unwrap();
    let week = Week::of(&world.store.openings_of(&id).await.unwrap());
    let day = |day| week.of_day(jiff::civil::date(2026, 11, day), false);
    assert_eq!(day(2), Some(vec![(540, 1_140)]), "Monday");
    assert_eq!(
        day(7),
        Some(vec![(1_320, 1_560)]),
        "first Saturday, into the night"
    );
    assert_eq!(day(14), Some(vec![]), "second Saturday");
    assert_eq!(
        (day(4), day(8)),
        (Some(vec![]), Some(vec![])),
        "Wednesdays and Sundays"
    );
    let maternity = csv(
        &common(
            "正式名称,正式名称（フリガナ）",
            "火_就業時間帯1_開始時間,火_就業時間帯1_終了時間,火_外来受付時間帯3_開始時間,火_外来受付時間帯3_終了時間",
        ),
        &["1311000000301,丁助産院,テイ,4,13,110,東京都目黒区,35.64,139.70,10:00,16:00,10:00,15:00"],
    );
    world
        .import(KIND, "04_20250601.csv", &maternity, Choice::WRITE)
        .await
        .unwrap();
    let id = world
        .store
        .institution_by_registry_id("1311000000301")
        .await
        .unwrap()
        .unwrap();
    let sets = world.store.openings_of(&id).await.unwrap();
    assert_eq!(sets[0].hours().openings.len(), 2);
}

async fn hours_that_are_wrong_are_told(backend: Backend) {
    let world = World::new(backend).await;
    clinics(&world).await;
    let good = hours_row("1311000000101", "01001,内科", 1, "月", ["09:00-12:00", ""]);
    let rows = [
        good.replace("09:00,12:00", "09:00,"),
        good.replace("01001", "内"),
        good.replace("01001,内科,1", "01001,内科,9"),
        good.replace("1311000000101", "311000000101"),
        "1311000000101,01001".to_owned(),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let report = world
        .import(KIND, "x.csv", &csv(&hours_headings(), &rows), Choice::WRITE)
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
    assert_eq!(
        told,
        [
            "2 warned 月_診療開始時間 fault-import-hours",
            "3 refused 診療科目コード fault-import-department-code",
            "4 refused 診療時間帯 fault-import-band",
            "5 refused ID fault-import-institution-unknown",
            "6 refused  fault-import-row-width",
        ]
    );
    let missing = csv(
        "ID,診療科目コード,診療科目名",
        &["1311000000101,01001,内科"],
    );
    assert!(
        world
            .import(KIND, "x.csv", &missing, Choice::WRITE)
            .await
            .is_err()
    );
}

/// A row for the headings of a table of official definitions.
fn row_for(headings: &[String], kind: usize) -> String {
    let id = format!("13110000009{kind:02}");
    let cell = |heading: &String| match heading.as_str() {
        "ID" => id.clone(),
        "正式名称" | "名称" => format!("第{kind}医院"),
        "正式名称（フリガナ）" | "フリガナ" => "ダイイイン".to_owned(),
        "機関区分" => kind.to_string(),
        "都道府県コード" => "13".to_owned(),
        "市区町村コード" => "110".to_owned(),
        "所在地" => "東京都目黒区中目黒９－９".to_owned(),
        "所在地座標（緯度）" => "35.64".to_owned(),
        "所在地座標（経度）" => "139.70".to_owned(),
        "一般病床" | "合計病床数" => "12".to_owned(),
        "診療科目コード" => "01001".to_owned(),
        "診療科目名" => "内科".to_owned(),
        "診療時間帯" => "1".to_owned(),
        other if other.ends_with("アドレス") => "https://nine.example.jp".to_owned(),
        other if other.ends_with("開始時間") => "09:00".to_owned(),
        other if other.ends_with("終了時間") => "17:00".to_owned(),
        other if other.ends_with('）') && other.contains(['休', '閉', '営']) => "1".to_owned(),
        _ => String::new(),
    };
    let cells: Vec<String> = headings.iter().map(cell).collect();
    cells.join(",")
}

/// All eight tables with exactly the columns, and in the order, that their definition says.
#[test]
fn the_official_definitions() {
    use renkei_directory::import::Source;
    use renkei_directory::import::workbook::Workbook;
    let Some(path) = renkei_testkit::test_data("institutions/001306376.xlsx") else {
        return;
    };
    renkei_testkit::backend::run(async move {
        let world = World::new(Backend::sqlite()).await;
        let source = Source::read("d.xlsx", std::fs::read(path).unwrap()).unwrap();
        let mut book = Workbook::open(&source).unwrap();
        let kinds = ["病院", "診療所", "歯科診療所", "助産所", "薬局"];
        let mut tables = 0;
        for name in book.names() {
            let Some(of) = name.strip_prefix("定義書_") else {
                continue;
            };
            let of = of.split([' ', '(']).next().unwrap();
            let kind = 1 + kinds.iter().position(|kind| *kind == of).unwrap();
            let sheet = book.sheet(&name).unwrap();
            let rows = sheet.rows.iter().filter(|row| row.number > 4);
            let headings = rows.map(|row| row.cell(1).to_owned());
            let headings: Vec<String> = headings.filter(|one| !one.is_empty()).collect();
            let row = row_for(&headings, kind);
            let headings = headings.join(",");
            let import = async |row: &str, date: &str, choice| {
                let file = csv(&headings, &[row]);
                let name = format!("x_{date}.csv");
                world.import(KIND, &name, &file, choice).await.unwrap()
            };
            let look = import(&row, "20250601", Choice::LOOK).await;
            let report = import(&row, "20250601", Choice::WRITE).await;
            assert_eq!(look.to_json(), report.to_json(), "{name}");
            assert_eq!((report.accepted, report.refused), (1, 0), "{name}");
            assert_eq!(
                (&report.doubts, &report.remarks),
                (&vec![], &vec![]),
                "{name}"
            );
            let again = import(&row, "20250601", Choice::WRITE).await;
            assert_eq!((again.accepted, again.unchanged), (0, 1), "{name}");
            // The next file is a difference to confirm: one field of one institution.
            let next = row.replace("医院", "診療所").replace("09:00", "09:30");
            let look = import(&next, "20260601", Choice::LOOK).await;
            assert_eq!((look.accepted, look.created), (1, 0), "{name}");
            assert!(!look.differences[0].changes.is_empty(), "{name}");
            // A row that is cut is told with its line.
            let half: String = row.chars().take(20).collect();
            let half = import(&half, "20260601", Choice::LOOK).await;
            assert_eq!((half.refused, half.remarks[0].line), (1, 2), "{name}");
            tables += 1;
        }
        assert_eq!(tables, 8);
        let kinds: std::collections::BTreeSet<String> = world
            .store
            .institutions()
            .await
            .unwrap()
            .into_iter()
            .map(|one| one.kind)
            .collect();
        assert_eq!(kinds.len(), 5, "{kinds:?}");
    });
}
