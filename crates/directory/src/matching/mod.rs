//! Which institution a row of a code list means. Pure: rows in, a verdict for each.
//!
//! | file | holds |
//! |---|---|
//! | [`name`] | names without their legal person |
//! | [`address`] | addresses as words and numbers |
//! | [`named`] | lists that give only a name and a municipality |
//!
//! Sure is one of these, and only when exactly one row and exactly one institution fit each other:
//!
//! * **same door**: one name ends with the other, and the addresses agree to the last number of the shorter one;
//! * **same town**: the same name, and the shorter address has no number at all but names the same town;
//! * **same city**: the same name, in the same municipality and with a town or number in common, and nobody else in the
//!   prefecture is called so.
//!
//! A wrong code is worse than one that waits.

pub mod address;
pub mod name;
pub mod named;

use std::collections::{HashMap, HashSet};

use address::Address;
use name::Name;

/// What is compared, of an institution or of a row of a list.
#[derive(Clone, Debug)]
pub struct Party {
    /// Two digits.
    pub prefecture: String,
    pub name: Name,
    pub address: Address,
    /// The municipality's name as a search key, without the prefecture; empty where it is not known.
    pub city: String,
}

impl Party {
    pub fn new(prefecture: &str, name: &str, address: &str, city: &str) -> Self {
        Self {
            prefecture: prefecture.to_owned(),
            name: Name::new(name),
            address: Address::new(address),
            city: renkei_base::name::search_key(city),
        }
    }
}

/// What is known of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This institution, by its place in the list that was given.
    Sure(usize, How),
    /// One of these, or none: a person decides.
    Perhaps(Vec<usize>),
    Nobody,
}

/// Why it is sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    SameDoor,
    SameTown,
    SameCity,
}

/// Candidates that a person is shown.
const SHOWN: usize = 5;

/// Matches each row against all institutions.
pub fn verdicts(rows: &[Party], institutions: &[Party]) -> Vec<Verdict> {
    let index = Index::new(institutions);
    let links: Vec<Vec<Link>> = rows
        .iter()
        .map(|row| index.links(row, institutions))
        .collect();
    let names = NameCount::new(rows, institutions);
    let sure: Vec<Vec<(usize, How)>> = rows
        .iter()
        .zip(&links)
        .map(|(row, links)| sure_ones(row, links, institutions, &names))
        .collect();
    // An institution that two rows are sure of belongs to neither.
    let mut wanted: HashMap<usize, usize> = HashMap::new();
    for (place, _) in sure.iter().flatten() {
        *wanted.entry(*place).or_default() += 1;
    }
    sure.iter()
        .zip(&links)
        .map(|(sure, links)| match sure.as_slice() {
            [(place, how)] if wanted.get(place) == Some(&1) => Verdict::Sure(*place, *how),
            _ => perhaps(links),
        })
        .collect()
}

/// A row and an institution whose names have to do with each other.
#[derive(Clone, Copy, Debug)]
struct Link {
    place: usize,
    /// Names without their legal persons are equal; otherwise one ends with the other.
    equal: bool,
    /// What they have in common says which place it is.
    telling: bool,
    closeness: address::Closeness,
}

fn sure_ones(
    row: &Party,
    links: &[Link],
    institutions: &[Party],
    names: &NameCount,
) -> Vec<(usize, How)> {
    let doors: Vec<(usize, How)> = links
        .iter()
        .filter(|link| link.closeness == address::Closeness::Door)
        .map(|link| (link.place, How::SameDoor))
        .collect();
    if !doors.is_empty() {
        return doors;
    }
    let towns: Vec<(usize, How)> = links
        .iter()
        .filter(|link| link.equal && link.closeness == address::Closeness::Town)
        .map(|link| (link.place, How::SameTown))
        .collect();
    if !towns.is_empty() {
        return towns;
    }
    let cities = links.iter().filter(|link| link.equal).filter(|link| {
        institutions.get(link.place).is_some_and(|one| {
            row.address.is_near(&one.address, &one.city) && names.only_one(row, one)
        })
    });
    cities.map(|link| (link.place, How::SameCity)).collect()
}

impl Link {
    /// Whether a person should look at it: the same town; or only the same beginning of the address, and a name that tells.
    fn is_plausible(&self) -> bool {
        match self.closeness {
            address::Closeness::Far => false,
            address::Closeness::SameStart => self.telling,
            address::Closeness::Town | address::Closeness::Door => true,
        }
    }
}

/// The nearest first. Equal names far away are no candidates: there are seven 井上病院.
fn perhaps(links: &[Link]) -> Verdict {
    let mut near: Vec<&Link> = links.iter().filter(|link| link.is_plausible()).collect();
    near.sort_by_key(|link| (std::cmp::Reverse((link.closeness, link.equal)), link.place));
    let places: Vec<usize> = near
        .into_iter()
        .take(SHOWN)
        .map(|link| link.place)
        .collect();
    if places.is_empty() {
        Verdict::Nobody
    } else {
        Verdict::Perhaps(places)
    }
}

/// How many rows and institutions of a prefecture bear a name.
struct NameCount<'a> {
    rows: HashMap<(&'a str, &'a str), u32>,
    institutions: HashMap<(&'a str, &'a str), u32>,
}

impl<'a> NameCount<'a> {
    fn new(rows: &'a [Party], institutions: &'a [Party]) -> Self {
        let count = |parties: &'a [Party]| {
            let mut counts: HashMap<(&str, &str), u32> = HashMap::new();
            for party in parties {
                for form in party.name.forms() {
                    *counts.entry((&party.prefecture, form)).or_default() += 1;
                }
            }
            counts
        };
        Self {
            rows: count(rows),
            institutions: count(institutions),
        }
    }

    /// Whether they share a name of some length that nobody else of the prefecture has.
    fn only_one(&self, row: &Party, institution: &Party) -> bool {
        row.name.shared(&institution.name).any(|form| {
            let key = (row.prefecture.as_str(), form);
            form.chars().count() >= name::TELLING_CHARS
                && !name::is_generic(form)
                && self.rows.get(&key) == Some(&1)
                && self.institutions.get(&key) == Some(&1)
        })
    }
}

/// Institutions by their names and by the endings of their names.
struct Index<'a> {
    forms: HashMap<(&'a str, &'a str), Vec<usize>>,
    endings: HashMap<(&'a str, &'a str), Vec<usize>>,
}

impl<'a> Index<'a> {
    fn new(institutions: &'a [Party]) -> Self {
        let mut index = Self {
            forms: HashMap::new(),
            endings: HashMap::new(),
        };
        for (place, one) in institutions.iter().enumerate() {
            for form in one.name.forms() {
                index
                    .forms
                    .entry((&one.prefecture, form))
                    .or_default()
                    .push(place);
            }
            for ending in one.name.endings() {
                index
                    .endings
                    .entry((&one.prefecture, ending))
                    .or_default()
                    .push(place);
            }
        }
        index
    }

    fn links(&self, row: &Party, institutions: &[Party]) -> Vec<Link> {
        let mut places: HashSet<usize> = HashSet::new();
        let prefecture = row.prefecture.as_str();
        for form in row.name.forms() {
            places.extend(self.forms.get(&(prefecture, form)).into_iter().flatten());
            places.extend(self.endings.get(&(prefecture, form)).into_iter().flatten());
        }
        for ending in row.name.endings() {
            places.extend(self.forms.get(&(prefecture, ending)).into_iter().flatten());
        }
        let mut links: Vec<Link> = places
            .into_iter()
            .filter_map(|place| {
                let one = institutions.get(place)?;
                Some(Link {
                    place,
                    equal: row.name.shared(&one.name).next().is_some(),
                    telling: row.name.tells_of(&one.name),
                    closeness: row.address.closeness(&one.address),
                })
            })
            .collect();
        links.sort_by_key(|link| link.place);
        links
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(name: &str, address: &str, city: &str) -> Party {
        Party::new("13", name, address, city)
    }

    fn one(row: (&str, &str), institution: (&str, &str)) -> Verdict {
        let rows = [party(row.0, row.1, "")];
        let institutions = [party(institution.0, institution.1, "葛飾区")];
        verdicts(&rows, &institutions).remove(0)
    }

    #[test]
    fn the_same_door_however_it_is_written() {
        for (row, institution) in [
            (
                (
                    "医療法人社団 慈藻会 平松記念病院",
                    "葛飾区東堀切三丁目２番１号",
                ),
                ("平松記念病院", "東京都葛飾区東堀切３－２－１"),
            ),
            (
                ("西大和病院", "葛飾区ささゆり台３−２"),
                (
                    "医療法人友紘会西大和病院",
                    "東京都葛飾区大字ささゆり台三丁目２番地の４",
                ),
            ),
            (
                ("あすか病院", "葛飾区鎌ヶ谷１−１ ２階"),
                ("ｱｽｶ病院", "東京都葛飾区鎌が谷１丁目１番"),
            ),
        ] {
            assert_eq!(
                one(row, institution),
                Verdict::Sure(0, How::SameDoor),
                "{row:?}"
            );
        }
    }

    #[test]
    fn names_alone_are_not_enough() {
        assert_eq!(
            one(
                ("平松病院", "葛飾区東堀切３−２−１"),
                ("松病院", "東京都葛飾区立石１−１−１")
            ),
            Verdict::Nobody
        );
        let other_ward = one(
            ("平松病院", "足立区千住３−２−１"),
            ("平松病院", "東京都葛飾区立石１−１−１"),
        );
        assert_eq!(other_ward, Verdict::Nobody);
        let generic = one(
            ("医療法人甲会 中央病院", "葛飾区堀切３"),
            ("中央病院", "東京都葛飾区立石１"),
        );
        assert!(!matches!(generic, Verdict::Sure(..)), "{generic:?}");
    }

    #[test]
    fn towns_and_cities_count_only_for_a_name_that_nobody_else_has() {
        assert_eq!(
            one(
                ("平松病院", "葛飾区立石３−２−１"),
                ("平松病院", "東京都葛飾区立石")
            ),
            Verdict::Sure(0, How::SameTown)
        );
        assert_eq!(
            one(
                ("平松病院", "葛飾区立石北３"),
                ("平松病院", "東京都葛飾区立石１")
            ),
            Verdict::Sure(0, How::SameCity)
        );
        let moved = one(
            ("平松病院", "葛飾区堀切３"),
            ("平松病院", "東京都葛飾区立石１"),
        );
        assert!(
            !matches!(moved, Verdict::Sure(..)),
            "moved, or an annex with the name of the house: {moved:?}"
        );
        let rows = [
            party("平松病院", "葛飾区立石北３", ""),
            party("医療法人 平松病院", "足立区千住１", ""),
        ];
        let institutions = [party("平松病院", "東京都葛飾区立石１", "葛飾区")];
        assert!(
            !verdicts(&rows, &institutions)
                .iter()
                .any(|v| matches!(v, Verdict::Sure(..)))
        );
    }

    #[test]
    fn a_common_ending_is_no_candidate() {
        let rows = [party("田中 内科", "葛飾区立石３−２−１", "")];
        let institutions = [
            party("佐藤 内科", "東京都葛飾区立石５", "葛飾区"),
            party("立石内科", "東京都葛飾区立石６", "葛飾区"),
            party("医療法人 鈴木クリニック", "東京都葛飾区立石７", "葛飾区"),
        ];
        assert_eq!(verdicts(&rows, &institutions), [Verdict::Nobody]);
        // The same town and no number, which was enough for two names that end alike.
        let rows = [party("田中 内科", "葛飾区立石３−２−１", "")];
        let institutions = [party("佐藤 内科", "東京都葛飾区立石", "葛飾区")];
        assert_eq!(verdicts(&rows, &institutions), [Verdict::Nobody]);
    }

    #[test]
    fn two_rows_for_one_institution_wait_both() {
        let rows = [
            party("平松病院", "葛飾区立石３−２−１", ""),
            party("平松病院", "葛飾区立石３丁目２番１号", ""),
        ];
        let institutions = [party("平松病院", "東京都葛飾区立石３−２−１", "葛飾区")];
        assert_eq!(
            verdicts(&rows, &institutions),
            [Verdict::Perhaps(vec![0]), Verdict::Perhaps(vec![0])]
        );
    }
}
