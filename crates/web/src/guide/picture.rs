//! The map of a guide: its municipalities with how many it has in each, and a pin for each that says where it lies.
//! Where no outlines are known, tiles.

use std::collections::BTreeMap;

use renkei_directory::area::AreaKind;
use renkei_directory::guide::{Entry, GuideRow};
use renkei_directory::municipality::Municipality;
use renkei_report::map::{Map, Pin, Place, Tile, Words, svg, tile};

use crate::state::App;
use crate::visit::Visit;

/// The map as an `<svg>` element; none where its areas have no municipalities.
pub(super) fn of(app: &App, v: &Visit, guide: &GuideRow, entries: &[Entry]) -> Option<String> {
    let today = v.now().in_japan().date();
    let kind = AreaKind::from_code(&guide.area_kind)?;
    let codes = guide.areas.iter();
    let members: Vec<Municipality> = codes
        .flat_map(|code| app.areas.members(kind, code, today))
        .collect();
    if members.is_empty() {
        return None;
    }
    let boundaries = app.areas.boundaries();
    let land = members.iter().all(|one| boundaries.of(&one.code).is_some());
    let mut places: Vec<Place> = members
        .iter()
        .map(|one| {
            let rings = boundaries.of(&one.code).filter(|_| land);
            let rings = rings.unwrap_or_default().iter();
            Place {
                label: one.name.clone(),
                value: counted(v, entries, &one.code),
                title: one.name.clone(),
                rings: rings
                    .map(|ring| ring.iter().map(|point| point.degrees()).collect())
                    .collect(),
                ..Place::default()
            }
        })
        .collect();
    if !land {
        let named = members
            .iter()
            .map(|one| (one.code.as_str(), one.name.as_str()));
        let mut tiles: BTreeMap<&str, Tile> = tile::tiles(named).into_iter().collect();
        for (place, one) in places.iter_mut().zip(&members) {
            place.tiles.extend(tiles.remove(one.code.as_str()));
        }
    }
    let origins = boundaries.origins(members.iter().map(|one| one.code.as_str()));
    let origins = origins.iter().filter(|_| land);
    let source = origins.map(|one| {
        let args = [("source", one.source.as_str()), ("date", one.date.as_str())];
        v.tn("map-source", &args)
    });
    Some(svg(&Map {
        title: guide.title.clone(),
        pins: if land { pins(entries) } else { Vec::new() },
        words: Words {
            inset: v.t("map-inset"),
            inset_scaled: v.t("map-inset-scaled"),
            source: source.collect::<Vec<String>>().join(" "),
        },
        places,
        ..Map::default()
    }))
}

fn counted(v: &Visit, entries: &[Entry], municipality: &str) -> String {
    let there = entries
        .iter()
        .filter(|one| one.municipality == municipality);
    v.t1("guide-count", "count", there.count())
}

fn pins(entries: &[Entry]) -> Vec<Pin> {
    let pins = entries.iter().filter_map(|one| {
        Some(Pin {
            at: (one.longitude.parse().ok()?, one.latitude.parse().ok()?),
            title: one.name.clone(),
            href: String::new(),
        })
    });
    pins.collect()
}
