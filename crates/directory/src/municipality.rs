//! 区市町村: what they are, and their names by code. Those of Tokyo are known; others are read off the addresses that
//! carry the code.

use std::collections::HashMap;
use std::sync::LazyLock;

use renkei_base::code::Prefecture;

use crate::area::Validity;

/// A municipality, of today or of earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Municipality {
    /// Six digits with check digit.
    pub code: String,
    pub name: String,
    /// Hiragana, or empty.
    pub kana: String,
    /// `None` for a name that ends in none of 区市町村.
    pub kind: Option<MunicipalityKind>,
    pub validity: Validity,
    /// Codes of those that it became part of.
    pub successors: Vec<String>,
}

impl Municipality {
    pub fn prefecture(&self) -> Option<Prefecture> {
        self.code.get(..2).and_then(Prefecture::parse)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MunicipalityKind {
    /// 区: special wards and the wards of designated cities.
    Ward,
    /// 市
    City,
    /// 町
    Town,
    /// 村
    Village,
}

impl MunicipalityKind {
    pub const ALL: [Self; 4] = [Self::Ward, Self::City, Self::Town, Self::Village];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Ward => "ward",
            Self::City => "city",
            Self::Town => "town",
            Self::Village => "village",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The key of its name in the message files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Ward => "municipality-kind-ward",
            Self::City => "municipality-kind-city",
            Self::Town => "municipality-kind-town",
            Self::Village => "municipality-kind-village",
        }
    }

    /// By the last sign of the name.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.chars().next_back()? {
            '区' => Some(Self::Ward),
            '市' => Some(Self::City),
            '町' => Some(Self::Town),
            '村' => Some(Self::Village),
            _ => None,
        }
    }
}

/// 二次保健医療圏 of Tokyo: area code, area name, municipality code, municipality name.
const TOKYO: &str = include_str!("data/tokyo-areas.csv");

static KNOWN: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let rows = TOKYO.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',').skip(2);
        Some((cells.next()?, cells.next()?))
    });
    rows.collect()
});

/// The name of a municipality that is known without any address: 131105 is 目黒区.
pub fn known(code: &str) -> Option<&'static str> {
    KNOWN.get(code).copied()
}

/// All municipalities known without any address, code and name.
pub fn all_known() -> impl Iterator<Item = (&'static str, &'static str)> {
    TOKYO.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',').skip(2);
        Some((cells.next()?, cells.next()?))
    })
}

/// The municipality's name at the beginning of an address, as far as the number of the code says what to look for:
/// 101–199 wards (札幌市中央区, 目黒区), 201–299 cities, others towns and villages (余市郡余市町).
pub fn in_address<'a>(code: &str, address: &'a str) -> Option<&'a str> {
    let rest = Prefecture::of_address(address).map_or(address, |(_, rest)| rest);
    let number: u32 = code.get(2..5)?.parse().ok()?;
    let end = match number {
        100 => city_end(rest, 0)?,
        101..=199 if code.starts_with("13") => end_of(rest, 0, &['区'])?,
        101..=199 => end_of(rest, city_end(rest, 0)?, &['区'])?,
        200..=299 => city_end(rest, 0)?,
        _ => {
            let county = rest.find('郡').map_or(0, |at| at + '郡'.len_utf8());
            end_of(rest, county, &['町', '村'])?
        }
    };
    rest.get(..end)
}

fn city_end(text: &str, from: usize) -> Option<usize> {
    end_of(text, from, &['市'])
}

/// Municipalities whose name has the sign of its kind, or another's, before its end.
const DOUBLED: [&str; 5] = ["四日市市", "廿日市市", "野々市市", "玉村町", "大町町"];

/// Where the name ends: after the first of these signs that is not the name's first sign; the doubled ones go on.
fn end_of(text: &str, from: usize, signs: &[char]) -> Option<usize> {
    let mut chars = text.get(from..)?.char_indices();
    chars.next()?;
    for (at, c) in chars {
        if !signs.contains(&c) {
            continue;
        }
        let end = from + at + c.len_utf8();
        let doubled = DOUBLED
            .iter()
            .find(|name| text.get(from..).is_some_and(|rest| rest.starts_with(*name)));
        return Some(doubled.map_or(end, |name| from + name.len()));
    }
    None
}

/// Names for all codes that occur, by majority of the addresses; a code without a clear majority has none.
pub fn names<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str)>) -> HashMap<String, String> {
    let mut votes = Votes::default();
    for (code, address) in rows {
        votes.add(code, address);
    }
    votes.names()
}

/// What addresses say their municipalities are called, by code.
#[derive(Clone, Debug, Default)]
pub struct Votes(HashMap<String, HashMap<String, usize>>);

impl Votes {
    pub fn add(&mut self, code: &str, address: &str) {
        let Some(name) = in_address(code, address) else {
            return;
        };
        let of_code = match self.0.get_mut(code) {
            Some(of_code) => of_code,
            None => self.0.entry(code.to_owned()).or_default(),
        };
        match of_code.get_mut(name) {
            Some(count) => *count += 1,
            None => _ = of_code.insert(name.to_owned(), 1),
        }
    }

    /// As [`names`].
    pub fn names(self) -> HashMap<String, String> {
        let mut names: HashMap<String, String> = self
            .0
            .into_iter()
            .filter_map(|(code, names)| {
                let total: usize = names.values().sum();
                let (count, name) = names.into_iter().map(|(name, count)| (count, name)).max()?;
                (count * 2 > total).then_some((code, name))
            })
            .collect();
        names.extend(all_known().map(|(code, name)| (code.to_owned(), name.to_owned())));
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_contain_their_own_ending() {
        for (code, address, name) in [
            ("131105", "東京都目黒区中目黒１", Some("目黒区")),
            ("011011", "北海道札幌市中央区南１条西", Some("札幌市中央区")),
            ("242021", "三重県四日市市城北町８", Some("四日市市")),
            ("122033", "千葉県市川市市川１", Some("市川市")),
            ("132098", "東京都町田市三輪町", Some("町田市")),
            ("104647", "群馬県佐波郡玉村町上福島", Some("佐波郡玉村町")),
            ("063215", "山形県西村山郡河北町谷地", Some("西村山郡河北町")),
            ("134015", "東京都八丈町三根", Some("八丈町")),
            ("132098", "東京都", None),
            ("", "東京都町田市", None),
        ] {
            assert_eq!(in_address(code, address), name, "{address}");
        }
    }

    #[test]
    fn a_minority_does_not_name_a_municipality() {
        let rows = [
            ("242021", "三重県四日市市城北町"),
            ("242021", "三重県四日市市泊"),
            ("242021", "三重県桑名市三崎"),
        ];
        let names = names(rows);
        assert_eq!(names.get("242021").map(String::as_str), Some("四日市市"));
        assert_eq!(names.get("131105").map(String::as_str), Some("目黒区"));
        assert_eq!(all_known().count(), 62);
    }
}
