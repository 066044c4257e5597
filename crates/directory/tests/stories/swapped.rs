//! Any two columns of any kind of file, exchanged: a heading over the wrong values, or values under the wrong heading. Nothing
//! of it is taken without a question or a reason at each row, but for the few pairs that are named here.

use renkei_base::Refusal;
use renkei_directory::area::tokyo;
use renkei_directory::import::{Choice, Report};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend, test_data};

use crate::members::workbook;
use crate::world::{World, csv};

each_backend!(
    no_two_columns_are_exchanged_in_silence,
    beds_are_held_against_their_sums,
);

struct File {
    kind: &'static str,
    headings: &'static str,
    rows: &'static [&'static str],
    /// Pairs of which the values look the same, so that only their headings tell.
    alike: &'static [(&'static str, &'static str)],
}

const FILES: [File; 7] = [
    File {
        kind: "medical-institutions",
        headings: "ID,正式名称,正式名称（フリガナ）,略称,英語表記（ローマ字表記）,機関区分,都道府県コード,市区町村コード,所在地,所在地座標（緯度）,所在地座標（経度）,案内用ホームページアドレス,毎週決まった曜日に休診（月）,毎週決まった曜日に休診（日）,一般病床,療養病床,療養病床のうち医療保険適用,療養病床のうち介護保険適用,精神病床,結核病床,感染症病床,合計病床数",
        rows: &[
            "1311000000001,甲病院,コウビョウイン,甲病,Kou Hospital,1,13,110,東京都目黒区中目黒１－２－３,35.64,139.70,https://kou.example.jp,1,0,100,40,30,10,60,5,4,209",
            "1311000000002,医療法人　乙病院,オツビョウイン,乙病,Otsu Hospital,1,13,110,東京都目黒区碑文谷２－３,35.63,139.68,https://otsu.example.jp,1,0,80,50,35,15,0,9,2,141",
            "1311000000003,丙病院,ヘイビョウイン,丙病,Hei Hospital,1,13,110,東京都目黒区駒場３－４,35.65,139.69,https://hei.example.jp,1,0,70,30,20,10,200,3,1,304",
        ],
        alike: &[
            ("正式名称", "略称"),
            ("正式名称", "英語表記（ローマ字表記）"),
            ("正式名称（フリガナ）", "英語表記（ローマ字表記）"),
            ("略称", "英語表記（ローマ字表記）"),
            (
                "毎週決まった曜日に休診（月）",
                "毎週決まった曜日に休診（日）",
            ),
            ("一般病床", "療養病床"),
            ("一般病床", "精神病床"),
            ("一般病床", "結核病床"),
            ("一般病床", "感染症病床"),
            ("療養病床", "精神病床"),
            ("療養病床のうち医療保険適用", "療養病床のうち介護保険適用"),
            ("機関区分", "感染症病床"),
            ("精神病床", "結核病床"),
            ("精神病床", "感染症病床"),
            ("結核病床", "感染症病床"),
        ],
    },
    File {
        kind: "care-services",
        headings: "都道府県コード又は市町村コード,都道府県名,市区町村名,事業所名,事業所名カナ,サービスの種類,住所,方書（ビル名等）,緯度,経度,電話番号,FAX番号,事業所番号,定員,URL",
        rows: &[
            "131105,東京都,目黒区,ひまわり訪問看護ステーション,ヒマワリホウモンカンゴステーション,訪問看護,目黒区中目黒1-2-3,青葉ビル2階,35.64,139.70,03-5555-0001,03-5555-0101,1360000010,10,https://hima.example.jp",
            "131105,東京都,目黒区,さくら訪問看護ステーション,サクラホウモンカンゴ,訪問看護,目黒区碑文谷3-4,緑ビル3階,35.63,139.69,03-5555-0002,03-5555-0102,1360000028,20,https://saku.example.jp",
        ],
        alike: &[("電話番号", "FAX番号"), ("事業所名", "方書（ビル名等）")],
    },
    File {
        kind: "members",
        headings: "医療機関名,住所",
        rows: &[
            "目黒ひかり病院,東京都目黒区碑文谷1-2",
            "井上病院,沖縄県那覇市天久１",
        ],
        alike: &[],
    },
    File {
        kind: "institution-codes",
        headings: "",
        rows: &[
            "010112489,0112489,医療法人 愛全病院,005-0813,札幌市南区川沿１３条２丁目",
            "010114626,0114626,医療法人 北病院,060-0001,札幌市中央区北１条西２丁目",
        ],
        alike: &[],
    },
    File {
        kind: "areas",
        headings: "圏域種別,圏域コード,圏域名,市区町村コード,市区町村名,有効開始日,有効終了日",
        rows: &[
            "構想区域,1303,区西南部,131105,目黒区,2020-04-01,2030-03-31",
            "構想区域,1303,区西南部,131121,世田谷区,2020-04-01,2030-03-31",
            "構想区域,1303,区西南部,131130,渋谷区,2020-04-01,2030-03-31",
        ],
        alike: &[],
    },
    File {
        kind: "municipal-figures",
        headings: "市区町村コード,市区町村名,年,人口,65歳以上人口,出典",
        rows: &[
            "131105,目黒区,2025,280000,56000,住民基本台帳",
            "131121,世田谷区,2025,920000,190000,住民基本台帳",
            "131130,渋谷区,2025,230000,44000,住民基本台帳",
        ],
        alike: &[],
    },
    File {
        kind: "mergers",
        headings: "旧市区町村コード,旧市区町村名,新市区町村コード,新市区町村名,施行日",
        rows: &[
            "133051,日の出町,132055,青梅市,2027-04-01",
            "133086,奥多摩町,132055,青梅市,2027-04-01",
        ],
        alike: &[],
    },
];

fn exchanged(row: &str, one: usize, other: usize) -> String {
    let mut cells: Vec<&str> = row.split(',').collect();
    cells.swap(one, other);
    cells.join(",")
}

/// Whether nothing of it would be written without a word at its place.
fn told(looked: &Result<Report, Failure>, rows: usize) -> bool {
    match looked {
        Err(Failure::Refused(Refusal::Invalid(faults))) => !faults.is_empty(),
        Err(_) => false,
        Ok(report) => {
            let accepted = usize::try_from(report.accepted).unwrap();
            let warned: std::collections::BTreeSet<u64> =
                report.remarks.iter().map(|one| one.line).collect();
            !report.doubts.is_empty() || accepted == 0 || warned.len() >= rows
        }
    }
}

async fn no_two_columns_are_exchanged_in_silence(backend: Backend) {
    let world = World::new(backend).await;
    tokyo::load(&world.store, &world.program()).await.unwrap();
    let mut silent = Vec::new();
    for file in &FILES {
        let names: Vec<&str> = match file.headings {
            "" => vec!["1", "2", "3", "4", "5"],
            headings => headings.split(',').collect(),
        };
        let write = |headings: &str, rows: &[String]| -> Vec<u8> {
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            match headings {
                "" => rows.join("\r\n").into_bytes(),
                headings => csv(headings, &rows),
            }
        };
        let rows: Vec<String> = file.rows.iter().map(|row| (*row).to_owned()).collect();
        let right = write(file.headings, &rows);
        let right = world.import(file.kind, "r.csv", &right, Choice::LOOK).await;
        let right = right.unwrap();
        assert_eq!(right.doubts, [], "{}", file.kind);
        for one in 0..names.len() {
            for other in one + 1..names.len() {
                // Where both columns hold the same nothing is exchanged.
                if rows.iter().all(|row| exchanged(row, one, other) == *row) {
                    continue;
                }
                let pair = format!("{} {} {}", file.kind, names[one], names[other]);
                let alike = file.alike.contains(&(names[one], names[other]));
                let moved: Vec<String> =
                    rows.iter().map(|row| exchanged(row, one, other)).collect();
                let bytes = write(file.headings, &moved);
                let looked = world.import(file.kind, "v.csv", &bytes, Choice::LOOK).await;
                if told(&looked, rows.len()) == alike {
                    silent.push(format!("values {pair}"));
                }
                if file.headings.is_empty() {
                    continue;
                }
                let bytes = write(&exchanged(file.headings, one, other), &rows);
                let looked = world.import(file.kind, "h.csv", &bytes, Choice::LOOK).await;
                if !told(&looked, rows.len()) {
                    silent.push(format!("headings {pair}"));
                }
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

const KINDS: [&str; 6] = [
    "休棟中等含む計",
    "高度急性期",
    "急性期",
    "回復期",
    "慢性期",
    "休棟中等",
];
const BEDS: [[&str; 6]; 3] = [
    ["582", "292", "270", "0", "0", "20"],
    ["378", "0", "139", "45", "178", "16"],
    ["199", "0", "106", "42", "51", "0"],
];

/// A sheet with the beds of its area, if any are stated.
fn sheet(kinds: &[&str; 6], rows: &[[&str; 6]], area: Option<[&str; 5]>) -> Vec<u8> {
    let (heads, area) = match area {
        Some(area) => (KINDS[1..].to_vec(), area.to_vec()),
        None => (vec![], vec![]),
    };
    let heads = [vec!["都道府県", "構想区域", "医療機関数"], heads].concat();
    let area = [vec!["東京都", "区中央部", "3"], area].concat();
    let names = [
        ["甲病院", "千代田区"],
        ["乙病院", "中央区"],
        ["丙病院", "港区"],
    ];
    let rows: Vec<Vec<&str>> = names
        .iter()
        .zip(rows)
        .map(|(name, beds)| [&name[..], &beds[..]].concat())
        .collect();
    let below = [&["", ""][..], &kinds[..]].concat();
    let mut all: Vec<&[&str]> = vec![
        &heads,
        &area,
        &["1301"],
        &["①医療機関名", "②所在地", "③一般・療養病床"],
        &below,
    ];
    all.extend(rows.iter().map(Vec::as_slice));
    workbook(&all)
}

async fn beds_are_held_against_their_sums(backend: Backend) {
    let world = World::new(backend).await;
    let area = Some(["292", "515", "87", "229", "36"]);
    let look = async |file: Vec<u8>| {
        let looked = world.import("bed-reports", "b.xlsx", &file, Choice::LOOK);
        looked.await.unwrap()
    };
    let right = look(sheet(&KINDS, &BEDS, area)).await;
    assert_eq!((right.doubts.len(), right.warned), (0, 0), "{right:?}");
    assert_eq!(right.waiting, 3, "no directory here");
    let plain = look(sheet(&KINDS, &BEDS, None)).await;
    assert_eq!((plain.doubts.len(), plain.warned), (0, 0), "{plain:?}");
    for (one, first) in KINDS.iter().enumerate() {
        for (other, second) in KINDS.iter().enumerate().skip(one + 1) {
            let pair = format!("{first} {second}");
            let mut values = BEDS;
            for row in &mut values {
                row.swap(one, other);
            }
            let mut kinds = KINDS;
            kinds.swap(one, other);
            let named = |report: &Report| {
                let all = report.doubts.iter();
                let all = all.map(|one| format!("{} {:?}", one.heading, one.other));
                all.collect::<Vec<String>>().join("\n")
            };
            for (file, known) in [
                (sheet(&KINDS, &values, area), true),
                (sheet(&kinds, &BEDS, area), true),
                // Nothing to hold it against but the total and the order.
                (sheet(&KINDS, &values, None), one == 0),
                (sheet(&kinds, &BEDS, None), true),
            ] {
                let looked = look(file).await;
                let told = named(&looked);
                assert_eq!(!looked.doubts.is_empty(), known, "{pair}: {told}");
                let there = told.contains(first) || told.contains(second);
                assert!(!known || there, "{pair}: {told}");
                assert!(!known || told.contains("1301東京都区中央部"), "{told}");
            }
        }
    }
    let stopped = sheet(
        &KINDS,
        &[BEDS[1], BEDS[0], BEDS[2]].map(|[a, b, c, d, e, f]| [b, a, c, d, e, f]),
        area,
    );
    let report = world.import("bed-reports", "b.xlsx", &stopped, Choice::WRITE);
    assert!(report.await.unwrap().stopped);
    assert_eq!(
        world.store.import_waits(9).await.unwrap(),
        [],
        "nothing was done"
    );
    // Half a sheet: what is there is taken, and that it does not add up is told with sheet and kind.
    let half = look(sheet(&KINDS, &BEDS[..2], area)).await;
    let told: Vec<String> = half
        .remarks
        .iter()
        .filter(|one| one.reason == "fault-import-beds-area")
        .map(|one| format!("{} {}", one.field, one.value))
        .collect();
    assert_eq!(
        told,
        [
            "1301東京都区中央部 急性期 409 ≠ 515",
            "1301東京都区中央部 回復期 45 ≠ 87",
            "1301東京都区中央部 慢性期 178 ≠ 229",
        ]
    );
    assert_eq!((half.doubts.len(), half.waiting), (0, 2));
}

#[test]
fn the_real_hospitals_with_two_columns_exchanged() {
    let Some(path) = test_data("institutions/01-1_hospital_facility_info_20250601.zip") else {
        return;
    };
    renkei_testkit::backend::run(async move {
        let world = World::new(Backend::sqlite()).await;
        let bytes = std::fs::read(path).unwrap();
        let source = renkei_directory::import::Source::read("h.zip", bytes).unwrap();
        let text = source.text().unwrap();
        let (head, rows) = text.split_once('\n').unwrap();
        for (one, other) in [
            ("正式名称", "所在地"),
            ("所在地座標（緯度）", "所在地座標（経度）"),
            ("精神病床", "合計病床数"),
            ("一般病床", "精神病床"),
            ("療養病床", "療養病床のうち医療保険適用"),
        ] {
            let names: Vec<&str> = head
                .trim_end()
                .split(',')
                .map(|one| one.trim_matches('"'))
                .collect();
            let at = |name| names.iter().position(|heading| *heading == name).unwrap();
            let head = exchanged(&names.join(","), at(one), at(other));
            let file = format!("{head}\n{rows}");
            let looked = world.import(
                "medical-institutions",
                "h.csv",
                file.as_bytes(),
                Choice::WRITE,
            );
            let looked = looked.await.unwrap();
            let named = looked
                .doubts
                .iter()
                .any(|doubt| doubt.heading == one || doubt.heading == other);
            assert!(
                looked.stopped && named,
                "{one} {other}: {:?}",
                looked.doubts
            );
        }
        assert_eq!(world.store.institutions().await.unwrap(), []);
    });
}
