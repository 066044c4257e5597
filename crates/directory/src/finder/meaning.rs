//! What words mean besides themselves: tags, functions, departments, and everyday words for troubles and diseases.

use std::collections::HashMap;
use std::sync::OnceLock;

use renkei_base::name::search_key;
use serde::Deserialize;

use super::bits::Bits;

const PLAIN: &str = include_str!("../data/plain-words.csv");
/// Municipality code, kana.
const PLACES: &str = include_str!("../data/tokyo-kana.csv");

/// What people call functions of the medical plan besides their names.
const CALLED: [(&str, &[&str]); 14] = [
    (
        "emergency-secondary",
        &["二次救急", "2次救急", "救急病院", "救急指定"],
    ),
    (
        "emergency-tertiary",
        &["三次救急", "3次救急", "救命センター", "救命救急"],
    ),
    ("regional-support", &["地域支援病院"]),
    ("cancer-base", &["がん拠点病院", "がん拠点", "癌拠点病院"]),
    ("perinatal", &["周産期", "周産期センター"]),
    ("stroke", &["脳卒中センター", "脳卒中救急"]),
    ("disaster-base", &["災害拠点", "災害病院"]),
    ("infection", &["感染症指定", "感染症指定病院"]),
    ("home-clinic", &["在支診", "在宅支援診療所"]),
    ("home-hospital", &["在支病", "在宅支援病院"]),
    ("home-backup", &["在宅後方支援病院", "後方支援病院"]),
    ("psy-emergency", &["精神科救急", "精神救急"]),
    (
        "dementia-centre",
        &["認知症センター", "認知症疾患センター", "もの忘れ外来"],
    ),
    ("psy-forensic", &["指定通院", "医療観察法"]),
];

/// Municipalities whose kana are known, code and kana: めぐろく, and めぐろ as people write it.
pub(super) fn places() -> impl Iterator<Item = (&'static str, [&'static str; 2])> {
    let lines = PLACES.lines().skip(1);
    lines
        .filter_map(|line| line.split_once(','))
        .map(|(code, kana)| {
            let ends = ["く", "し", "まち", "ちょう", "むら"].into_iter();
            let bare = ends.filter_map(|end| kana.strip_suffix(end)).next();
            // One sign is a part of too much.
            let bare = bare.filter(|bare| bare.chars().count() > 1);
            (code, [kana, bare.unwrap_or(kana)])
        })
}

/// Other words for a function.
pub(super) fn called(function: &str) -> &'static [&'static str] {
    let found = CALLED.iter().find(|(code, _)| *code == function);
    found.map_or(&[], |(_, words)| words)
}

/// Departments as people write them without kanji.
pub(super) fn department_kana() -> [(&'static str, &'static str); 12] {
    [
        ("せいしんか", "精神科"),
        ("しんりょうないか", "心療内科"),
        ("しょうにか", "小児科"),
        ("せいけいげか", "整形外科"),
        ("じびか", "耳鼻咽喉科"),
        ("じびいんこうか", "耳鼻咽喉科"),
        ("ひふか", "皮膚科"),
        ("ひにょうきか", "泌尿器科"),
        ("さんふじんか", "産婦人科"),
        ("ふじんか", "婦人科"),
        ("のうげか", "脳神経外科"),
        ("じゅんかんきないか", "循環器内科"),
    ]
}

/// Parts of words that stand in a sentence in this order, as search keys, and the trouble of which it then speaks.
#[derive(Debug)]
pub(super) struct Stem {
    pub(super) parts: Vec<String>,
    pub(super) code: String,
}

/// Those of all troubles, the longest first: the words themselves, and the beginnings that they have in common.
pub(super) fn stems() -> &'static [Stem] {
    static STEMS: OnceLock<Vec<Stem>> = OnceLock::new();
    STEMS.get_or_init(|| {
        let mut all: Vec<Stem> = lines().flat_map(|line| stems_of(&line)).collect();
        let signs =
            |stem: &Stem| -> usize { stem.parts.iter().map(|part| part.chars().count()).sum() };
        all.sort_by_key(|stem| usize::MAX - signs(stem));
        all
    })
}

fn stems_of(line: &Line) -> Vec<Stem> {
    // Short ones are a part of too much.
    let words = line
        .words
        .split(' ')
        .filter(|word| word.chars().count() > 3);
    let english = line.english.split('|').filter(|word| word.len() > 4);
    let english = english.map(|word| word.replace(' ', "*"));
    let all = line.stems.split(' ').chain(words).map(str::to_owned);
    let all = all.chain(english).filter(|stem| !stem.is_empty());
    all.map(|stem| Stem {
        parts: stem.split('*').map(search_key).collect(),
        code: line.code.clone(),
    })
    .collect()
}

/// One line of the table of everyday words: the departments and tags that help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub code: String,
    /// What people say, the commonest first.
    pub words: Vec<String>,
    pub english: Vec<String>,
    pub departments: Vec<String>,
    pub tags: Vec<String>,
}

#[derive(Deserialize)]
struct Line {
    code: String,
    words: String,
    english: String,
    departments: String,
    tags: String,
    /// Parts with `*` between.
    stems: String,
}

fn lines() -> impl Iterator<Item = Line> {
    let reader = csv::Reader::from_reader(PLAIN.as_bytes());
    reader.into_deserialize::<Line>().filter_map(Result::ok)
}

/// All lines.
pub(super) fn troubles() -> Vec<Trouble> {
    let lines = lines();
    let split = |text: &str, by: char| -> Vec<String> {
        let parts = text.split(by).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let trouble = |line: Line| Trouble {
        words: split(&line.words, ' '),
        english: split(&line.english, '|'),
        departments: split(&line.departments, '|'),
        tags: split(&line.tags, ' '),
        code: line.code,
    };
    lines.map(trouble).collect()
}

/// Search keys and whom they mean. A key means a set, and departments whose hours count where they are known apart.
#[derive(Debug, Default)]
pub(super) struct Meanings {
    sets: Vec<Bits>,
    departments: Vec<Vec<String>>,
    /// Places in `sets`.
    keys: HashMap<String, u32>,
}

impl Meanings {
    /// Adds a set under these words. A word that is there already means both.
    pub(super) fn add<'a>(
        &mut self,
        words: impl Iterator<Item = &'a str>,
        set: &Bits,
        departments: &[String],
    ) {
        if set.count() == 0 {
            return;
        }
        for key in words.map(search_key).filter(|key| !key.is_empty()) {
            match self.keys.get(&key) {
                Some(known) => {
                    let known = *known as usize;
                    if let Some(one) = self.sets.get_mut(known) {
                        one.widen(set);
                    }
                    if let Some(one) = self.departments.get_mut(known) {
                        one.extend_from_slice(departments);
                    }
                }
                None => {
                    let next = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
                    self.sets.push(set.clone());
                    self.departments.push(departments.to_vec());
                    self.keys.insert(key, next);
                }
            }
        }
    }

    pub(super) fn of(&self, key: &str) -> Option<&Bits> {
        let place = *self.keys.get(key)?;
        self.sets.get(place as usize)
    }

    pub(super) fn departments_of(&self, key: &str) -> &[String] {
        let place = self.keys.get(key).map(|place| *place as usize);
        let found = place.and_then(|place| self.departments.get(place));
        found.map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_whole() {
        let troubles = troubles();
        assert_eq!(troubles.len(), PLAIN.lines().count() - 1);
        let codes: BTreeSet<_> = troubles.iter().map(|one| &one.code).collect();
        assert_eq!(codes.len(), troubles.len());
        let functions = include_str!("../data/functions.csv");
        for (code, words) in CALLED {
            assert!(functions.contains(&format!(",{code},")), "{code}");
            assert!(!words.is_empty());
        }
        let tags = include_str!("../data/tags.csv");
        for one in &troubles {
            assert!(!one.words.is_empty() && !one.english.is_empty(), "{one:?}");
            assert!(
                !one.departments.is_empty() || !one.tags.is_empty(),
                "{one:?}"
            );
            for tag in &one.tags {
                assert!(
                    tags.contains(&format!(",{tag},")),
                    "{tag} is no tag of the program"
                );
            }
        }
    }
}
