//! Where things lie in the picture: degrees to units; islands far off are moved.

use super::inset::{Cell, Inset, Picture, Piece};
use super::label::width;
use super::name::SMALL;
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

/// The layout of a map.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Degrees of the mainland.
    main: Box2,
    /// Units of a degree of latitude.
    scale: f64,
    /// Degrees of longitude are shorter.
    squeeze: f64,
    pub(crate) height: f64,
    /// Islands far off, in a box.
    pub(crate) inset: Option<Inset>,
}

impl Frame {
    pub(crate) fn of(map: &Map) -> Self {
        let pieces = pieces(map);
        let main = mainland(&pieces).bounds;
        let far = pieces
            .into_iter()
            .filter(|piece| piece.bounds.gap(main) > OFFSHORE);
        let far: Vec<Piece> = far.collect();
        let near = near_box(map, main);
        let squeeze = ((near.top + near.bottom) / 2.0).to_radians().cos().max(0.2);
        let wide = (near.width() * squeeze).max(1e-6);
        let scale =
            ((WIDTH - 2.0 * MARGIN) / wide).min((HEIGHT - 2.0 * MARGIN) / near.height().max(1e-6));
        let mut frame = Self {
            main: near,
            scale,
            squeeze,
            height: near.height() * scale + 2.0 * MARGIN,
            inset: None,
        };
        let points = map.places.iter().flat_map(|place| &place.rings).flatten();
        let land = points.filter(|at| contains(near, **at));
        let land: Vec<Spot> = land.map(|at| frame.on_main(*at)).collect();
        let words = [&map.words.inset, &map.words.inset_scaled];
        let heading = words.map(|words| width(words) * SMALL);
        frame.inset = Inset::of(
            far,
            Picture {
                scale,
                squeeze,
                height: frame.height,
                land: &land,
                heading: heading.into_iter().fold(0.0, f64::max),
            },
        );
        if let Some(inset) = &frame.inset {
            frame.height = inset.height;
        }
        frame
    }

    /// The cells of the inset.
    pub(crate) fn cells(&self) -> &[Cell] {
        self.inset.as_ref().map_or(&[], |inset| &inset.cells)
    }

    /// Whether islands are drawn smaller than the rest.
    pub(crate) fn scaled(&self) -> bool {
        let inset = self.inset.as_ref();
        inset.is_some_and(|inset| inset.scale < self.scale)
    }

    /// Where a point of a ring is drawn; `None` where it is not.
    pub(crate) fn spot(&self, at: Degrees) -> Option<Spot> {
        if contains(self.main, at) {
            return Some(self.on_main(at));
        }
        let inset = self.inset.as_ref()?;
        let mut cells = inset.cells.iter();
        cells.find_map(|cell| cell.spot(at, self.squeeze, inset.scale))
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
        assert_eq!(frame.cells().len(), 2);
        assert!(
            frame.cells()[0].first ^ frame.cells()[1].first,
            "named once"
        );
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
