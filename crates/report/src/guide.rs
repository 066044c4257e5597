//! 連携マップ, ガイドブック: who offers what in an area, with a map, an index by municipality and one by kana.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::parts::Stamp;
use crate::{ReportError, world};

/// A guide, every value as it is to be printed.
#[derive(Debug, Clone, Serialize)]
pub struct Guide {
    pub stamp: Stamp,
    pub title: String,
    /// A part for each institution, with an index by kana; else one map and a list.
    pub book: bool,
    /// For whom: 住民向け.
    pub audience: String,
    /// Names of the areas.
    pub areas: Vec<String>,
    /// Day of the version in 和暦.
    pub day: String,
    /// 第2版.
    pub version: String,
    pub preface: Option<String>,
    /// An `<svg>` element.
    #[serde(skip)]
    pub map: Option<String>,
    /// The map in words.
    pub map_alt: String,
    /// Municipalities, with what lies in each.
    pub places: Vec<GuidePlace>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct GuidePlace {
    pub name: String,
    pub entries: Vec<GuideEntry>,
}

/// One institution. Empty lines are left out.
#[derive(Debug, Clone, Default, Serialize)]
pub struct GuideEntry {
    /// As on the map, and in the index.
    pub number: String,
    pub name: String,
    /// Katakana, for the index.
    pub kana: String,
    pub kind: String,
    pub address: String,
    pub phone: String,
    pub url: String,
    /// 月・火・木　9:00-12:00, one line each.
    pub hours: Vec<String>,
    pub departments: String,
    pub tags: String,
    pub functions: String,
    /// 連携室 with its telephone.
    pub desk: String,
}

#[derive(Debug, Serialize)]
struct Sheet<'a> {
    #[serde(flatten)]
    guide: &'a Guide,
    index: Vec<Initial<'a>>,
}

/// A row of the table of kana, with the names that begin there.
#[derive(Debug, Serialize, PartialEq, Eq)]
struct Initial<'a> {
    initial: &'static str,
    lines: Vec<Line<'a>>,
}

#[derive(Debug, Serialize, PartialEq, Eq)]
struct Line<'a> {
    name: &'a str,
    number: &'a str,
}

/// The guide as PDF.
///
/// # Errors
/// [`ReportError`] where the QR code cannot hold the URL, or the template is broken.
pub fn guide(guide: &Guide) -> Result<Vec<u8>, ReportError> {
    let map = guide.map.as_deref();
    world::render_with("guide.typ", &sheet(guide), &guide.stamp, map).map(|sheet| sheet.pdf)
}

fn sheet(guide: &Guide) -> Sheet<'_> {
    Sheet {
        index: index(guide),
        guide,
    }
}

/// Rows of the table of kana, and the signs that begin each; small and voiced ones stand with the plain ones.
const ROWS: [(&str, &str); 10] = [
    ("ア", "アイウエオァィゥェォヴ"),
    ("カ", "カキクケコガギグゲゴヵヶ"),
    ("サ", "サシスセソザジズゼゾ"),
    ("タ", "タチツテトダヂヅデドッ"),
    ("ナ", "ナニヌネノ"),
    ("ハ", "ハヒフヘホバビブベボパピプペポ"),
    ("マ", "マミムメモ"),
    ("ヤ", "ヤユヨャュョ"),
    ("ラ", "ラリルレロ"),
    ("ワ", "ワヰヱヲンヮ"),
];
/// Names without kana, in letters or numbers.
const OTHER: (usize, &str) = (ROWS.len(), "他");

fn row_of(kana: &str) -> (usize, &'static str) {
    let first = kana.chars().next();
    let mut rows = ROWS.iter().enumerate();
    let found = rows.find(|(_, (_, signs))| first.is_some_and(|first| signs.contains(first)));
    found.map_or(OTHER, |(place, (initial, _))| (place, initial))
}

fn index(guide: &Guide) -> Vec<Initial<'_>> {
    let mut rows: BTreeMap<(usize, &'static str), Vec<(&str, Line<'_>)>> = BTreeMap::new();
    for entry in guide.places.iter().flat_map(|place| &place.entries) {
        let line = Line {
            name: &entry.name,
            number: &entry.number,
        };
        let row = rows.entry(row_of(&entry.kana)).or_default();
        row.push((&entry.kana, line));
    }
    let initials = rows.into_iter().map(|((_, initial), mut lines)| {
        lines.sort_by(|a, b| (a.0, a.1.name).cmp(&(b.0, b.1.name)));
        Initial {
            initial,
            lines: lines.into_iter().map(|(_, line)| line).collect(),
        }
    });
    initials.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::{Proof, proof_with, stamp};

    const MAP: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100"><rect width="200" height="100" fill="#def"/><text x="20" y="50" font-size="20">目黒区</text></svg>"##;

    fn entry(number: usize, name: &str, kana: &str) -> GuideEntry {
        GuideEntry {
            number: number.to_string(),
            name: name.to_owned(),
            kana: kana.to_owned(),
            kind: "診療所".to_owned(),
            address: "東京都目黒区中目黒1-2-3".to_owned(),
            phone: "03-0000-0001".to_owned(),
            hours: vec![
                "月・火・木・金　9:00-12:00".to_owned(),
                "土　9:00-13:00".to_owned(),
            ],
            departments: "精神科、心療内科".to_owned(),
            tags: "土日、往診".to_owned(),
            ..GuideEntry::default()
        }
    }

    fn sample(book: bool, count: usize) -> Guide {
        let names = [
            ("𠮷田こころのクリニック", "ヨシダココロノクリニック"),
            ("ガーデン診療所", "ガーデンシンリョウジョ"),
            ("ABCメンタル", ""),
        ];
        let entries = (1..=count).zip(names.iter().cycle());
        let entries: Vec<GuideEntry> = entries
            .map(|(number, (name, kana))| entry(number, name, kana))
            .collect();
        let (first, second) = entries.split_at(count / 2);
        Guide {
            stamp: stamp("G-1-2"),
            title: "区西南部 こころの医療機関マップ".to_owned(),
            book,
            audience: "住民のみなさま向け".to_owned(),
            areas: vec!["区西南部".to_owned()],
            day: "令和8年11月22日".to_owned(),
            version: "第2版".to_owned(),
            preface: Some(
                "こころの相談ができる医療機関です。\n受診の前に電話で確かめてください。".to_owned(),
            ),
            map: Some(MAP.to_owned()),
            map_alt: "地図。目黒区に2か所".to_owned(),
            places: vec![
                GuidePlace {
                    name: "目黒区".to_owned(),
                    entries: first.to_vec(),
                },
                GuidePlace {
                    name: "世田谷区".to_owned(),
                    entries: second.to_vec(),
                },
            ],
        }
    }

    fn set(name: &str, guide: &Guide) -> Option<Proof> {
        let map = guide.map.as_deref();
        proof_with(name, "guide.typ", &sheet(guide), &guide.stamp, map)
    }

    #[test]
    fn a_map_is_a_sheet_with_a_list() {
        let Some(proof) = set("guide-map", &sample(false, 6)) else {
            return;
        };
        assert!(proof.pages <= 2, "{}", proof.pages);
        for text in [
            "区西南部 こころの医療機関マップ",
            "令和8年11月22日",
            "第2版",
            "世田谷区",
            "𠮷田こころのクリニック",
            "土　9:00-13:00",
        ] {
            proof.has(text);
        }
    }

    #[test]
    fn a_book_has_both_indexes() {
        let Some(proof) = set("guide-book", &sample(true, 60)) else {
            return;
        };
        assert!(proof.pages > 3, "{}", proof.pages);
        for text in ["目次", "名前でさがす", "ヨシダココロノクリニック", "頁"]
        {
            proof.has(text);
        }
    }

    #[test]
    fn an_empty_guide_is_whole() {
        let empty = Guide {
            preface: None,
            map: None,
            places: Vec::new(),
            ..sample(true, 0)
        };
        let Some(proof) = set("guide-empty", &empty) else {
            return;
        };
        proof.has("該当する医療機関はありません");
    }

    #[test]
    fn names_stand_in_their_row() {
        let guide = sample(true, 3);
        let index = index(&guide);
        let rows: Vec<&str> = index.iter().map(|row| row.initial).collect();
        assert_eq!(rows, ["カ", "ヤ", "他"]);
        assert_eq!(row_of("ヴィラ").1, "ア");
        assert_eq!(row_of("パンダ").1, "ハ");
        assert_eq!(row_of("").1, "他");
    }
}
