//! What the colours mean, and where the outlines come from.

use std::fmt::Write as _;

use super::Map;
use super::class::fill;
use super::draw::{BORDER, HATCH, escape};
use super::frame::WIDTH;
use super::label::width;

const LEGEND: f64 = 28.0;

/// The legend and the source below the picture; returns the new height.
pub(super) fn legend(map: &Map, top: f64, body: &mut String) -> f64 {
    let mut y = top + LEGEND;
    if let Some(legend) = &map.legend {
        let _ = write!(body, "<g class=\"legend\" font-size=\"{LEGEND}\">");
        let _ = write!(
            body,
            "<text x=\"20\" y=\"{:.0}\" font-weight=\"bold\">{}</text>",
            y + 8.0,
            escape(&legend.title)
        );
        y = write_swatches(map, y + LEGEND * 1.6, body);
        body.push_str("</g>");
    }
    if map.words.source.is_empty() {
        return y;
    }
    let _ = write!(
        body,
        "<text class=\"legend\" x=\"20\" y=\"{:.0}\" font-size=\"20\">{}</text>",
        y + 12.0,
        escape(&map.words.source)
    );
    y + 32.0
}

/// A colour and what it means, for a page that writes the legend itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swatch {
    /// A value of `fill` within the page of the picture.
    pub fill: &'static str,
    pub words: String,
}

/// The colours of a map; none where it has no legend.
pub fn swatches(map: &Map) -> Vec<Swatch> {
    let Some(legend) = &map.legend else {
        return Vec::new();
    };
    let of = legend.classes.len();
    let known = legend.classes.iter().enumerate();
    let known = known.map(|(class, words)| (fill(class, of), words));
    let unknown =
        map.places.iter().any(|place| place.class.is_none()) && !legend.unknown.is_empty();
    let all = known.chain(unknown.then_some((HATCH, &legend.unknown)));
    all.map(|(fill, words)| Swatch {
        fill,
        words: words.clone(),
    })
    .collect()
}

fn write_swatches(map: &Map, top: f64, body: &mut String) -> f64 {
    let (mut x, mut y) = (20.0, top);
    for Swatch { fill, words } in swatches(map) {
        let wide = 48.0 + width(&words) * LEGEND + 36.0;
        if x > 20.0 && x + wide > WIDTH {
            x = 20.0;
            y += LEGEND * 1.6;
        }
        let _ = write!(
            body,
            "<path d=\"M{x:.0} {:.0}h38v28h-38z\" fill=\"{fill}\" stroke=\"{BORDER}\"/><text x=\"{:.0}\" y=\"{:.0}\">{}</text>",
            y - 22.0,
            x + 48.0,
            y + 2.0,
            escape(&words)
        );
        x += wide;
    }
    y + LEGEND
}
