//! The picture, from back to front: places, borders within them, names, pins, the inset's heading, the legend.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::class::{fill, is_dark};
use super::frame::{Frame, WIDTH};
use super::label::{self, width};
use super::path::{self, Spot};
use super::pin::Pins;
use super::{Box2, Legend, Map, Place, Tile};

const LARGE: f64 = 34.0;
const SMALL: f64 = 23.0;
const LEGEND: f64 = 28.0;
/// What no figure is known of.
const HATCH: &str = "url(#map-unknown)";
const PLAIN: &str = "#f6f4ef";
const BORDER: &str = "#3c4650";

pub(super) fn draw(map: &Map) -> String {
    let geographic = map.places.iter().any(|place| !place.rings.is_empty());
    let mut body = String::new();
    let height = if geographic {
        land(map, &mut body)
    } else {
        tiles(map, &mut body)
    };
    let height = legend(map, height, &mut body);
    let title = escape(&map.title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"group\" \
         aria-label=\"{title}\" font-family=\"sans-serif\" fill=\"#1a1a1a\"><title>{title}</title>\
         <defs><pattern id=\"map-unknown\" width=\"12\" height=\"12\" patternUnits=\"userSpaceOnUse\">\
         <path d=\"M0 0h12v12h-12z\" fill=\"#fff\"/><path d=\"M-3 3l6-6M0 12l12-12M9 15l6-6\" stroke=\"#8a8f94\" \
         stroke-width=\"2\"/></pattern></defs>{body}</svg>"
    )
}

fn classes(map: &Map) -> usize {
    map.legend.as_ref().map_or(0, |legend| legend.classes.len())
}

fn paint(map: &Map, place: &Place) -> &'static str {
    match (&map.legend, place.class) {
        (Some(_), Some(class)) => fill(class, classes(map)),
        (Some(_), None) => HATCH,
        (None, _) => PLAIN,
    }
}

/// A shape as a link with a title; the same without a link.
pub(super) fn linked(body: &mut String, title: &str, href: &str, shape: &str) {
    let title = escape(title);
    if href.is_empty() {
        let _ = write!(body, "<g><title>{title}</title>{shape}</g>");
    } else {
        let href = escape(href);
        let _ = write!(body, "<a href=\"{href}\"><title>{title}</title>{shape}</a>");
    }
}

fn land(map: &Map, body: &mut String) -> f64 {
    let frame = Frame::of(map);
    let mut drawn: Vec<Vec<Vec<Spot>>> = Vec::with_capacity(map.places.len());
    let stroke = if map.small { "1.5" } else { "3" };
    let _ = write!(
        body,
        "<g stroke=\"{BORDER}\" stroke-width=\"{stroke}\" stroke-linejoin=\"round\" fill-rule=\"evenodd\">"
    );
    for place in &map.places {
        let rings: Vec<Vec<Spot>> = place
            .rings
            .iter()
            .filter_map(|ring| frame.ring(ring))
            .collect();
        let mut data = String::new();
        for ring in &rings {
            path::ring(&mut data, ring.iter().copied(), false);
        }
        if let (true, Some(ring)) = (data.is_empty(), rings.first()) {
            path::ring(&mut data, ring.iter().copied(), true);
        }
        let shape = format!("<path fill=\"{}\" d=\"{data}\"/>", paint(map, place));
        linked(body, &place.title, &place.href, &shape);
        drawn.push(rings);
    }
    body.push_str("</g>");
    borders(map, &frame, body);
    let pins = Pins::of(map, &frame);
    pins.draw(body);
    names(map, &frame, (&drawn, &pins.bounds()), body);
    inset(map, &frame, body);
    frame.height
}

fn borders(map: &Map, frame: &Frame, body: &mut String) {
    let mut data = String::new();
    for line in &map.lines {
        if let Some(spots) = frame.ring(line) {
            path::open(&mut data, spots);
        }
    }
    if !data.is_empty() {
        let _ = write!(
            body,
            "<path fill=\"none\" stroke=\"#6d7680\" stroke-width=\"1\" pointer-events=\"none\" d=\"{data}\"/>"
        );
    }
}

/// Names with their figures: larger places first; a name that finds no room is left to the title and the table.
/// Where there are pins they stand beside these if they can.
fn names(map: &Map, frame: &Frame, (drawn, pins): (&[Vec<Vec<Spot>>], &[Box2]), body: &mut String) {
    let size = if map.small { SMALL } else { LARGE };
    open_texts(body, size);
    let mut taken: Vec<Box2> = Vec::new();
    for cell in frame.cells.iter().filter(|cell| cell.first) {
        let Some(place) = map.places.get(cell.place) else {
            continue;
        };
        let text = if place.value.is_empty() {
            place.label.clone()
        } else {
            format!("{} {}", place.label, place.value)
        };
        let middle = (cell.to.left + cell.to.right) / 2.0;
        let half = width(&text) * SMALL / 2.0;
        let at = (
            middle.clamp(half, (WIDTH - half).max(half)),
            cell.to.bottom + SMALL * 1.2,
        );
        write_line(body, at, (SMALL, size), &text, false);
    }
    let mut order: Vec<usize> = (0..map.places.len()).collect();
    let extent = |at: &usize| {
        let rings = drawn.get(*at).into_iter().flatten();
        let boxes = rings.map(|ring| Box2::of(ring.iter().copied()));
        boxes
            .map(|bounds| bounds.width() * bounds.height())
            .fold(0.0, f64::max)
    };
    order.sort_by(|a, b| extent(b).total_cmp(&extent(a)));
    for at in order {
        let (Some(place), Some(rings)) = (map.places.get(at), drawn.get(at)) else {
            continue;
        };
        if frame
            .cells
            .iter()
            .any(|cell| cell.first && cell.place == at)
        {
            continue;
        }
        let lines = lines(place);
        let found = fitted(rings, &lines, size, (&taken, pins));
        if let Some((label, shown, own)) = found {
            let dark = place
                .class
                .is_some_and(|class| is_dark(class, classes(map)));
            write_lines(body, label.at, (own, size), shown, dark);
            taken.push(label.bounds);
        }
    }
    body.push_str("</g>");
}

/// Beside the pins; else the name alone in small letters, beside them or over them.
fn fitted<'a>(
    rings: &[Vec<Spot>],
    lines: &'a [&'a str],
    size: f64,
    (taken, pins): (&[Box2], &[Box2]),
) -> Option<(label::Label, &'a [&'a str], f64)> {
    let name = lines.get(..1).unwrap_or_default();
    let both = [taken, pins].concat();
    let fit = |lines: &'a [&'a str], size: f64, taken: &[Box2]| {
        label::place(rings, lines, size, taken).map(|label| (label, lines, size))
    };
    if pins.is_empty() {
        return fit(lines, size, taken);
    }
    fit(lines, size, &both)
        .or_else(|| fit(name, SMALL, &both))
        .or_else(|| fit(name, SMALL, taken))
}

fn lines(place: &Place) -> Vec<&str> {
    let lines = [place.label.as_str(), place.value.as_str()];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

/// Letters have a light rim, so that they are read on every colour; what they say is in the titles too.
fn open_texts(body: &mut String, size: f64) {
    let _ = write!(
        body,
        "<g aria-hidden=\"true\" pointer-events=\"none\" text-anchor=\"middle\" font-size=\"{size}\" \
         paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"5\" stroke-linejoin=\"round\">"
    );
}

fn write_lines(
    body: &mut String,
    (x, y): Spot,
    (size, group): (f64, f64),
    lines: &[&str],
    dark: bool,
) {
    let step = size * 1.12;
    #[expect(clippy::cast_precision_loss, reason = "two lines")]
    let first = y - step * (lines.len() as f64 - 1.0) / 2.0 + size * 0.36;
    for (line, at) in lines.iter().zip(0_i32..) {
        write_line(
            body,
            (x, first + step * f64::from(at)),
            (size, group),
            line,
            dark,
        );
    }
}

/// `group` is the size that letters have where nothing else is said.
fn write_line(body: &mut String, (x, y): Spot, (size, group): (f64, f64), line: &str, dark: bool) {
    let line = escape(line);
    let own = if (group - size).abs() < 0.5 {
        String::new()
    } else {
        format!(" font-size=\"{size:.0}\"")
    };
    let white = if dark {
        " fill=\"#fff\" stroke=\"#12457a\""
    } else {
        ""
    };
    let _ = write!(
        body,
        "<text x=\"{x:.0}\" y=\"{y:.0}\"{own}{white}>{line}</text>"
    );
}

fn inset(map: &Map, frame: &Frame, body: &mut String) {
    let Some(top) = frame.inset else {
        return;
    };
    let words = if frame.scaled() {
        &map.words.inset_scaled
    } else {
        &map.words.inset
    };
    let _ = write!(
        body,
        "<path d=\"M20 {top:.0}H{:.0}\" stroke=\"#8a8f94\" stroke-width=\"2\" stroke-dasharray=\"10 8\"/>\
         <text x=\"20\" y=\"{:.0}\" font-size=\"{SMALL}\">{}</text>",
        WIDTH - 20.0,
        top + 36.0,
        escape(words)
    );
}

/// The size of a tile with its gap.
fn side(tiles: &[&Tile]) -> f64 {
    let widest = tiles.iter().map(|tile| tile.column + 1).max().unwrap_or(1);
    (WIDTH / f64::from(widest.max(1))).min(150.0)
}

fn tiles(map: &Map, body: &mut String) -> f64 {
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
    let whole = (side / 3.4).min(LARGE).round();
    open_texts(body, whole);
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
    body.push_str("</g>");
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

/// The legend and the source below the picture; returns the new height.
fn legend(map: &Map, top: f64, body: &mut String) -> f64 {
    let mut y = top + LEGEND;
    if let Some(legend) = &map.legend {
        let _ = write!(body, "<g font-size=\"{LEGEND}\">");
        let _ = write!(
            body,
            "<text x=\"20\" y=\"{:.0}\" font-weight=\"bold\">{}</text>",
            y + 8.0,
            escape(&legend.title)
        );
        y = swatches(map, legend, y + LEGEND * 1.6, body);
        body.push_str("</g>");
    }
    if map.words.source.is_empty() {
        return y;
    }
    let _ = write!(
        body,
        "<text x=\"20\" y=\"{:.0}\" font-size=\"20\">{}</text>",
        y + 12.0,
        escape(&map.words.source)
    );
    y + 32.0
}

fn swatches(map: &Map, legend: &Legend, top: f64, body: &mut String) -> f64 {
    let of = legend.classes.len();
    let known = legend.classes.iter().enumerate();
    let known = known.map(|(class, words)| (fill(class, of), words.as_str()));
    let unknown =
        map.places.iter().any(|place| place.class.is_none()) && !legend.unknown.is_empty();
    let all = known.chain(unknown.then_some((HATCH, legend.unknown.as_str())));
    let (mut x, mut y) = (20.0, top);
    for (paint, words) in all {
        let wide = 48.0 + width(words) * LEGEND + 36.0;
        if x > 20.0 && x + wide > WIDTH {
            x = 20.0;
            y += LEGEND * 1.6;
        }
        let _ = write!(
            body,
            "<path d=\"M{x:.0} {:.0}h38v28h-38z\" fill=\"{paint}\" stroke=\"{BORDER}\"/><text x=\"{:.0}\" y=\"{:.0}\">{}</text>",
            y - 22.0,
            x + 48.0,
            y + 2.0,
            escape(words)
        );
        x += wide;
    }
    y + LEGEND
}

pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // Not in XML at all.
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::super::svg;
    use super::*;

    fn square(x: f64, y: f64) -> Vec<(f64, f64)> {
        vec![(x, y), (x + 0.4, y), (x + 0.4, y + 0.4), (x, y + 0.4)]
    }

    fn place(label: &str, class: Option<usize>) -> Place {
        Place {
            label: label.to_owned(),
            value: "45".to_owned(),
            title: format!("{label} <45> \"&\""),
            href: "/areas/1301?a=1&b=2".to_owned(),
            class,
            ..Place::default()
        }
    }

    fn map() -> Map {
        Map {
            title: "病院の数".to_owned(),
            places: vec![
                Place {
                    rings: vec![square(139.0, 35.0)],
                    ..place("西", Some(0))
                },
                Place {
                    rings: vec![square(139.4, 35.0), square(139.4, 33.0)],
                    ..place("東", None)
                },
            ],
            pins: vec![super::super::Pin {
                at: (139.2, 35.2),
                title: "甲\u{7}病院".to_owned(),
                href: "/x".to_owned(),
                label: String::new(),
            }],
            legend: Some(Legend {
                title: "病院".to_owned(),
                classes: vec!["0～9".to_owned(), "10～".to_owned()],
                unknown: "不明".to_owned(),
            }),
            ..Map::default()
        }
    }

    #[test]
    fn a_map_is_well_formed_and_complete() {
        let picture = svg(&map());
        let mut open = Vec::new();
        for tag in picture.split('<').skip(1) {
            let tag = tag.split_once('>').unwrap().0;
            let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "{picture}");
            } else if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
        for part in [
            "西 &lt;45&gt; &quot;&amp;&quot;",
            "href=\"/areas/1301?a=1&amp;b=2\"",
            "甲病院",
            "不明",
            HATCH,
            "0～9",
        ] {
            assert!(picture.contains(part), "{part} in {picture}");
        }
        assert!(!picture.contains("<script") && !picture.contains("style="));
    }

    #[test]
    fn tiles_where_no_outline_is_known() {
        let mut map = map();
        for (column, place) in (0..).zip(&mut map.places) {
            place.rings.clear();
            place.tiles = vec![Tile {
                column,
                row: 0,
                label: "武蔵村山".to_owned(),
            }];
        }
        let picture = svg(&map);
        assert!(
            picture.contains(">武蔵</text>") && picture.contains(">村山</text>"),
            "{picture}"
        );
        assert_eq!(
            picture.matches("<a href").count(),
            2,
            "pins have no place there"
        );
    }
}
