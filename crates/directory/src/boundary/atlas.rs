//! All outlines in memory, and what is made of them once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use renkei_store::boundary::BoundaryRow;

use super::dissolve::{dissolve, inner};
use super::{Point, Ring, edges, unpack};
use crate::area::Atlas;

/// How many dissolved outlines are remembered; more than all areas of a prefecture.
const REMEMBERED: usize = 500;

/// Where outlines come from, as it is named beside a map.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    pub source: String,
    /// `2021-01-01`, or empty.
    pub date: String,
}

/// Lines by the municipalities that they are made of.
type Remembered = Mutex<HashMap<Vec<String>, Arc<Vec<Ring>>>>;

/// The outlines of all municipalities that have one.
#[derive(Debug, Default)]
pub struct Boundaries {
    shapes: BTreeMap<String, Vec<Ring>>,
    origins: BTreeMap<String, Origin>,
    dissolved: Remembered,
    borders: Remembered,
}

impl Boundaries {
    /// From the rows of the table; what is not rings is left out.
    pub fn new(rows: Vec<BoundaryRow>) -> Self {
        let mut all = Self::default();
        for row in rows {
            if let Some(rings) = unpack(&row.rings) {
                let origin = Origin {
                    source: row.source,
                    date: row.source_date,
                };
                all.origins.insert(row.municipality.clone(), origin);
                all.shapes.insert(row.municipality, rings);
            }
        }
        all
    }

    pub fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }

    /// The outline of a municipality.
    pub fn of(&self, municipality: &str) -> Option<&[Ring]> {
        self.shapes.get(municipality).map(Vec::as_slice)
    }

    /// The codes whose outlines are the ground of a municipality at a date: its own, and those of what was merged into it
    /// since its outline was drawn.
    pub fn ground(&self, atlas: &Atlas, municipality: &str, date: Date) -> Vec<String> {
        let own = self.origins.get(municipality);
        let codes = atlas.grounds(municipality, date).into_iter();
        let drawn = |code: &&str| {
            let Some(one) = atlas.municipality(code).filter(|_| *code != municipality) else {
                return true;
            };
            // A part of one that was divided is not known.
            let whole = one.successors.len() == 1 && self.shapes.contains_key(*code);
            let end = one.validity.to.map(|to| to.to_string()).unwrap_or_default();
            whole && own.is_none_or(|own| own.date <= end)
        };
        codes.filter(drawn).map(str::to_owned).collect()
    }

    /// Where the outlines of these municipalities come from.
    pub fn origins<'a>(
        &self,
        municipalities: impl IntoIterator<Item = &'a str>,
    ) -> BTreeSet<Origin> {
        let found = municipalities
            .into_iter()
            .filter_map(|code| self.origins.get(code));
        found.cloned().collect()
    }

    /// The outline of several together: made once. Those without an outline are left out.
    pub fn together(&self, municipalities: &[String]) -> Arc<Vec<Ring>> {
        self.made(&self.dissolved, municipalities, |shapes| dissolve(shapes))
    }

    /// The borders between several, each once, as open lines: made once.
    pub fn within(&self, municipalities: &[String]) -> Arc<Vec<Ring>> {
        self.made(&self.borders, municipalities, |shapes| inner(shapes))
    }

    fn made(
        &self,
        known: &Remembered,
        municipalities: &[String],
        make: impl FnOnce(Vec<&[Ring]>) -> Vec<Ring>,
    ) -> Arc<Vec<Ring>> {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(municipalities) {
            return Arc::clone(found);
        }
        let shapes = municipalities.iter().filter_map(|code| self.of(code));
        let lines = Arc::new(make(shapes.collect()));
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(municipalities.to_vec(), Arc::clone(&lines));
        lines
    }

    /// Which of these touch each other, by their places in the list: pairs, the smaller first.
    pub fn touching(&self, groups: &[Vec<String>]) -> BTreeSet<(usize, usize)> {
        let mut owner: HashMap<(Point, Point), usize> = HashMap::new();
        let mut pairs = BTreeSet::new();
        for (place, group) in groups.iter().enumerate() {
            let rings = group.iter().filter_map(|code| self.of(code)).flatten();
            for (a, b) in rings.flat_map(|ring| edges(ring)) {
                match owner.get(&(b, a)) {
                    Some(other) if *other != place => {
                        pairs.insert(((*other).min(place), (*other).max(place)));
                    }
                    _ => {}
                }
                owner.insert((a, b), place);
            }
        }
        pairs
    }
}
