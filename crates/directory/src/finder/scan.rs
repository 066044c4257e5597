//! Candidates, ranks, the page asked for.

use std::collections::BTreeMap;

use memchr::memmem;
use renkei_base::code::Prefecture;
use renkei_base::limits::PAGE_ROWS;
use renkei_base::name::search_key;

use super::free::Free;
use super::gate::{Gate, has_kind};
use super::pack::{AFTER, BETWEEN, Entry, Pack};
use super::place::{FAR, Point};
use super::query::{Word, words};
use super::{Found, PlaceCount, Search};
use crate::Kind;

/// How well a word fits. The smaller, the better.
const EXACT: u64 = 0;
const BEGINS: u64 = 1;
const WORD_BEGINS: u64 = 2;
const INSIDE: u64 = 3;
const ELSEWHERE: u64 = 4;

/// Up to so many candidates the words are also tried joined: 井上 病院 as 井上病院.
const JOINED: usize = 5_000;

/// How many bits of a key say which institution: 16 million are more than there are.
const PLACE: u32 = 24;

/// At most `most` of a page, whatever the search's limit.
pub(super) fn run((pack, free): (&Pack, &Free), search: &Search, most: usize) -> Found {
    let Some(ranked) = ranked((pack, free), search) else {
        return Found::default();
    };
    let department = search.filter.department.as_deref().map(search_key);
    let department = department.as_deref().filter(|key| !key.is_empty());
    let near = Near::new(pack, search);
    let mut counts = [0usize; Kind::ALL.len()];
    let mut keys: Vec<u64> = Vec::with_capacity(ranked.len());
    for (place, class) in ranked {
        let Some(entry) = pack.entries.get(place as usize) else {
            continue;
        };
        if let Some(count) = counts.get_mut(usize::from(entry.kind)) {
            *count += 1;
        }
        let soon = search.by_free.then(|| free.rank(place, department));
        keys.push(near.key(pack, place, entry, (class, soon)));
    }
    let total = keys.len();
    let hits = page(&mut keys, search.offset, search.limit.min(most))
        .iter()
        .map(|key| {
            let place = key & ((1 << PLACE) - 1);
            let mut hit = pack.hit(place as usize);
            let number = u32::try_from(place).ok();
            hit.first_free = number.and_then(|place| free.first(place, department));
            let far = search.from.zip(hit.point);
            hit.distance = far.map(|(from, point)| from.metres(point));
            hit
        })
        .collect();
    let kinds = Kind::ALL.into_iter().zip(counts);
    Found {
        total,
        kinds: kinds.filter(|(_, count)| *count > 0).collect(),
        hits,
    }
}

/// How many are found in each place, without telling who.
pub(super) fn count((pack, free): (&Pack, &Free), search: &Search) -> Vec<PlaceCount> {
    let mut counts: BTreeMap<(u8, u16), usize> = BTreeMap::new();
    for (place, _) in ranked((pack, free), search).unwrap_or_default() {
        if let Some(entry) = pack.entries.get(place as usize) {
            *counts
                .entry((entry.prefecture, entry.municipality))
                .or_default() += 1;
        }
    }
    let each = counts.into_iter();
    each.map(|((prefecture, municipality), count)| PlaceCount {
        prefecture: Prefecture::from_number(prefecture)
            .map(Prefecture::code)
            .unwrap_or_default(),
        municipality: pack.municipality_code(municipality).to_owned(),
        count,
    })
    .collect()
}

/// All that are found, with how well the words fit; none where no search can find anything.
fn ranked((pack, free): (&Pack, &Free), search: &Search) -> Option<Vec<(u32, u64)>> {
    let words = words(&search.words, &pack.facts.meanings);
    let gate = Gate::new((pack, free), search, &words)?;
    let mut ranked = candidates(pack, &words, &gate);
    prefer_joined(pack, &words, &mut ranked);
    Some(ranked)
}

/// The smallest keys from `offset` on, sorted.
fn page(keys: &mut [u64], offset: usize, limit: usize) -> &[u64] {
    let limit = if limit == 0 { PAGE_ROWS } else { limit };
    let end = offset.saturating_add(limit).min(keys.len());
    if end < keys.len() {
        keys.select_nth_unstable(end);
    }
    let first = keys.get_mut(..end).unwrap_or_default();
    first.sort_unstable();
    first.get(offset..).unwrap_or_default()
}

/// Places and how well the leading word fits them.
fn candidates(pack: &Pack, words: &[Word], gate: &Gate) -> Vec<(u32, u64)> {
    // The word that finds least: one that only the text can match, the longest of these.
    let Some(lead) = words
        .iter()
        .max_by_key(|word| (word.is_plain(), word.key.len()))
    else {
        let all = pack.entries.iter().zip(0u32..);
        return all
            .filter(|(entry, place)| gate.lets(pack, *place, entry))
            .map(|(_, place)| (place, ELSEWHERE))
            .collect();
    };
    let mut found = text_hits(pack, &lead.key);
    if !lead.is_plain() {
        found = with_meant(pack, lead, &found);
    }
    let others: Vec<(&Word, memmem::Finder<'_>)> = words
        .iter()
        .filter(|word| !std::ptr::eq(*word, lead))
        .map(|word| (word, memmem::Finder::new(word.key.as_bytes())))
        .collect();
    found.retain(|(place, _)| {
        pack.entries.get(*place as usize).is_some_and(|entry| {
            gate.lets(pack, *place, entry)
                && others.iter().all(|(word, finder)| {
                    is_meant(word, *place, entry)
                        || finder.find(pack.text_of(*place as usize)).is_some()
                })
        })
    });
    found
}

fn is_meant(word: &Word, place: u32, entry: &Entry) -> bool {
    has_kind(word.kinds, entry)
        || (word.prefecture != 0 && word.prefecture == entry.prefecture)
        || word.meant.as_ref().is_some_and(|bits| bits.has(place))
}

/// The institutions whose text contains the key, in order, each once with its best rank.
fn text_hits(pack: &Pack, key: &str) -> Vec<(u32, u64)> {
    let mut found: Vec<(u32, u64)> = Vec::new();
    let finder = memmem::Finder::new(key.as_bytes());
    let mut place = 0usize;
    for at in finder.find_iter(&pack.text) {
        while pack
            .entries
            .get(place + 1)
            .is_some_and(|next| next.start as usize <= at)
        {
            place += 1;
        }
        let Some(entry) = pack.entries.get(place) else {
            break;
        };
        let class = class(&pack.text, entry, at, key.len());
        let number = u32::try_from(place).unwrap_or(u32::MAX);
        match found.last_mut() {
            Some((last, best)) if *last == number => *best = class.min(*best),
            _ => found.push((number, class)),
        }
    }
    found
}

/// Adds the institutions that the word means.
fn with_meant(pack: &Pack, word: &Word, hits: &[(u32, u64)]) -> Vec<(u32, u64)> {
    let mut hits = hits.iter().copied().peekable();
    let mut merged = Vec::new();
    for (entry, place) in pack.entries.iter().zip(0u32..) {
        if let Some(hit) = hits.next_if(|(hit, _)| *hit == place) {
            merged.push(hit);
        } else if is_meant(word, place, entry) {
            merged.push((place, ELSEWHERE));
        }
    }
    merged
}

fn class(text: &[u8], entry: &Entry, at: usize, len: usize) -> u64 {
    let inside = at - entry.start as usize;
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    let starts = inside == 0 || before == Some(&BETWEEN);
    let ends = matches!(text.get(at + len), Some(&BETWEEN | &AFTER));
    let is_tail = inside == usize::from(entry.tail);
    if inside >= usize::from(entry.names) {
        // A whole code or department is as good as a name.
        return if starts && ends { EXACT } else { ELSEWHERE };
    }
    match (starts, is_tail, ends) {
        (true, _, true) | (_, true, true) => EXACT,
        (true, ..) => BEGINS,
        (_, true, _) => WORD_BEGINS,
        _ => INSIDE,
    }
}

/// Several words that stand together in a name are as good as one.
fn prefer_joined(pack: &Pack, words: &[Word], ranked: &mut [(u32, u64)]) {
    if words.len() < 2 || ranked.len() > JOINED {
        return;
    }
    let joined: String = words.iter().map(|word| word.key.as_str()).collect();
    let finder = memmem::Finder::new(joined.as_bytes());
    for (place, best) in ranked {
        let Some(entry) = pack.entries.get(*place as usize) else {
            continue;
        };
        let Some(inside) = finder.find(pack.text_of(*place as usize)) else {
            continue;
        };
        let class = class(
            &pack.text,
            entry,
            entry.start as usize + inside,
            joined.len(),
        );
        // Together beats apart.
        *best = if class < ELSEWHERE {
            class.min(*best)
        } else {
            *best
        };
    }
}

/// What comes first: exact names, then the near, then what fits best.
struct Near {
    from: Option<Point>,
    municipality: Option<u16>,
    around: Vec<u16>,
    prefecture: u8,
    /// Kinds (places in `Kind::ALL`, as bits) that come after the others.
    last: u32,
}

/// Those who manage, not treat or care: nobody who names nothing looks for them.
const OFFICES: [Kind; 5] = [
    Kind::WardOffice,
    Kind::MunicipalOffice,
    Kind::Prefecture,
    Kind::RegionOffice,
    Kind::MedicalAssociation,
];

impl Near {
    fn new(pack: &Pack, search: &Search) -> Self {
        let code = search.near.as_deref();
        let prefecture = code.and_then(|code| code.get(..2)?.parse().ok());
        let around = search.around.iter();
        Self {
            from: search.from,
            municipality: code.and_then(|code| pack.municipality_place(code)),
            around: around
                .filter_map(|code| pack.municipality_place(code))
                .collect(),
            prefecture: prefecture.unwrap_or_default(),
            last: if search.words.trim().is_empty() {
                let kinds = (0u32..).zip(Kind::ALL);
                let offices = kinds.filter(|(_, kind)| OFFICES.contains(kind));
                offices.fold(0, |bits, (place, _)| bits | 1 << place)
            } else {
                0
            },
        }
    }

    /// One bit for other than exact, 24 for the distance, 3 for the class, and the place: all are different. With `soon`
    /// (24 bits) that stands in front, in place of both.
    fn key(
        &self,
        pack: &Pack,
        place: u32,
        entry: &Entry,
        (class, soon): (u64, Option<u32>),
    ) -> u64 {
        if let Some(soon) = soon {
            return u64::from(soon) << (PLACE + 3) | class << PLACE | u64::from(place);
        }
        let far = match self.from {
            Some(from) => {
                let point = pack.facts.points.get(place);
                point.map_or(FAR, |point| from.metres(point))
            }
            None => self.rank(entry) | self.office(entry) << 2,
        };
        u64::from(class != EXACT) << (PLACE + 27)
            | u64::from(far) << (PLACE + 3)
            | class << PLACE
            | u64::from(place)
    }

    fn office(&self, entry: &Entry) -> u32 {
        self.last.checked_shr(entry.kind.into()).unwrap_or_default() & 1
    }

    fn rank(&self, entry: &Entry) -> u32 {
        if self.municipality == Some(entry.municipality) {
            0
        } else if self.around.contains(&entry.municipality) {
            1
        } else if self.prefecture != 0 && self.prefecture == entry.prefecture {
            2
        } else {
            3
        }
    }
}
