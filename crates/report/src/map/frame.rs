//! Where things lie in the picture: degrees to units, and islands far off in cells below.

use super::path::Spot;
use super::{Box2, Degrees, Map};

/// Width of the picture in its units.
pub(crate) const WIDTH: f64 = 1600.0;
/// The mainland is not higher than this.
const HEIGHT: f64 = 1300.0;
const MARGIN: f64 = 20.0;
/// Degrees between two pieces that belong together.
const NEAR: f64 = 0.06;
/// Degrees between the mainland and a piece that is still drawn where it lies.
const OFFSHORE: f64 = 0.3;
/// A cell is not larger than this part of the picture.
const CELL: f64 = 0.12;
/// Cells at most: the largest pieces.
const CELLS: usize = 24;
/// Of the largest piece: what is smaller is a rock.
const ROCK: f64 = 0.01;
const CELL_GAP: f64 = 26.0;
/// Letters below a cell.
const CAPTION: f64 = 34.0;

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

/// The layout of a map.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Degrees of the mainland.
    main: Box2,
    /// Units of a degree of latitude.
    scale: f64,
    /// Degrees of longitude are shorter.
    squeeze: f64,
    pub(crate) cells: Vec<Cell>,
    cell_scale: f64,
    pub(crate) height: f64,
    /// Where the inset begins.
    pub(crate) inset: Option<f64>,
}

/// A piece of land: rings that lie near each other.
#[derive(Clone, Debug)]
struct Piece {
    bounds: Box2,
    size: f64,
    place: usize,
}

impl Frame {
    pub(crate) fn of(map: &Map) -> Self {
        let pieces = pieces(map);
        let mainland = mainland(&pieces);
        let main = mainland.bounds;
        let far = pieces
            .into_iter()
            .filter(|piece| piece.bounds.gap(main) > OFFSHORE);
        let mut far: Vec<Piece> = far.collect();
        let near = near_box(map, main);
        let squeeze = ((near.top + near.bottom) / 2.0).to_radians().cos().max(0.2);
        let width = (near.width() * squeeze).max(1e-6);
        let scale =
            ((WIDTH - 2.0 * MARGIN) / width).min((HEIGHT - 2.0 * MARGIN) / near.height().max(1e-6));
        let mut frame = Self {
            main: near,
            scale,
            squeeze,
            cells: Vec::new(),
            cell_scale: scale,
            height: near.height() * scale + 2.0 * MARGIN,
            inset: None,
        };
        far.sort_by(|a, b| b.size.total_cmp(&a.size));
        far = without_rocks(far);
        frame.lay(far);
        frame
    }

    /// Whether cells are drawn smaller than the rest.
    pub(crate) fn scaled(&self) -> bool {
        self.cell_scale < self.scale
    }

    /// Puts pieces into rows of cells below the mainland, from north to south.
    fn lay(&mut self, mut far: Vec<Piece>) {
        if far.is_empty() {
            return;
        }
        let widest = far.iter().map(|one| one.bounds.width() * self.squeeze);
        let widest = widest.fold(1e-6, f64::max);
        let tallest = far
            .iter()
            .map(|one| one.bounds.height())
            .fold(1e-6, f64::max);
        let most = WIDTH * CELL;
        self.cell_scale = self.scale.min(most / widest).min(most / tallest);
        far.sort_by(|a, b| b.bounds.bottom.total_cmp(&a.bounds.bottom));
        let mut firsts: Vec<usize> = Vec::new();
        let mut by_size: Vec<&Piece> = far.iter().collect();
        by_size.sort_by(|a, b| b.size.total_cmp(&a.size));
        let mut named = Vec::new();
        for piece in by_size {
            if !named.contains(&piece.place) {
                named.push(piece.place);
                firsts.extend(far.iter().position(|one| std::ptr::eq(one, piece)));
            }
        }
        self.inset = Some(self.height);
        let (mut x, mut top, mut tall) = (MARGIN + CELL_GAP, self.height + 2.0 * CAPTION, 0.0_f64);
        for (at, piece) in far.iter().enumerate() {
            let width = (piece.bounds.width() * self.squeeze * self.cell_scale).max(70.0);
            let height = (piece.bounds.height() * self.cell_scale).max(12.0);
            if x + width + MARGIN + CELL_GAP > WIDTH {
                x = MARGIN + CELL_GAP;
                top += tall + CAPTION + CELL_GAP;
                tall = 0.0;
            }
            self.cells.push(Cell {
                place: piece.place,
                from: piece.bounds,
                to: Box2 {
                    left: x,
                    top,
                    right: x + width,
                    bottom: top + height,
                },
                first: firsts.contains(&at),
            });
            x += width + CELL_GAP;
            tall = tall.max(height);
        }
        self.height = top + tall + CAPTION + CELL_GAP;
    }

    /// Where a point of a ring is drawn; `None` where it is not.
    pub(crate) fn spot(&self, at: Degrees) -> Option<Spot> {
        if contains(self.main, at) {
            return Some(self.on_main(at));
        }
        let cell = self.cells.iter().find(|cell| contains(cell.from, at))?;
        let middle = (cell.to.left + cell.to.right) / 2.0;
        let center = (cell.from.left + cell.from.right) / 2.0;
        Some((
            middle + (at.0 - center) * self.squeeze * self.cell_scale,
            cell.to.top + (cell.from.bottom - at.1) * self.cell_scale,
        ))
    }

    fn on_main(&self, (longitude, latitude): Degrees) -> Spot {
        let free = WIDTH - self.main.width() * self.squeeze * self.scale;
        (
            free / 2.0 + (longitude - self.main.left) * self.squeeze * self.scale,
            MARGIN + (self.main.bottom - latitude) * self.scale,
        )
    }

    /// The whole of a ring, where all of it is drawn.
    pub(crate) fn ring(&self, ring: &[Degrees]) -> Option<Vec<Spot>> {
        ring.iter().map(|at| self.spot(*at)).collect()
    }
}

/// Without what is tiny beside the rest, unless it is all that there is of its place.
fn without_rocks(far: Vec<Piece>) -> Vec<Piece> {
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

fn contains(bounds: Box2, (x, y): Degrees) -> bool {
    (bounds.left..=bounds.right).contains(&x) && (bounds.top..=bounds.bottom).contains(&y)
}

/// The mainland and everything close to it.
fn near_box(map: &Map, main: Box2) -> Box2 {
    let rings = map.places.iter().flat_map(|place| &place.rings);
    let boxes = rings.map(|ring| Box2::of(ring.iter().copied()));
    let near = boxes.filter(|bounds| bounds.gap(main) <= OFFSHORE);
    near.fold(main, Box2::with)
}

/// Rings joined with those near them. Which place a piece belongs to is that of its largest ring.
fn pieces(map: &Map) -> Vec<Piece> {
    let mut pieces: Vec<(Piece, f64)> = Vec::new();
    for (place, one) in map.places.iter().enumerate() {
        for ring in &one.rings {
            let bounds = Box2::of(ring.iter().copied());
            let size = bounds.width() * bounds.height();
            let mut piece = (
                Piece {
                    bounds,
                    size,
                    place,
                },
                size,
            );
            // Joining one may bring it near to another.
            while let Some(at) = pieces
                .iter()
                .position(|(other, _)| other.bounds.gap(piece.0.bounds) < NEAR)
            {
                let (other, largest) = pieces.swap_remove(at);
                if largest > piece.1 {
                    piece.0.place = other.place;
                    piece.1 = largest;
                }
                piece.0.bounds = piece.0.bounds.with(other.bounds);
                piece.0.size += other.size;
            }
            pieces.push(piece);
        }
    }
    pieces.into_iter().map(|(piece, _)| piece).collect()
}

fn mainland(pieces: &[Piece]) -> Piece {
    let largest = pieces.iter().max_by(|a, b| a.size.total_cmp(&b.size));
    largest.cloned().unwrap_or(Piece {
        bounds: Box2 {
            left: 139.0,
            top: 35.0,
            right: 140.0,
            bottom: 36.0,
        },
        size: 1.0,
        place: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;

    fn square(x: f64, y: f64, side: f64) -> Vec<Degrees> {
        vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
    }

    #[test]
    fn islands_far_off_go_into_cells_of_the_same_scale() {
        let map = Map {
            places: vec![
                Place {
                    rings: vec![square(139.0, 35.5, 0.5), square(139.6, 35.5, 0.3)],
                    ..Place::default()
                },
                Place {
                    rings: vec![square(139.3, 34.7, 0.05), square(142.0, 27.0, 0.05)],
                    ..Place::default()
                },
            ],
            ..Map::default()
        };
        let frame = Frame::of(&map);
        assert_eq!(frame.cells.len(), 2);
        assert!(frame.cells[0].first ^ frame.cells[1].first, "named once");
        assert!(!frame.scaled());
        let main = frame.ring(&map.places[0].rings[0]).unwrap();
        let island = frame.ring(&map.places[1].rings[1]).unwrap();
        let width = |ring: &[Spot]| Box2::of(ring.iter().copied()).width();
        assert!((width(&main) / width(&island) - 10.0).abs() < 0.1);
        for (x, y) in main.iter().chain(&island) {
            assert!(
                (0.0..=WIDTH).contains(x) && (0.0..=frame.height).contains(y),
                "{x} {y}"
            );
        }
        assert!(frame.spot((130.0, 30.0)).is_none());
    }

    #[test]
    fn nothing_to_draw_is_no_fault() {
        assert!(Frame::of(&Map::default()).height > 0.0);
    }
}
