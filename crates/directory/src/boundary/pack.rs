//! Rings as bytes: their number, then for each its length and the steps from point to point, in as few bytes as they need.

use super::{Point, Ring};

/// Points of one municipality.
const MOST: u64 = 1_000_000;

/// Packs rings.
pub fn pack(rings: &[Ring]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put(&mut bytes, rings.len() as u64);
    let mut last = Point::default();
    for ring in rings {
        put(&mut bytes, ring.len() as u64);
        for point in ring {
            put(&mut bytes, zigzag(i64::from(point.x) - i64::from(last.x)));
            put(&mut bytes, zigzag(i64::from(point.y) - i64::from(last.y)));
            last = *point;
        }
    }
    bytes
}

/// Unpacks what [`pack`] made; `None` for anything else.
pub fn unpack(bytes: &[u8]) -> Option<Vec<Ring>> {
    let mut rest = bytes;
    let count = take(&mut rest).filter(|count| *count <= MOST)?;
    let mut rings = Vec::new();
    let (mut x, mut y) = (0_i64, 0_i64);
    for _ in 0..count {
        let length = take(&mut rest).filter(|length| *length <= MOST)?;
        let mut ring = Ring::new();
        for _ in 0..length {
            x = x.checked_add(unzigzag(take(&mut rest)?))?;
            y = y.checked_add(unzigzag(take(&mut rest)?))?;
            ring.push(Point {
                x: x.try_into().ok()?,
                y: y.try_into().ok()?,
            });
        }
        rings.push(ring);
    }
    rest.is_empty().then_some(rings)
}

const fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

fn put(bytes: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return bytes.push(low & 0x7f);
        }
        bytes.push(low | 0x80);
    }
}

fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..63).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_comes_out(rings in prop::collection::vec(prop::collection::vec((any::<i32>(), any::<i32>()), 0..20), 0..5)) {
            let rings: Vec<Ring> = rings
                .into_iter()
                .map(|ring| ring.into_iter().map(|(x, y)| Point { x, y }).collect())
                .collect();
            prop_assert_eq!(unpack(&pack(&rings)), Some(rings));
        }

        #[test]
        fn other_bytes_are_nothing_or_rings(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = unpack(&bytes);
        }
    }
}
