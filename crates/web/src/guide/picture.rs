//! The map of a guide: its municipalities with how many it has in each, and a pin for each that says where it lies.
//! A municipality without an outline has those of what became part of it; where none are known, tiles.

use std::collections::BTreeMap;

use renkei_directory::area::AreaKind;
use renkei_directory::guide::GuideRow;
use renkei_directory::municipality::Municipality;
use renkei_report::map::{Map, Pin, Place as Outline, Tile, Words, svg, tile};

use super::Place;
use crate::map::rings;
use crate::state::App;
use crate::visit::Visit;

/// The map as an `<svg>` element; none where its areas have no municipalities. Its pins have the numbers of the list, and
/// lead to the institutions where it is on a page.
pub(super) fn of(
    app: &App,
    v: &Visit,
    guide: &GuideRow,
    (list, on_page): (&[Place], bool),
) -> Option<String> {
    let today = v.now().in_japan().date();
    let kind = AreaKind::from_code(&guide.area_kind)?;
    let codes = guide.areas.iter();
    let members: Vec<Municipality> = codes
        .flat_map(|code| app.areas.members(kind, code, today))
        .collect();
    if members.is_empty() {
        return None;
    }
    let (boundaries, atlas) = (app.areas.boundaries(), app.areas.atlas());
    let grounds = members.iter();
    let grounds: Vec<Vec<String>> = grounds
        .map(|one| boundaries.ground(&atlas, &one.code, today))
        .collect();
    let drawn = |ground: &Vec<String>| ground.iter().any(|code| boundaries.of(code).is_some());
    let land = grounds.iter().all(drawn);
    let mut places: Vec<Outline> = members
        .iter()
        .zip(&grounds)
        .map(|(one, ground)| Outline {
            label: one.name.clone(),
            value: counted(v, list, &one.code),
            title: one.name.clone(),
            rings: if land {
                rings(&boundaries, ground)
            } else {
                Vec::new()
            },
            ..Outline::default()
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
    let origins = boundaries.origins(grounds.iter().flatten().map(String::as_str));
    let origins = origins.iter().filter(|_| land);
    let source = origins.map(|one| {
        let args = [("source", one.source.as_str()), ("date", one.date.as_str())];
        v.tn("map-source", &args)
    });
    Some(svg(&Map {
        title: guide.title.clone(),
        pins: if land {
            pins(list, on_page)
        } else {
            Vec::new()
        },
        words: Words {
            inset: v.t("map-inset"),
            inset_scaled: v.t("map-inset-scaled"),
            source: source.collect::<Vec<String>>().join(" "),
        },
        places,
        ..Map::default()
    }))
}

fn counted(v: &Visit, list: &[Place], municipality: &str) -> String {
    let all = list.iter().flat_map(|place| &place.entries);
    let there = all.filter(|one| one.municipality == municipality);
    v.t1("guide-count", "count", there.count())
}

fn pins(list: &[Place], on_page: bool) -> Vec<Pin> {
    let pins = list
        .iter()
        .flat_map(Place::numbered)
        .filter_map(|(number, one)| {
            Some(Pin {
                at: (one.longitude.parse().ok()?, one.latitude.parse().ok()?),
                title: format!("{number} {}", one.name),
                href: if on_page {
                    format!("/institutions/{}", one.id)
                } else {
                    String::new()
                },
                label: number.to_string(),
            })
        });
    pins.collect()
}
