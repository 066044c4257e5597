//! All areas, municipalities and populations as of one moment. Pure.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use renkei_store::area::{AreaMemberRow, AreaRow};
use renkei_store::municipality::MunicipalityRow;
use renkei_store::population::PopulationRow;

use super::{Area, AreaKind, Member, Validity};
use crate::municipality::{Municipality, MunicipalityKind};

/// The `kind` of populations of municipalities.
pub const MUNICIPALITY: &str = "municipality";
/// How many mergers one after another are followed.
const SUCCESSIONS: usize = 8;

/// Inhabitants at a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    pub people: u32,
    /// `2020-10-01`
    pub date: String,
    pub source: String,
}

/// Everything that is known of areas.
#[derive(Clone, Debug, Default)]
pub struct Atlas {
    /// By kind, code, first day.
    areas: Vec<Area>,
    /// By kind, area, municipality.
    members: Vec<Member>,
    /// Places in `members`, by municipality.
    of_municipality: HashMap<String, Vec<usize>>,
    municipalities: BTreeMap<String, Municipality>,
    /// By kind and code; the newest last.
    populations: HashMap<(String, String), Vec<Population>>,
}

impl Atlas {
    /// From the rows of the tables, in their order. Rows of a kind that this program does not know are left out.
    pub fn new(
        municipalities: Vec<MunicipalityRow>,
        areas: Vec<AreaRow>,
        members: Vec<AreaMemberRow>,
        populations: Vec<PopulationRow>,
    ) -> Self {
        let mut areas: Vec<Area> = areas.into_iter().filter_map(area).collect();
        areas.sort_by(|a, b| {
            (a.kind, &a.code, a.validity.from).cmp(&(b.kind, &b.code, b.validity.from))
        });
        let mut members: Vec<Member> = members.into_iter().filter_map(member).collect();
        members.sort_by(|a, b| {
            (a.kind, &a.area, &a.municipality, a.validity.from).cmp(&(
                b.kind,
                &b.area,
                &b.municipality,
                b.validity.from,
            ))
        });
        let mut atlas = Self {
            areas,
            ..Self::default()
        };
        for (place, member) in members.iter().enumerate() {
            let places = atlas.of_municipality.entry(member.municipality.clone());
            places.or_default().push(place);
        }
        atlas.members = members;
        for row in municipalities {
            atlas
                .municipalities
                .insert(row.code.clone(), municipality(row));
        }
        for row in populations {
            let place = atlas.populations.entry((row.kind, row.code)).or_default();
            place.push(Population {
                people: row.people,
                date: row.date,
                source: row.source,
            });
        }
        atlas
    }

    /// The kinds of which there are areas at a date.
    pub fn kinds(&self, date: Date) -> impl Iterator<Item = AreaKind> {
        AreaKind::ALL
            .into_iter()
            .filter(move |kind| self.of_kind(*kind, date).next().is_some())
    }

    /// All areas of all kinds and times, under each of their names.
    pub fn ever(&self) -> impl Iterator<Item = &Area> {
        self.areas.iter()
    }

    /// The areas of a kind at a date, by code. One that has lost all its members is no more.
    pub fn of_kind(&self, kind: AreaKind, date: Date) -> impl Iterator<Item = &Area> {
        let areas = self.areas.iter();
        areas.filter(move |area| {
            area.kind == kind && area.validity.holds(date) && self.inhabited(kind, &area.code, date)
        })
    }

    fn inhabited(&self, kind: AreaKind, code: &str, date: Date) -> bool {
        let mut members = self.members_ever(kind, code);
        members.any(|member| member.validity.holds(date))
    }

    /// The area with this code at a date.
    pub fn area(&self, kind: AreaKind, code: &str, date: Date) -> Option<&Area> {
        self.of_kind(kind, date).find(|area| area.code == code)
    }

    /// Everything that ever had this code, of any kind and time.
    pub fn of_code<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Area> {
        self.areas.iter().filter(move |area| area.code == code)
    }

    /// The municipalities of an area at a date, by code: those that belong to it and exist then.
    pub fn members(&self, kind: AreaKind, code: &str, date: Date) -> Vec<&Municipality> {
        let all = self.members_ever(kind, code);
        let now = all.filter(|member| member.validity.holds(date));
        now.filter_map(|member| self.municipalities.get(&member.municipality))
            .filter(|one| one.validity.holds(date))
            .collect()
    }

    /// The memberships of an area of all times, by municipality.
    pub fn members_ever<'a>(
        &'a self,
        kind: AreaKind,
        code: &'a str,
    ) -> impl Iterator<Item = &'a Member> {
        let members = self.members.iter();
        members.filter(move |member| member.kind == kind && member.area == code)
    }

    /// The memberships of a municipality of all times and kinds.
    pub fn memberships<'a>(&'a self, municipality: &str) -> impl Iterator<Item = &'a Member> {
        let places = self.of_municipality.get(municipality);
        let places = places.map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.members.get(*place))
    }

    /// The areas that a municipality belongs to at a date: one, or several where the kind divides municipalities.
    /// A municipality that was merged before that date is asked as its successor.
    pub fn of_municipality(
        &self,
        kind: AreaKind,
        municipality: &str,
        date: Date,
    ) -> impl Iterator<Item = &Area> {
        let code = self.at(municipality, date).to_owned();
        let members: Vec<&Member> = self
            .memberships(&code)
            .filter(|member| member.kind == kind && member.validity.holds(date))
            .collect();
        members
            .into_iter()
            .filter_map(move |member| self.area(kind, &member.area, date))
    }

    /// The code under which a municipality goes at a date: its own, or that of its only successor.
    pub fn at<'a>(&'a self, code: &'a str, date: Date) -> &'a str {
        let mut now = code;
        for _ in 0..SUCCESSIONS {
            let Some(one) = self.municipalities.get(now) else {
                break;
            };
            let over = one.validity.to.is_some_and(|to| to < date);
            match one.successors.as_slice() {
                [next] if over => now = next,
                _ => break,
            }
        }
        now
    }

    /// A municipality by its six digits, of whatever time.
    pub fn municipality(&self, code: &str) -> Option<&Municipality> {
        self.municipalities.get(code)
    }

    /// The municipalities that exist at a date, by code.
    pub fn municipalities(&self, date: Date) -> impl Iterator<Item = &Municipality> {
        let all = self.municipalities.values();
        all.filter(move |one| one.validity.holds(date))
    }

    /// All municipalities of all times, by code.
    pub fn municipalities_ever(&self) -> impl Iterator<Item = &Municipality> {
        self.municipalities.values()
    }

    /// Municipalities that became part of this one.
    pub fn predecessors<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Municipality> {
        let all = self.municipalities.values();
        all.filter(move |one| one.successors.iter().any(|next| next == code))
    }

    /// The newest population of an area: its own, or the sum over its municipalities where all of one date are known.
    pub fn population(&self, kind: AreaKind, code: &str, date: Date) -> Option<Population> {
        let own = self.newest(kind.code(), code).cloned();
        own.or_else(|| self.summed(kind, code, date))
    }

    /// The newest population of a municipality.
    pub fn population_of(&self, municipality: &str) -> Option<&Population> {
        self.newest(MUNICIPALITY, municipality)
    }

    fn newest(&self, kind: &str, code: &str) -> Option<&Population> {
        let key = (kind.to_owned(), code.to_owned());
        self.populations.get(&key)?.last()
    }

    fn summed(&self, kind: AreaKind, code: &str, date: Date) -> Option<Population> {
        let mut sum: Option<Population> = None;
        for member in self.members(kind, code, date) {
            let one = self.population_of(&member.code)?;
            sum = match sum {
                None => Some(one.clone()),
                Some(sum) if sum.date == one.date => Some(Population {
                    people: sum.people.saturating_add(one.people),
                    ..sum
                }),
                Some(_) => return None,
            };
        }
        sum
    }
}

fn area(row: AreaRow) -> Option<Area> {
    Some(Area {
        kind: AreaKind::from_code(&row.kind)?,
        code: row.code,
        name: row.name,
        kana: row.kana,
        validity: Validity::of_text(&row.valid_from, &row.valid_to),
    })
}

fn member(row: AreaMemberRow) -> Option<Member> {
    Some(Member {
        kind: AreaKind::from_code(&row.kind)?,
        area: row.area,
        municipality: row.municipality,
        validity: Validity::of_text(&row.valid_from, &row.valid_to),
    })
}

fn municipality(row: MunicipalityRow) -> Municipality {
    let kind = MunicipalityKind::from_code(&row.kind);
    Municipality {
        kind: kind.or_else(|| MunicipalityKind::of_name(&row.name)),
        code: row.code,
        name: row.name,
        kana: row.kana,
        validity: Validity::of_text(&row.valid_from, &row.valid_to),
        successors: row.successors,
    }
}
