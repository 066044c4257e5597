//! Addresses as words and numbers: ３丁目２番１号, 三丁目2-1 and 3-2の1 are the same.

use renkei_base::code::Prefecture;
use renkei_base::name::search_key;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Word(String),
    Number(u32),
}

/// An address without its prefecture, split into words and numbers; 大字, 丁目, 番地 and the like are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    key: String,
    parts: Vec<Part>,
}

/// How near two addresses are, by their text alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closeness {
    Far,
    /// Something in the beginning is the same: at least six characters.
    SameStart,
    /// The town is the same, and one of them says no more.
    Town,
    /// They agree to the last number of the shorter one, which has at least one.
    Door,
}

const START_CHARS: usize = 6;
const TOWN_CHARS: usize = 2;
const TELLING_NUMBER: u32 = 100;

impl Address {
    pub fn new(text: &str) -> Self {
        let rest = Prefecture::of_address(text).map_or(text, |(_, rest)| rest);
        let key = search_key(&with_dashes(rest));
        let parts = parts(&plain(&key));
        Self { key, parts }
    }

    /// Whether both are in that municipality (a search key, with or without the county in front) and have the beginning
    /// of the town's name in common, or their numbers.
    pub fn is_near(&self, other: &Self, city: &str) -> bool {
        let Some((one, two)) = self.after(city).zip(other.after(city)) else {
            return false;
        };
        let same = one
            .chars()
            .zip(two.chars())
            .take_while(|(a, b)| a == b)
            .count();
        same >= TOWN_CHARS || self.shares_numbers(other)
    }

    /// The rest after the municipality's name.
    fn after(&self, city: &str) -> Option<&str> {
        let town = city.split_once('郡').map_or(city, |(_, town)| town);
        let named = !town.is_empty();
        let rest = self
            .key
            .strip_prefix(city)
            .or_else(|| self.key.strip_prefix(town));
        rest.filter(|_| named)
    }

    /// All numbers are the same, or one that few houses have.
    fn shares_numbers(&self, other: &Self) -> bool {
        let numbers = |address: &Self| -> Vec<u32> {
            let numbers = address.parts.iter().filter_map(|part| match part {
                Part::Number(number) => Some(*number),
                Part::Word(_) => None,
            });
            numbers.collect()
        };
        let (one, two) = (numbers(self), numbers(other));
        (!one.is_empty() && one == two)
            || one
                .iter()
                .any(|number| *number >= TELLING_NUMBER && two.contains(number))
    }

    pub fn closeness(&self, other: &Self) -> Closeness {
        let (short, long) = if self.parts.len() <= other.parts.len() {
            (self, other)
        } else {
            (other, self)
        };
        let agree = short
            .parts
            .iter()
            .zip(&long.parts)
            .take_while(|(a, b)| a == b)
            .count();
        let whole = agree == short.parts.len() && agree > 0;
        if whole && short.has_number() {
            return Closeness::Door;
        }
        if whole || self.is_town_of(other) || other.is_town_of(self) {
            return Closeness::Town;
        }
        let same = self
            .key
            .chars()
            .zip(other.key.chars())
            .take_while(|(a, b)| a == b)
            .count();
        if same >= START_CHARS {
            Closeness::SameStart
        } else {
            Closeness::Far
        }
    }

    fn has_number(&self) -> bool {
        self.parts
            .iter()
            .any(|part| matches!(part, Part::Number(_)))
    }

    /// One word without any number, which the other's first word begins with.
    fn is_town_of(&self, other: &Self) -> bool {
        match (self.parts.as_slice(), other.parts.first()) {
            ([Part::Word(town)], Some(Part::Word(first))) => {
                town.chars().count() >= START_CHARS && first.starts_with(town.as_str())
            }
            _ => false,
        }
    }
}

/// A blank after a number keeps it apart from the next: 1-1 2階.
fn with_dashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            blank if blank.is_whitespace() => {
                if out.ends_with(char::is_numeric) {
                    out.push('-');
                }
            }
            other => out.push(other),
        }
    }
    out
}

/// Without what one writes or leaves out: 大字, 字, ヶ and が, の; kanji numbers before 丁目, 番 and 条 as digits.
fn plain(key: &str) -> String {
    let text = key
        .replace("大字", "")
        .replace("小字", "")
        .replace('字', "");
    let mut out = String::with_capacity(text.len());
    let mut kanji = String::new();
    for c in text.chars() {
        if kanji_digit(c).is_some() || c == '十' {
            kanji.push(c);
            continue;
        }
        match (number_of(&kanji), c) {
            (Some(number), '丁' | '番' | '号' | '条' | '地') => {
                out.push_str(&number.to_string());
            }
            _ => out.push_str(&kanji),
        }
        kanji.clear();
        let after_digit = out.ends_with(|last: char| last.is_ascii_digit());
        if matches!(c, 'の' | '之') && after_digit {
            out.push('-');
        } else if !matches!(c, 'け' | 'が' | 'の' | '之' | 'つ' | 'っ' | '第') {
            out.push(c);
        }
    }
    out.push_str(&kanji);
    out
}

fn parts(plain: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut word = String::new();
    let mut digits = String::new();
    for c in plain.chars().chain(['-']) {
        if c.is_ascii_digit() {
            flush_word(&mut word, !parts.is_empty(), &mut parts);
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            parts.extend(digits.parse().ok().map(Part::Number));
            digits.clear();
        }
        word.push(c);
    }
    flush_word(&mut word, true, &mut parts);
    parts
}

/// After a number the units go: 丁目, 番地, 号, dashes.
fn flush_word(word: &mut String, after_number: bool, parts: &mut Vec<Part>) {
    let mut rest = word.as_str();
    if after_number {
        const UNITS: [&str; 8] = ["丁目", "番地", "地割", "番", "号", "丁", "地", "-"];
        while let Some(shorter) = UNITS.iter().find_map(|unit| rest.strip_prefix(unit)) {
            rest = shorter;
        }
    }
    let rest = rest.trim_end_matches('-');
    if !rest.is_empty() {
        parts.push(Part::Word(rest.to_owned()));
    }
    word.clear();
}

fn kanji_digit(c: char) -> Option<u32> {
    let place = "〇一二三四五六七八九"
        .chars()
        .position(|digit| digit == c)?;
    u32::try_from(place).ok()
}

/// 十二, 二十, 三, 二〇: up to 99, or digits in a row.
fn number_of(kanji: &str) -> Option<u32> {
    let value = |text: &str| {
        text.chars().try_fold(0u32, |sum, c| {
            sum.checked_mul(10)?.checked_add(kanji_digit(c)?)
        })
    };
    match kanji.split_once('十') {
        None if kanji.is_empty() => None,
        None => value(kanji),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { value(tens)? };
            tens.checked_mul(10)?.checked_add(value(ones)?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: &str, other: &str) -> Closeness {
        Address::new(one).closeness(&Address::new(other))
    }

    #[test]
    fn the_same_door() {
        for (one, other) in [
            (
                "北海道札幌市中央区南１条西１６丁目２９１番地",
                "札幌市中央区南一条西１６－２９１",
            ),
            (
                "東京都江戸川区東小岩二丁目２４番１８号",
                "江戸川区東小岩2-24-18",
            ),
            (
                "愛媛県四国中央市三島金子２－７－２２",
                "四国中央市三島金子二丁目７番２２号",
            ),
            (
                "水戸市石川４－４０４０－３２",
                "茨城県水戸市石川四丁目４０４０番地の３２",
            ),
            (
                "熊本県天草郡苓北町富岡３６００ー３",
                "天草郡苓北町富岡３６００の３",
            ),
            ("千葉県名戸ヶ谷６８７－４", "名戸が谷６８７番地４"),
            ("福岡県直方市永満寺１３４７番地", "直方市大字永満寺１３４７"),
            (
                "岩手県盛岡市津志田２６ー３０ー１",
                "盛岡市津志田２６地割３０番地１",
            ),
            (
                "横浜市鶴見区東寺尾十二丁目１",
                "神奈川県横浜市鶴見区東寺尾12-1-5 甲ビル3階",
            ),
        ] {
            assert_eq!(close(one, other), Closeness::Door, "{one} {other}");
        }
    }

    #[test]
    fn not_the_same_door() {
        assert_eq!(
            close("江戸川区東小岩2-24-18", "江戸川区東小岩2-24-19"),
            Closeness::SameStart
        );
        assert_eq!(
            close("江戸川区東小岩12-4", "江戸川区東小岩1-24"),
            Closeness::SameStart
        );
        assert_eq!(
            close("鹿児島市荒田", "鹿児島県鹿児島市荒田１丁目"),
            Closeness::SameStart.max(Closeness::Town)
        );
        assert_eq!(
            close("府中市", "東京都府中市武蔵台２"),
            Closeness::Far,
            "a city is no town"
        );
        assert_eq!(close("足立区千住1", "葛飾区千住1"), Closeness::Far);
    }

    #[test]
    fn kanji_numbers() {
        for (text, number) in [
            ("三", 3),
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("三十四", 34),
            ("二〇", 20),
        ] {
            assert_eq!(number_of(text), Some(number), "{text}");
        }
        assert_eq!(plain("八千代市三条町二丁目"), "八千代市3条町2丁目");
    }
}
