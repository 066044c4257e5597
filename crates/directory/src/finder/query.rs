//! Typed words as keys, and which kinds and prefectures they mean.

use renkei_base::code::Prefecture;
use renkei_base::name::search_key;

use super::bits::Bits;
use super::hours::Open;
use super::meaning::Meanings;
use crate::Kind;
use crate::opening::HOLIDAY;

/// More words than anybody types; the rest is not looked at.
const WORDS: usize = 8;
/// As many characters as anybody types; the rest is not looked at.
pub(super) const TYPED: usize = 200;

/// What people call universities and others, as search keys, and their names.
const SHORT: [(&str, &str); 17] = [
    ("せいろか", "聖路加"),
    ("東大", "東京大学"),
    ("とうだい", "東京大学"),
    ("京大", "京都大学"),
    ("きょうだい", "京都大学"),
    ("阪大", "大阪大学"),
    ("はんだい", "大阪大学"),
    ("名大", "名古屋大学"),
    ("北大", "北海道大学"),
    ("ほくだい", "北海道大学"),
    ("九大", "九州大学"),
    ("慶大", "慶応義塾大学"),
    ("慶応", "慶応義塾大学"),
    ("慈恵", "東京慈恵会医科大学"),
    ("日医大", "日本医科大学"),
    ("科学大", "東京科学大学"),
    ("日赤", "日本赤十字社"),
];

/// What names end with and people write with another kind of letters than the rest: とうだい病院.
const ENDS: [&str; 10] = [
    "病院",
    "びょういん",
    "医院",
    "いいん",
    "くりにっく",
    "診療所",
    "歯科",
    "薬局",
    "やっきょく",
    "せんた-",
];

/// Words for times, as search keys.
pub(super) const TIMES: [(&str, Open); 17] = [
    ("土曜", on(6)),
    ("土曜日", on(6)),
    ("どよう", on(6)),
    ("どようび", on(6)),
    ("saturday", on(6)),
    ("日曜", on(7)),
    ("日曜日", on(7)),
    ("にちよう", on(7)),
    ("にちようび", on(7)),
    ("sunday", on(7)),
    ("祝日", on(HOLIDAY)),
    ("休日", on(HOLIDAY)),
    ("夜間", Open::Evening),
    ("やかん", Open::Evening),
    ("夜", Open::Evening),
    ("よる", Open::Evening),
    ("evening", Open::Evening),
];

const fn on(day: u8) -> Open {
    Open::On { day, minute: None }
}

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) key: String,
    /// Kinds (places in `Kind::ALL`) that it means, as bits.
    pub(super) kinds: u32,
    /// The number of the prefecture that it means, or 0.
    pub(super) prefecture: u8,
    /// Those that it means as a tag, a function, a department of a list, an everyday word.
    pub(super) meant: Option<Bits>,
    /// The time that it means.
    pub(super) time: Option<Open>,
    /// Names that have it do not count: only whom it means.
    pub(super) apart: bool,
}

impl Word {
    /// That means these, whatever they are called.
    pub(super) fn meaning(key: String, set: Bits) -> Self {
        Self {
            key,
            kinds: 0,
            prefecture: 0,
            meant: Some(set),
            time: None,
            apart: true,
        }
    }

    /// An everyday word so short that names have it by chance: 石洲会 is せきしゅうかい.
    pub(super) fn is_chance(&self) -> bool {
        self.meant.is_some() && self.key.chars().count() <= 2
    }

    /// Whether only the text can match it.
    pub(super) const fn is_plain(&self) -> bool {
        self.kinds == 0 && self.prefecture == 0 && self.meant.is_none() && self.time.is_none()
    }
}

/// The words, in the order typed.
pub(super) fn words(typed: &str, meanings: &Meanings) -> Vec<Word> {
    let typed: String = typed.chars().take(TYPED).collect();
    // An everyday word may have blanks: cannot sleep.
    let whole = word(&typed, meanings);
    if whole.meant.is_some() {
        return vec![whole];
    }
    let mut words = Vec::new();
    for part in typed.split(is_gap) {
        // 東京都目黒区 means both, wherever the address keeps them.
        match Prefecture::of_address(part) {
            Some((prefecture, rest)) if !rest.is_empty() => {
                words.push(word(prefecture.name(), meanings));
                words.push(word(rest, meanings));
            }
            _ => words.push(word(part, meanings)),
        }
    }
    words.retain(|word| !word.key.is_empty());
    words.truncate(WORDS);
    words
}

/// What may be meant where the words as they were typed find nothing, the likeliest first: full names for short ones, and
/// ends of names apart. A university's 病院 is that of its medical faculty. None where that is the same.
pub(super) fn otherwise(typed: &str) -> Vec<String> {
    let typed: String = typed.chars().take(TYPED).collect();
    let mut words: Vec<String> = Vec::new();
    let mut changed = false;
    for part in typed.split(is_gap) {
        let key = search_key(part);
        let short = SHORT.iter().find(|(short, _)| key.starts_with(short));
        let rest = short.map_or(key.as_str(), |(short, _)| {
            key.get(short.len()..).unwrap_or("")
        });
        let end = ENDS.iter().find(|end| rest.ends_with(*end));
        let name = end.map_or(rest, |end| rest.strip_suffix(end).unwrap_or(rest));
        // A word that is such an end is a word.
        changed |= short.is_some() || (end.is_some() && !name.is_empty());
        words.extend(short.map(|(_, name)| (*name).to_owned()));
        words.push(name.to_owned());
        words.extend(end.map(|end| (*end).to_owned()));
    }
    words.retain(|word| !word.is_empty());
    if !changed {
        return Vec::new();
    }
    let plain = words.join(" ");
    let faculty = ["病院", "びょういん"].into_iter().find_map(|end| {
        let university = format!("大学 {end}");
        plain
            .contains(&university)
            .then(|| plain.replacen(&university, "大学 医学部附属病院", 1))
    });
    faculty.into_iter().chain([plain]).collect()
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c == '\u{3000}' || c == '、'
}

pub(super) fn word(text: &str, meanings: &Meanings) -> Word {
    let key = search_key(text);
    let kinds = Kind::ALL.iter().enumerate();
    let meant = kinds.filter(|(_, kind)| kind.words().contains(&key.as_str()));
    Word {
        kinds: meant.fold(0, |bits, (place, _)| bits | 1 << place),
        prefecture: prefecture(text),
        meant: meanings.of(&key).cloned(),
        time: TIMES
            .iter()
            .find(|(time, _)| *time == key)
            .map(|(_, when)| *when),
        apart: false,
        key,
    }
}

/// By its name only: two digits may be the beginning of any code.
fn prefecture(text: &str) -> u8 {
    let digits = text.chars().any(char::is_numeric);
    Prefecture::parse(text)
        .filter(|_| !digits)
        .map_or(0, Prefecture::number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_and_understood() {
        let keys = |typed| {
            words(typed, &Meanings::default())
                .into_iter()
                .map(|word| word.key)
                .collect::<Vec<_>>()
        };
        assert_eq!(keys("　メグロ　ﾋﾞｮｳｲﾝ "), ["めぐろ", "びょういん"]);
        assert_eq!(keys("東京都目黒区、精神科"), ["東京都", "目黒区", "精神科"]);
        assert_eq!(keys("東京歯科大学"), ["東京歯科大学"]);
        let words = |typed| super::words(typed, &Meanings::default());
        assert_eq!(words("東京").first().map(|word| word.prefecture), Some(13));
        assert_eq!(words("13").first().map(|word| word.prefecture), Some(0));
        assert!(!words("病院").first().unwrap().is_plain());
        assert_eq!(words("ドヨウ日").first().unwrap().time, None);
        assert_eq!(words("土曜").first().unwrap().time, Some(on(6)));
        assert_eq!(words(&"a ".repeat(100)).len(), WORDS);
    }

    #[test]
    fn what_may_be_meant_otherwise() {
        for (typed, meant) in [
            (
                "とうだい病院",
                vec!["東京大学 医学部附属病院", "東京大学 病院"],
            ),
            ("文京区　東大", vec!["文京区 東京大学"]),
            ("マツザワ病院", vec!["まつざわ 病院"]),
            ("病院", vec![]),
            ("目黒", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(otherwise(typed), meant, "{typed}");
        }
    }
}
