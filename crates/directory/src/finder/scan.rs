//! Candidates, ranks, the page asked for.

use memchr::memmem;
use renkei_base::limits::{PAGE_ROWS, PAGE_ROWS_MAX};

use super::pack::{AFTER, BETWEEN, Entry, Pack};
use super::query::{Word, words};
use super::{Filter, Found, Search};
use crate::Kind;

/// How well a word fits. The smaller, the better.
const EXACT: u64 = 0;
const BEGINS: u64 = 1;
const WORD_BEGINS: u64 = 2;
const INSIDE: u64 = 3;
const ELSEWHERE: u64 = 4;

/// Up to so many candidates the words are also tried joined: 井上 病院 as 井上病院.
const JOINED: usize = 5_000;

pub(super) fn run(pack: &Pack, search: &Search) -> Found {
    let words = words(&search.words);
    let Some(gate) = Gate::new(pack, &search.filter) else {
        return Found::default();
    };
    let mut ranked = candidates(pack, &words, &gate);
    prefer_joined(pack, &words, &mut ranked);
    let near = Near::new(pack, search.near.as_deref());
    let mut keys: Vec<u64> = ranked
        .into_iter()
        .filter_map(|(place, class)| {
            let entry = pack.entries.get(place as usize)?;
            Some(class << 40 | near.rank(entry) << 32 | u64::from(place))
        })
        .collect();
    let total = keys.len();
    let hits = page(&mut keys, search.offset, search.limit)
        .iter()
        .map(|key| pack.hit((key & 0xffff_ffff) as usize))
        .collect();
    Found { total, hits }
}

/// The smallest keys from `offset` on, sorted.
fn page(keys: &mut [u64], offset: usize, limit: usize) -> &[u64] {
    let limit = if limit == 0 {
        PAGE_ROWS
    } else {
        limit.min(PAGE_ROWS_MAX)
    };
    let end = offset.saturating_add(limit).min(keys.len());
    if end < keys.len() {
        keys.select_nth_unstable(end);
    }
    let first = keys.get_mut(..end).unwrap_or_default();
    first.sort_unstable();
    first.get(offset..).unwrap_or_default()
}

/// The filter, resolved against the pack.
struct Gate {
    kinds: u32,
    municipality: Option<u16>,
    prefecture: Option<u8>,
    /// Sorted places.
    department: Option<Vec<u32>>,
    closed: bool,
}

impl Gate {
    /// `None` where nothing can pass.
    fn new(pack: &Pack, filter: &Filter) -> Option<Self> {
        let kinds = filter
            .kinds
            .iter()
            .filter_map(|kind| Kind::ALL.iter().position(|one| one == kind));
        let department = filter
            .department
            .as_deref()
            .filter(|text| !text.trim().is_empty());
        Some(Self {
            kinds: kinds.fold(0, |bits, place| bits | 1 << place),
            municipality: match filter
                .municipality
                .as_deref()
                .filter(|code| !code.is_empty())
            {
                Some(code) => Some(pack.municipality_place(code)?),
                None => None,
            },
            prefecture: match filter.prefecture.as_deref().filter(|code| !code.is_empty()) {
                Some(code) => Some(code.parse().ok()?),
                None => None,
            },
            department: department.map(|text| {
                pack.with_department(&renkei_base::name::search_key(text))
                    .to_vec()
            }),
            closed: filter.closed,
        })
    }

    fn lets(&self, place: u32, entry: &Entry) -> bool {
        (self.closed || entry.active)
            && (self.kinds == 0 || has_kind(self.kinds, entry))
            && self
                .municipality
                .is_none_or(|one| one == entry.municipality)
            && self.prefecture.is_none_or(|one| one == entry.prefecture)
            && self
                .department
                .as_ref()
                .is_none_or(|places| places.binary_search(&place).is_ok())
    }
}

fn has_kind(bits: u32, entry: &Entry) -> bool {
    1u32.checked_shl(u32::from(entry.kind))
        .is_some_and(|bit| bits & bit != 0)
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
            .filter(|(entry, place)| gate.lets(*place, entry))
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
            gate.lets(*place, entry)
                && others.iter().all(|(word, finder)| {
                    is_meant(word, entry) || finder.find(pack.text_of(*place as usize)).is_some()
                })
        })
    });
    found
}

fn is_meant(word: &Word, entry: &Entry) -> bool {
    has_kind(word.kinds, entry) || (word.prefecture != 0 && word.prefecture == entry.prefecture)
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

/// Adds the institutions of the kind or prefecture that the word means.
fn with_meant(pack: &Pack, word: &Word, hits: &[(u32, u64)]) -> Vec<(u32, u64)> {
    let mut hits = hits.iter().copied().peekable();
    let mut merged = Vec::new();
    for (entry, place) in pack.entries.iter().zip(0u32..) {
        if let Some(hit) = hits.next_if(|(hit, _)| *hit == place) {
            merged.push(hit);
        } else if is_meant(word, entry) {
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

struct Near {
    municipality: Option<u16>,
    prefecture: u8,
}

impl Near {
    fn new(pack: &Pack, code: Option<&str>) -> Self {
        let prefecture = code.and_then(|code| code.get(..2)?.parse().ok());
        Self {
            municipality: code.and_then(|code| pack.municipality_place(code)),
            prefecture: prefecture.unwrap_or_default(),
        }
    }

    fn rank(&self, entry: &Entry) -> u64 {
        if self.municipality == Some(entry.municipality) {
            0
        } else if self.prefecture != 0 && self.prefecture == entry.prefecture {
            1
        } else {
            2
        }
    }
}
