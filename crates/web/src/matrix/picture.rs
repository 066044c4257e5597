//! Who does one thing, as a map of municipalities; of areas where only numbers are seen.

use std::collections::BTreeMap;

use renkei_gov::Status;
use renkei_gov::count::{Figures, Sheet};
use renkei_report::map::{Legend, Map, Place, Tile, Words, tile};

use crate::count::seen::Viewed;
use crate::state::App;
use crate::visit::Visit;

/// Classes of the map, the lightest first.
const CLASSES: [Status; 3] = [Status::NotAsked, Status::No, Status::Yes];

/// The picture as an `<svg>` element, empty where no municipality is known.
pub(super) fn of(app: &App, v: &Visit, viewed: &Viewed, figures: &Figures, at: usize) -> String {
    if !viewed.names {
        return String::new();
    }
    // What an institution says is not said by the municipality that it stands in.
    let sheets: Vec<&Sheet> = figures.owns().into_values().collect();
    if sheets.is_empty() {
        return String::new();
    }
    let heading = figures.lines.get(at).map(|line| line.heading());
    let heading = heading.unwrap_or_default();
    let (boundaries, atlas) = (app.areas.boundaries(), app.areas.atlas());
    let ground = |sheet: &Sheet| boundaries.ground(&atlas, &sheet.municipality, viewed.day());
    let land = sheets.iter().any(|sheet| {
        ground(sheet)
            .iter()
            .any(|code| boundaries.of(code).is_some())
    });
    let named = sheets
        .iter()
        .map(|sheet| (sheet.municipality.as_str(), sheet.name.as_str()));
    let mut tiles: BTreeMap<&str, Tile> = if land {
        BTreeMap::new()
    } else {
        tile::tiles(named.collect::<Vec<_>>()).into_iter().collect()
    };
    let places = sheets.iter().map(|sheet| {
        let status = figures.said(sheet).get(at).map(|one| one.status);
        let word = status.map(|status| viewed.word(v, status));
        Place {
            label: sheet.name.clone(),
            value: String::new(),
            title: format!("{}: {heading} {}", sheet.name, word.unwrap_or_default()),
            href: format!("/institutions/{}", sheet.respondent),
            class: CLASSES.iter().position(|one| Some(*one) == status),
            rings: if land {
                crate::map::rings(&boundaries, &ground(sheet))
            } else {
                Vec::new()
            },
            tiles: tiles
                .remove(sheet.municipality.as_str())
                .into_iter()
                .collect(),
        }
    });
    renkei_report::map::svg(&Map {
        title: heading.clone(),
        places: places.collect(),
        legend: Some(Legend {
            title: heading.clone(),
            classes: CLASSES.map(|status| viewed.word(v, status)).to_vec(),
            unknown: v.t(viewed.no_answer()),
        }),
        words: Words {
            inset: v.t("map-inset"),
            inset_scaled: v.t("map-inset"),
            source: String::new(),
        },
        small: true,
        ..Map::default()
    })
}
