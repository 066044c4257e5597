//! A set of institutions, one bit each.

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn of(places: impl IntoIterator<Item = u32>) -> Self {
        let mut bits = Self::default();
        for place in places {
            bits.set(place);
        }
        bits
    }

    pub(super) fn set(&mut self, place: u32) {
        let at = place as usize / 64;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        if let Some(word) = self.0.get_mut(at) {
            *word |= 1 << (place % 64);
        }
    }

    pub(super) fn has(&self, place: u32) -> bool {
        let word = self.0.get(place as usize / 64);
        word.is_some_and(|word| word & (1 << (place % 64)) != 0)
    }

    /// Only what both have.
    pub(super) fn narrow(&mut self, other: &Self) {
        self.0.truncate(other.0.len());
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }

    /// What either has.
    pub(super) fn widen(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
    }

    /// Only what the other has not.
    pub(super) fn without(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= !other;
        }
    }

    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets() {
        let mut some = Bits::of([1, 64, 700]);
        assert!(some.has(64) && !some.has(65) && !some.has(100_000));
        some.widen(&Bits::of([2, 900]));
        assert_eq!(some.count(), 5);
        some.narrow(&Bits::of([2, 64]));
        assert_eq!((some.count(), some.has(700)), (2, false));
        assert_eq!(some.clone(), some);
    }
}
