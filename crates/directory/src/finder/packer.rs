//! Makes the pack from some rows after others: all of them at once would be several times its size.

use std::collections::{BTreeMap, HashMap};

use renkei_base::code::Prefecture;
use renkei_base::name::{kana_sort_key, search_key};
use renkei_store::beds::BedSet;
use renkei_store::institution::{DepartmentRow, InstitutionRow};
use renkei_store::opening::OpeningSet;
use renkei_store::position::Position;

use super::bits::Bits;
use super::facts::Facts;
use super::hours::HoursMaker;
use super::pack::{AFTER, BETWEEN, Entry, Pack};
use super::place::{self, Point};
use super::sentence::Vocabulary;
use super::shown::{CODE, ID, REGISTRY_ID, Shown};
use super::source::Source;
use crate::Kind;
use crate::municipality::Votes;

/// Takes the institutions, then [`Placed`] what else is known of them.
#[derive(Debug, Default)]
pub(super) struct Packer {
    text: Vec<u8>,
    entries: Vec<Entry>,
    shown: Shown,
    /// What they are sorted by, one after the other, and where each ends.
    kana: String,
    kana_ends: Vec<u32>,
    /// Places of municipalities in the order of coming.
    municipalities: HashMap<String, u16>,
    votes: Votes,
    /// Keys of the open departments of an institution, and of each department.
    offered: HashMap<Box<str>, Vec<String>>,
    keys: HashMap<Box<str>, Vec<String>>,
    departments: HashMap<String, Vec<u32>>,
}

impl Packer {
    pub(super) fn new(departments: &[DepartmentRow]) -> Self {
        let mut packer = Self::default();
        for row in departments.iter().filter(|row| row.active) {
            let keys: Vec<String> = keys_of(row).collect();
            let institution = row.institution.as_str().into();
            let offered = packer.offered.entry(institution).or_default();
            offered.extend(keys.iter().cloned());
            packer.keys.insert(row.id.as_str().into(), keys);
        }
        packer
    }

    /// Takes some in, each once.
    pub(super) fn add(&mut self, rows: &[InstitutionRow]) {
        for row in rows {
            self.add_one(row);
        }
    }

    fn add_one(&mut self, row: &InstitutionRow) {
        let place = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let next = u16::try_from(self.municipalities.len()).unwrap_or_default();
        let municipality = match self.municipalities.get(&row.municipality) {
            Some(known) => *known,
            None => {
                self.municipalities.insert(row.municipality.clone(), next);
                next
            }
        };
        self.votes.add(&row.municipality, &row.address);
        let theirs = self.offered.get(row.id.as_str());
        for key in theirs.into_iter().flatten() {
            let list = self.departments.entry(key.clone()).or_default();
            list.push(place);
        }
        let theirs = theirs.map_or(&[][..], Vec::as_slice);
        self.entries
            .push(add(&mut self.text, row, municipality, theirs));
        self.shown.push([
            row.id.as_str(),
            &row.name,
            &row.kana,
            &row.short,
            &row.address,
            row.code.as_deref().unwrap_or_default(),
            row.registry_id.as_deref().unwrap_or_default(),
        ]);
        let kana = [&row.kana, &row.name].into_iter();
        let kana = kana.map(String::as_str).find(|kana| !kana.is_empty());
        self.kana.push_str(&kana_sort_key(kana.unwrap_or_default()));
        self.kana_ends
            .push(u32::try_from(self.kana.len()).unwrap_or(u32::MAX));
    }

    /// All have come.
    pub(super) fn placed(mut self) -> Placed {
        self.text.shrink_to_fit();
        self.entries.shrink_to_fit();
        self.shown.shrink();
        let by_rank = self.ranked();
        for (rank, place) in (0u32..).zip(&by_rank) {
            if let Some(entry) = self.entries.get_mut(*place as usize) {
                entry.rank = rank;
            }
        }
        let municipalities = self.municipalities();
        let len = self.entries.len();
        let pack = Pack {
            active: Bits::of(actives(&self.entries)),
            kinds: kinds(&self.entries),
            by_id: sorted(&self.shown, len, ID),
            by_code: sorted(&self.shown, len, CODE),
            by_registry_id: sorted(&self.shown, len, REGISTRY_ID),
            text: self.text,
            entries: self.entries,
            shown: self.shown,
            by_rank,
            departments: self.departments,
            keys: self.keys,
            municipalities,
            facts: Facts::default(),
            vocabulary: Vocabulary::default(),
            middles: HashMap::new(),
        };
        Placed {
            facts: Facts::of(pack.len()),
            hours: HoursMaker::default(),
            pack,
        }
    }

    /// Places in the order of their kana.
    fn ranked(&mut self) -> Vec<u32> {
        let (kana, ends) = (
            std::mem::take(&mut self.kana),
            std::mem::take(&mut self.kana_ends),
        );
        let starts = std::iter::once(&0).chain(&ends);
        let keys = starts
            .zip(&ends)
            .map(|(start, end)| kana.get(*start as usize..*end as usize));
        let mut keys: Vec<(&str, u32)> = keys.map(Option::unwrap_or_default).zip(0..).collect();
        let id = |place: u32| self.shown.field(place as usize, ID);
        keys.sort_unstable_by(|(a, a_place), (b, b_place)| {
            a.cmp(b).then_with(|| id(*a_place).cmp(id(*b_place)))
        });
        keys.into_iter().map(|(_, place)| place).collect()
    }

    /// Codes that occur, with names, in the order of the codes; the entries are told their places in it. A code without a
    /// name stands for itself.
    fn municipalities(&mut self) -> Vec<(String, String)> {
        let names = std::mem::take(&mut self.votes).names();
        let found = std::mem::take(&mut self.municipalities);
        let mut found: BTreeMap<String, Option<u16>> = found
            .into_iter()
            .map(|(code, first)| (code, Some(first)))
            .collect();
        found.entry(String::new()).or_default();
        let mut places = vec![0u16; found.len()];
        for (place, first) in (0u16..).zip(found.values()) {
            if let Some(one) = first.and_then(|first| places.get_mut(usize::from(first))) {
                *one = place;
            }
        }
        for entry in &mut self.entries {
            let place = places.get(usize::from(entry.municipality)).copied();
            entry.municipality = place.unwrap_or_default();
        }
        let named = found.into_keys().map(|code| {
            let name = names.get(&code).unwrap_or(&code).clone();
            (code, name)
        });
        named.collect()
    }
}

/// All institutions have their places; takes what else is known of them.
#[derive(Debug)]
pub(super) struct Placed {
    pack: Pack,
    facts: Facts,
    hours: HoursMaker,
}

impl Placed {
    /// Sets by institution, in the order in which the institutions came.
    pub(super) fn add_openings(&mut self, sets: Vec<OpeningSet>) {
        let place = |id: &str| place_of(&self.pack, id);
        self.hours.add(sets, place);
    }

    pub(super) fn add_positions(&mut self, positions: &[Position]) {
        for one in positions {
            if let Some(place) = place_of(&self.pack, one.institution.as_str()) {
                self.facts.points.set(place, one.latitude, one.longitude);
            }
        }
    }

    pub(super) fn add_beds(&mut self, sets: &[BedSet]) {
        let pack = &self.pack;
        self.facts.add_beds(sets, |id| place_of(pack, id));
    }

    /// With tags and functions, which are few.
    pub(super) fn finish(self, source: &Source) -> Pack {
        let Self {
            mut pack,
            mut facts,
            hours,
        } = self;
        facts.hours = hours.finish(pack.len(), |id| place_of(&pack, id));
        let offered = |key: &str| pack.with_department(key).to_vec();
        let inside = |code: &str| inside(&pack, code);
        let place = |id: &str| place_of(&pack, id);
        facts.finish(source, place, offered, inside, &pack.active);
        pack.middles = middles(&pack.entries, &facts);
        pack.facts = facts;
        pack.vocabulary = Vocabulary::of(&pack, source);
        pack
    }
}

fn place_of(pack: &Pack, id: &str) -> Option<u32> {
    u32::try_from(pack.by_id(id)?).ok()
}

pub(super) fn inside(pack: &Pack, municipality: &str) -> Bits {
    let Some(place) = pack.municipality_place(municipality) else {
        return Bits::default();
    };
    let entries = pack.entries.iter().zip(0u32..);
    let there = entries.filter(|(entry, _)| entry.municipality == place);
    Bits::of(there.map(|(_, place)| place))
}

fn actives(entries: &[Entry]) -> impl Iterator<Item = u32> {
    let open = entries.iter().zip(0u32..).filter(|(entry, _)| entry.active);
    open.map(|(_, place)| place)
}

fn kinds(entries: &[Entry]) -> Vec<(Kind, usize)> {
    let mut counts = [0usize; Kind::ALL.len()];
    for entry in entries.iter().filter(|entry| entry.active) {
        if let Some(count) = counts.get_mut(usize::from(entry.kind)) {
            *count += 1;
        }
    }
    let counted = Kind::ALL.into_iter().zip(counts);
    counted.filter(|(_, count)| *count > 0).collect()
}

fn middles(entries: &[Entry], facts: &Facts) -> HashMap<u16, Point> {
    let mut places: HashMap<u16, Vec<u32>> = HashMap::new();
    for (entry, place) in entries.iter().zip(0u32..) {
        places.entry(entry.municipality).or_default().push(place);
    }
    let middle = |(municipality, places): (u16, Vec<u32>)| {
        Some((municipality, facts.middle(places.into_iter())?))
    };
    places.into_iter().filter_map(middle).collect()
}

fn keys_of(row: &DepartmentRow) -> impl Iterator<Item = String> {
    let code = (!row.code.is_empty()).then(|| row.code.clone());
    std::iter::once(search_key(&row.name)).chain(code)
}

fn add(
    text: &mut Vec<u8>,
    row: &InstitutionRow,
    municipality: u16,
    departments: &[String],
) -> Entry {
    let start = text.len();
    let offset = |at: usize| u16::try_from(at - start).unwrap_or(u16::MAX);
    let name = search_key(&row.name);
    let last_word = row.name.split_whitespace().next_back().unwrap_or_default();
    let tail = name.len().saturating_sub(search_key(last_word).len());
    text.extend_from_slice(name.as_bytes());
    let others = [row.short.as_str(), row.kana.as_str()]
        .into_iter()
        .chain(row.other_names.lines());
    for other in others
        .map(search_key)
        .filter(|other| !other.is_empty() && *other != name)
    {
        text.push(BETWEEN);
        text.extend_from_slice(other.as_bytes());
    }
    let names = offset(text.len());
    text.push(AFTER);
    let address =
        Prefecture::of_address(&row.address).map_or(row.address.as_str(), |(_, rest)| rest);
    text.extend_from_slice(search_key(address).as_bytes());
    text.push(AFTER);
    let codes = [row.code.as_deref(), row.registry_id.as_deref()]
        .into_iter()
        .flatten()
        .map(search_key);
    let departments = departments
        .iter()
        .filter(|key| key.parse::<u32>().is_err())
        .cloned();
    for key in codes.chain(departments) {
        text.push(BETWEEN);
        text.extend_from_slice(key.as_bytes());
    }
    text.push(BETWEEN);
    let kind =
        Kind::from_code(&row.kind).and_then(|kind| Kind::ALL.iter().position(|one| *one == kind));
    Entry {
        start: u32::try_from(start).unwrap_or(u32::MAX),
        rank: 0,
        tail: u16::try_from(tail).unwrap_or_default(),
        names,
        municipality,
        prefecture: place::prefecture(&row.prefecture).unwrap_or_default(),
        kind: kind
            .and_then(|place| u8::try_from(place).ok())
            .unwrap_or(u8::MAX),
        active: row.active,
    }
}

/// Those that have this text, in its order.
fn sorted(shown: &Shown, len: usize, field: usize) -> Vec<u32> {
    let texts = (0..len).map(|place| shown.field(place, field)).zip(0u32..);
    let mut pairs: Vec<(&str, u32)> = texts.filter(|(text, _)| !text.is_empty()).collect();
    pairs.sort_unstable();
    pairs.into_iter().map(|(_, place)| place).collect()
}
