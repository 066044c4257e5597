//! The picture, from back to front: places, borders within them, pins, names, the inset, the legend.

use std::fmt::Write as _;

use super::class::fill;
use super::frame::{Frame, WIDTH};
use super::legend::legend;
use super::name::{Hand, names};
use super::path::{self, Spot};
use super::pin::Pins;
use super::square::tiles;
use super::{Map, Place};

/// What no figure is known of.
pub(super) const HATCH: &str = "url(#map-unknown)";
const PLAIN: &str = "#f6f4ef";
pub(super) const BORDER: &str = "#3c4650";

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

pub(super) fn classes(map: &Map) -> usize {
    map.legend.as_ref().map_or(0, |legend| legend.classes.len())
}

pub(super) fn paint(map: &Map, place: &Place) -> &'static str {
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

/// The box of the islands, and what it is.
fn inset(map: &Map, frame: &Frame, body: &mut String) {
    let Some(inset) = &frame.inset else {
        return;
    };
    let words = if frame.scaled() {
        &map.words.inset_scaled
    } else {
        &map.words.inset
    };
    let (left, top) = (inset.bounds.left + 3.0, inset.bounds.top + 3.0);
    let _ = write!(
        body,
        "<path d=\"M{left:.0} {top:.0}h{:.0}v{:.0}h-{0:.0}z\" fill=\"none\" stroke=\"#8a8f94\" stroke-width=\"2\" \
         pointer-events=\"none\"/>",
        inset.bounds.width() - 6.0,
        inset.bounds.height() - 6.0,
    );
    for hand in Hand::BOTH {
        let size = hand.small();
        let words = match hand {
            Hand::Wide => words.as_str(),
            // What stands in brackets is too long there.
            Hand::Near => words.split(['（', '(']).next().unwrap_or_default().trim(),
        };
        let _ = write!(
            body,
            "<text {} x=\"{:.0}\" y=\"{:.0}\" font-size=\"{size}\">{}</text>",
            hand.attributes(),
            left + 17.0,
            top + size + 8.0,
            escape(words)
        );
    }
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
    use super::super::{Legend, Tile, svg};
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
