//! Names in the picture, with their figures: larger places first.

use std::fmt::Write as _;

use super::class::is_dark;
use super::draw::{classes, escape};
use super::frame::{Frame, WIDTH};
use super::label::{self, width};
use super::path::Spot;
use super::{Box2, Map, Place};

pub(super) const LARGE: f64 = 34.0;
pub(super) const SMALL: f64 = 23.0;

/// Letters of a picture that is as wide as a hand.
const NEAR: f64 = 48.0;
const NEAR_SMALL: f64 = 42.0;

/// One of the two ways in which names are written; the page shows one of them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hand {
    Wide,
    /// Larger letters, and therefore fewer names: a page on a phone shows these.
    Near,
}

impl Hand {
    pub(super) const BOTH: [Self; 2] = [Self::Wide, Self::Near];

    /// The size of a map's letters.
    const fn size(self, small: bool) -> f64 {
        match (self, small) {
            (Self::Wide, false) => LARGE,
            (Self::Wide, true) => SMALL,
            (Self::Near, false) => NEAR,
            (Self::Near, true) => NEAR_SMALL,
        }
    }

    /// Of what stands beside.
    pub(super) const fn small(self) -> f64 {
        self.size(true)
    }

    /// A picture alone shows the wide ones.
    pub(super) const fn attributes(self) -> &'static str {
        match self {
            Self::Wide => "class=\"wide\"",
            Self::Near => "class=\"near\" display=\"none\"",
        }
    }
}

/// Names with their figures: larger places first; a name that finds no room is left to the title and the table.
/// Where there are pins they stand beside these if they can.
pub(super) fn names(
    map: &Map,
    frame: &Frame,
    (drawn, pins): (&[Vec<Vec<Spot>>], &[Box2]),
    body: &mut String,
) {
    let mut order: Vec<usize> = (0..map.places.len()).collect();
    let extent = |at: &usize| {
        let rings = drawn.get(*at).into_iter().flatten();
        let boxes = rings.map(|ring| Box2::of(ring.iter().copied()));
        boxes
            .map(|bounds| bounds.width() * bounds.height())
            .fold(0.0, f64::max)
    };
    order.sort_by(|a, b| extent(b).total_cmp(&extent(a)));
    let moved = |at: &usize| {
        let mut cells = frame.cells().iter();
        cells.any(|cell| cell.first && cell.place == *at)
    };
    order.retain(|at| !moved(at));
    for hand in Hand::BOTH {
        let size = hand.size(map.small);
        open_texts(body, size, hand);
        let mut taken = captions(map, frame, (hand, size), body);
        for at in &order {
            let (Some(place), Some(rings)) = (map.places.get(*at), drawn.get(*at)) else {
                continue;
            };
            let lines = lines(place);
            let found = fitted(rings, &lines, (size, hand), (&taken, pins));
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
}

/// Names below the islands of the inset; returns what they take.
fn captions(map: &Map, frame: &Frame, (hand, size): (Hand, f64), body: &mut String) -> Vec<Box2> {
    let own = hand.small();
    // Nothing else is written there.
    let mut taken: Vec<Box2> = frame.inset.iter().map(|inset| inset.bounds).collect();
    let mut written: Vec<Box2> = Vec::new();
    for cell in frame.cells().iter().filter(|cell| cell.first) {
        let Some(place) = map.places.get(cell.place) else {
            continue;
        };
        let text = if place.value.is_empty() {
            place.label.clone()
        } else {
            format!("{} {}", place.label, place.value)
        };
        let middle = (cell.to.left + cell.to.right) / 2.0;
        let half = width(&text) * own / 2.0;
        let at = (
            middle.clamp(half, (WIDTH - half).max(half)),
            cell.to.bottom + own * 1.2,
        );
        let bounds = label::bounds(at, &[&text], own);
        if matches!(hand, Hand::Wide) || !written.iter().any(|one| one.meets(bounds)) {
            write_line(body, at, (own, size), &text, false);
            written.push(bounds);
        }
    }
    taken.append(&mut written);
    taken
}

/// Beside the pins; else the name alone in small letters, beside them or over them.
fn fitted<'a>(
    rings: &[Vec<Spot>],
    lines: &'a [&'a str],
    (size, hand): (f64, Hand),
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
        .or_else(|| fit(name, hand.small(), &both))
        .or_else(|| fit(name, hand.small(), taken))
}

fn lines(place: &Place) -> Vec<&str> {
    let lines = [place.label.as_str(), place.value.as_str()];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

/// Letters have a light rim, so that they are read on every colour; what they say is in the titles too.
pub(super) fn open_texts(body: &mut String, size: f64, hand: Hand) {
    let attributes = hand.attributes();
    let _ = write!(
        body,
        "<g {attributes} aria-hidden=\"true\" pointer-events=\"none\" text-anchor=\"middle\" font-size=\"{size}\" \
         paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"5\" stroke-linejoin=\"round\">"
    );
}

pub(super) fn write_lines(
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
pub(super) fn write_line(
    body: &mut String,
    (x, y): Spot,
    (size, group): (f64, f64),
    line: &str,
    dark: bool,
) {
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
