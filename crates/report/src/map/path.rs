//! Lines as path data: whole units, steps from point to point.

use std::fmt::Write as _;

/// A point of the picture.
pub(crate) type Spot = (f64, f64);
type Whole = (i32, i32);

#[expect(
    clippy::cast_possible_truncation,
    reason = "pictures are some thousand units wide"
)]
fn whole((x, y): Spot) -> Whole {
    (x.round() as i32, y.round() as i32)
}

/// Appends a closed ring; nothing where it collapses to a line, unless it `must` be seen.
pub(crate) fn ring(data: &mut String, points: impl IntoIterator<Item = Spot>, must: bool) {
    let mut points = thin(points.into_iter().map(whole));
    while points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    match points.as_slice() {
        [first, _, _, ..] => line(data, *first, points.iter().skip(1), true),
        [(x, y), ..] if must => {
            // A square that can be seen.
            let _ = write!(data, "M{} {}h6v6h-6z", x - 3, y - 3);
        }
        _ => {}
    }
}

/// Appends an open line.
pub(crate) fn open(data: &mut String, points: impl IntoIterator<Item = Spot>) {
    let points = thin(points.into_iter().map(whole));
    if let [first, _, ..] = points.as_slice() {
        line(data, *first, points.iter().skip(1), false);
    }
}

fn line<'a>(data: &mut String, first: Whole, rest: impl Iterator<Item = &'a Whole>, closed: bool) {
    let _ = write!(data, "M{} {}l", first.0, first.1);
    let mut last = first;
    let mut between = "";
    for point in rest {
        let (x, y) = (point.0 - last.0, point.1 - last.1);
        let first_gap = if x < 0 { "" } else { between };
        let second_gap = if y < 0 { "" } else { " " };
        let _ = write!(data, "{first_gap}{x}{second_gap}{y}");
        between = " ";
        last = *point;
    }
    if closed {
        data.push('z');
    }
}

/// Without points that repeat the one before or lie on the way to the next.
fn thin(points: impl Iterator<Item = Whole>) -> Vec<Whole> {
    let mut kept: Vec<Whole> = Vec::new();
    for point in points {
        if kept.last() == Some(&point) {
            continue;
        }
        if let [.., a, b] = kept.as_slice()
            && straight(*a, *b, point)
        {
            kept.pop();
        }
        kept.push(point);
    }
    kept
}

fn straight(a: Whole, b: Whole, c: Whole) -> bool {
    let wide = |value: i32| i64::from(value);
    let (x1, y1) = (wide(b.0 - a.0), wide(b.1 - a.1));
    let (x2, y2) = (wide(c.0 - b.0), wide(c.1 - b.1));
    x1 * y2 == x2 * y1 && x1 * x2 + y1 * y2 > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_short() {
        let mut data = String::new();
        ring(
            &mut data,
            [
                (0.0, 0.0),
                (10.2, 0.0),
                (20.0, 0.0),
                (20.0, -5.0),
                (0.4, 0.4),
            ],
            false,
        );
        assert_eq!(data, "M0 0l20 0 0-5z");
        let mut data = String::new();
        ring(&mut data, [(5.1, 5.1), (5.2, 5.2), (4.9, 5.0)], false);
        assert_eq!(data, "");
        ring(&mut data, [(5.1, 5.1), (5.2, 5.2), (4.9, 5.0)], true);
        assert_eq!(data, "M2 2h6v6h-6z");
        let mut data = String::new();
        open(&mut data, [(1.0, 1.0), (3.0, 1.0), (1.0, 1.0)]);
        assert_eq!(data, "M1 1l2 0-2 0");
    }
}
