//! Outlines of municipalities: files in, one grid for all, areas dissolved from their members.
//!
//! | file | holds |
//! |---|---|
//! | [`read`], `geojson`, `topojson` | N03 files as features with rings, within limits |
//! | `nested` | GeoJSON's nested lists of numbers, without a tree in memory |
//! | `soft` | values that are not what they should be: one broken feature does not cost the others |
//! | [`check`] | rings that are broken, turned, or not in Japan |
//! | [`topology`] | borders that neighbours share, each made simpler once |
//! | `pack` | rings as bytes |
//! | [`dissolve`] | one outline of several |
//! | [`atlas`] | all outlines in memory |

pub mod atlas;
pub mod check;
pub mod dissolve;
mod geojson;
mod nested;
mod pack;
pub mod read;
mod soft;
mod topojson;
pub mod topology;

pub use self::atlas::Boundaries;
pub use self::pack::{pack, unpack};

/// Steps of the grid in a degree: about a metre.
pub const STEPS: f64 = 100_000.0;

/// A place on the grid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// Longitude, in steps.
    pub x: i32,
    /// Latitude, in steps.
    pub y: i32,
}

impl Point {
    /// Of degrees; what is beyond the earth stays beyond it.
    pub fn of_degrees(longitude: f64, latitude: f64) -> Self {
        Self {
            x: steps(longitude),
            y: steps(latitude),
        }
    }

    /// Longitude and latitude.
    pub fn degrees(self) -> (f64, f64) {
        (f64::from(self.x) / STEPS, f64::from(self.y) / STEPS)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` from f64 ends at the bounds of i32, which are beyond the earth"
)]
fn steps(degrees: f64) -> i32 {
    (degrees * STEPS).round() as i32
}

/// A closed line; the first point is not repeated at the end. What it encloses lies to its left: outlines run
/// anticlockwise, holes clockwise.
pub type Ring = Vec<Point>;

/// Twice the area on the left, in steps.
pub fn area(ring: &[Point]) -> i64 {
    let wide = |value: i32| i64::from(value);
    edges(ring)
        .map(|(a, b)| wide(a.x) * wide(b.y) - wide(b.x) * wide(a.y))
        .sum()
}

/// The sides of a ring, the last to the first point included.
pub fn edges(ring: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    let next = ring.iter().cycle().skip(1);
    ring.iter().copied().zip(next.copied())
}
