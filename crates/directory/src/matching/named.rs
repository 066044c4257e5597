//! Which institution a name in a municipality means, where a list says no more: exact names are sure, mistyped ones suggested.

use std::collections::HashMap;

use renkei_base::Id;
use renkei_base::code::Prefecture;
use renkei_base::name::search_key;
use renkei_store::import_wait::InstitutionAlias;
use renkei_store::institution::InstitutionRow;

use super::name::{Name, is_generic};
use crate::municipality;

/// Candidates that a person is shown.
const SHOWN: usize = 5;
/// How much of two names must agree to be suggested, in percent: in the same municipality, and in the prefecture.
const NEAR: usize = 60;
const FAR: usize = 80;
/// Longer names are compared by their beginning.
const COMPARED: usize = 60;

/// A name that a list gives, with what it says of the place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub name: String,
    /// Two digits, or empty.
    pub prefecture: String,
    /// Municipality or address, or empty.
    pub place: String,
}

/// What is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    Sure(Id),
    /// The likeliest first; empty where nothing is like it.
    Perhaps(Vec<Id>),
}

struct One {
    id: Id,
    name: Name,
    prefecture: String,
    /// Of its municipality, without the county; empty where it is not known.
    city: String,
    address: String,
}

/// All institutions that may be meant, ready to be asked.
pub struct Directory {
    all: Vec<One>,
    by_form: HashMap<String, Vec<usize>>,
    by_prefecture: HashMap<String, Vec<usize>>,
    aliases: HashMap<(String, String, String), Id>,
}

impl std::fmt::Debug for Directory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Directory")
            .field("institutions", &self.all.len())
            .finish_non_exhaustive()
    }
}

impl Directory {
    /// Of these institutions, and of what people have decided before.
    pub fn new(rows: &[InstitutionRow], aliases: &[InstitutionAlias]) -> Self {
        let cities = municipality::names(
            rows.iter()
                .map(|one| (one.municipality.as_str(), one.address.as_str())),
        );
        let mut directory = Self {
            all: Vec::with_capacity(rows.len()),
            by_form: HashMap::new(),
            by_prefecture: HashMap::new(),
            aliases: aliases.iter().map(alias).collect(),
        };
        for row in rows.iter().filter(|row| row.active) {
            let place = directory.all.len();
            let city = cities.get(&row.municipality).map_or("", String::as_str);
            let names = std::iter::once(row.name.as_str()).chain(row.other_names.lines());
            for name in names.map(Name::new) {
                for form in name.forms() {
                    let places = directory.by_form.entry(form.to_owned()).or_default();
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
            }
            directory
                .by_prefecture
                .entry(row.prefecture.clone())
                .or_default()
                .push(place);
            directory.all.push(One {
                id: row.id.clone(),
                name: Name::new(&row.name),
                prefecture: row.prefecture.clone(),
                city: without_county(&search_key(city)).to_owned(),
                address: search_key(&row.address),
            });
        }
        directory
    }

    /// Which institution is meant.
    pub fn find(&self, wanted: &Wanted) -> Meant {
        let key = |text: &str| text.trim().to_owned();
        let known = (
            key(&wanted.name),
            key(&wanted.place),
            wanted.prefecture.clone(),
        );
        if let Some(id) = self.aliases.get(&known) {
            return Meant::Sure(id.clone());
        }
        let prefecture = Prefecture::of_address(&wanted.place)
            .map_or_else(|| wanted.prefecture.clone(), |(found, _)| found.code());
        let rest = Prefecture::of_address(&wanted.place).map_or(&*wanted.place, |(_, rest)| rest);
        let place = search_key(rest);
        let name = Name::new(&wanted.name);
        let same: Vec<usize> = self.of_name(&name, &prefecture);
        let near: Vec<usize> = same
            .iter()
            .copied()
            .filter(|at| self.is_there(*at, &place))
            .collect();
        let sure = match (near.as_slice(), same.as_slice()) {
            ([one], _) => Some(*one),
            // Without a place the name must be one of its own.
            ([], [one]) if place.is_empty() && !name.forms().all(is_generic) => Some(*one),
            _ => None,
        };
        if let Some(one) = sure.and_then(|at| self.all.get(at)) {
            return Meant::Sure(one.id.clone());
        }
        Meant::Perhaps(self.like(&name, &prefecture, &place, &near))
    }

    /// Institutions that share a form of the name.
    fn of_name(&self, name: &Name, prefecture: &str) -> Vec<usize> {
        let found = name.forms().filter_map(|form| self.by_form.get(form));
        let mut places: Vec<usize> = found.flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        places.retain(|at| {
            let one = self.all.get(*at);
            one.is_some_and(|one| prefecture.is_empty() || one.prefecture == prefecture)
        });
        places
    }

    /// Whether an institution lies in the municipality that the place names or begins with.
    fn is_there(&self, at: usize, place: &str) -> bool {
        let Some(one) = self.all.get(at).filter(|_| !place.is_empty()) else {
            return false;
        };
        let place = without_county(place);
        (!one.city.is_empty() && place.starts_with(&one.city)) || one.address.contains(place)
    }

    /// The names that are most like it, `first` before the others.
    fn like(&self, name: &Name, prefecture: &str, place: &str, first: &[usize]) -> Vec<Id> {
        let all: Vec<usize> = match self.by_prefecture.get(prefecture) {
            Some(places) => places.clone(),
            None if prefecture.is_empty() => (0..self.all.len()).collect(),
            None => Vec::new(),
        };
        let mut found: Vec<(usize, usize)> = all
            .into_iter()
            .filter_map(|at| {
                let one = self.all.get(at)?;
                let there = self.is_there(at, place);
                let mut likeness = likeness(name, &one.name);
                if name.tells_of(&one.name) {
                    likeness = likeness.max(FAR);
                }
                let enough = likeness >= if there { NEAR } else { FAR };
                let bonus = if first.contains(&at) { 200 } else { 0 } + if there { 100 } else { 0 };
                enough.then_some((likeness + bonus, at))
            })
            .collect();
        found.sort_by_key(|(likeness, at)| (std::cmp::Reverse(*likeness), *at));
        let ids = found.into_iter().filter_map(|(_, at)| self.all.get(at));
        ids.take(SHOWN).map(|one| one.id.clone()).collect()
    }
}

fn alias(one: &InstitutionAlias) -> ((String, String, String), Id) {
    let key = (one.name.clone(), one.place.clone(), one.prefecture.clone());
    (key, one.institution.clone())
}

fn without_county(key: &str) -> &str {
    key.split_once('郡')
        .map_or(key, |(_, town)| if town.is_empty() { key } else { town })
}

/// How much two names agree, in percent: of the forms that agree most.
fn likeness(one: &Name, other: &Name) -> usize {
    let pairs = one.forms().flat_map(|a| other.forms().map(move |b| (a, b)));
    pairs
        .map(|(a, b)| {
            let (a, b): (Vec<char>, Vec<char>) = (
                a.chars().take(COMPARED).collect(),
                b.chars().take(COMPARED).collect(),
            );
            let longest = a.len().max(b.len()).max(1);
            // What differs much in length cannot agree: not compared letter by letter.
            if a.len().abs_diff(b.len()) * 2 > longest {
                return 0;
            }
            (longest - distance(&a, &b).min(longest)) * 100 / longest
        })
        .max()
        .unwrap_or(0)
}

/// Letters to put in, take out or change.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (to, place) in b.iter().zip(row.iter_mut().skip(1)) {
            let changed = corner + usize::from(from != to);
            corner = *place;
            left = changed.min(corner + 1).min(left + 1);
            *place = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use renkei_base::Micros;

    use super::*;

    fn row(id: &str, name: &str, municipality: &str, address: &str) -> InstitutionRow {
        InstitutionRow {
            id: id.parse().unwrap(),
            kind: "hospital".to_owned(),
            prefecture: municipality.get(..2).unwrap().to_owned(),
            municipality: municipality.to_owned(),
            registry_id: None,
            code: None,
            name: name.to_owned(),
            kana: String::new(),
            short: String::new(),
            other_names: String::new(),
            address: address.to_owned(),
            active: true,
            source: String::new(),
            source_date: String::new(),
            fingerprint: String::new(),
            updated: Micros(0),
        }
    }

    fn wanted(name: &str, prefecture: &str, place: &str) -> Wanted {
        Wanted {
            name: name.to_owned(),
            prefecture: prefecture.to_owned(),
            place: place.to_owned(),
        }
    }

    #[test]
    fn the_distance_of_two_words() {
        let distance = |a: &str, b: &str| {
            distance(
                &a.chars().collect::<Vec<_>>(),
                &b.chars().collect::<Vec<_>>(),
            )
        };
        assert_eq!(distance("東京北海道病院", "東京海道病院"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!((distance("", "ab"), distance("ab", "")), (2, 2));
    }

    #[test]
    fn exact_names_are_sure_and_mistyped_ones_suggested() {
        let rows = [
            row(
                "a",
                "医療法人社団　東京海道病院",
                "132055",
                "東京都青梅市末広町１",
            ),
            row(
                "b",
                "青梅市立総合医療センター",
                "132055",
                "東京都青梅市東青梅４",
            ),
            row("c", "井上病院", "132055", "東京都青梅市河辺"),
            row("d", "井上病院", "131105", "東京都目黒区中目黒"),
            row("e", "ななえ新病院", "013374", "北海道亀田郡七飯町本町７"),
        ];
        let directory = Directory::new(&rows, &[]);
        let sure = |id: &str| Meant::Sure(id.parse().unwrap());
        let find = |name, prefecture, place| directory.find(&wanted(name, prefecture, place));
        assert_eq!(find("東京海道病院", "13", "青梅市"), sure("a"));
        assert_eq!(
            find("東京海道病院", "", ""),
            sure("a"),
            "only one is called so"
        );
        assert_eq!(
            find("東京北海道病院", "13", "青梅市"),
            Meant::Perhaps(vec!["a".parse().unwrap()])
        );
        assert_eq!(find("井上病院", "13", "目黒区"), sure("d"));
        assert_eq!(find("井上病院", "", "東京都青梅市河辺1-2"), sure("c"));
        let Meant::Perhaps(two) = find("井上病院", "13", "") else {
            panic!("not sure")
        };
        assert_eq!(two.len(), 2);
        assert_eq!(
            find("ななえ新病院", "01", "七飯町"),
            sure("e"),
            "without its county"
        );
        assert_eq!(
            find("どこにもない診療所", "13", "青梅市"),
            Meant::Perhaps(vec![])
        );
    }
}
