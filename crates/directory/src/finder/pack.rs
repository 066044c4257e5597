//! The packed text, and what stands beside it.

use std::collections::HashMap;

use renkei_base::code::Prefecture;

use super::bits::Bits;
use super::facts::Facts;
use super::packer::Packer;
use super::place::Point;
use super::sentence::Vocabulary;
use super::shown::{CODE, ID, REGISTRY_ID, Shown};
use super::source::Source;
use super::{Hit, Spot};
use crate::{Kind, municipality};

/// Between the names of one institution, and around its codes and departments.
pub(super) const BETWEEN: u8 = 1;
/// After its names, and after its address.
pub(super) const AFTER: u8 = 2;

/// Places are numbers of institutions, in the order in which they came: of their ids. Ranks are in the order of their kana.
#[derive(Debug)]
pub(super) struct Pack {
    /// Of each institution: name, short, kana, earlier names; address without prefecture; codes, departments. As search keys.
    pub(super) text: Vec<u8>,
    pub(super) entries: Vec<Entry>,
    pub(super) shown: Shown,
    pub(super) by_rank: Vec<u32>,
    pub(super) by_id: Vec<u32>,
    pub(super) by_code: Vec<u32>,
    pub(super) by_registry_id: Vec<u32>,
    /// Code and name. `Entry::municipality` is a place in it.
    pub(super) municipalities: Vec<(String, String)>,
    /// Keys of department names and codes, each with the institutions that have it.
    pub(super) departments: HashMap<String, Vec<u32>>,
    /// Keys of the open departments, by their ids.
    pub(super) keys: HashMap<Box<str>, Vec<String>>,
    pub(super) facts: Facts,
    pub(super) vocabulary: Vocabulary,
    pub(super) active: Bits,
    /// How many open ones there are of each kind, in the order of the kinds.
    pub(super) kinds: Vec<(Kind, usize)>,
    /// The middle of each municipality, by its place.
    pub(super) middles: HashMap<u16, Point>,
}

/// What filters and ranks look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Where its text begins.
    pub(super) start: u32,
    pub(super) rank: u32,
    /// Where its last word begins in its name (after a legal person), and where its names end; from `start`.
    pub(super) tail: u16,
    pub(super) names: u16,
    pub(super) municipality: u16,
    pub(super) prefecture: u8,
    /// A place in `Kind::ALL`; 255 for none.
    pub(super) kind: u8,
    pub(super) active: bool,
}

impl Pack {
    /// Of rows that are all there. [`Packer`] takes them some at a time.
    pub(super) fn new(mut source: Source) -> Self {
        let mut packer = Packer::new(&source.departments);
        source
            .institutions
            .sort_unstable_by(|one, other| one.id.cmp(&other.id));
        packer.add(&std::mem::take(&mut source.institutions));
        let mut placed = packer.placed();
        let mut openings = std::mem::take(&mut source.openings);
        // Several of one institution stay as they stood.
        openings.sort_by(|one, other| one.institution.cmp(&other.institution));
        placed.add_openings(openings);
        placed.add_positions(&source.positions);
        placed.add_beds(&source.beds);
        placed.finish(&source)
    }

    pub(super) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// The text of one institution.
    pub(super) fn text_of(&self, place: usize) -> &[u8] {
        let start = self
            .entries
            .get(place)
            .map_or(self.text.len(), |entry| entry.start as usize);
        let end = self
            .entries
            .get(place + 1)
            .map_or(self.text.len(), |entry| entry.start as usize);
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn hit(&self, place: usize) -> Hit {
        let [id, name, kana, short, address, registered, registry_id] = self.shown.fields(place);
        let entry = self.entries.get(place);
        let municipality =
            entry.and_then(|entry| self.municipalities.get(usize::from(entry.municipality)));
        let (municipality, municipality_name) = municipality.cloned().unwrap_or_default();
        let prefecture = entry.and_then(|entry| Prefecture::from_number(entry.prefecture));
        Hit {
            // Written from an id, so it is one.
            id: id.parse().unwrap_or_else(|_| unknown()),
            kind: entry.and_then(|entry| Kind::ALL.get(usize::from(entry.kind)).copied()),
            name: name.to_owned(),
            kana: kana.to_owned(),
            short: short.to_owned(),
            address: address.to_owned(),
            code: registered.to_owned(),
            registry_id: registry_id.to_owned(),
            prefecture: prefecture.map(Prefecture::code).unwrap_or_default(),
            municipality,
            municipality_name,
            active: entry.is_some_and(|entry| entry.active),
            point: number(place).and_then(|place| self.facts.points.get(place)),
            distance: None,
            beds: number(place).and_then(|place| self.facts.beds_of(place, "total")),
            tags: number(place)
                .map(|place| self.facts.tags_of(place))
                .unwrap_or_default(),
            first_free: None,
        }
    }

    pub(super) fn spot(&self, place: usize, point: Point) -> Option<Spot> {
        let [id, name, ..] = self.shown.fields(place);
        let municipality = self.entries.get(place)?.municipality;
        Some(Spot {
            id: id.parse().ok()?,
            name: name.to_owned(),
            municipality: self.municipality_code(municipality).to_owned(),
            point,
        })
    }

    pub(super) fn municipality_counts(&self) -> Vec<(String, String, usize)> {
        let mut counts = vec![0usize; self.municipalities.len()];
        for entry in self.entries.iter().filter(|entry| entry.active) {
            if let Some(count) = counts.get_mut(usize::from(entry.municipality)) {
                *count += 1;
            }
        }
        let counted = self.municipalities.iter().zip(counts);
        counted
            .filter(|((code, _), count)| !code.is_empty() && *count > 0)
            .map(|((code, name), count)| (code.clone(), name.clone(), count))
            .collect()
    }

    pub(super) fn middle(&self, municipality: &str) -> Option<Point> {
        let place = self.municipality_place(municipality)?;
        self.middles.get(&place).copied()
    }

    pub(super) fn by_id(&self, id: &str) -> Option<usize> {
        self.look_up(&self.by_id, ID, id)
    }

    pub(super) fn by_code(&self, code: &str) -> Option<usize> {
        self.look_up(&self.by_code, CODE, code)
    }

    pub(super) fn by_registry_id(&self, id: &str) -> Option<usize> {
        self.look_up(&self.by_registry_id, REGISTRY_ID, id)
    }

    fn look_up(&self, places: &[u32], field: usize, wanted: &str) -> Option<usize> {
        let at = places
            .binary_search_by(|place| self.shown.field(*place as usize, field).cmp(wanted))
            .ok()?;
        places.get(at).map(|place| *place as usize)
    }

    pub(super) fn municipality_place(&self, code: &str) -> Option<u16> {
        let at = self
            .municipalities
            .binary_search_by(|(one, _)| one.as_str().cmp(code))
            .ok()?;
        u16::try_from(at).ok()
    }

    /// The code of one of its places; empty for none.
    pub(super) fn municipality_code(&self, place: u16) -> &str {
        let found = self.municipalities.get(usize::from(place));
        found.map_or("", |(code, _)| code.as_str())
    }

    pub(super) fn municipality_name<'a>(&'a self, code: &'a str) -> &'a str {
        let at = self.municipality_place(code).map(usize::from);
        let found = at.and_then(|at| self.municipalities.get(at));
        found
            .map(|(_, name)| name.as_str())
            .or_else(|| municipality::known(code))
            .unwrap_or(code)
    }

    pub(super) fn municipalities(&self) -> impl Iterator<Item = (&str, &str)> {
        let named = self
            .municipalities
            .iter()
            .filter(|(code, _)| !code.is_empty());
        named.map(|(code, name)| (code.as_str(), name.as_str()))
    }

    /// Name and code of an open department as search keys; nothing for an institution without departments.
    pub(super) fn keys_of_department(&self, id: &str) -> &[String] {
        self.keys.get(id).map_or(&[], Vec::as_slice)
    }

    /// Institutions that have a department, by its name or code as a search key, in order.
    pub(super) fn with_department(&self, key: &str) -> &[u32] {
        self.departments.get(key).map_or(&[], Vec::as_slice)
    }
}

fn number(place: usize) -> Option<u32> {
    u32::try_from(place).ok()
}

#[expect(clippy::expect_used, reason = "a constant that is an id")]
fn unknown() -> renkei_base::Id {
    "unknown".parse().expect("an id")
}
