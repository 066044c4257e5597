//! A scene as a picture: outlines or tiles, names, colours, pins.

use std::collections::BTreeMap;

use renkei_directory::boundary::{Boundaries, Point};
use renkei_directory::{Filter, Kind, Search};
use renkei_report::map::{Degrees, Legend, Map, Pin, Place, Tile, Words, tile};

use super::scene::{Entry, Grouping, Scene};
use crate::state::App;
use crate::visit::Visit;

/// Pins of one map.
const PINS: usize = 3_000;

/// The picture, and how many institutions have no point.
pub(crate) fn map(app: &App, v: &Visit, scene: &Scene, pins: Option<Kind>) -> (Map, usize) {
    let boundaries = app.areas.boundaries();
    let atlas = app.areas.atlas();
    let ground = |one: &Entry| -> Vec<String> {
        let members = one.members.iter();
        members
            .flat_map(|code| boundaries.ground(&atlas, code, scene.date))
            .collect()
    };
    let grounds: Vec<Vec<String>> = scene.entries.iter().map(ground).collect();
    let drawn = |code: &String| boundaries.of(code).is_some();
    let land = scene.grouping != Grouping::Prefecture && grounds.iter().flatten().any(drawn);
    let classes = scene.classes(v);
    let places = scene.entries.iter().zip(&grounds);
    let places = places.map(|(one, ground)| Place {
        label: one.name.clone(),
        value: scene.text(one.value).unwrap_or_default(),
        title: title(v, scene, one),
        href: one.href.clone(),
        class: one.class,
        rings: if land {
            rings(&boundaries, ground)
        } else {
            Vec::new()
        },
        tiles: Vec::new(),
    });
    let mut places: Vec<Place> = places.collect();
    if !land {
        give_tiles(app, scene, &mut places);
    }
    let list = pins.map(|kind| format!("/institutions?kind={}", kind.code()));
    let (pins, unplaced) = match (pins, land) {
        (Some(kind), true) => points(app, scene, kind),
        _ => (Vec::new(), 0),
    };
    let map = Map {
        title: scene.title(v),
        places,
        lines: if land {
            borders(&boundaries, scene, &grounds)
        } else {
            Vec::new()
        },
        pins,
        list: list.unwrap_or_default(),
        legend: scene.figure.map(|figure| Legend {
            title: super::figure_name(v, figure),
            classes,
            unknown: v.t("map-unknown"),
        }),
        words: words(v, &grounds, &boundaries, land),
        small: scene.grouping == Grouping::Municipality,
    };
    (map, unplaced)
}

/// Name, figure, and what it is: the picture as it is read out.
fn title(v: &Visit, scene: &Scene, one: &Entry) -> String {
    match scene.figure {
        None => one.name.clone(),
        Some(figure) => {
            let value = scene.text(one.value).unwrap_or_else(|| v.t("map-unknown"));
            format!("{}: {} {value}", one.name, super::figure_name(v, figure))
        }
    }
}

/// Outlines of grounds, as one where they are several.
pub(crate) fn rings(boundaries: &Boundaries, ground: &[String]) -> Vec<Vec<Degrees>> {
    match ground {
        [only] => degrees(boundaries.of(only).unwrap_or_default()),
        several => degrees(&boundaries.together(several)),
    }
}

fn degrees(rings: &[Vec<Point>]) -> Vec<Vec<Degrees>> {
    let lines = rings
        .iter()
        .map(|ring| ring.iter().map(|point| point.degrees()).collect());
    lines.collect()
}

/// Borders of municipalities within areas.
fn borders(boundaries: &Boundaries, scene: &Scene, grounds: &[Vec<String>]) -> Vec<Vec<Degrees>> {
    let Grouping::Area(_) = scene.grouping else {
        return Vec::new();
    };
    let several = grounds.iter().filter(|ground| ground.len() > 1);
    several
        .flat_map(|ground| degrees(&boundaries.within(ground)))
        .collect()
}

fn give_tiles(app: &App, scene: &Scene, places: &mut [Place]) {
    let atlas = app.areas.atlas();
    let named: Vec<(&str, &str)> = match scene.grouping {
        Grouping::Prefecture => {
            let entries = scene.entries.iter();
            entries
                .map(|one| (one.code.as_str(), one.name.as_str()))
                .collect()
        }
        _ => {
            let members = scene.entries.iter().flat_map(|one| &one.members);
            let named = members
                .filter_map(|code| Some((code.as_str(), atlas.municipality(code)?.name.as_str())));
            named.collect()
        }
    };
    let mut tiles: BTreeMap<&str, Tile> = tile::tiles(named).into_iter().collect();
    for (entry, place) in scene.entries.iter().zip(places) {
        if scene.grouping == Grouping::Prefecture {
            place.tiles.extend(tiles.remove(entry.code.as_str()));
        } else {
            // A municipality in several areas of one kind has one tile.
            place.tiles.extend(
                entry
                    .members
                    .iter()
                    .filter_map(|code| tiles.remove(code.as_str())),
            );
        }
    }
}

fn points(app: &App, scene: &Scene, kind: Kind) -> (Vec<Pin>, usize) {
    let atlas = app.areas.atlas();
    let members = scene.entries.iter().flat_map(|one| &one.members);
    let members = members.flat_map(|code| atlas.grounds(code, scene.date));
    let found = app.finder.search(&Search {
        filter: Filter {
            kinds: vec![kind],
            municipalities: Some(members.map(str::to_owned).collect()),
            ..Filter::default()
        },
        limit: PINS,
        ..Search::default()
    });
    let pins: Vec<Pin> = found
        .hits
        .iter()
        .filter_map(|hit| {
            let point = hit.point?;
            Some(Pin {
                at: (point.longitude, point.latitude),
                title: hit.name.clone(),
                href: format!("/institutions/{}", hit.id),
                label: String::new(),
            })
        })
        .collect();
    let unplaced = found.hits.len() - pins.len();
    (pins, unplaced)
}

fn words(v: &Visit, grounds: &[Vec<String>], boundaries: &Boundaries, land: bool) -> Words {
    let codes = grounds.iter().flatten();
    let origins = boundaries.origins(codes.map(String::as_str));
    let sources: Vec<String> = origins
        .iter()
        .map(|one| {
            v.tn(
                "map-source",
                &[("source", one.source.as_str()), ("date", one.date.as_str())],
            )
        })
        .collect();
    Words {
        inset: v.t("map-inset"),
        inset_scaled: v.t("map-inset-scaled"),
        source: if land {
            sources.join(" ")
        } else {
            String::new()
        },
    }
}
