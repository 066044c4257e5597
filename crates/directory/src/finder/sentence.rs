//! A sentence as people type it (夜眠れません, 目黒区の精神科で土曜日もやっているところ): the words that are known are taken out
//! of it, the longest first. Only for what finds nothing as it stands.

use std::collections::HashMap;

use renkei_base::code::Prefecture;
use renkei_base::name::search_key;

use super::bits::Bits;
use super::meaning::{Trouble, called, department_kana, places, stems};
use super::pack::Pack;
use super::packer::inside;
use super::query::{TIMES, TYPED, Word, word};
use super::source::Source;
use crate::Kind;
use crate::tag::Family;

/// Stands where something was taken out, and between words; no text has it.
const GAP: char = '\u{0}';
/// Words of fewer signs are parts of too many others.
const SHORTEST: usize = 2;
/// The same of words of hiragana alone.
const SHORTEST_KANA: usize = 3;
/// Words around what is looked for that say nothing of it.
const FILLERS: [&str; 24] = [
    "病院",
    "医院",
    "診療所",
    "くりにっく",
    "先生",
    "医者",
    "医師",
    "診察",
    "診療",
    "受診",
    "予約",
    "初診",
    "近所",
    "近く",
    "場所",
    "相談",
    "案内",
    "希望",
    "可能",
    "対応",
    "紹介",
    "大丈夫",
    "日本語",
    "今日",
];

/// What a part of a sentence was taken for, as pages say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub japanese: String,
    pub english: String,
}

impl Said {
    fn of(text: &str) -> Self {
        Self {
            japanese: text.to_owned(),
            english: text.to_owned(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Place,
    /// A trouble, a department, a tag, a function, a kind: what somebody looks for.
    Subject,
    Time,
}

/// Words besides those of troubles, by search key.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    words: HashMap<String, (Sort, Said)>,
    /// Municipalities of this name, as codes.
    places: HashMap<String, Vec<String>>,
    /// Signs of the longest.
    longest: usize,
}

/// One way to read it.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) words: Vec<Word>,
    pub(super) said: Vec<Said>,
}

/// A part that is understood.
#[derive(Clone, Debug)]
struct Part {
    sort: Sort,
    word: Word,
    said: Vec<Said>,
}

impl Vocabulary {
    pub(super) fn of(pack: &Pack, source: &Source) -> Self {
        let mut all = Self::default();
        all.add_facts(pack, source);
        for (code, name) in &pack.municipalities {
            let ends = ["区", "市", "町", "村"].into_iter();
            let bare = ends.filter_map(|end| name.strip_suffix(end)).next();
            // Half of all names have it.
            let bare = bare.filter(|bare| *bare != "中央");
            for key in [Some(name.as_str()), bare].into_iter().flatten() {
                all.add_place(key, code, name);
            }
        }
        for (code, kana) in places() {
            let known = pack.municipalities.iter().find(|(one, _)| one == code);
            for key in known.iter().flat_map(|_| kana) {
                all.add_place(key, code, known.map_or("", |(_, name)| name));
            }
        }
        for prefecture in Prefecture::all() {
            let said = Said {
                japanese: prefecture.name().to_owned(),
                english: prefecture.english().to_owned(),
            };
            all.add(prefecture.name(), Sort::Place, said);
        }
        for (time, _) in TIMES {
            all.add(time, Sort::Time, Said::of(time));
        }
        all
    }

    fn add_facts(&mut self, pack: &Pack, source: &Source) {
        let meanings = &pack.facts.meanings;
        for (kana, name) in department_kana() {
            self.add(kana, Sort::Subject, Said::of(name));
        }
        let departments: Vec<String> = pack
            .facts
            .troubles
            .iter()
            .flat_map(|(one, _)| one.departments.iter().cloned())
            .collect();
        let named = departments
            .iter()
            .map(|name| (search_key(name), name.as_str()));
        let named: HashMap<String, &str> = named.collect();
        let listed = pack.facts.hours.departments().map(|(key, _)| key);
        let own = pack.departments.keys().map(String::as_str);
        for key in listed.chain(own) {
            self.add(
                key,
                Sort::Subject,
                Said::of(named.get(key).copied().unwrap_or(key)),
            );
        }
        for tag in source.tags.iter().filter(|tag| tag.active) {
            let said = Said {
                japanese: tag.name.clone(),
                english: tag.english.clone(),
            };
            // Other words of worries (子ども, 仕事) say too little; troubles have theirs.
            let other = match tag.family {
                Family::Mental | Family::Worry => "",
                _ => tag.words.as_str(),
            };
            let words = tag_parts(&tag.name).chain(other.split_whitespace());
            for text in words.filter(|text| meanings.of(&search_key(text)).is_some()) {
                self.add(text, Sort::Subject, said.clone());
            }
        }
        for one in source.functions.iter().filter(|one| one.active) {
            let said = Said {
                japanese: one.name.clone(),
                english: one.english.clone(),
            };
            let words = std::iter::once(one.name.as_str()).chain(called(&one.code).iter().copied());
            for text in words.filter(|text| meanings.of(&search_key(text)).is_some()) {
                self.add(text, Sort::Subject, said.clone());
            }
        }
        // 病院 and 医院 are said of anybody who treats.
        let kinds = Kind::ALL
            .into_iter()
            .filter(|kind| !matches!(kind, Kind::Hospital | Kind::Clinic | Kind::ConsultationDesk));
        for text in kinds.flat_map(|kind| kind.words().iter().copied()) {
            self.add(text, Sort::Subject, Said::of(text));
        }
    }

    fn add_place(&mut self, text: &str, code: &str, name: &str) {
        let key = search_key(text);
        self.add(&key, Sort::Place, Said::of(name));
        let codes = self.places.entry(key).or_default();
        if !codes.iter().any(|one| one == code) {
            codes.push(code.to_owned());
        }
    }

    /// The first that comes says it.
    fn add(&mut self, text: &str, sort: Sort, said: Said) {
        let key = search_key(text);
        let signs = key.chars().count();
        let kana = key.chars().all(|c| matches!(c, 'ぁ'..='ゖ' | '-'));
        let shortest = if kana { SHORTEST_KANA } else { SHORTEST };
        let digits = key.chars().all(|c| c.is_ascii_digit());
        if signs < shortest || digits {
            return;
        }
        self.longest = self.longest.max(signs);
        self.words.entry(key).or_insert((sort, said));
    }

    /// The longest known word in the text, the first of these: where it is.
    fn longest_in(&self, text: &[char]) -> Option<(usize, String)> {
        let most = self.longest.min(text.len());
        (SHORTEST..=most).rev().find_map(|len| {
            text.windows(len).enumerate().find_map(|(at, signs)| {
                let key: String = signs.iter().collect();
                self.words.contains_key(&key).then_some((at, key))
            })
        })
    }
}

/// 死にたい・消えたい is also said as either.
pub(super) fn tag_parts(name: &str) -> impl Iterator<Item = &str> {
    let parts = name.split(['・', '（', '）', '、']).map(str::trim);
    let parts = parts.filter(|part| part.chars().count() > 2);
    std::iter::once(name).chain(parts)
}

/// The codes of the troubles that a sentence speaks of, in the order in which they are found; what stood for them is taken
/// out of it.
fn troubles_in(text: &mut String) -> Vec<&'static str> {
    let mut codes = Vec::new();
    for stem in stems() {
        let Some(spots) = spots_of(text, &stem.parts) else {
            continue;
        };
        for (from, until) in spots.into_iter().rev() {
            text.replace_range(from..until, &GAP.to_string());
        }
        if !codes.contains(&stem.code.as_str()) {
            codes.push(stem.code.as_str());
        }
    }
    codes
}

/// Where the parts stand, one after the other.
fn spots_of(text: &str, parts: &[String]) -> Option<Vec<(usize, usize)>> {
    let mut spots = Vec::new();
    let mut from = 0;
    for part in parts {
        let at = from + text.get(from..)?.find(part.as_str())?;
        from = at + part.len();
        spots.push((at, from));
    }
    Some(spots)
}

/// Whether somebody speaks of dying or of harming themselves.
pub fn speaks_of_dying(typed: &str) -> bool {
    troubles_in(&mut folded(typed)).contains(&"dying")
}

fn folded(typed: &str) -> String {
    let typed: String = typed.chars().take(TYPED).collect();
    let parts: Vec<String> = typed
        .split(|c: char| c.is_whitespace() || c.is_ascii_punctuation() || "、。！？・".contains(c))
        .map(search_key)
        .collect();
    parts.join(&GAP.to_string())
}

/// What may be meant, everything first; none where nothing says what is looked for.
pub(super) fn readings(pack: &Pack, typed: &str) -> Vec<Reading> {
    let mut text = folded(typed);
    let mut parts: Vec<Part> = troubles_part(pack, &mut text).into_iter().collect();
    let named = !parts.is_empty();
    let mut signs: Vec<char> = text.chars().collect();
    while let Some((at, key)) = pack.vocabulary.longest_in(&signs) {
        signs.splice(at..at + key.chars().count(), [GAP]);
        parts.extend(part(pack, &key));
    }
    parts.sort_by_key(|part| part.sort);
    let subject = parts.iter().find(|part| part.sort == Sort::Subject);
    let Some(subject) = subject.cloned() else {
        return Vec::new();
    };
    // 田中内科: a name, of which a part is known.
    if !named && has_name(&signs) {
        return Vec::new();
    }
    let without_time: Vec<Part> = parts
        .iter()
        .filter(|one| one.sort != Sort::Time)
        .cloned()
        .collect();
    let mut placed: Vec<Part> = parts
        .iter()
        .filter(|one| one.sort == Sort::Place)
        .cloned()
        .collect();
    placed.push(subject.clone());
    let mut ways = vec![parts, without_time, placed, vec![subject]];
    ways.dedup_by_key(|way| way.len());
    ways.into_iter().map(reading).collect()
}

fn reading(parts: Vec<Part>) -> Reading {
    let said = parts.iter().flat_map(|part| part.said.iter().cloned());
    Reading {
        said: said.collect(),
        words: parts.into_iter().map(|part| part.word).collect(),
    }
}

/// All troubles as one word: whoever helps with any of them.
fn troubles_part(pack: &Pack, text: &mut String) -> Option<Part> {
    let codes = troubles_in(text);
    let there = pack.facts.troubles.iter();
    let there = there.filter(|(one, _)| codes.contains(&one.code.as_str()));
    let mut found: Vec<&Trouble> = there.map(|(one, _)| one).collect();
    found.sort_by_key(|one| codes.iter().position(|code| *code == one.code));
    let first = found.first()?.words.first()?;
    let mut set = Bits::default();
    let sets = found.iter().filter_map(|one| pack.facts.trouble(&one.code));
    sets.for_each(|one| set.widen(one));
    let said = found.iter().filter_map(|one| {
        Some(Said {
            japanese: one.words.first()?.clone(),
            english: one.english.first()?.clone(),
        })
    });
    Some(Part {
        sort: Sort::Subject,
        said: said.collect(),
        word: Word::meaning(search_key(first), set),
    })
}

fn part(pack: &Pack, key: &str) -> Option<Part> {
    let (sort, said) = pack.vocabulary.words.get(key)?;
    let word = match pack.vocabulary.places.get(key) {
        Some(codes) => {
            let mut set = Bits::default();
            codes.iter().for_each(|code| set.widen(&inside(pack, code)));
            Word::meaning(key.to_owned(), set)
        }
        None => {
            let known = word(key, &pack.facts.meanings);
            match known.meant.clone() {
                Some(_) if known.kinds == 0 => Word {
                    apart: true,
                    ..known
                },
                _ => known,
            }
        }
    };
    Some(Part {
        sort: *sort,
        word,
        said: vec![said.clone()],
    })
}

/// Two kanji that nobody knows, side by side.
fn has_name(signs: &[char]) -> bool {
    let mut rest: String = signs.iter().collect();
    for filler in FILLERS {
        rest = rest.replace(filler, &GAP.to_string());
    }
    let kanji = |c: char| matches!(c, '\u{4E00}'..='\u{9FFF}');
    let signs: Vec<char> = rest.chars().collect();
    signs.windows(2).any(|two| two.iter().all(|c| kanji(*c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_speak_of_troubles() {
        for (typed, codes) in [
            ("消えたい", vec!["dying"]),
            ("もう死にたいです", vec!["dying"]),
            ("リストカット", vec!["dying"]),
            ("手首をついた", vec![]),
            ("夜 眠れません。", vec!["sleep"]),
            ("子供が熱を出した", vec!["child"]),
            ("お酒をやめたい", vec!["drinking"]),
            ("頭が痛くて眠れない", vec!["sleep", "head"]),
            ("I want to die", vec!["dying"]),
            ("目黒区役所", vec![]),
        ] {
            assert_eq!(troubles_in(&mut folded(typed)), codes, "{typed}");
            assert_eq!(speaks_of_dying(typed), codes.contains(&"dying"), "{typed}");
        }
    }
}
