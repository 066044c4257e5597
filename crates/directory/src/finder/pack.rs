//! The packed text, and what stands beside it.

use std::collections::{BTreeMap, HashMap};

use renkei_base::code::Prefecture;
use renkei_base::name::{kana_sort_key, search_key};
use renkei_store::institution::{DepartmentRow, InstitutionRow};

use super::bits::Bits;
use super::facts::Facts;
use super::place::Point;
use super::source::Source;
use super::{Hit, place};
use crate::{Kind, municipality};

/// Between the names of one institution, and around its codes and departments.
pub(super) const BETWEEN: u8 = 1;
/// After its names, and after its address.
pub(super) const AFTER: u8 = 2;

/// Places are numbers of institutions, in the order of their kana.
#[derive(Debug)]
pub(super) struct Pack {
    /// Of each institution: name, short, kana, earlier names; address without prefecture; codes, departments. As search keys.
    pub(super) text: Vec<u8>,
    pub(super) entries: Vec<Entry>,
    /// What is shown: id, name, kana, short, address, code, 医療情報ネット ID, between zero bytes.
    shown: Vec<Box<str>>,
    by_id: Vec<u32>,
    by_code: Vec<u32>,
    by_registry_id: Vec<u32>,
    /// Code and name. `Entry::municipality` is a place in it.
    municipalities: Vec<(String, String)>,
    /// Keys of department names and codes, each with the institutions that have it.
    departments: HashMap<String, Vec<u32>>,
    /// Keys of the open departments, by their ids.
    keys: HashMap<Box<str>, Vec<String>>,
    pub(super) facts: Facts,
    pub(super) active: Bits,
    /// The middle of each municipality, by its place.
    middles: HashMap<u16, Point>,
}

/// What filters and ranks look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Where its text begins.
    pub(super) start: u32,
    /// Where its last word begins in its name (after a legal person), and where its names end; from `start`.
    pub(super) tail: u16,
    pub(super) names: u16,
    pub(super) municipality: u16,
    pub(super) prefecture: u8,
    /// A place in `Kind::ALL`; 255 for none.
    pub(super) kind: u8,
    pub(super) active: bool,
}

const FIELDS: usize = 7;

impl Pack {
    pub(super) fn new(mut source: Source) -> Self {
        let mut rows = std::mem::take(&mut source.institutions);
        let departments = &source.departments;
        rows.sort_by_cached_key(|row| {
            let kana = if row.kana.is_empty() {
                &row.name
            } else {
                &row.kana
            };
            (kana_sort_key(kana), row.id.clone())
        });
        let municipalities = names(&rows);
        let codes: HashMap<&str, u16> = municipalities
            .iter()
            .enumerate()
            .filter_map(|(place, (code, _))| Some((code.as_str(), u16::try_from(place).ok()?)))
            .collect();
        let offered = offered(departments);
        let mut text = Vec::with_capacity(rows.len() * 200);
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            let municipality = codes
                .get(row.municipality.as_str())
                .copied()
                .unwrap_or_default();
            let theirs = offered.get(row.id.as_str()).map_or(&[][..], Vec::as_slice);
            entries.push(add(&mut text, row, municipality, theirs));
        }
        text.shrink_to_fit();
        let by_department = by_department(&rows, &offered);
        let active = Bits::of(actives(&entries));
        let places: HashMap<&str, u32> = rows.iter().map(|row| row.id.as_str()).zip(0..).collect();
        let facts = Facts::new(
            &source,
            rows.len(),
            |id| places.get(id).copied(),
            |key| by_department.get(key).cloned().unwrap_or_default(),
            &active,
        );
        Self {
            middles: middles(&entries, &facts),
            text,
            entries,
            active,
            facts,
            by_id: sorted(&rows, |row| Some(row.id.as_str())),
            by_code: sorted(&rows, |row| row.code.as_deref()),
            by_registry_id: sorted(&rows, |row| row.registry_id.as_deref()),
            shown: rows.iter().map(show).collect(),
            departments: by_department,
            keys: keys_by_id(departments),
            municipalities,
        }
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
        let field = |at| self.field(place, at).to_owned();
        let entry = self.entries.get(place);
        let municipality =
            entry.and_then(|entry| self.municipalities.get(usize::from(entry.municipality)));
        let (code, name) = municipality.cloned().unwrap_or_default();
        let prefecture = entry.and_then(|entry| Prefecture::from_number(entry.prefecture));
        Hit {
            // Written from an id, so it is one.
            id: self.field(place, 0).parse().unwrap_or_else(|_| unknown()),
            kind: entry.and_then(|entry| Kind::ALL.get(usize::from(entry.kind)).copied()),
            name: field(1),
            kana: field(2),
            short: field(3),
            address: field(4),
            code: field(5),
            registry_id: field(6),
            prefecture: prefecture.map(Prefecture::code).unwrap_or_default(),
            municipality: code,
            municipality_name: name,
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

    pub(super) fn kinds(&self) -> Vec<(Kind, usize)> {
        let mut counts = [0usize; Kind::ALL.len()];
        for entry in self.entries.iter().filter(|entry| entry.active) {
            if let Some(count) = counts.get_mut(usize::from(entry.kind)) {
                *count += 1;
            }
        }
        let counted = Kind::ALL.into_iter().zip(counts);
        counted.filter(|(_, count)| *count > 0).collect()
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

    fn field(&self, place: usize, at: usize) -> &str {
        debug_assert!(at < FIELDS);
        self.shown
            .get(place)
            .and_then(|shown| shown.split('\0').nth(at))
            .unwrap_or_default()
    }

    pub(super) fn by_id(&self, id: &str) -> Option<usize> {
        self.look_up(&self.by_id, 0, id)
    }

    pub(super) fn by_code(&self, code: &str) -> Option<usize> {
        self.look_up(&self.by_code, 5, code)
    }

    pub(super) fn by_registry_id(&self, id: &str) -> Option<usize> {
        self.look_up(&self.by_registry_id, 6, id)
    }

    fn look_up(&self, places: &[u32], field: usize, wanted: &str) -> Option<usize> {
        let at = places
            .binary_search_by(|place| self.field(*place as usize, field).cmp(wanted))
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

fn actives(entries: &[Entry]) -> impl Iterator<Item = u32> {
    let open = entries.iter().zip(0u32..).filter(|(entry, _)| entry.active);
    open.map(|(_, place)| place)
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

/// Codes that occur, with names, in the order of the codes. A code without a name stands for itself.
fn names(rows: &[InstitutionRow]) -> Vec<(String, String)> {
    let pairs = rows
        .iter()
        .map(|row| (row.municipality.as_str(), row.address.as_str()));
    let names = municipality::names(pairs);
    let codes: BTreeMap<&str, ()> = rows
        .iter()
        .map(|row| (row.municipality.as_str(), ()))
        .chain([("", ())])
        .collect();
    let named = codes.into_keys().map(|code| {
        let name = names.get(code).map_or(code, String::as_str);
        (code.to_owned(), name.to_owned())
    });
    named.collect()
}

/// Keys of the open departments' names and codes, by institution.
fn offered(departments: &[DepartmentRow]) -> HashMap<&str, Vec<String>> {
    let mut offered: HashMap<&str, Vec<String>> = HashMap::new();
    for row in departments.iter().filter(|row| row.active) {
        let keys = offered.entry(row.institution.as_str()).or_default();
        keys.extend(keys_of(row));
    }
    offered
}

fn keys_by_id(departments: &[DepartmentRow]) -> HashMap<Box<str>, Vec<String>> {
    let open = departments.iter().filter(|row| row.active);
    open.map(|row| (row.id.as_str().into(), keys_of(row).collect()))
        .collect()
}

fn keys_of(row: &DepartmentRow) -> impl Iterator<Item = String> {
    let code = (!row.code.is_empty()).then(|| row.code.clone());
    std::iter::once(search_key(&row.name)).chain(code)
}

fn by_department(
    rows: &[InstitutionRow],
    offered: &HashMap<&str, Vec<String>>,
) -> HashMap<String, Vec<u32>> {
    let mut by_key: HashMap<String, Vec<u32>> = HashMap::new();
    for (place, row) in (0u32..).zip(rows) {
        for key in offered.get(row.id.as_str()).into_iter().flatten() {
            by_key.entry(key.clone()).or_default().push(place);
        }
    }
    by_key
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

fn show(row: &InstitutionRow) -> Box<str> {
    let code = row.code.as_deref().unwrap_or_default();
    let registry_id = row.registry_id.as_deref().unwrap_or_default();
    [
        row.id.as_str(),
        &row.name,
        &row.kana,
        &row.short,
        &row.address,
        code,
        registry_id,
    ]
    .join("\0")
    .into()
}

fn sorted(rows: &[InstitutionRow], key: impl Fn(&InstitutionRow) -> Option<&str>) -> Vec<u32> {
    let mut pairs: Vec<(&str, u32)> = rows
        .iter()
        .zip(0u32..)
        .filter_map(|(row, place)| Some((key(row)?, place)))
        .collect();
    pairs.sort_unstable();
    pairs.into_iter().map(|(_, place)| place).collect()
}

#[expect(clippy::expect_used, reason = "a constant that is an id")]
fn unknown() -> renkei_base::Id {
    "unknown".parse().expect("an id")
}
