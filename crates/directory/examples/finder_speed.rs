//! Searches 180,000 invented institutions and prints the times: `cargo run --release -p renkei-directory --example finder_speed`.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a bench measures and prints, and ends when it cannot go on"
)]

use std::time::{Duration, Instant};

use renkei_base::name::search_key;
use renkei_directory::finder::{Beds, Open, Point, Source};
use renkei_directory::{Filter, Finder, Kind, Search};
use renkei_store::beds::{BedCount, BedSet};
use renkei_store::institution::InstitutionRow;
use renkei_store::opening::{Department, Hours, Opening, OpeningSet, What};
use renkei_store::position::Position;
use renkei_store::tag::InstitutionTag;

const ROWS: u32 = 180_000;
const ROUNDS: usize = 50;

/// 五十音 by pairs: names and towns that differ enough.
const PARTS: [(&str, &str); 12] = [
    ("青葉", "アオバ"),
    ("石田", "イシダ"),
    ("上野", "ウエノ"),
    ("江藤", "エトウ"),
    ("大森", "オオモリ"),
    ("川崎", "カワサキ"),
    ("桐生", "キリュウ"),
    ("黒沢", "クロサワ"),
    ("渡辺", "ワタナベ"),
    ("高橋", "タカハシ"),
    ("中央", "チュウオウ"),
    ("目黒", "メグロ"),
];

fn part(n: u32) -> (&'static str, &'static str) {
    PARTS.get((n % 12) as usize).copied().unwrap_or_default()
}

fn row(n: u32) -> InstitutionRow {
    let (kind, sign, kana) = match n % 10 {
        0 => (Kind::Hospital, "病院", "ビョウイン"),
        1..=5 => (Kind::Clinic, "クリニック", "クリニック"),
        6..=7 => (Kind::DentalClinic, "歯科医院", "シカイイン"),
        _ => (Kind::Pharmacy, "薬局", "ヤッキョク"),
    };
    let ((a, a_kana), (b, b_kana), (c, _)) = (part(n / 7), part(n / 84), part(n / 1008));
    let prefecture = n % 47 + 1;
    let name = if n.is_multiple_of(3) {
        format!("医療法人社団　{a}会　{b}{c}{sign}")
    } else {
        format!("{a}{b}{sign}")
    };
    InstitutionRow {
        id: format!("0199c0de-0000-7000-8000-{n:012}")
            .parse()
            .expect("an id"),
        kind: kind.code().to_owned(),
        prefecture: format!("{prefecture:02}"),
        municipality: format!("{prefecture:02}{:03}0", 201 + n % 40),
        registry_id: Some(format!("{prefecture:02}1{n:010}")),
        code: Some(format!("{prefecture:02}1{n:07}")),
        kana: format!("{a_kana}{b_kana}{kana}"),
        short: format!("{b}{sign}"),
        other_names: String::new(),
        address: format!(
            "東京都{c}市{a}区{b}町{}丁目{}番{}号",
            n % 9 + 1,
            n % 31,
            n % 17
        ),
        name,
        active: true,
        source: String::new(),
        source_date: String::new(),
        fingerprint: String::new(),
        updated: renkei_base::Micros(0),
    }
}

/// How many rows contain a word, counted without the finder.
fn slowly(rows: &[InstitutionRow], word: &str) -> usize {
    let key = search_key(word);
    let has = |text: &str| search_key(text).contains(&key);
    let one = |row: &&InstitutionRow| {
        let address = row.address.trim_start_matches("東京都");
        has(&row.name) || has(&row.kana) || has(&row.short) || has(address) || meant(row, word)
    };
    rows.iter().filter(one).count()
}

/// A kind's own word finds all of the kind.
fn meant(row: &InstitutionRow, word: &str) -> bool {
    matches!(
        (row.kind.as_str(), word),
        ("hospital", "病院") | ("clinic", "クリニック")
    )
}

const TAGS: [&str; 6] = [
    "house-call",
    "tracheostomy",
    "saturday",
    "lang-en",
    "wheelchair",
    "end-of-life",
];
const DEPARTMENTS: [&str; 6] = ["内科", "小児科", "精神科", "整形外科", "眼科", "循環器内科"];

/// Tags, hours, places and beds of all of them; two departments with hours of their own each.
fn source(rows: &[InstitutionRow]) -> Source {
    let mut source = Source {
        institutions: rows.to_vec(),
        ..Source::default()
    };
    for (n, row) in (0u32..).zip(rows) {
        for (number, tag) in (0u32..).zip(TAGS) {
            if (n + number).is_multiple_of(number + 3) {
                source.carried.push(InstitutionTag {
                    institution: row.id.clone(),
                    tag: tag.to_owned(),
                    source: String::new(),
                    source_date: String::new(),
                    confirmed_by: None,
                    confirmed_at: None,
                });
            }
        }
        source.openings.push(hours(n, row));
        source.positions.push(Position {
            institution: row.id.clone(),
            latitude: 34.0 + f64::from(n % 997) / 500.0,
            longitude: 137.0 + f64::from(n % 1009) / 400.0,
            source: String::new(),
            source_date: String::new(),
        });
        if n.is_multiple_of(10) {
            source.beds.push(BedSet {
                institution: row.id.clone(),
                source: String::new(),
                source_date: String::new(),
                beds: vec![("total".to_owned(), BedCount::Stated(n % 900))],
            });
        }
    }
    source
}

fn hours(n: u32, row: &InstitutionRow) -> OpeningSet {
    let mut all = Hours::default();
    for (code, step) in [("1", 0), ("2", 1)] {
        let name = DEPARTMENTS.get(((n / 3 + step) % 6) as usize);
        all.departments.push(Department {
            code: code.to_owned(),
            name: name.copied().unwrap_or_default().to_owned(),
        });
        for weekday in 1..=6u8 {
            let shift = u16::try_from((n + step) % 60).unwrap_or_default();
            all.openings.push(Opening {
                department: code.to_owned(),
                weekday,
                week: 0,
                from: 510 + shift,
                until: 720 + shift * 5,
                what: What::Consultation,
            });
        }
    }
    OpeningSet {
        institution: row.id.clone(),
        source: "medical-information-net".to_owned(),
        source_date: String::new(),
        hours: all.pack(),
    }
}

fn tagged(tags: &[&str]) -> Filter {
    Filter {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..Filter::default()
    }
}

/// Searches by what institutions can do, their hours, beds and areas.
fn rich() -> [(&'static str, Filter); 7] {
    let open = |open, department: Option<&str>| Filter {
        open: Some(open),
        department: department.map(str::to_owned),
        ..Filter::default()
    };
    let at = jiff::civil::date(2026, 11, 25).at(10, 40, 0, 0);
    let on = Open::On {
        day: 6,
        minute: Some(600),
    };
    [
        ("", tagged(&["house-call", "tracheostomy"])),
        ("", open(Open::At(at), None)),
        ("眠れない", open(on, None)),
        ("", open(on, Some("精神科"))),
        ("腰痛 川崎", Filter::default()),
        (
            "",
            Filter {
                beds: Some(Beds {
                    kind: "total".to_owned(),
                    least: 200,
                    most: None,
                }),
                municipalities: Some((0..40).map(|n| format!("13{:03}0", 201 + n)).collect()),
                ..Filter::default()
            },
        ),
        (
            "病院",
            Filter {
                within: Some(20_000),
                ..tagged(&["wheelchair"])
            },
        ),
    ]
}

fn main() {
    let rows: Vec<InstitutionRow> = (0..ROWS).map(row).collect();
    let wanted =
        ["目黒中央病院", "病院", "クリニック", "い"].map(|word| (word, slowly(&rows, word)));
    let source = source(&rows);
    let started = Instant::now();
    let finder = Finder::of_source(source);
    println!("packed {} in {:?}", finder.len(), started.elapsed());
    let hospital = Filter {
        kinds: vec![Kind::Hospital],
        ..Filter::default()
    };
    let cases: [(&str, Filter); 12] = [
        ("目黒中央病院", Filter::default()),
        ("病院", Filter::default()),
        ("クリニック", Filter::default()),
        ("青葉", Filter::default()),
        ("ｱｵﾊﾞ", Filter::default()),
        ("高橋 クリニック", Filter::default()),
        ("川崎市 歯科", Filter::default()),
        ("東京 薬局", Filter::default()),
        ("い", Filter::default()),
        ("", hospital.clone()),
        ("どこにもない名前の診療所", Filter::default()),
        ("1310000012", hospital),
    ];
    let mut all = Vec::new();
    for (words, filter) in cases.into_iter().chain(rich()) {
        let search = Search {
            from: filter.within.and(Point::new(35.6, 139.7)),
            words: words.to_owned(),
            filter,
            near: Some("132010".to_owned()),
            ..Search::default()
        };
        let mut times: Vec<Duration> = Vec::new();
        let mut total = 0;
        for _ in 0..ROUNDS {
            let started = Instant::now();
            total = finder.search(&search).total;
            times.push(started.elapsed());
        }
        times.sort_unstable();
        println!(
            "{words:24} {total:7} found, median {:?}, worst {:?}",
            times.get(ROUNDS / 2),
            times.last()
        );
        all.extend(times);
    }
    for (words, count) in wanted {
        let search = Search {
            words: words.to_owned(),
            ..Search::default()
        };
        assert_eq!(finder.search(&search).total, count, "{words}");
    }
    all.sort_unstable();
    let p99 = all.get(all.len() * 99 / 100).copied().unwrap_or_default();
    println!(
        "p99 {p99:?} of {} searches over {ROWS} institutions",
        all.len()
    );
    assert!(
        p99 < Duration::from_millis(10),
        "slower than the house allows"
    );
}
