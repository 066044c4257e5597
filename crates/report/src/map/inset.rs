//! Islands far off: moved into a box, in the corner of the picture that has the most room for it, else below.

use super::frame::WIDTH;
use super::path::Spot;
use super::{Box2, Degrees};

/// Pieces at most: the largest.
const CELLS: usize = 24;
/// A piece is not drawn larger than this part of the picture.
const CELL: f64 = 0.075;
/// Of the largest piece: what is smaller is a rock.
const ROCK: f64 = 0.01;
const GAP: f64 = 24.0;
/// Letters below a piece.
const CAPTION: f64 = 32.0;
/// The heading of the box.
const HEADING: f64 = 44.0;
/// Room for a name.
const NARROW: f64 = 70.0;
/// How wide the box may be, of the picture.
const PARTS: [f64; 6] = [0.3, 0.36, 0.42, 0.48, 0.6, 1.0];

/// A piece of land: rings that lie near each other.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) bounds: Box2,
    pub(super) size: f64,
    pub(super) place: usize,
}

/// A piece of a place, moved to a cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) place: usize,
    /// Degrees of the piece.
    from: Box2,
    /// Where it is drawn.
    pub(crate) to: Box2,
    /// Whether it is the largest piece of its place.
    pub(crate) first: bool,
}

impl Cell {
    /// Where a point of its piece is drawn; `None` for other points.
    pub(super) fn spot(&self, (x, y): Degrees, squeeze: f64, scale: f64) -> Option<Spot> {
        let inside = (self.from.left..=self.from.right).contains(&x)
            && (self.from.top..=self.from.bottom).contains(&y);
        let middle = (self.to.left + self.to.right) / 2.0;
        let center = (self.from.left + self.from.right) / 2.0;
        inside.then_some((
            middle + (x - center) * squeeze * scale,
            self.to.top + (self.from.bottom - y) * scale,
        ))
    }
}

/// The box with its cells.
#[derive(Clone, Debug)]
pub(crate) struct Inset {
    pub(crate) cells: Vec<Cell>,
    /// Units of a degree of latitude.
    pub(crate) scale: f64,
    pub(crate) bounds: Box2,
    /// The height of the whole picture.
    pub(super) height: f64,
}

/// The picture that the box is put into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture<'a> {
    pub(super) scale: f64,
    pub(super) squeeze: f64,
    pub(super) height: f64,
    /// The points of what is drawn where it lies.
    pub(super) land: &'a [Spot],
    /// How wide the heading is.
    pub(super) heading: f64,
}

impl Inset {
    pub(super) fn of(far: Vec<Piece>, picture: Picture<'_>) -> Option<Self> {
        let mut far = without_rocks(far);
        if far.is_empty() {
            return None;
        }
        // From north to south.
        far.sort_by(|a, b| b.bounds.bottom.total_cmp(&a.bounds.bottom));
        let scale = scale(&far, picture);
        let sizes = far.iter().map(|piece| {
            let wide = (piece.bounds.width() * picture.squeeze * scale).max(NARROW);
            (wide, (piece.bounds.height() * scale).max(12.0))
        });
        let sizes: Vec<(f64, f64)> = sizes.collect();
        let layouts = PARTS.iter().map(|part| {
            let least = picture.heading + 2.0 * GAP;
            Layout::of(&sizes, (WIDTH * part).max(least).min(WIDTH))
        });
        let placed = layouts.flat_map(|layout| {
            [false, true].map(|right| {
                let more = layout.more(picture, right);
                (more, right, layout.clone())
            })
        });
        let (more, right, layout) = placed.min_by(|(a, ..), (b, ..)| a.total_cmp(b))?;
        let height = picture.height + more;
        let left = if right { WIDTH - layout.wide } else { 0.0 };
        let corner = (left, height - layout.high);
        let firsts = firsts(&far);
        let cells = far.iter().zip(&layout.cells).enumerate();
        Some(Self {
            cells: cells
                .map(|(at, (piece, cell))| Cell {
                    place: piece.place,
                    from: piece.bounds,
                    to: moved(*cell, corner),
                    first: firsts.contains(&at),
                })
                .collect(),
            scale,
            bounds: Box2 {
                left: corner.0,
                top: corner.1,
                right: corner.0 + layout.wide,
                bottom: height,
            },
            height,
        })
    }
}

/// Cells in rows, from the corner of their box.
#[derive(Clone, Debug)]
struct Layout {
    cells: Vec<Box2>,
    wide: f64,
    high: f64,
}

impl Layout {
    fn of(sizes: &[(f64, f64)], wide: f64) -> Self {
        let (mut x, mut top, mut tall) = (GAP, HEADING + GAP / 2.0, 0.0_f64);
        let mut cells = Vec::new();
        for (width, height) in sizes {
            if x + width + GAP > wide && x > GAP {
                (x, top, tall) = (GAP, top + tall + CAPTION + GAP / 2.0, 0.0);
            }
            cells.push(Box2 {
                left: x,
                top,
                right: x + width,
                bottom: top + height,
            });
            x += width + GAP;
            tall = tall.max(*height);
        }
        Self {
            cells,
            wide,
            high: top + tall + CAPTION + GAP / 2.0,
        }
    }

    /// How much higher the picture gets with it in its lower left or right corner.
    fn more(&self, picture: Picture<'_>, right: bool) -> f64 {
        let beside = |(x, _): &&Spot| {
            let x = if right { WIDTH - x } else { *x };
            x < self.wide + GAP
        };
        let lowest = picture.land.iter().filter(beside).map(|(_, y)| *y);
        let free = picture.height - lowest.fold(0.0, f64::max);
        (self.high + GAP - free).max(0.0)
    }
}

fn moved(cell: Box2, (x, y): Spot) -> Box2 {
    Box2 {
        left: cell.left + x,
        top: cell.top + y,
        right: cell.right + x,
        bottom: cell.bottom + y,
    }
}

/// As the rest, or smaller where a piece would be too large.
fn scale(far: &[Piece], picture: Picture<'_>) -> f64 {
    let most = WIDTH * CELL;
    let widths = far
        .iter()
        .map(|one| one.bounds.width() * picture.squeeze)
        .fold(1e-6, f64::max);
    let heights = far
        .iter()
        .map(|one| one.bounds.height())
        .fold(1e-6, f64::max);
    picture.scale.min(most / widths).min(most / heights)
}

/// Which pieces are the largest of their places.
fn firsts(far: &[Piece]) -> Vec<usize> {
    let mut by_size: Vec<(usize, &Piece)> = far.iter().enumerate().collect();
    by_size.sort_by(|(_, a), (_, b)| b.size.total_cmp(&a.size));
    let mut named: Vec<usize> = Vec::new();
    let mut firsts = Vec::new();
    for (at, piece) in by_size {
        if !named.contains(&piece.place) {
            named.push(piece.place);
            firsts.push(at);
        }
    }
    firsts
}

/// Without what is tiny beside the rest, unless it is all that there is of its place.
fn without_rocks(mut far: Vec<Piece>) -> Vec<Piece> {
    far.sort_by(|a, b| b.size.total_cmp(&a.size));
    let least = far.first().map_or(0.0, |largest| largest.size * ROCK);
    let mut kept: Vec<Piece> = Vec::new();
    for piece in far {
        let known = kept.iter().any(|one| one.place == piece.place);
        if kept.len() < CELLS && (piece.size >= least || !known) {
            kept.push(piece);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn far() -> Vec<Piece> {
        let bounds = |top: f64| Box2 {
            left: 139.3,
            top,
            right: 139.4,
            bottom: top + 0.1,
        };
        let piece = |place: usize| {
            let at = [34.7, 34.0, 33.0].get(place).copied().unwrap();
            Piece {
                bounds: bounds(at),
                size: 0.01,
                place,
            }
        };
        (0..3).map(piece).collect()
    }

    fn picture(land: &[Spot]) -> Picture<'_> {
        Picture {
            scale: 2_000.0,
            squeeze: 0.8,
            height: 800.0,
            land,
            heading: 300.0,
        }
    }

    /// Land as a line along its southern coast.
    fn coast(y: impl Fn(f64) -> f64) -> Vec<Spot> {
        let all = (0..=160).map(|x| f64::from(x) * 10.0);
        all.map(|x| (x, y(x))).collect()
    }

    #[test]
    fn the_box_takes_the_corner_that_is_free() {
        let west = coast(|x| if x < 700.0 { 400.0 } else { 780.0 });
        let inset = Inset::of(far(), picture(&west)).unwrap();
        assert_eq!((inset.bounds.left, inset.height), (0.0, 800.0));
        assert!(inset.bounds.right < 700.0 && inset.bounds.top > 400.0);
        let east = coast(|x| if x > 900.0 { 400.0 } else { 780.0 });
        let inset = Inset::of(far(), picture(&east)).unwrap();
        assert!(inset.bounds.left > 900.0 && inset.height == 800.0);
        for cell in &inset.cells {
            assert!(inset.bounds.left < cell.to.left && cell.to.right < inset.bounds.right);
            assert!(inset.bounds.top < cell.to.top && cell.to.bottom < inset.bounds.bottom);
        }
    }

    #[test]
    fn without_a_free_corner_it_lies_below() {
        let straight = coast(|_| 790.0);
        let inset = Inset::of(far(), picture(&straight)).unwrap();
        assert!(inset.bounds.top > 790.0 && inset.height > 900.0);
    }
}
