//! 市区町村の数字: inhabitants, those of 65 and over …, by year. All in memory: some thousand rows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use renkei_store::municipal_figure::MunicipalFigureRow;
use renkei_store::{Store, StoreError};

/// 人口
pub const POPULATION: &str = "population";
/// 65歳以上の人口
pub const OVER_65: &str = "population-65";

/// A figure of one municipality in one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MunicipalFigure {
    pub year: i16,
    pub value: u32,
    /// `2025-01-01`, or only the year, `2025`.
    pub date: String,
    /// May be empty.
    pub source: String,
}

impl MunicipalFigure {
    /// The day that it is of; `None` where only the year is known.
    pub fn day(&self) -> Option<Date> {
        self.date.parse().ok()
    }

    /// Whether it is of a later day, for sure.
    pub fn is_after(&self, day: Date) -> bool {
        self.day().map_or(self.year > day.year(), |own| own > day)
    }

    /// Whether it can be of a later day.
    pub fn may_be_after(&self, day: Date) -> bool {
        self.day().map_or(self.year >= day.year(), |own| own > day)
    }
}

/// All figures of all municipalities and years, as they were imported. Municipalities that were merged are not added up
/// here: [`crate::area::Atlas::population_of`] does that, and says so.
#[derive(Clone, Debug, Default)]
pub struct MunicipalFigures {
    /// By figure and municipality, the oldest first.
    by: BTreeMap<String, BTreeMap<String, Vec<MunicipalFigure>>>,
}

impl MunicipalFigures {
    /// From the rows of the table, in their order.
    pub fn new(rows: Vec<MunicipalFigureRow>) -> Self {
        let mut by: BTreeMap<String, BTreeMap<String, Vec<MunicipalFigure>>> = BTreeMap::new();
        for row in rows {
            let places = by.entry(row.figure).or_default();
            let place = places.entry(row.municipality).or_default();
            place.push(MunicipalFigure {
                year: row.year,
                value: u32::try_from(row.value).unwrap_or_default(),
                date: row.date,
                source: row.source,
            });
        }
        Self { by }
    }

    /// Reads all of them.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        Ok(Self::new(store.municipal_figures().await?))
    }

    pub fn is_empty(&self) -> bool {
        self.by.is_empty()
    }

    /// Whether a figure is known of anybody.
    pub fn has(&self, figure: &str) -> bool {
        self.by.contains_key(figure)
    }

    /// A figure of a municipality, the oldest year first.
    pub fn of(&self, figure: &str, municipality: &str) -> &[MunicipalFigure] {
        let place = self.by.get(figure).and_then(|all| all.get(municipality));
        place.map(Vec::as_slice).unwrap_or_default()
    }

    /// A figure of a municipality in one year.
    pub fn in_year(&self, figure: &str, municipality: &str, year: i16) -> Option<&MunicipalFigure> {
        let all = self.of(figure, municipality);
        all.iter().find(|one| one.year == year)
    }

    /// The newest that is not of a later year than this day; where there is none, the earliest.
    pub fn at(&self, figure: &str, municipality: &str, date: Date) -> Option<&MunicipalFigure> {
        let all = self.of(figure, municipality);
        let known = all.iter().rev().find(|one| one.year <= date.year());
        known.or_else(|| all.first())
    }

    /// The years of which a figure is known for anybody: those not after this day, the newest first; then later ones, the
    /// earliest first.
    pub fn years(&self, figure: &str, date: Date) -> Vec<i16> {
        let places = self.by.get(figure).into_iter().flat_map(BTreeMap::values);
        let years: BTreeSet<i16> = places.flatten().map(|one| one.year).collect();
        let (late, known): (Vec<i16>, Vec<i16>) =
            years.into_iter().partition(|year| *year > date.year());
        known.into_iter().rev().chain(late).collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use renkei_base::Micros;

    use super::*;

    #[test]
    fn the_newest_that_was_known_then() {
        let row = |year: i16, value| MunicipalFigureRow {
            municipality: "131105".to_owned(),
            figure: POPULATION.to_owned(),
            year,
            value,
            date: year.to_string(),
            source: String::new(),
            updated: Micros::default(),
        };
        let figures = MunicipalFigures::new(vec![row(2020, 288_088), row(2025, 290_000)]);
        let at = |day| figures.at(POPULATION, "131105", day).unwrap().year;
        assert_eq!(
            [
                at(date(2026, 1, 1)),
                at(date(2024, 1, 1)),
                at(date(2010, 1, 1))
            ],
            [2025, 2020, 2020]
        );
        assert_eq!(
            figures.years(POPULATION, date(2022, 1, 1)),
            [2020, 2025],
            "what was known first"
        );
        assert_eq!(figures.at(OVER_65, "131105", date(2026, 1, 1)), None);
        assert_eq!(figures.of(POPULATION, "131130"), []);
    }
}
