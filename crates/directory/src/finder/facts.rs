//! What is known of institutions besides their names: tags, functions, hours, beds, where they lie.

use std::collections::{BTreeMap, HashMap};

use renkei_base::name::search_key;
use renkei_store::beds::BedSet;

use super::bits::Bits;
use super::hours::AllHours;
use super::meaning::{Meanings, Trouble, called, department_kana, places, troubles};
use super::place::{Point, Points};
use super::sentence::tag_parts;
use super::source::Source;
use crate::function::FunctionState;

/// How many beds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beds {
    /// `total`, `general`, `psychiatric` … as in the lists.
    pub kind: String,
    pub least: u32,
    pub most: Option<u32>,
}

#[derive(Debug, Default)]
pub(super) struct Facts {
    tags: BTreeMap<String, Bits>,
    /// Functions that were approved, whatever their days: [`super::Finder`] is read anew with each change.
    functions: BTreeMap<String, Bits>,
    pub(super) meanings: Meanings,
    pub(super) hours: AllHours,
    pub(super) points: Points,
    /// Place and number, by kind.
    beds: HashMap<String, Vec<(u32, u32)>>,
    /// Tags and functions of one, as places in `codes`.
    carried: HashMap<u32, Vec<u16>>,
    codes: Vec<String>,
    /// Codes of tags with how many open institutions carry them; those that some do.
    pub(super) tag_counts: Vec<(String, usize)>,
    /// The lines of the table of everyday words that lead somewhere, with how far.
    pub(super) troubles: Vec<(Trouble, usize)>,
    /// Whom each of these means, by code.
    helping: BTreeMap<String, Bits>,
}

impl Facts {
    /// Nothing known yet, of so many.
    pub(super) fn of(len: usize) -> Self {
        Self {
            points: Points::new(len),
            ..Self::default()
        }
    }

    /// `place` says which institution an id is.
    pub(super) fn add_beds(&mut self, sets: &[BedSet], place: impl Fn(&str) -> Option<u32>) {
        for set in sets {
            let Some(place) = place(set.institution.as_str()) else {
                continue;
            };
            for (kind, count) in &set.beds {
                let Some(number) = count.stated() else {
                    continue;
                };
                match self.beds.get_mut(kind) {
                    Some(list) => list.push((place, number)),
                    None => _ = self.beds.insert(kind.clone(), vec![(place, number)]),
                }
            }
        }
    }

    /// With tags, functions and meanings. `offered` says who has a department of the institutions' own, by search key;
    /// `inside` who is in a municipality.
    pub(super) fn finish(
        &mut self,
        source: &Source,
        place: impl Fn(&str) -> Option<u32>,
        offered: impl Fn(&str) -> Vec<u32>,
        inside: impl Fn(&str) -> Bits,
        active: &Bits,
    ) {
        for list in self.beds.values_mut() {
            // Where two sources state a kind, the larger number stands first and counts.
            list.sort_unstable_by_key(|(place, number)| (*place, u32::MAX - number));
            list.dedup_by_key(|(place, _)| *place);
            list.shrink_to_fit();
        }
        self.add_codes(source, place);
        self.tag_counts = counts(&self.tags, active);
        self.add_meanings(source, offered, active);
        for (code, words) in places() {
            self.meanings.add(words.into_iter(), &inside(code), &[]);
        }
    }

    fn add_codes(&mut self, source: &Source, place: impl Fn(&str) -> Option<u32>) {
        let held = source
            .held
            .iter()
            .filter(|row| row.state == FunctionState::Approved.code());
        let pairs = source
            .carried
            .iter()
            .map(|row| (&row.institution, &row.tag, true))
            .chain(held.map(|row| (&row.institution, &row.function, false)));
        let mut numbers: HashMap<(&String, bool), u16> = HashMap::new();
        for (institution, code, is_tag) in pairs {
            let Some(place) = place(institution.as_str()) else {
                continue;
            };
            let sets = if is_tag {
                &mut self.tags
            } else {
                &mut self.functions
            };
            sets.entry(code.clone()).or_default().set(place);
            if is_tag {
                let next = u16::try_from(self.codes.len()).unwrap_or(u16::MAX);
                let number = *numbers.entry((code, is_tag)).or_insert_with(|| {
                    self.codes.push(code.clone());
                    next
                });
                self.carried.entry(place).or_default().push(number);
            }
        }
    }

    fn add_meanings(&mut self, source: &Source, offered: impl Fn(&str) -> Vec<u32>, active: &Bits) {
        for tag in source.tags.iter().filter(|tag| tag.active) {
            if let Some(set) = self.tags.get(&tag.code) {
                let names = tag_parts(&tag.name).chain([tag.english.as_str()]);
                let words = names.chain(tag.words.split_whitespace());
                self.meanings.add(words, set, &[]);
            }
        }
        for one in source.functions.iter().filter(|one| one.active) {
            if let Some(set) = self.functions.get(&one.code) {
                let names = [one.name.as_str(), &one.english].into_iter();
                let words = names.chain(called(&one.code).iter().copied());
                self.meanings.add(words, set, &[]);
            }
        }
        let lists: Vec<(String, Bits)> = self
            .hours
            .departments()
            .map(|(key, set)| (key.to_owned(), set.clone()))
            .collect();
        for (key, set) in &lists {
            let words = std::iter::once(key.as_str());
            self.meanings.add(words, set, std::slice::from_ref(key));
        }
        for (kana, name) in department_kana() {
            let key = search_key(name);
            let mut set = Bits::of(offered(&key));
            let listed = lists.iter().filter(|(one, _)| *one == key);
            listed.for_each(|(_, having)| set.widen(having));
            self.meanings.add([kana].into_iter(), &set, &[key]);
        }
        for trouble in troubles() {
            self.add_trouble(trouble, &lists, &offered, active);
        }
    }

    fn add_trouble(
        &mut self,
        trouble: Trouble,
        lists: &[(String, Bits)],
        offered: impl Fn(&str) -> Vec<u32>,
        active: &Bits,
    ) {
        let keys: Vec<String> = trouble
            .departments
            .iter()
            .map(|name| search_key(name))
            .collect();
        let mut set = Bits::default();
        for key in &keys {
            set.widen(&Bits::of(offered(key)));
            let listed = lists.iter().filter(|(one, _)| one == key);
            listed.for_each(|(_, having)| set.widen(having));
        }
        for tag in &trouble.tags {
            if let Some(having) = self.tags.get(tag) {
                set.widen(having);
            }
        }
        let words = trouble.words.iter().chain(&trouble.english);
        self.meanings.add(words.map(String::as_str), &set, &keys);
        self.helping.insert(trouble.code.clone(), set.clone());
        set.narrow(active);
        let count = set.count();
        if count > 0 {
            self.troubles.push((trouble, count));
        }
    }

    pub(super) fn tag(&self, code: &str) -> Option<&Bits> {
        self.tags.get(code)
    }

    /// Whom an everyday trouble means.
    pub(super) fn trouble(&self, code: &str) -> Option<&Bits> {
        self.helping.get(code)
    }

    pub(super) fn function(&self, code: &str) -> Option<&Bits> {
        self.functions.get(code)
    }

    pub(super) fn function_codes(&self) -> Vec<String> {
        self.functions.keys().cloned().collect()
    }

    pub(super) fn tags_of(&self, place: u32) -> Vec<String> {
        let numbers = self.carried.get(&place).map(Vec::as_slice);
        let numbers = numbers.unwrap_or_default().iter();
        numbers
            .filter_map(|number| self.codes.get(usize::from(*number)).cloned())
            .collect()
    }

    pub(super) fn beds_of(&self, place: u32, kind: &str) -> Option<u32> {
        let list = self.beds.get(kind)?;
        let at = list.binary_search_by_key(&place, |(one, _)| *one).ok()?;
        list.get(at).map(|(_, number)| *number)
    }

    pub(super) fn with_beds(&self, beds: &Beds) -> Bits {
        let list = self.beds.get(&beds.kind).map(Vec::as_slice);
        let fits =
            |number: u32| number >= beds.least && beds.most.is_none_or(|most| number <= most);
        let fitting = list
            .unwrap_or_default()
            .iter()
            .filter(|(_, number)| fits(*number));
        Bits::of(fitting.map(|(place, _)| *place))
    }

    /// The middle of some institutions that say where they lie.
    pub(super) fn middle(&self, places: impl Iterator<Item = u32>) -> Option<Point> {
        self.points.middle(places)
    }
}

/// Codes that somebody among these has, with how many.
fn counts(sets: &BTreeMap<String, Bits>, among: &Bits) -> Vec<(String, usize)> {
    let count = |set: &Bits| {
        let mut set = set.clone();
        set.narrow(among);
        set.count()
    };
    let counted = sets.iter().map(|(code, set)| (code.clone(), count(set)));
    counted.filter(|(_, count)| *count > 0).collect()
}
