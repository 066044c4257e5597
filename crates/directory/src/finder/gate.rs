//! What a filter lets pass.

use renkei_base::name::search_key;

use super::Search;
use super::bits::Bits;
use super::free::Free;
use super::pack::{Entry, Pack};
use super::place::Point;
use super::query::Word;
use crate::Kind;

/// The filter, resolved against the pack.
pub(super) struct Gate {
    kinds: u32,
    /// By place of the municipality; all when `None`.
    municipalities: Option<Vec<bool>>,
    prefecture: Option<u8>,
    /// Those with the department, tags, functions, beds and hours asked for.
    having: Option<Bits>,
    within: Option<(Point, u32)>,
    closed: bool,
}

impl Gate {
    /// `None` where nothing can pass.
    pub(super) fn new(
        (pack, free): (&Pack, &Free),
        search: &Search,
        words: &[Word],
    ) -> Option<Self> {
        let filter = &search.filter;
        let kinds = filter
            .kinds
            .iter()
            .filter_map(|kind| Kind::ALL.iter().position(|one| one == kind));
        Some(Self {
            kinds: kinds.fold(0, |bits, place| bits | 1 << place),
            municipalities: municipalities(pack, search)?,
            prefecture: match filter.prefecture.as_deref().filter(|code| !code.is_empty()) {
                Some(code) => Some(code.parse().ok()?),
                None => None,
            },
            having: having((pack, free), search, words)?,
            within: search.from.zip(filter.within),
            closed: filter.closed,
        })
    }

    pub(super) fn lets(&self, pack: &Pack, place: u32, entry: &Entry) -> bool {
        let near = |(from, most): (Point, u32)| {
            let point = pack.facts.points.get(place);
            point.is_some_and(|point| from.metres(point) <= most)
        };
        let there = |list: &Vec<bool>| list.get(usize::from(entry.municipality)) == Some(&true);
        (self.closed || entry.active)
            && (self.kinds == 0 || has_kind(self.kinds, entry))
            && self.municipalities.as_ref().is_none_or(there)
            && self.prefecture.is_none_or(|one| one == entry.prefecture)
            && self.having.as_ref().is_none_or(|bits| bits.has(place))
            && self.within.is_none_or(near)
    }
}

/// The outer `None` where nothing can pass, the inner one where everything does.
#[expect(clippy::option_option, reason = "two different nothings")]
fn municipalities(pack: &Pack, search: &Search) -> Option<Option<Vec<bool>>> {
    let filter = &search.filter;
    let one = filter
        .municipality
        .as_deref()
        .filter(|code| !code.is_empty());
    if one.is_none() && filter.municipalities.is_none() {
        return Some(None);
    }
    let wanted: Vec<&str> = match (one, filter.municipalities.as_deref()) {
        (Some(one), Some(several)) if !several.iter().any(|other| other == one) => return None,
        (Some(one), _) => vec![one],
        (None, several) => several
            .unwrap_or_default()
            .iter()
            .map(String::as_str)
            .collect(),
    };
    let mut list = Vec::new();
    let places = wanted
        .into_iter()
        .filter_map(|code| pack.municipality_place(code));
    for place in places.map(usize::from) {
        if list.len() <= place {
            list.resize(place + 1, false);
        }
        if let Some(one) = list.get_mut(place) {
            *one = true;
        }
    }
    (!list.is_empty()).then_some(Some(list))
}

#[expect(clippy::option_option, reason = "two different nothings")]
fn having((pack, free): (&Pack, &Free), search: &Search, words: &[Word]) -> Option<Option<Bits>> {
    let (filter, facts) = (&search.filter, &pack.facts);
    let mut sets: Vec<Bits> = Vec::new();
    let department = filter.department.as_deref().map(search_key);
    let department = department.filter(|key| !key.is_empty());
    if let Some(key) = &department {
        let mut set = Bits::of(pack.with_department(key).iter().copied());
        for (_, having) in facts.hours.departments().filter(|(one, _)| one == key) {
            set.widen(having);
        }
        sets.push(set);
    }
    for code in &filter.tags {
        sets.push(facts.tag(code)?.clone());
    }
    for code in &filter.functions {
        sets.push(facts.function(code)?.clone());
    }
    for code in &filter.troubles {
        sets.push(facts.trouble(code)?.clone());
    }
    sets.extend(filter.beds.as_ref().map(|beds| facts.with_beds(beds)));
    let until = |last| free.until(last, department.as_deref());
    sets.extend(filter.free_until.map(until));
    if let Some(when) = filter.open {
        let meant = words
            .iter()
            .flat_map(|word| facts.meanings.departments_of(&word.key));
        let troubled = facts.troubles.iter().map(|(one, _)| one);
        let troubled = troubled.filter(|one| filter.troubles.contains(&one.code));
        let helping = troubled.flat_map(|one| &one.departments);
        let departments: Vec<String> = department
            .iter()
            .chain(meant)
            .cloned()
            .chain(helping.map(|name| search_key(name)))
            .collect();
        sets.push(super::hours::open_or_said(facts, when, &departments));
    }
    let narrowed = sets.into_iter().reduce(|mut all, one| {
        all.narrow(&one);
        all
    });
    Some(narrowed)
}

pub(super) fn has_kind(bits: u32, entry: &Entry) -> bool {
    1u32.checked_shl(u32::from(entry.kind))
        .is_some_and(|bit| bits & bit != 0)
}
