//! How many people live in municipalities and areas, with what was merged added up. Pure.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{AreaKind, Atlas};
use crate::municipal_figure::{MunicipalFigure, OVER_65, POPULATION};

/// How many mergers one after another are added up.
const SUCCESSIONS: usize = 8;
const PERCENT: f64 = 100.0;

/// Inhabitants at a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    pub people: u32,
    /// Those of them who are 65 and over, where that is known for the same year.
    pub over_65: Option<u32>,
    /// `2020-10-01`, or only the year, `2020`.
    pub date: String,
    /// May be empty.
    pub source: String,
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
}

impl Atlas {
    /// The population of an area at a date: the sum over its municipalities in the newest year in which all are known, or
    /// its own where that is newer. What is known for later years only is better than nothing.
    pub fn population(&self, kind: AreaKind, code: &str, date: Date) -> Option<Population> {
        let own = self.stated(kind, code, date);
        let summed = self.summed(kind, code, date);
        match (own, summed) {
            (Some(own), Some(summed)) if summed.year() < own.year() => Some(own),
            (own, summed) => summed.or(own),
        }
    }

    /// The population of a municipality within its borders of a date, in the newest year in which it is known.
    pub fn population_of(&self, municipality: &str, date: Date) -> Option<Population> {
        let years = self.figures.years(POPULATION, date);
        let found = years
            .into_iter()
            .find_map(|year| self.figure_of(POPULATION, municipality, year, date));
        Some(self.inhabitants(&found?, municipality, date))
    }

    /// A figure of a municipality in a year, within its borders of a date: what was stated of those that became part of it
    /// is added. `None` where one of them is not known, or went to several.
    pub fn figure_of(
        &self,
        figure: &str,
        municipality: &str,
        year: i16,
        date: Date,
    ) -> Option<MunicipalFigure> {
        self.added_up(figure, municipality, year, date, 0)
    }

    fn added_up(
        &self,
        figure: &str,
        code: &str,
        year: i16,
        date: Date,
        depth: usize,
    ) -> Option<MunicipalFigure> {
        let own = self.figures.in_year(figure, code, year).cloned();
        let mut sum = own.clone();
        for part in self.predecessors(code).filter(|_| depth < SUCCESSIONS) {
            // Only what had been merged by then; what was divided cannot be told apart.
            let Some(end) = part.validity.to.filter(|end| *end < date) else {
                continue;
            };
            let whole = part.successors.len() == 1;
            let value = self.added_up(figure, &part.code, year, date, depth + 1);
            match (value.filter(|_| whole), &own) {
                (Some(value), _) => sum = Some(add(sum, value)),
                // It was within the borders already that the figure is of.
                (None, Some(own)) if end < own.until() => {}
                _ => return None,
            }
        }
        sum
    }

    /// Who lived in a municipality in a year, within its borders of a date.
    pub fn inhabitants_in(&self, code: &str, year: i16, date: Date) -> Option<Population> {
        let people = self.figure_of(POPULATION, code, year, date)?;
        Some(self.inhabitants(&people, code, date))
    }

    /// With those of 65 and over of the same year.
    fn inhabitants(&self, people: &MunicipalFigure, code: &str, date: Date) -> Population {
        let over = self.figure_of(OVER_65, code, people.year, date);
        Population {
            people: people.value,
            over_65: over.map(|one| one.value),
            date: people.date.clone(),
            source: people.source.clone(),
        }
    }

    /// What is stated of an area as a whole.
    fn stated(&self, kind: AreaKind, code: &str, date: Date) -> Option<Population> {
        let key = (kind.code().to_owned(), code.to_owned());
        let all = self.populations.get(&key)?;
        let known = all.iter().rev().find(|one| one.year() <= date.year());
        known.or_else(|| all.first()).cloned()
    }

    fn summed(&self, kind: AreaKind, code: &str, date: Date) -> Option<Population> {
        let members = self.members(kind, code, date);
        // Parts of municipalities have no figures of their own.
        if members.is_empty() || kind.divides() {
            return None;
        }
        let years = self.figures.years(POPULATION, date);
        let of = |year: i16| -> Option<Vec<Population>> {
            let each = members.iter().map(|one| {
                let people = self.figure_of(POPULATION, &one.code, year, date)?;
                Some(self.inhabitants(&people, &one.code, date))
            });
            each.collect()
        };
        let all = years.into_iter().find_map(of)?;
        let dates: BTreeSet<&str> = all.iter().map(|one| one.date.as_str()).collect();
        let sources: BTreeSet<&str> = all.iter().map(|one| one.source.as_str()).collect();
        let first = all.first()?;
        let same = |several: bool, one: String, else_: String| if several { else_ } else { one };
        Some(Population {
            people: all
                .iter()
                .fold(0, |sum, one| u32::saturating_add(sum, one.people)),
            over_65: all.iter().map(|one| one.over_65).sum(),
            date: same(
                dates.len() > 1,
                first.date.clone(),
                first.year().to_string(),
            ),
            source: same(
                sources.len() > 1,
                first.source.clone(),
                sources.into_iter().collect::<Vec<_>>().join(", "),
            ),
        })
    }
}

/// Two figures of one year together.
fn add(sum: Option<MunicipalFigure>, one: MunicipalFigure) -> MunicipalFigure {
    let Some(sum) = sum else { return one };
    MunicipalFigure {
        value: sum.value.saturating_add(one.value),
        date: if sum.date == one.date {
            sum.date
        } else {
            sum.year.to_string()
        },
        ..sum
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
