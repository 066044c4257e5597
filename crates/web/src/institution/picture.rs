//! Institutions on a map: a pin for each that says where it lies, over the outlines of their municipalities. Where no
//! outlines are known, tiles with how many are in each.

use std::collections::BTreeMap;

use renkei_base::Lang;
use renkei_base::code::Prefecture;
use renkei_directory::area::AreaKind;
use renkei_directory::boundary::Boundaries;
use renkei_directory::finder::Hit;
use renkei_directory::{Finder, Search};
use renkei_report::map::{Map, Pin, Place, Tile, Words, svg, tile};

use super::wanted::{self, Wanted};
use crate::state::App;
use crate::visit::Visit;

/// Institutions of one map: beyond, a reader narrows the search first.
pub(super) const MOST: usize = 3_000;
/// Municipalities of one map; beyond, prefectures.
const PLACES: usize = 70;
/// Pictures with more bytes than this are drawn with tiles, so that the list stays light.
const BYTES: usize = 90_000;
/// Of a hundred institutions so many must lie in places with outlines.
const OUTLINED: usize = 90;

/// A picture and what is said below it.
pub(super) struct Picture {
    /// The `<svg>` element.
    pub(super) svg: String,
    /// Whether it has outlines and pins.
    pub(super) land: bool,
    /// Institutions that are not in it.
    pub(super) unplaced: usize,
}

/// A municipality, or a prefecture, and who was found there.
struct Group<'a> {
    code: &'a str,
    name: String,
    hits: Vec<&'a Hit>,
}

/// All that were found, on all pages; none where there are too many.
pub(super) fn of_found(app: &App, v: &Visit, asked: &Wanted, search: &Search) -> Option<Picture> {
    let found = app.finder.search_all(&Search {
        offset: 0,
        limit: MOST,
        ..search.clone()
    });
    if found.total == 0 || found.total > MOST {
        return None;
    }
    let title = v.t1("list-map-title", "count", found.total);
    let (by, groups) = groups(&app.finder, v, &found.hits);
    let boundaries = app.areas.boundaries();
    let draws = |group: &Group| boundaries.of(group.code).is_some();
    let inside: usize = groups
        .iter()
        .filter(|one| draws(one))
        .map(|one| one.hits.len())
        .sum();
    let land = by == "municipality" && inside * 100 >= found.total * OUTLINED;
    if land {
        let groups: Vec<Group> = groups.into_iter().filter(draws).collect();
        let places = places(v, asked, by, &groups, Some(&boundaries));
        let pins: Vec<Pin> = groups
            .iter()
            .flat_map(|group| group.hits.iter().filter_map(|hit| pin(hit)))
            .collect();
        let unplaced = found.total - pins.len();
        let svg = picture(v, &boundaries, (&title, places, pins), &codes(&groups));
        if svg.len() <= BYTES {
            return Some(Picture {
                svg,
                land,
                unplaced,
            });
        }
        return Some(tiles(v, asked, (by, &groups), &title, found.total));
    }
    (!groups.is_empty()).then(|| tiles(v, asked, (by, &groups), &title, found.total))
}

/// Where one lies: its municipality among those of its 二次保健医療圏.
pub(super) fn of_one(app: &App, v: &Visit, hit: &Hit) -> Option<Picture> {
    let (kind, today) = (AreaKind::SecondaryMedical, wanted::today(v));
    let area = app.areas.of_municipality(kind, &hit.municipality, today)?;
    let members = app.areas.members(kind, &area.code, today);
    let boundaries = app.areas.boundaries();
    let land = boundaries.of(&hit.municipality).is_some();
    let own = pin(hit).filter(|_| land);
    let groups: Vec<Group> = members
        .iter()
        .filter(|one| !land || boundaries.of(&one.code).is_some())
        .map(|one| Group {
            code: &one.code,
            name: one.name.clone(),
            hits: Vec::new(),
        })
        .collect();
    let mut places = places(
        v,
        &Wanted::of(""),
        "municipality",
        &groups,
        land.then_some(&*boundaries),
    );
    for (place, group) in places.iter_mut().zip(&groups) {
        // The tile is the only mark where there is no pin.
        let here = group.code == hit.municipality && own.is_none();
        place.value = if here {
            "●".to_owned()
        } else {
            String::new()
        };
        place.title.clone_from(&group.name);
    }
    let title = v.tn(
        "list-map-one",
        &[("name", hit.name.as_str()), ("area", area.name.as_str())],
    );
    let unplaced = usize::from(own.is_none());
    let pins = own.into_iter().collect();
    let svg = picture(v, &boundaries, (&title, places, pins), &codes(&groups));
    (svg.len() <= BYTES).then_some(Picture {
        svg,
        land,
        unplaced,
    })
}

/// By municipality, or by prefecture where these are many; and the condition that means one of them.
fn groups<'a>(finder: &Finder, v: &Visit, hits: &'a [Hit]) -> (&'static str, Vec<Group<'a>>) {
    let by = |of: fn(&Hit) -> &str| {
        let mut groups: BTreeMap<&'a str, Vec<&'a Hit>> = BTreeMap::new();
        for hit in hits.iter().filter(|hit| !of(hit).is_empty()) {
            groups.entry(of(hit)).or_default().push(hit);
        }
        groups
    };
    let municipalities = by(|hit| &hit.municipality);
    let (by, found) = match municipalities.len() {
        0..=PLACES => ("municipality", municipalities),
        _ => ("prefecture", by(|hit| &hit.prefecture)),
    };
    let name = |code: &str| match (Prefecture::parse(code), v.lang()) {
        (Some(one), Lang::Ja) if by == "prefecture" => one.name().to_owned(),
        (Some(one), Lang::En) if by == "prefecture" => one.english().to_owned(),
        _ => finder.municipality_name(code),
    };
    let groups = found.into_iter().map(|(code, hits)| Group {
        code,
        name: name(code),
        hits,
    });
    (by, groups.collect())
}

fn places(
    v: &Visit,
    asked: &Wanted,
    by: &str,
    groups: &[Group],
    boundaries: Option<&Boundaries>,
) -> Vec<Place> {
    let places = groups.iter().map(|group| {
        let rings = boundaries.and_then(|all| all.of(group.code));
        let count = v.t1("guide-count", "count", group.hits.len());
        Place {
            label: group.name.clone(),
            title: format!("{} {count}", group.name),
            value: crate::say::count(group.hits.len()),
            href: asked.with(by, group.code),
            rings: rings
                .unwrap_or_default()
                .iter()
                .map(|ring| ring.iter().map(|point| point.degrees()).collect())
                .collect(),
            ..Place::default()
        }
    });
    let mut places: Vec<Place> = places.collect();
    if boundaries.is_none() {
        let named = groups.iter().map(|one| (one.code, one.name.as_str()));
        let mut tiles: BTreeMap<&str, Tile> = tile::tiles(named).into_iter().collect();
        let (left, top) = (tiles.values()).fold((i32::MAX, i32::MAX), |(left, top), one| {
            (left.min(one.column), top.min(one.row))
        });
        for (place, group) in places.iter_mut().zip(groups) {
            let moved = tiles.remove(group.code).map(|one| Tile {
                column: one.column - left,
                row: one.row - top,
                ..one
            });
            place.tiles.extend(moved);
        }
    }
    places
}

fn pin(hit: &Hit) -> Option<Pin> {
    let point = hit.point?;
    Some(Pin {
        at: (point.longitude, point.latitude),
        title: hit.name.clone(),
        href: format!("/institutions/{}", hit.id),
        ..Pin::default()
    })
}

fn tiles(
    v: &Visit,
    asked: &Wanted,
    (by, groups): (&str, &[Group]),
    title: &str,
    total: usize,
) -> Picture {
    let inside: usize = groups.iter().map(|one| one.hits.len()).sum();
    Picture {
        svg: svg(&Map {
            title: title.to_owned(),
            places: places(v, asked, by, groups, None),
            ..Map::default()
        }),
        land: false,
        unplaced: total.saturating_sub(inside),
    }
}

fn codes<'a>(groups: &[Group<'a>]) -> Vec<&'a str> {
    groups.iter().map(|one| one.code).collect()
}

fn picture(
    v: &Visit,
    boundaries: &Boundaries,
    (title, places, pins): (&str, Vec<Place>, Vec<Pin>),
    codes: &[&str],
) -> String {
    let land = places.iter().any(|place| !place.rings.is_empty());
    let origins = boundaries.origins(codes.iter().copied());
    let source = origins.iter().filter(|_| land).map(|one| {
        let args = [("source", one.source.as_str()), ("date", one.date.as_str())];
        v.tn("map-source", &args)
    });
    svg(&Map {
        title: title.to_owned(),
        small: places.len() > 25,
        places,
        pins,
        words: Words {
            inset: v.t("map-inset"),
            inset_scaled: v.t("map-inset-scaled"),
            source: source.collect::<Vec<String>>().join(" "),
        },
        ..Map::default()
    })
}
