//! Where institutions lie, and how far that is.

use renkei_base::code::Prefecture;

/// Half the way round the world in degrees to metres: 40,008 km / 360.
const DEGREE_M: f64 = 111_133.0;
/// Farther than anything in Japan.
pub(super) const FAR: u32 = 0x00ff_ffff;

/// A point in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub latitude: f64,
    pub longitude: f64,
}

impl Point {
    /// In and around Japan; what lies elsewhere is a slip of the finger.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let inside = (20.0..46.5).contains(&latitude) && (122.0..154.5).contains(&longitude);
        inside.then_some(Self {
            latitude,
            longitude,
        })
    }

    /// `35.63,139.70`
    pub fn parse(text: &str) -> Option<Self> {
        let (latitude, longitude) = text.split_once([',', '，', '、'])?;
        Self::new(
            latitude.trim().parse().ok()?,
            longitude.trim().parse().ok()?,
        )
    }

    /// In metres; good to some parts in a thousand over the distances at which anybody goes to a doctor.
    pub fn metres(self, other: Self) -> u32 {
        let middle = f64::midpoint(self.latitude, other.latitude).to_radians();
        let north = self.latitude - other.latitude;
        let east = (self.longitude - other.longitude) * middle.cos();
        whole(north.hypot(east) * DEGREE_M)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "never negative; beyond the limit the cast stops at it"
)]
fn whole(metres: f64) -> u32 {
    (metres.round() as u32).min(FAR)
}

/// The points of all institutions, and the middle of each municipality's.
#[derive(Debug, Default)]
pub(super) struct Points {
    all: Vec<Option<(f32, f32)>>,
}

impl Points {
    pub(super) fn new(len: usize) -> Self {
        Self {
            all: vec![None; len],
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "some metres are near enough"
    )]
    pub(super) fn set(&mut self, place: u32, latitude: f64, longitude: f64) {
        if Point::new(latitude, longitude).is_some()
            && let Some(one) = self.all.get_mut(place as usize)
        {
            *one = Some((latitude as f32, longitude as f32));
        }
    }

    pub(super) fn get(&self, place: u32) -> Option<Point> {
        let (latitude, longitude) = self.all.get(place as usize).copied().flatten()?;
        Some(Point {
            latitude: f64::from(latitude),
            longitude: f64::from(longitude),
        })
    }

    /// The middle of these institutions.
    pub(super) fn middle(&self, places: impl Iterator<Item = u32>) -> Option<Point> {
        let mut sum = (0.0, 0.0, 0u32);
        for point in places.filter_map(|place| self.get(place)) {
            sum = (sum.0 + point.latitude, sum.1 + point.longitude, sum.2 + 1);
        }
        (sum.2 > 0).then(|| Point {
            latitude: sum.0 / f64::from(sum.2),
            longitude: sum.1 / f64::from(sum.2),
        })
    }
}

/// Whether two digits are a prefecture.
pub(super) fn prefecture(code: &str) -> Option<u8> {
    let number = code.parse().ok()?;
    Prefecture::from_number(number).map(Prefecture::number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_and_distances() {
        let meguro = Point::parse("35.6413,139.6982").unwrap();
        let tokyo = Point::parse("35.6812, 139.7671").unwrap();
        let far = meguro.metres(tokyo);
        assert!((7_500..7_800).contains(&far), "{far}");
        for wrong in [
            "",
            "a,b",
            "139.7,35.6",
            "0,0",
            "NaN,139",
            "35.6",
            "inf,139",
            "1e400,139",
        ] {
            assert_eq!(Point::parse(wrong), None, "{wrong}");
        }
    }
}
