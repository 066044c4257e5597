//! Names in the picture: inside their place where there is room, never over one another.

use super::Box2;
use super::frame::WIDTH;
use super::path::Spot;

/// Parts of a box that are tried in each direction.
const GRID: i32 = 12;
/// Places of one name that are tried.
const TRIES: usize = 80;

/// Lines of text around a spot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Label {
    pub(crate) at: Spot,
    pub(crate) bounds: Box2,
}

/// How wide a text is, in letters of full width.
pub(crate) fn width(text: &str) -> f64 {
    text.chars()
        .map(|c| if c.is_ascii() { 0.56 } else { 1.0 })
        .sum()
}

/// The box of some lines around a spot.
pub(crate) fn bounds((x, y): Spot, lines: &[&str], size: f64) -> Box2 {
    let widest = lines.iter().map(|line| width(line)).fold(0.0, f64::max) * size / 2.0;
    #[expect(clippy::cast_precision_loss, reason = "two lines")]
    let high = lines.len() as f64 * size * 1.12 / 2.0;
    Box2 {
        left: x - widest,
        top: y - high,
        right: x + widest,
        bottom: y + high,
    }
}

/// Where in a shape a text fits best without touching those that are there; `None` where it does not.
pub(crate) fn place(
    rings: &[Vec<Spot>],
    lines: &[&str],
    size: f64,
    taken: &[Box2],
) -> Option<Label> {
    let largest = rings
        .iter()
        .map(|ring| (Box2::of(ring.iter().copied()), ring))
        .max_by(|(a, _), (b, _)| (a.width() * a.height()).total_cmp(&(b.width() * b.height())));
    let (shape, ring) = largest?;
    let mut spots: Vec<(f64, Spot)> = Vec::new();
    for across in 1..GRID {
        for down in 1..GRID {
            let part = |n: i32| f64::from(n) / f64::from(GRID);
            let spot = (
                shape.left + shape.width() * part(across),
                shape.top + shape.height() * part(down),
            );
            if inside(rings, spot) {
                // Of two with as much room, the one nearer to the middle.
                let middle = (
                    (shape.left + shape.right) / 2.0,
                    (shape.top + shape.bottom) / 2.0,
                );
                let off = (spot.0 - middle.0).hypot(spot.1 - middle.1);
                spots.push((room(ring, spot) - off / 100.0, spot));
            }
        }
    }
    spots.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let all = spots.iter().take(TRIES).map(|(_, spot)| Label {
        at: *spot,
        bounds: bounds(*spot, lines, size),
    });
    let within = |bounds: Box2| bounds.left >= 0.0 && bounds.right <= WIDTH;
    let mut free = all
        .filter(|label| within(label.bounds))
        .filter(|label| !taken.iter().any(|other| other.meets(label.bounds)));
    // A name much wider than its place would seem to be its neighbour's.
    free.find(|label| label.bounds.width() < shape.width() * 1.7 + size)
}

/// By the even-odd rule.
fn inside(rings: &[Vec<Spot>], (x, y): Spot) -> bool {
    let sides = rings.iter().flat_map(|ring| {
        let next = ring.iter().cycle().skip(1);
        ring.iter().zip(next)
    });
    let crossed = sides.filter(|((ax, ay), (bx, by))| {
        (ay > &y) != (by > &y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
    });
    crossed.count() % 2 == 1
}

/// How far it is to the border; across counts half, since texts are wide.
fn room(ring: &[Spot], (x, y): Spot) -> f64 {
    let next = ring.iter().cycle().skip(1);
    let distances = ring.iter().zip(next).map(|((ax, ay), (bx, by))| {
        let (dx, dy) = ((bx - ax) / 2.0, by - ay);
        let (px, py) = ((x - ax) / 2.0, y - ay);
        let length = dx * dx + dy * dy;
        let part = if length > 0.0 {
            ((px * dx + py * dy) / length).clamp(0.0, 1.0)
        } else {
            0.0
        };
        (px - dx * part).hypot(py - dy * part)
    });
    distances.fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(side: f64) -> Vec<Vec<Spot>> {
        vec![vec![(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)]]
    }

    #[test]
    fn names_stand_in_the_middle_and_make_room() {
        let first = place(&square(200.0), &["目黒区", "45"], 20.0, &[]).unwrap();
        assert!((first.at.0 - 100.0).abs() < 20.0 && (first.at.1 - 100.0).abs() < 20.0);
        let second = place(&square(200.0), &["渋谷区"], 20.0, &[first.bounds]).unwrap();
        assert!(!second.bounds.meets(first.bounds));
        assert_eq!(
            place(&square(20.0), &["世田谷区"], 20.0, &[]),
            None,
            "too wide for it"
        );
        let all = Box2 {
            left: -1e3,
            top: -1e3,
            right: 1e3,
            bottom: 1e3,
        };
        assert_eq!(place(&square(200.0), &["目黒区"], 20.0, &[all]), None);
        assert_eq!(place(&[], &["目黒区"], 20.0, &[]), None);
        let mut edge = square(100.0);
        for (x, _) in &mut edge[0] {
            *x += WIDTH - 100.0;
        }
        let inner = place(&edge, &["区東部"], 30.0, &[]).unwrap();
        assert!(inner.bounds.right <= WIDTH, "nothing is cut off");
    }
}
