//! Squares where no outline is known.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::class::is_dark;
use super::draw::{BORDER, classes, linked, paint};
use super::frame::WIDTH;
use super::label::width;
use super::name::{Hand, LARGE, open_texts, write_lines};
use super::path::Spot;
use super::{Map, Tile};

/// The size of a tile with its gap.
fn side(tiles: &[&Tile]) -> f64 {
    let widest = tiles.iter().map(|tile| tile.column + 1).max().unwrap_or(1);
    (WIDTH / f64::from(widest.max(1))).min(150.0)
}

pub(super) fn tiles(map: &Map, body: &mut String) -> f64 {
    let all: Vec<&Tile> = map.places.iter().flat_map(|place| &place.tiles).collect();
    let side = side(&all);
    let owner: BTreeMap<(i32, i32), usize> = map
        .places
        .iter()
        .enumerate()
        .flat_map(|(at, place)| {
            place
                .tiles
                .iter()
                .map(move |tile| ((tile.row, tile.column), at))
        })
        .collect();
    let _ = write!(body, "<g stroke=\"#9aa3ab\" stroke-width=\"1.5\">");
    for place in &map.places {
        let mut data = String::new();
        for tile in &place.tiles {
            let (x, y) = corner(tile, side);
            let _ = write!(data, "M{x:.0} {y:.0}h{0:.0}v{0:.0}h-{0:.0}z", side);
        }
        let shape = format!("<path fill=\"{}\" d=\"{data}\"/>", paint(map, place));
        linked(body, &place.title, &place.href, &shape);
    }
    body.push_str("</g>");
    walls(&owner, side, body);
    tile_names(map, side, body);
    let rows = all.iter().map(|tile| tile.row + 1).max().unwrap_or(1);
    f64::from(rows) * side + 20.0
}

fn corner(tile: &Tile, side: f64) -> Spot {
    (f64::from(tile.column) * side, f64::from(tile.row) * side)
}

/// Thick lines where another place, or none, is on the other side.
fn walls(owner: &BTreeMap<(i32, i32), usize>, side: f64, body: &mut String) {
    let mut data = String::new();
    for ((row, column), at) in owner {
        let (x, y) = (f64::from(*column) * side, f64::from(*row) * side);
        let other = |row: i32, column: i32| owner.get(&(row, column)) != Some(at);
        let sides = [
            (other(row - 1, *column), format!("M{x:.0} {y:.0}h{side:.0}")),
            (other(*row, column - 1), format!("M{x:.0} {y:.0}v{side:.0}")),
            (
                other(row + 1, *column),
                format!("M{x:.0} {:.0}h{side:.0}", y + side),
            ),
            (
                other(*row, column + 1),
                format!("M{:.0} {y:.0}v{side:.0}", x + side),
            ),
        ];
        for (_, line) in sides.iter().filter(|(wall, _)| *wall) {
            data.push_str(line);
        }
    }
    let _ = write!(
        body,
        "<path fill=\"none\" stroke=\"{BORDER}\" stroke-width=\"4\" stroke-linecap=\"square\" pointer-events=\"none\" d=\"{data}\"/>"
    );
}

fn tile_names(map: &Map, side: f64, body: &mut String) {
    for hand in Hand::BOTH {
        let whole = match hand {
            Hand::Wide => (side / 3.4).min(LARGE).round(),
            Hand::Near => (side / 3.2).round(),
        };
        open_texts(body, whole, hand);
        tile_texts(map, (side, whole), body);
        body.push_str("</g>");
    }
}

fn tile_texts(map: &Map, (side, whole): (f64, f64), body: &mut String) {
    for place in &map.places {
        let dark = place
            .class
            .is_some_and(|class| is_dark(class, classes(map)));
        for tile in &place.tiles {
            let (x, y) = corner(tile, side);
            let middle = (x + side / 2.0, y + side / 2.0);
            let (first, second) = halves(&tile.label);
            let lines = [first, second, place.value.as_str()];
            let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
            let size = if lines.len() > 2 { whole * 0.85 } else { whole };
            let widest = lines.iter().map(|line| width(line)).fold(1.0, f64::max);
            let size = size.min(side * 0.94 / widest);
            write_lines(body, middle, (size, whole), &lines, dark);
        }
    }
}

/// A long name in two lines.
fn halves(label: &str) -> (&str, &str) {
    let letters = label.chars().count();
    if letters <= 3 || label.is_ascii() {
        return (label, "");
    }
    let middle = label.char_indices().nth(letters.div_ceil(2));
    middle.map_or((label, ""), |(at, _)| label.split_at(at))
}
