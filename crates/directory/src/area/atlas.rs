//! All areas, municipalities and populations as of one moment. Pure.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use renkei_store::area::{AreaMemberRow, AreaRow};
use renkei_store::municipality::MunicipalityRow;
use renkei_store::population::PopulationRow;

use super::{Area, AreaKind, Member, Population, Validity};
use crate::municipal_figure::MunicipalFigures;
use crate::municipality::{Municipality, MunicipalityKind};

/// How many mergers one after another are followed.
const SUCCESSIONS: usize = 8;

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
    /// Codes of those that became part of one, by its code.
    predecessors: HashMap<String, Vec<String>>,
    /// Of areas as a whole, by kind and code; the newest last.
    pub(super) populations: HashMap<(String, String), Vec<Population>>,
    pub(super) figures: MunicipalFigures,
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
        let mut atlas = Self {
            areas,
            members: members.into_iter().filter_map(member).collect(),
            ..Self::default()
        };
        for row in municipalities {
            atlas
                .municipalities
                .insert(row.code.clone(), municipality(row));
        }
        atlas.index();
        for row in populations {
            let place = atlas.populations.entry((row.kind, row.code)).or_default();
            place.push(Population {
                people: row.people,
                date: row.date,
                source: row.source,
                ..Population::default()
            });
        }
        atlas
    }

    /// Finds again what is looked up.
    fn index(&mut self) {
        self.members.sort_by(|a, b| {
            (a.kind, &a.area, &a.municipality, a.validity.from).cmp(&(
                b.kind,
                &b.area,
                &b.municipality,
                b.validity.from,
            ))
        });
        self.of_municipality.clear();
        for (place, member) in self.members.iter().enumerate() {
            let places = self.of_municipality.entry(member.municipality.clone());
            places.or_default().push(place);
        }
        self.predecessors.clear();
        for one in self.municipalities.values() {
            for next in &one.successors {
                let before = self.predecessors.entry(next.clone()).or_default();
                before.push(one.code.clone());
            }
        }
    }

    /// The same with these rows written.
    pub(super) fn with_rows(
        &self,
        municipalities: &[MunicipalityRow],
        members: &[AreaMemberRow],
    ) -> Self {
        let mut atlas = self.clone();
        for row in municipalities {
            let one = municipality(row.clone());
            atlas.municipalities.insert(row.code.clone(), one);
        }
        for one in members.iter().cloned().filter_map(member) {
            let key = |one: &Member| {
                let area = (one.kind, one.area.clone());
                (area, one.municipality.clone(), one.validity.from)
            };
            atlas.members.retain(|other| key(other) != key(&one));
            atlas.members.push(one);
        }
        atlas.index();
        atlas
    }

    /// With the figures of its municipalities.
    #[must_use]
    pub fn with_figures(self, figures: MunicipalFigures) -> Self {
        Self { figures, ..self }
    }

    /// The figures of municipalities, as they were imported.
    pub const fn figures(&self) -> &MunicipalFigures {
        &self.figures
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

    /// A municipality and all that had become part of it at a date, whole or in part.
    pub fn grounds<'a>(&'a self, code: &'a str, date: Date) -> Vec<&'a str> {
        let mut all = vec![code];
        let mut at = 0;
        while let Some(one) = all.get(at).copied() {
            let over = |one: &&Municipality| one.validity.to.is_some_and(|to| to < date);
            for part in self.predecessors(one).filter(over) {
                if !all.contains(&part.code.as_str()) {
                    all.push(&part.code);
                }
            }
            at += 1;
        }
        all
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
    pub fn predecessors<'a>(&'a self, code: &str) -> impl Iterator<Item = &'a Municipality> {
        let codes = self.predecessors.get(code).map(Vec::as_slice);
        let codes = codes.unwrap_or_default().iter();
        codes.filter_map(|code| self.municipalities.get(code))
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
