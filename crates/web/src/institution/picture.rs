//! Institutions on a map: a pin for each that says where it lies, over the outlines of their municipalities. Where no
//! outlines are known, tiles with how many are in each.

use std::collections::BTreeMap;

use renkei_base::code::Prefecture;
use renkei_base::{Id, Lang};
use renkei_directory::Search;
use renkei_directory::area::AreaKind;
use renkei_directory::boundary::Boundaries;
use renkei_directory::finder::{Hit, PlaceCount, Point, Spot};
use renkei_report::map::{Map, Pin, Place, Tile, Words, svg, tile};

use super::wanted::{self, Wanted};
use crate::map::rings;
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

/// A municipality of today, or a prefecture, and how many were found there.
#[derive(Clone, Debug)]
struct Group {
    code: String,
    name: String,
    count: usize,
    /// The codes whose outlines are its ground.
    ground: Vec<String>,
}

impl Group {
    fn drawn(&self, boundaries: &Boundaries) -> bool {
        self.ground.iter().any(|code| boundaries.of(code).is_some())
    }
}

/// All that were found, on all pages, with how many these are in each place; none where there are too many.
pub(super) fn of_found(
    app: &App,
    v: &Visit,
    asked: &Wanted,
    (search, counts): (&Search, &[PlaceCount]),
) -> Option<Picture> {
    let total: usize = counts.iter().map(|one| one.count).sum();
    if total == 0 || total > MOST {
        return None;
    }
    let title = v.t1("list-map-title", "count", total);
    let (by, groups) = groups(app, v, counts);
    let boundaries = app.areas.boundaries();
    let draws = |group: &Group| group.drawn(&boundaries);
    let drawn = groups.iter().filter(|one| draws(one));
    let inside: usize = drawn.map(|one| one.count).sum();
    if by == "municipality" && inside * 100 >= total * OUTLINED {
        let land: Vec<Group> = groups.iter().filter(|one| draws(one)).cloned().collect();
        let pins = pins(app, v, search, &land);
        let unplaced = total - pins.len();
        let places = places(v, asked, by, &land, Some(&boundaries));
        let svg = picture(v, &boundaries, (&title, places, pins), &land);
        if svg.len() <= BYTES {
            return Some(Picture {
                svg,
                land: true,
                unplaced,
            });
        }
    }
    (!groups.is_empty()).then(|| tiles(v, asked, (by, &groups), &title, total))
}

/// Of all that were found, those that say where they lie, in places that are drawn.
fn pins(app: &App, v: &Visit, search: &Search, land: &[Group]) -> Vec<Pin> {
    let (atlas, today) = (app.areas.atlas(), wanted::today(v));
    let inside = |spot: &Spot| {
        let now = atlas.at(&spot.municipality, today);
        land.iter().any(|one| one.code == now)
    };
    let spots = app.finder.spots(search).into_iter().filter(inside);
    spots
        .map(|spot| pin(spot.point, spot.name, &spot.id))
        .collect()
}

/// Where one lies: its municipality among those of its 二次保健医療圏.
pub(super) fn of_one(app: &App, v: &Visit, hit: &Hit) -> Option<Picture> {
    let (kind, today) = (AreaKind::SecondaryMedical, wanted::today(v));
    let (atlas, boundaries) = (app.areas.atlas(), app.areas.boundaries());
    let now = atlas.at(&hit.municipality, today);
    let area = app.areas.of_municipality(kind, now, today)?;
    let members = app.areas.members(kind, &area.code, today).into_iter();
    let mut groups: Vec<Group> = members
        .map(|one| Group {
            ground: boundaries.ground(&atlas, &one.code, today),
            code: one.code,
            name: one.name,
            count: 0,
        })
        .collect();
    let mut here = groups.iter().filter(|one| one.code == now);
    let land = here.any(|one| one.drawn(&boundaries));
    groups.retain(|one| !land || one.drawn(&boundaries));
    let own = hit.point.filter(|_| land);
    let own = own.map(|point| pin(point, hit.name.clone(), &hit.id));
    let mut places = places(
        v,
        &Wanted::of(""),
        "municipality",
        &groups,
        land.then_some(&*boundaries),
    );
    for (place, group) in places.iter_mut().zip(&groups) {
        // The tile is the only mark where there is no pin.
        let here = group.code == now && own.is_none();
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
    let svg = picture(v, &boundaries, (&title, places, pins), &groups);
    (svg.len() <= BYTES).then_some(Picture {
        svg,
        land,
        unplaced,
    })
}

/// By municipality, or by prefecture where these are many; and the condition that means one of them.
fn groups(app: &App, v: &Visit, counts: &[PlaceCount]) -> (&'static str, Vec<Group>) {
    let (atlas, today) = (app.areas.atlas(), wanted::today(v));
    let boundaries = app.areas.boundaries();
    let by = |of: fn(&PlaceCount) -> &str| {
        let mut groups: BTreeMap<String, usize> = BTreeMap::new();
        for one in counts.iter().filter(|one| !of(one).is_empty()) {
            let now = atlas.at(of(one), today);
            *groups.entry(now.to_owned()).or_default() += one.count;
        }
        groups
    };
    let municipalities = by(|one| &one.municipality);
    let (by, found) = match municipalities.len() {
        0..=PLACES => ("municipality", municipalities),
        _ => ("prefecture", by(|one| &one.prefecture)),
    };
    let name = |code: &str| match (Prefecture::parse(code), v.lang()) {
        (Some(one), Lang::Ja) if by == "prefecture" => one.name().to_owned(),
        (Some(one), Lang::En) if by == "prefecture" => one.english().to_owned(),
        _ => match atlas.municipality(code) {
            Some(one) => one.name.clone(),
            None => app.finder.municipality_name(code),
        },
    };
    let groups = found.into_iter().map(|(code, count)| Group {
        name: name(&code),
        ground: boundaries.ground(&atlas, &code, today),
        code,
        count,
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
        let rings = boundaries.map(|all| rings(all, &group.ground));
        let count = v.t1("guide-count", "count", group.count);
        Place {
            label: group.name.clone(),
            title: format!("{} {count}", group.name),
            value: crate::say::count(group.count),
            href: asked.with(by, &group.code),
            rings: rings.unwrap_or_default(),
            ..Place::default()
        }
    });
    let mut places: Vec<Place> = places.collect();
    if boundaries.is_none() {
        let named = groups
            .iter()
            .map(|one| (one.code.as_str(), one.name.as_str()));
        let mut tiles: BTreeMap<&str, Tile> = tile::tiles(named).into_iter().collect();
        let (left, top) = (tiles.values()).fold((i32::MAX, i32::MAX), |(left, top), one| {
            (left.min(one.column), top.min(one.row))
        });
        for (place, group) in places.iter_mut().zip(groups) {
            let moved = tiles.remove(group.code.as_str()).map(|one| Tile {
                column: one.column - left,
                row: one.row - top,
                ..one
            });
            place.tiles.extend(moved);
        }
    }
    places
}

fn pin(point: Point, name: String, id: &Id) -> Pin {
    Pin {
        at: (point.longitude, point.latitude),
        title: name,
        href: format!("/institutions/{id}"),
        ..Pin::default()
    }
}

fn tiles(
    v: &Visit,
    asked: &Wanted,
    (by, groups): (&str, &[Group]),
    title: &str,
    total: usize,
) -> Picture {
    let inside: usize = groups.iter().map(|one| one.count).sum();
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

fn picture(
    v: &Visit,
    boundaries: &Boundaries,
    (title, places, pins): (&str, Vec<Place>, Vec<Pin>),
    groups: &[Group],
) -> String {
    let land = places.iter().any(|place| !place.rings.is_empty());
    let codes = groups.iter().flat_map(|one| &one.ground);
    let origins = boundaries.origins(codes.map(String::as_str));
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
