//! Searches 100,000 invented institutions and prints the times: `cargo run --release -p renkei-directory --example finder_speed`.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a bench measures and prints, and ends when it cannot go on"
)]

use std::time::{Duration, Instant};

use renkei_base::name::search_key;
use renkei_directory::{Filter, Finder, Kind, Search};
use renkei_store::institution::InstitutionRow;

const ROWS: u32 = 100_000;
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

fn main() {
    let rows: Vec<InstitutionRow> = (0..ROWS).map(row).collect();
    let wanted =
        ["目黒中央病院", "病院", "クリニック", "い"].map(|word| (word, slowly(&rows, word)));
    let started = Instant::now();
    let finder = Finder::of(rows, &[]);
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
    for (words, filter) in cases {
        let search = Search {
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
