//! Institutions and beds by municipality, summed up for any set of them. Pure.

use std::collections::BTreeMap;

use jiff::civil::Date;
use renkei_store::tally::{PlacedBeds, TallyRow};

use super::Atlas;
use crate::Kind;

/// Kinds of beds, as sources name them.
pub const BEDS: [&str; 6] = [
    "general",
    "long-term",
    "psychiatric",
    "tuberculosis",
    "infectious",
    "total",
];
const PSYCHIATRIC: usize = 2;
const TOTAL: usize = 5;
/// What an institution says itself is before what lists say.
const FIRST: [&str; 2] = [crate::institution::OWN_SOURCE, "medical-information-net"];

/// What there is in one place, or in several together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub institutions: BTreeMap<Kind, u32>,
    /// Of each of [`BEDS`]; `None` where nobody states any.
    pub beds: [Option<u32>; BEDS.len()],
    /// Hospitals that state psychiatric beds.
    pub psychiatric_hospitals: u32,
    /// Hospitals that state how many beds they have in all.
    pub totals: u32,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        for (kind, count) in &other.institutions {
            *self.institutions.entry(*kind).or_default() += count;
        }
        for (sum, one) in self.beds.iter_mut().zip(other.beds) {
            *sum = match (*sum, one) {
                (Some(sum), Some(one)) => Some(sum.saturating_add(one)),
                (sum, one) => sum.or(one),
            };
        }
        self.psychiatric_hospitals += other.psychiatric_hospitals;
        self.totals += other.totals;
    }

    /// Of one of [`BEDS`].
    pub fn beds(&self, kind: &str) -> Option<u32> {
        let at = BEDS.iter().position(|one| *one == kind)?;
        self.beds.get(at).copied().flatten()
    }

    /// Hospitals that leave their total blank.
    pub fn unstated(&self) -> u32 {
        self.of_kind(Kind::Hospital).saturating_sub(self.totals)
    }

    /// Whether beds of any kind are stated.
    pub fn states_beds(&self) -> bool {
        self.beds.iter().any(Option::is_some)
    }

    pub fn of_kind(&self, kind: Kind) -> u32 {
        self.institutions.get(&kind).copied().unwrap_or_default()
    }
}

/// All that is counted.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By the code that institutions carry, which may be of an earlier municipality.
    places: BTreeMap<String, Counts>,
    /// The newest day of institutions of a kind.
    dates: BTreeMap<Kind, String>,
    beds_date: String,
}

impl Tally {
    /// From the rows of the tables; beds come in the order of the institutions.
    pub fn new(counts: Vec<TallyRow>, beds: &[PlacedBeds]) -> Self {
        let mut tally = Self::default();
        for row in counts {
            let Some(kind) = Kind::from_code(&row.kind) else {
                continue;
            };
            let place = tally.places.entry(row.municipality).or_default();
            *place.institutions.entry(kind).or_default() += row.count;
            let date = tally.dates.entry(kind).or_default();
            if *date < row.date {
                *date = row.date;
            }
        }
        for sets in beds.chunk_by(|a, b| a.set.institution == b.set.institution) {
            tally.add_beds(sets);
        }
        tally
    }

    /// What the sources say of one institution: of each kind, the first that states it.
    fn add_beds(&mut self, sets: &[PlacedBeds]) {
        let Some(any) = sets.first() else {
            return;
        };
        let mut order: Vec<&PlacedBeds> = sets.iter().collect();
        let rank = |one: &&PlacedBeds| FIRST.iter().position(|source| *source == one.set.source);
        order.sort_by_key(|one| rank(one).unwrap_or(FIRST.len()));
        let stated = BEDS.map(|kind| order.iter().find_map(|one| one.set.stated(kind)));
        for one in order {
            if self.beds_date < one.set.source_date {
                self.beds_date.clone_from(&one.set.source_date);
            }
        }
        let hospital = any.kind == Kind::Hospital.code();
        let has = |at: usize| stated.get(at).copied().flatten();
        let counts = Counts {
            beds: stated,
            psychiatric_hospitals: u32::from(hospital && has(PSYCHIATRIC).is_some_and(|n| n > 0)),
            totals: u32::from(hospital && has(TOTAL).is_some()),
            ..Counts::default()
        };
        let place = self.places.entry(any.municipality.clone()).or_default();
        place.add(&counts);
    }

    /// By the municipalities of a date: those that were merged count for their successor.
    pub fn at<'a>(&'a self, atlas: &'a Atlas, date: Date) -> BTreeMap<&'a str, Counts> {
        let mut now: BTreeMap<&str, Counts> = BTreeMap::new();
        for (code, counts) in &self.places {
            now.entry(atlas.at(code, date)).or_default().add(counts);
        }
        now
    }

    /// The kinds of which there is any institution.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.dates.keys().copied()
    }

    /// The newest day of institutions of a kind, or empty.
    pub fn date(&self, kind: Kind) -> &str {
        self.dates.get(&kind).map_or("", String::as_str)
    }

    /// The newest day of beds, or empty.
    pub fn beds_date(&self) -> &str {
        &self.beds_date
    }

    /// Whether anybody states beds of a kind.
    pub fn has_beds(&self, kind: &str) -> bool {
        self.places
            .values()
            .any(|place| place.beds(kind).is_some_and(|beds| beds > 0))
    }
}

/// All of several places together.
pub fn sum<'a>(places: impl IntoIterator<Item = &'a Counts>) -> Counts {
    places.into_iter().fold(Counts::default(), |mut all, one| {
        all.add(one);
        all
    })
}
