//! Tallies by what municipalities have in common.

use std::collections::BTreeMap;

use jiff::civil::Date;
use renkei_directory::area::Atlas;

use super::{Figures, Inhabitants, Sheet, Tally};

/// Municipalities with as many inhabitants as one of these, and fewer than the next one, are in one group.
pub const SIZES: [u32; 6] = [0, 10_000, 50_000, 100_000, 300_000, 500_000];
/// The same for the share of people over 65, in percent.
pub const AGEING: [u32; 5] = [0, 20, 25, 30, 35];

/// What sheets are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// 二次保健医療圏
    Area,
    /// 区市町村
    Kind,
    /// Inhabitants.
    Size,
    /// 高齢化率
    Ageing,
}

/// What sheets are in: ordered as people list it. Empty where it is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    order: u32,
    /// An area's code, a kind's, or the lower limit of a band.
    pub code: String,
}

/// Sheets with something in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub key: GroupKey,
    /// In the order of the lines.
    pub tallies: Vec<Tally>,
    /// How many sheets are in n.
    pub sheets: u32,
}

impl Grouping {
    pub const ALL: [Self; 4] = [Self::Area, Self::Kind, Self::Size, Self::Ageing];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Kind => "kind",
            Self::Size => "size",
            Self::Ageing => "ageing",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// In which group a sheet is, by what is kept with it; of a snapshot that kept no inhabitants, by the atlas.
    pub fn key(self, sheet: &Sheet, atlas: &Atlas, day: Date) -> GroupKey {
        let known = |order: u32, code: &str| GroupKey {
            order,
            code: code.to_owned(),
        };
        let unknown = known(u32::MAX, "");
        let kinds = ["ward", "city", "town", "village"];
        match self {
            Self::Area if sheet.area.is_empty() => unknown,
            Self::Area => known(0, &sheet.area),
            Self::Kind => {
                let place = kinds.iter().zip(0..).find(|(kind, _)| **kind == sheet.kind);
                place.map_or(unknown, |(kind, order)| known(order, kind))
            }
            Self::Size => {
                let people = inhabitants(sheet, atlas, day).people;
                people.map_or(unknown, |people| band(&SIZES, people))
            }
            Self::Ageing => {
                let known = inhabitants(sheet, atlas, day);
                let over = known.over_65.zip(known.people);
                match over.filter(|(_, people)| *people > 0) {
                    Some((over, people)) => {
                        let share = u64::from(over) * 100 / u64::from(people);
                        band(&AGEING, u32::try_from(share).unwrap_or(u32::MAX))
                    }
                    None => unknown,
                }
            }
        }
    }
}

fn inhabitants(sheet: &Sheet, atlas: &Atlas, day: Date) -> Inhabitants {
    let kept = sheet.inhabitants;
    kept.unwrap_or_else(|| known(atlas, &sheet.municipality, day))
}

/// Those of the newest year that the atlas knows.
pub(super) fn known(atlas: &Atlas, municipality: &str, day: Date) -> Inhabitants {
    let found = atlas.population_of(municipality, day);
    found.map_or_else(Inhabitants::default, |found| Inhabitants {
        people: Some(found.people),
        over_65: found.over_65,
    })
}

fn band(limits: &[u32], value: u32) -> GroupKey {
    let limit = limits.iter().rev().find(|limit| **limit <= value);
    let limit = limit.copied().unwrap_or_default();
    GroupKey {
        order: limit,
        code: limit.to_string(),
    }
}

impl Figures {
    /// Tallies of groups, each with those who have not answered; 集計外 is in none.
    pub fn grouped(&self, key: impl Fn(&Sheet) -> GroupKey) -> Vec<Group> {
        let mut groups: BTreeMap<GroupKey, (Vec<Tally>, u32)> = BTreeMap::new();
        for sheet in self.counted() {
            let fresh = || (vec![Tally::default(); self.lines.len()], 0);
            let (tallies, sheets) = groups.entry(key(sheet)).or_insert_with(fresh);
            self.add(sheet, tallies);
            *sheets += 1;
        }
        let each = groups.into_iter().map(|(key, (tallies, sheets))| Group {
            key,
            tallies,
            sheets,
        });
        each.collect()
    }
}
