//! How many people live in municipalities and areas. A number belongs to a municipality as it was in that year; what is
//! added up over mergers says so. Pure.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{AreaKind, Atlas};
use crate::municipal_figure::{MunicipalFigure, OVER_65, POPULATION};
use crate::municipality::Municipality;

/// How many mergers one after another are added up.
const SUCCESSIONS: usize = 8;
const PERCENT: f64 = 100.0;

/// Within which borders a number is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// Stated, and within the borders of the day that was asked for.
    #[default]
    Same,
    /// Stated, and within the borders of its own day, which were others.
    Then,
    /// Within the borders of the day that was asked for, and stated by nobody: added up from what was stated of others
    /// (合併前の合計).
    Summed,
}

/// Inhabitants at a date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Population {
    pub people: u32,
    /// Those of them who are 65 and over, where that is known for the same year.
    pub over_65: Option<u32>,
    /// `2020-10-01`, or only the year, `2020`.
    pub date: String,
    /// May be empty.
    pub source: String,
    pub extent: Extent,
}

impl Population {
    /// 高齢化率, in percent.
    pub fn ageing(&self) -> Option<f64> {
        let people = f64::from(self.people);
        let over = self.over_65.filter(|_| self.people > 0)?;
        Some(f64::from(over) / people * PERCENT)
    }

    /// The year that it is of.
    pub fn year(&self) -> i16 {
        let year = self.date.split('-').next().unwrap_or_default();
        year.parse().unwrap_or_default()
    }

    /// The day that it is of; of a year alone, its first.
    fn day(&self) -> Date {
        let day = self.date.parse().ok();
        day.unwrap_or_else(|| first_of(self.year()))
    }

    /// Several of one year together; `None` of none.
    fn together(all: &[Self], extent: Extent) -> Option<Self> {
        let first = all.first()?;
        let dates: BTreeSet<&str> = all.iter().map(|one| one.date.as_str()).collect();
        let sources: BTreeSet<&str> = all.iter().map(|one| one.source.as_str()).collect();
        let sources: Vec<&str> = sources.into_iter().filter(|one| !one.is_empty()).collect();
        Some(Self {
            people: all
                .iter()
                .fold(0, |sum, one| u32::saturating_add(sum, one.people)),
            over_65: all.iter().map(|one| one.over_65).sum(),
            date: match dates.len() {
                1 => first.date.clone(),
                _ => first.year().to_string(),
            },
            source: sources.join(", "),
            extent,
        })
    }
}

fn first_of(year: i16) -> Date {
    Date::new(year, 1, 1).unwrap_or(Date::MIN)
}

impl Atlas {
    /// The newest population of an area that is known at a date, within the borders of its own time: the sum over the
    /// municipalities that were in the area then, or what is stated of the area where that is newer. What is known for later
    /// years only is better than nothing.
    pub fn population(&self, kind: AreaKind, code: &str, date: Date) -> Option<Population> {
        let own = self.stated(kind, code, date);
        let mut years = self.figures.years(POPULATION, date).into_iter();
        let summed = years.find_map(|year| self.population_in(kind, code, year, date));
        match (own, summed) {
            (Some(own), Some(summed)) if summed.year() < own.year() => Some(own),
            (own, summed) => summed.or(own),
        }
    }

    /// The population of an area within its borders of a date, what rates are made with: the newest that is stated within
    /// these borders, or what its municipalities add up to ([`Extent::Summed`]) where they were others before.
    pub fn population_within(&self, kind: AreaKind, code: &str, date: Date) -> Option<Population> {
        let newest = self.population(kind, code, date);
        let same = newest.filter(|one| one.extent == Extent::Same);
        let summed = self.summed(kind, code, date);
        match (same, summed) {
            (Some(same), Some(summed))
                if summed.year() <= same.year() || summed.year() > date.year() =>
            {
                Some(same)
            }
            (same, summed) => summed.or(same),
        }
    }

    /// The population of an area in a year: the sum over the municipalities that were in the area then. `None` where one of
    /// them is not known, and for kinds that divide municipalities.
    pub fn population_in(
        &self,
        kind: AreaKind,
        code: &str,
        year: i16,
        date: Date,
    ) -> Option<Population> {
        if kind.divides() {
            return None;
        }
        let mut days = self.changes_in(kind, code, year).into_iter();
        let (then, day, all) = days.find_map(|day| {
            let members = self.members(kind, code, day);
            let each = members.iter().map(|one| self.settled(one, year, day));
            let all: Option<Vec<Population>> = each.collect();
            Some((members, day, all.filter(|all| !all.is_empty())?))
        })?;
        let now = self.members(kind, code, date);
        Population::together(&all, self.extent((&then, day), (&now, date)))
    }

    /// The first day of a year, and the days in it on which an area got other municipalities.
    fn changes_in(&self, kind: AreaKind, code: &str, year: i16) -> BTreeSet<Date> {
        let mut days = BTreeSet::from([first_of(year)]);
        for member in self.members_ever(kind, code) {
            let one = self.municipality(&member.municipality);
            let of = one.map(|one| one.validity).unwrap_or_default();
            let ends = [member.validity.to, of.to].into_iter().flatten();
            let begins = [member.validity.from, of.from].into_iter().flatten();
            let begins = begins.chain(ends.filter_map(|end| end.tomorrow().ok()));
            days.extend(begins.filter(|day| day.year() == year));
        }
        days
    }

    /// What is stated of a municipality in a year, if its borders did not change between that day and this one.
    fn settled(&self, one: &Municipality, year: i16, day: Date) -> Option<Population> {
        let figure = self.figures.in_year(POPULATION, &one.code, year)?;
        if let Some(stated) = figure.day() {
            let (early, late) = (stated.min(day), stated.max(day));
            let within = |end: Date| early <= end && end < late;
            let mut parts = self.predecessors(&one.code);
            if parts.any(|part| part.validity.to.is_some_and(within)) {
                return None;
            }
        }
        self.stated_of(&one.code, year)
    }

    /// Whether a set of municipalities at a day covers the same ground as another one at another day.
    fn extent(&self, then: (&[&Municipality], Date), now: (&[&Municipality], Date)) -> Extent {
        let (early, late) = if then.1 <= now.1 {
            (then, now)
        } else {
            (now, then)
        };
        let codes = |of: &[&Municipality]| -> BTreeSet<String> {
            of.iter().map(|one| one.code.clone()).collect()
        };
        let mut became = BTreeSet::new();
        for one in early.0 {
            self.became(one, late.1, 0, &mut became);
        }
        let mut came = BTreeSet::new();
        for one in late.0 {
            self.came_of(one, (early.1, late.1), 0, &mut came);
        }
        let covers = |larger: &BTreeSet<String>, smaller: &BTreeSet<&str>| {
            smaller.iter().all(|code| larger.contains(*code))
        };
        if covers(&codes(late.0), &became) && covers(&codes(early.0), &came) {
            Extent::Same
        } else {
            Extent::Then
        }
    }

    /// What one has become by a day, whole or in parts.
    fn became<'a>(
        &'a self,
        one: &'a Municipality,
        day: Date,
        depth: usize,
        all: &mut BTreeSet<&'a str>,
    ) {
        let over = one.validity.to.is_some_and(|to| to < day);
        if !over || one.successors.is_empty() || depth > SUCCESSIONS {
            all.insert(&one.code);
            return;
        }
        for next in &one.successors {
            match self.municipality(next) {
                Some(next) => self.became(next, day, depth + 1, all),
                None => {
                    all.insert(next);
                }
            }
        }
    }

    /// What there was on a day of that which had become one by a later day, whole or in parts.
    fn came_of<'a>(
        &'a self,
        one: &'a Municipality,
        (day, until): (Date, Date),
        depth: usize,
        all: &mut BTreeSet<&'a str>,
    ) {
        if one.validity.from.is_none_or(|from| from <= day) {
            all.insert(&one.code);
        }
        let between = |end: Date| day <= end && end < until;
        for part in self.predecessors(&one.code) {
            if part.validity.to.is_some_and(between) && depth <= SUCCESSIONS {
                self.came_of(part, (day, until), depth + 1, all);
            }
        }
    }

    /// What is stated of an area as a whole.
    fn stated(&self, kind: AreaKind, code: &str, date: Date) -> Option<Population> {
        let key = (kind.code().to_owned(), code.to_owned());
        let all = self.populations.get(&key)?;
        let known = all.iter().rev().find(|one| one.year() <= date.year());
        let one = known.or_else(|| all.first())?;
        // Of before the area was there: of the one that it began as.
        let begun = |day: Date| {
            let begins = self.members_ever(kind, code).map(|one| one.validity.from);
            begins.min().flatten().map_or(day, |first| first.max(day))
        };
        let day = begun(one.day());
        let (then, now) = (
            self.members(kind, code, day),
            self.members(kind, code, date),
        );
        Some(Population {
            extent: self.extent((&then, day), (&now, date)),
            ..one.clone()
        })
    }

    /// What the municipalities of an area add up to within the borders of a date, in the newest year in which all are known.
    fn summed(&self, kind: AreaKind, code: &str, date: Date) -> Option<Population> {
        let members = self.members(kind, code, date);
        // Parts of municipalities have no figures of their own.
        if kind.divides() {
            return None;
        }
        let mut years = self.figures.years(POPULATION, date).into_iter();
        years.find_map(|year| {
            let each = members
                .iter()
                .map(|one| self.inhabitants_in(&one.code, year, date));
            let all: Option<Vec<Population>> = each.collect();
            Population::together(&all?, Extent::Summed)
        })
    }

    /// The population of a municipality within its borders of a date, in the newest year in which it is known.
    pub fn population_of(&self, municipality: &str, date: Date) -> Option<Population> {
        let mut years = self.figures.years(POPULATION, date).into_iter();
        years.find_map(|year| self.inhabitants_in(municipality, year, date))
    }

    /// Who lived in a municipality in a year, as it was stated then: of those that became part of it later, nothing is in it.
    pub fn stated_of(&self, code: &str, year: i16) -> Option<Population> {
        let people = self.figures.in_year(POPULATION, code, year)?;
        let over = self.figures.in_year(OVER_65, code, year);
        Some(inhabitants(people, over))
    }

    /// Who lived in a municipality in a year, within its borders of a date: what was stated of those that became part of it
    /// is added ([`Extent::Summed`]). `None` where one of them is not known, or went to several.
    pub fn inhabitants_in(&self, code: &str, year: i16, date: Date) -> Option<Population> {
        let people = self.parts(POPULATION, code, year, date, 0)?;
        let over = self.parts(OVER_65, code, year, date, 0);
        // A share is made of the same places alone.
        let places = |all: &[Part<'_>]| -> Vec<String> {
            all.iter().map(|(code, _)| (*code).to_owned()).collect()
        };
        let over = over.filter(|over| places(over) == places(&people));
        let all = people.iter().enumerate().map(|(at, (_, people))| {
            let over = over.as_ref().and_then(|over| over.get(at));
            inhabitants(people, over.map(|(_, figure)| *figure))
        });
        let all: Vec<Population> = all.collect();
        let own = matches!(people.as_slice(), [(place, _)] if *place == code);
        let extent = if own { Extent::Same } else { Extent::Summed };
        Population::together(&all, extent)
    }

    /// The figures of a year that together are one municipality within its borders of a date: its own alone, or those of the
    /// ones that became part of it after they were stated.
    fn parts<'a>(
        &'a self,
        figure: &str,
        code: &'a str,
        year: i16,
        date: Date,
        depth: usize,
    ) -> Option<Vec<Part<'a>>> {
        let one = self.municipality(code);
        let begun = one.and_then(|one| one.validity.from);
        let own = self.figures.in_year(figure, code, year);
        let mut all: Vec<Part<'_>> = own.map(|own| (code, own)).into_iter().collect();
        for part in self.predecessors(code) {
            let Some(end) = part.validity.to.filter(|end| *end < date) else {
                continue;
            };
            // One that the merger made has it from its first day on.
            let made = begun.is_some_and(|begun| begun > end);
            if own.is_some_and(|own| made || own.is_after(end)) {
                continue;
            }
            // What was divided cannot be told apart.
            let whole = part.successors.len() == 1 && depth < SUCCESSIONS;
            let more = whole.then(|| self.parts(figure, &part.code, year, date, depth + 1));
            match more.flatten() {
                Some(more) => all.extend(more),
                // Only the year is known, and nothing of the other one.
                None if own.is_some_and(|own| own.may_be_after(end)) => {}
                None => return None,
            }
        }
        // One that was there and is not known is missing in the sum.
        let missing = own.is_none() && begun.is_none_or(|begun| begun <= first_of(year));
        (!missing && !all.is_empty()).then_some(all)
    }
}

/// A municipality, and what is stated of it.
type Part<'a> = (&'a str, &'a MunicipalFigure);

fn inhabitants(people: &MunicipalFigure, over_65: Option<&MunicipalFigure>) -> Population {
    Population {
        people: people.value,
        over_65: over_65.map(|one| one.value),
        date: people.date.clone(),
        source: people.source.clone(),
        extent: Extent::Same,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use renkei_base::Micros;
    use renkei_store::municipal_figure::MunicipalFigureRow;

    use super::*;
    use crate::area::tokyo::Tokyo;
    use crate::municipal_figure::MunicipalFigures;

    const KIND: AreaKind = AreaKind::SecondaryMedical;

    fn rows(year: i16, all: &[(&str, &str, i64)]) -> Vec<MunicipalFigureRow> {
        let rows = all.iter().map(|(code, figure, value)| MunicipalFigureRow {
            municipality: (*code).to_owned(),
            figure: (*figure).to_owned(),
            year,
            value: *value,
            date: format!("{year}-01-01"),
            source: "住民基本台帳".to_owned(),
            updated: Micros::default(),
        });
        rows.collect()
    }

    /// Tokyo, where 狛江市 goes into 世田谷区 on 1 April 2027.
    fn atlas(figures: Vec<MunicipalFigureRow>) -> Atlas {
        let mut tokyo = Tokyo::rows(Micros::default());
        for one in &mut tokyo.municipalities {
            if one.code == "132195" {
                one.valid_to = "2027-03-31".to_owned();
                one.successors = vec!["131121".to_owned()];
            }
        }
        let atlas = Atlas::new(
            tokyo.municipalities,
            tokyo.areas,
            tokyo.members,
            tokyo.populations,
        );
        atlas.with_figures(MunicipalFigures::new(figures))
    }

    #[test]
    fn what_was_merged_is_added_from_that_day_on() {
        let both = [
            ("131121", POPULATION, 900_000),
            ("131121", OVER_65, 190_000),
            ("132195", POPULATION, 80_000),
            ("132195", OVER_65, 20_000),
        ];
        let people = |atlas: &Atlas, day| {
            let one = atlas.population_of("131121", day)?;
            Some((one.people, one.over_65?, one.date))
        };
        let known = atlas(rows(2026, &both));
        assert_eq!(
            people(&known, date(2027, 3, 31)),
            Some((900_000, 190_000, "2026-01-01".to_owned()))
        );
        assert_eq!(
            people(&known, date(2027, 4, 1)),
            Some((980_000, 210_000, "2026-01-01".to_owned()))
        );
        // One of the two is missing: half a sum is none.
        let half = atlas(rows(2026, &both[..2]));
        assert_eq!(people(&half, date(2027, 4, 1)), None);
        // Figures of after the merger have it already.
        let later = atlas(rows(2028, &both[..2]));
        assert_eq!(people(&later, date(2028, 4, 1)).unwrap().0, 900_000);
        let ageing = known.population_of("132195", date(2026, 6, 1)).unwrap();
        assert_eq!(ageing.ageing(), Some(25.0));
    }

    #[test]
    fn areas_are_summed_where_all_are_known_and_newer() {
        let today = date(2026, 11, 22);
        // 区西南部: 目黒区, 世田谷区, 渋谷区.
        let three = [
            ("131105", POPULATION, 280_000),
            ("131121", POPULATION, 920_000),
            ("131130", POPULATION, 230_000),
        ];
        let of = |figures| atlas(figures).population(KIND, "1303", today).unwrap();
        assert_eq!(of(rows(2025, &three)).people, 1_430_000);
        assert_eq!(of(rows(2025, &three)).source, "住民基本台帳");
        let census = of(rows(2025, &three[..2]));
        assert_eq!(
            (census.people, census.date.as_str()),
            (1_475_635, "2020-10-01")
        );
        assert_eq!(
            of(rows(2015, &three)).people,
            1_475_635,
            "the census is newer"
        );
        assert_eq!(of(rows(2020, &three)).people, 1_430_000, "the region's own");
    }
}
