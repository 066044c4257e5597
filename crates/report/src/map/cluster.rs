//! Pins that would lie over one another, as one with a number.

use std::collections::BTreeMap;

use super::path::Spot;

/// Units of the picture that pins share.
const SIDE: f64 = 80.0;

/// Pins drawn as one: their middle, and their places in the list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cluster {
    pub(crate) at: Spot,
    pub(crate) pins: Vec<usize>,
}

/// Clusters from top to bottom.
pub(crate) fn clusters(spots: impl IntoIterator<Item = (usize, Spot)>) -> Vec<Cluster> {
    let mut cells: BTreeMap<(i32, i32), Vec<(usize, Spot)>> = BTreeMap::new();
    for (pin, (x, y)) in spots {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "pictures are some thousand units wide"
        )]
        let cell = ((y / SIDE).floor() as i32, (x / SIDE).floor() as i32);
        cells.entry(cell).or_default().push((pin, (x, y)));
    }
    let cells = cells.into_values().map(|pins| {
        #[expect(clippy::cast_precision_loss, reason = "a number of pins")]
        let count = pins.len() as f64;
        let sum = pins
            .iter()
            .fold((0.0, 0.0), |(a, b), (_, (x, y))| (a + x, b + y));
        Cluster {
            at: (sum.0 / count, sum.1 / count),
            pins: pins.into_iter().map(|(pin, _)| pin).collect(),
        }
    });
    cells.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_ones_are_one() {
        let spots = [(1.0, 1.0), (3.0, 5.0), (500.0, 1.0)];
        let found = clusters(spots.into_iter().enumerate());
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].pins.as_slice(), found[0].at),
            ([0, 1].as_slice(), (2.0, 3.0))
        );
        assert!(clusters([]).is_empty());
    }
}
