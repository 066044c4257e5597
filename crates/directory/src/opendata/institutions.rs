//! What everybody may know of an institution, as one row. Nothing that only members see is read here.

use std::collections::HashMap;

use jiff::civil::Date;
use renkei_store::institution::InstitutionRow;
use renkei_store::{Store, StoreError};

use super::cell::Cell;
use crate::area::{AreaKind, Areas};
use crate::function::{self, FunctionState};
use crate::municipality;

pub(super) const HEADINGS: [&str; 20] = [
    "id",
    "kind",
    "institution_code",
    "registry_id",
    "name",
    "kana",
    "short_name",
    "prefecture_code",
    "municipality_code",
    "municipality_name",
    "secondary_medical_area",
    "address",
    "latitude",
    "longitude",
    "tags",
    "functions",
    "open",
    "source",
    "source_date",
    "updated",
];

/// What stands beside the rows, read once for all of them.
#[derive(Debug)]
pub(super) struct Beside {
    tags: HashMap<String, Vec<String>>,
    functions: HashMap<String, Vec<String>>,
    places: HashMap<String, (f64, f64)>,
    areas: Areas,
    day: Date,
}

impl Beside {
    pub(super) async fn read(store: &Store, areas: &Areas, day: Date) -> Result<Self, StoreError> {
        let mut tags: HashMap<String, Vec<String>> = HashMap::new();
        for one in store.institution_tags().await? {
            tags.entry(one.institution.to_string())
                .or_default()
                .push(one.tag);
        }
        let today = day.to_string();
        let mut functions: HashMap<String, Vec<String>> = HashMap::new();
        for one in store.functions_in(FunctionState::Approved.code()).await? {
            if function::holds(&one, &today) {
                functions
                    .entry(one.institution.to_string())
                    .or_default()
                    .push(one.function);
            }
        }
        let places = store.positions().await?.into_iter().map(|place| {
            let degrees = (place.latitude, place.longitude);
            (place.institution.to_string(), degrees)
        });
        Ok(Self {
            tags,
            functions,
            places: places.collect(),
            areas: areas.clone(),
            day,
        })
    }

    pub(super) fn row(&self, one: &InstitutionRow) -> Vec<Cell> {
        let id = one.id.as_str();
        let list = |of: &HashMap<String, Vec<String>>| {
            let mut codes = of.get(id).cloned().unwrap_or_default();
            codes.sort();
            Cell::List(codes)
        };
        let place = self.places.get(id);
        vec![
            Cell::text(id),
            Cell::text(&one.kind),
            Cell::text(one.code.as_deref().unwrap_or_default()),
            Cell::text(one.registry_id.as_deref().unwrap_or_default()),
            Cell::text(&one.name),
            Cell::text(&one.kana),
            Cell::text(&one.short),
            Cell::text(&one.prefecture),
            Cell::text(&one.municipality),
            Cell::Text(self.municipality(one)),
            Cell::Text(self.area(&one.municipality)),
            Cell::text(&one.address),
            Cell::Degrees(place.map(|place| place.0)),
            Cell::Degrees(place.map(|place| place.1)),
            list(&self.tags),
            list(&self.functions),
            Cell::Flag(one.active),
            Cell::text(&one.source),
            Cell::text(&one.source_date),
            Cell::Text(one.updated.in_japan().date().to_string()),
        ]
    }

    fn municipality(&self, one: &InstitutionRow) -> String {
        let known = self.areas.municipality(&one.municipality);
        let known = known.map(|municipality| municipality.name);
        let read = || municipality::in_address(&one.municipality, &one.address).map(str::to_owned);
        known.or_else(read).unwrap_or_default()
    }

    fn area(&self, municipality: &str) -> String {
        let area = self
            .areas
            .of_municipality(AreaKind::SecondaryMedical, municipality, self.day);
        area.map(|area| area.code).unwrap_or_default()
    }
}
