//! Candidates, ranks, the page asked for.

use memchr::memmem;
use renkei_base::code::Prefecture;
use renkei_base::limits::PAGE_ROWS;
use renkei_base::name::search_key;

use super::free::Free;
use super::gate::{Gate, has_kind};
use super::hours::open_or_said;
use super::pack::{AFTER, BETWEEN, Entry, Pack};
use super::place::{FAR, Point};
use super::query::{Word, otherwise, words};
use super::sentence::{Said, readings};
use super::{Found, PlaceCount, Search, Spot};
use crate::Kind;

/// How well a word fits. The smaller, the better.
const EXACT: u64 = 0;
const BEGINS: u64 = 1;
const WORD_BEGINS: u64 = 2;
const INSIDE: u64 = 3;
const ELSEWHERE: u64 = 4;

/// Up to so many candidates the words are also tried joined: 井上 病院 as 井上病院.
const JOINED: usize = 5_000;

/// How many bits of a key say which institution, by its rank: 16 million are more than there are.
const RANK: u32 = 24;

/// At most `most` of a page, whatever the search's limit.
pub(super) fn run(now: (&Pack, &Free), search: &Search, most: usize) -> Found {
    let Some((ranked, said)) = ranked(now, search) else {
        return Found::default();
    };
    Found {
        said,
        ..found(now, search, most, &ranked)
    }
}

/// And where all of them are, if these are at most `counted`.
pub(super) fn run_counted(
    now: (&Pack, &Free),
    search: &Search,
    most: usize,
    counted: usize,
) -> (Found, Vec<PlaceCount>) {
    let Some((ranked, said)) = ranked(now, search) else {
        return Default::default();
    };
    let places = if ranked.len() <= counted {
        places(now.0, &ranked)
    } else {
        Vec::new()
    };
    let found = Found {
        said,
        ..found(now, search, most, &ranked)
    };
    (found, places)
}

/// How many are found in each place, without telling who.
pub(super) fn count(now: (&Pack, &Free), search: &Search) -> Vec<PlaceCount> {
    let (ranked, _) = ranked(now, search).unwrap_or_default();
    places(now.0, &ranked)
}

/// Where those are that say it.
pub(super) fn spots(now: (&Pack, &Free), search: &Search) -> Vec<Spot> {
    let (pack, _) = now;
    let (ranked, _) = ranked(now, search).unwrap_or_default();
    let (mut keys, _) = keys(now, search, &ranked);
    keys.sort_unstable();
    let spots = keys.iter().filter_map(|key| {
        let place = place_of(pack, *key)?;
        let point = pack.facts.points.get(place)?;
        pack.spot(place as usize, point)
    });
    spots.collect()
}

fn found(
    (pack, free): (&Pack, &Free),
    search: &Search,
    most: usize,
    ranked: &[(u32, u64)],
) -> Found {
    let department = department(search);
    let (mut keys, kinds) = keys((pack, free), search, ranked);
    let total = keys.len();
    let page = page(&mut keys, search.offset, search.limit.min(most));
    let hits = page.iter().filter_map(|key| {
        let place = place_of(pack, *key)?;
        let mut hit = pack.hit(place as usize);
        hit.first_free = free.first(place, department.as_deref());
        let far = search.from.zip(hit.point);
        hit.distance = far.map(|(from, point)| from.metres(point));
        Some(hit)
    });
    Found {
        total,
        kinds,
        hits: hits.collect(),
        said: Vec::new(),
    }
}

/// What they are sorted by, and how many there are of each kind.
fn keys(
    (pack, free): (&Pack, &Free),
    search: &Search,
    ranked: &[(u32, u64)],
) -> (Vec<u64>, Vec<(Kind, usize)>) {
    let department = department(search);
    let near = Near::new(pack, search);
    let mut counts = [0usize; Kind::ALL.len()];
    let mut keys: Vec<u64> = Vec::with_capacity(ranked.len());
    for (place, class) in ranked {
        let Some(entry) = pack.entries.get(*place as usize) else {
            continue;
        };
        if let Some(count) = counts.get_mut(usize::from(entry.kind)) {
            *count += 1;
        }
        let soon = || free.rank(*place, department.as_deref());
        let soon = search.by_free.then(soon);
        keys.push(near.key(pack, *place, entry, (*class, soon)));
    }
    let kinds = Kind::ALL.into_iter().zip(counts);
    (keys, kinds.filter(|(_, count)| *count > 0).collect())
}

/// Of what is looked for, as a search key.
fn department(search: &Search) -> Option<String> {
    let key = search.filter.department.as_deref().map(search_key);
    key.filter(|key| !key.is_empty())
}

/// Whose key it is.
fn place_of(pack: &Pack, key: u64) -> Option<u32> {
    let rank = key & ((1 << RANK) - 1);
    pack.by_rank.get(usize::try_from(rank).ok()?).copied()
}

fn places(pack: &Pack, ranked: &[(u32, u64)]) -> Vec<PlaceCount> {
    let entries = ranked
        .iter()
        .filter_map(|(place, _)| pack.entries.get(*place as usize));
    let mut all: Vec<(u8, u16)> = entries
        .map(|entry| (entry.prefecture, entry.municipality))
        .collect();
    all.sort_unstable();
    let each = all.chunk_by(|one, other| one == other);
    let counted = each.filter_map(|same| {
        let (prefecture, municipality) = same.first()?;
        let prefecture = Prefecture::from_number(*prefecture);
        Some(PlaceCount {
            prefecture: prefecture.map(Prefecture::code).unwrap_or_default(),
            municipality: pack.municipality_code(*municipality).to_owned(),
            count: same.len(),
        })
    });
    counted.collect()
}

/// All that are found, with how well the words fit; none where no search can find anything.
fn ranked(now: (&Pack, &Free), search: &Search) -> Option<(Ranked, Vec<Said>)> {
    let meanings = &now.0.facts.meanings;
    let found = matching(now, search, words(&search.words, meanings))?;
    if !found.is_empty() {
        return Some((found, Vec::new()));
    }
    for typed in otherwise(&search.words) {
        let found = matching(now, search, words(&typed, meanings))?;
        if !found.is_empty() {
            return Some((found, Vec::new()));
        }
    }
    if !search.sentence {
        return Some((found, Vec::new()));
    }
    for reading in readings(now.0, &search.words) {
        // Nobody is open at the time asked for in the departments meant: another way may find somebody.
        let found = matching(now, search, reading.words).unwrap_or_default();
        if !found.is_empty() {
            return Some((found, reading.said));
        }
    }
    Some((found, Vec::new()))
}

/// Places, with how well the words fit.
type Ranked = Vec<(u32, u64)>;

fn matching((pack, free): (&Pack, &Free), search: &Search, mut words: Vec<Word>) -> Option<Ranked> {
    let gate = Gate::new((pack, free), search, &words)?;
    tell_times(pack, search, &mut words);
    let mut ranked = candidates(pack, &words, &gate);
    prefer_joined(pack, &words, &mut ranked);
    Some(ranked)
}

/// Who is open then, for words that mean a time: in the departments that the other words mean.
fn tell_times(pack: &Pack, search: &Search, words: &mut [Word]) {
    if words.iter().all(|word| word.time.is_none()) {
        return;
    }
    let facts = &pack.facts;
    let meant = words
        .iter()
        .flat_map(|word| facts.meanings.departments_of(&word.key));
    let departments: Vec<String> = department(search)
        .into_iter()
        .chain(meant.cloned())
        .collect();
    for word in words {
        let Some(when) = word.time else {
            continue;
        };
        word.meant = Some(open_or_said(facts, when, &departments));
    }
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
    let mut found = if lead.apart {
        Vec::new()
    } else {
        text_hits(pack, &lead.key)
    };
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
                        || !word.apart && finder.find(pack.text_of(*place as usize)).is_some()
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
        let hit = hits.next_if(|(hit, _)| *hit == place);
        let meant = is_meant(word, place, entry);
        // Of names that have a short word by chance only whole ones are meant before whom it means.
        let chance = word.is_chance();
        match hit {
            Some((_, class)) if chance && !meant && class != EXACT => {
                merged.push((place, ELSEWHERE));
            }
            Some((_, class)) if chance && meant => merged.push((place, class.min(INSIDE))),
            Some(hit) => merged.push(hit),
            None if meant => merged.push((place, if chance { INSIDE } else { ELSEWHERE })),
            None => {}
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

    /// One bit for other than exact, 24 for the distance, 3 for the class, and the rank: all are different. With `soon`
    /// (24 bits) that stands in front, in place of both.
    fn key(
        &self,
        pack: &Pack,
        place: u32,
        entry: &Entry,
        (class, soon): (u64, Option<u32>),
    ) -> u64 {
        if let Some(soon) = soon {
            return u64::from(soon) << (RANK + 3) | class << RANK | u64::from(entry.rank);
        }
        let far = match self.from {
            Some(from) => {
                let point = pack.facts.points.get(place);
                point.map_or(FAR, |point| from.metres(point))
            }
            None => self.rank(entry) | self.office(entry) << 2,
        };
        u64::from(class != EXACT) << (RANK + 27)
            | u64::from(far) << (RANK + 3)
            | class << RANK
            | u64::from(entry.rank)
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
