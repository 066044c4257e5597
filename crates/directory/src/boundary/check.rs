//! What can be wrong with a ring.

use super::{Point, Ring, STEPS, area};

/// Degrees that Japan lies between: 沖ノ鳥島 to 択捉島, 与那国島 to 南鳥島.
const LONGITUDES: (f64, f64) = (122.0, 154.5);
const LATITUDES: (f64, f64) = (20.0, 46.0);

/// Why a ring is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RingFault {
    /// Fewer than three different points, or points that enclose nothing.
    Short,
    /// The last point is not the first.
    Open,
    /// Latitude before longitude.
    Swapped(Point),
    /// Not in Japan, as 0/0.
    Outside(Point),
}

impl RingFault {
    /// The message key.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Short => "fault-import-boundary-short",
            Self::Open => "fault-import-boundary-open",
            Self::Swapped(_) => "fault-import-boundary-swapped",
            Self::Outside(_) => "fault-import-boundary-outside",
        }
    }

    /// The point that is wrong, where it is one.
    pub const fn point(self) -> Option<Point> {
        match self {
            Self::Swapped(point) | Self::Outside(point) => Some(point),
            Self::Short | Self::Open => None,
        }
    }
}

/// The ring as it is kept: not closed by a repeated point, without repeated points, running as it should.
pub fn ring(points: &[Point], hole: bool) -> Result<Ring, RingFault> {
    if let Some(point) = points.iter().find(|point| !in_japan(point.x, point.y)) {
        return Err(if in_japan(point.y, point.x) {
            RingFault::Swapped(*point)
        } else {
            RingFault::Outside(*point)
        });
    }
    match (points.first(), points.last()) {
        (Some(first), Some(last)) if points.len() > 1 && first != last => {
            return Err(RingFault::Open);
        }
        _ => {}
    }
    let mut ring: Ring = points.to_vec();
    ring.pop();
    ring.dedup();
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    if ring.len() < 3 || area(&ring) == 0 {
        return Err(RingFault::Short);
    }
    if (area(&ring) < 0) != hole {
        ring.reverse();
    }
    Ok(ring)
}

fn in_japan(x: i32, y: i32) -> bool {
    let within = |value: i32, (from, to): (f64, f64)| {
        let degrees = f64::from(value) / STEPS;
        (from..=to).contains(&degrees)
    };
    within(x, LONGITUDES) && within(y, LATITUDES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(f64, f64)]) -> Vec<Point> {
        points
            .iter()
            .map(|(x, y)| Point::of_degrees(*x, *y))
            .collect()
    }

    #[test]
    fn rings_run_anticlockwise_and_holes_clockwise() {
        let clockwise = line(&[
            (139.0, 35.0),
            (139.0, 36.0),
            (140.0, 36.0),
            (140.0, 35.0),
            (139.0, 35.0),
        ]);
        let outline = ring(&clockwise, false).unwrap();
        assert!(area(&outline) > 0 && outline.len() == 4);
        assert!(area(&ring(&clockwise, true).unwrap()) < 0);
    }

    #[test]
    fn broken_rings_are_named() {
        let fault = |points: &[(f64, f64)]| ring(&line(points), false).unwrap_err();
        assert_eq!(fault(&[]), RingFault::Short);
        assert_eq!(fault(&[(139.0, 35.0)]), RingFault::Short);
        assert_eq!(
            fault(&[(139.0, 35.0), (139.0, 36.0), (139.0, 35.0)]),
            RingFault::Short
        );
        assert_eq!(
            fault(&[(139.0, 35.0), (139.0, 36.0), (140.0, 36.0)]),
            RingFault::Open
        );
        let swapped = fault(&[(35.0, 139.0), (36.0, 139.0), (36.0, 140.0), (35.0, 139.0)]);
        assert_eq!(swapped, RingFault::Swapped(Point::of_degrees(35.0, 139.0)));
        let nowhere = fault(&[(139.0, 35.0), (0.0, 0.0), (140.0, 36.0), (139.0, 35.0)]);
        assert_eq!(nowhere, RingFault::Outside(Point::of_degrees(0.0, 0.0)));
        assert_eq!(
            fault(&[(1e300, -1e300)]).key(),
            "fault-import-boundary-outside"
        );
    }
}
