//! Columns of numbers that stand under each other's headings: a part is larger than its whole, a sum only adds up the other
//! way round. Where two numbers are the same nothing is said. Pure.

use std::collections::BTreeMap;

/// Rows that must speak for it.
const ENOUGH: u64 = 3;

/// What speaks for an exchange, by the places of two columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Exchanges {
    pairs: BTreeMap<(usize, usize), Evidence>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    straight: u64,
    /// Rows that are right only the other way round.
    pub(super) crossed: u64,
    pub(super) example: String,
}

impl Evidence {
    pub(super) const fn of(&self) -> u64 {
        self.straight + self.crossed
    }
}

impl Exchanges {
    /// Something speaks for the columns as they are, or for their exchange: as much as so many rows.
    pub(super) fn note(&mut self, pair: (usize, usize), crossed: bool, rows: u64, example: &str) {
        let seen = self.pairs.entry(pair).or_default();
        if !crossed {
            seen.straight += rows;
            return;
        }
        seen.crossed += rows;
        if seen.example.is_empty() {
            example.clone_into(&mut seen.example);
        }
    }

    /// Two cells of a row, of which the first is no smaller.
    pub(super) fn larger(&mut self, large: (usize, &str), small: (usize, &str)) {
        if let (Some(one), Some(other)) = (number(large.1), number(small.1))
            && one != other
        {
            let example = format!("{} < {}", large.1, small.1);
            self.note((large.0, small.0), one < other, 1, &example);
        }
    }

    /// A cell of a row that is the sum of others; a blank is no bed, and no sum.
    pub(super) fn sum(&mut self, whole: (usize, &str), parts: &[(usize, &str)]) {
        let stated = |text: &str| match text {
            "" => Some(0),
            text => number(text),
        };
        let numbers: Option<Vec<u64>> = parts.iter().map(|(_, text)| stated(text)).collect();
        let (Some(whole_number), Some(numbers)) = (number(whole.1), numbers) else {
            return;
        };
        let all: u64 = numbers.iter().sum();
        for ((place, _), part) in parts.iter().zip(numbers) {
            let example = || format!("{} ≠ {all}", whole.1);
            if part == whole_number {
                continue;
            }
            if whole_number == all {
                self.note((whole.0, *place), false, 1, "");
            } else if all - part + whole_number == part {
                self.note((whole.0, *place), true, 1, &example());
            }
        }
    }

    /// The pairs that are exchanged.
    pub(super) fn found(self) -> impl Iterator<Item = ((usize, usize), Evidence)> {
        let all = self.pairs.into_iter();
        all.filter(|(_, seen)| seen.crossed >= ENOUGH && seen.crossed > seen.straight)
    }
}

fn number(text: &str) -> Option<u64> {
    let plain = text.replace([',', '，'], "");
    let digits = !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit());
    // More than there can be of anything that is counted.
    plain.parse().ok().filter(|_| digits && plain.len() <= 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_adds_up_the_other_way_round() {
        let mut seen = Exchanges::default();
        let row = |seen: &mut Exchanges, whole: &str, one: &str, other: &str| {
            seen.sum((0, whole), &[(1, one), (2, other)]);
        };
        for _ in 0..3 {
            row(&mut seen, "60", "100", "40");
        }
        // These say nothing: all of one kind, a sign, a sum that is wrong both ways.
        for (whole, one, other) in [("40", "40", ""), ("40", "*", "1"), ("9", "5", "5")] {
            row(&mut seen, whole, one, other);
        }
        let mut right = Exchanges::default();
        row(&mut right, "100", "60", "40");
        assert_eq!(right.found().count(), 0);
        let found: Vec<_> = seen.found().collect();
        let [((0, 1), evidence)] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(
            (evidence.crossed, evidence.of(), evidence.example.as_str()),
            (3, 3, "60 ≠ 140")
        );
    }

    #[test]
    fn parts_are_no_larger_than_the_whole() {
        let mut seen = Exchanges::default();
        for (large, small) in [
            ("1,000", "250"),
            ("10", "20"),
            ("11", "22"),
            ("3", "9"),
            ("5", "5"),
        ] {
            seen.larger((3, large), (4, small));
        }
        let found: Vec<_> = seen.found().collect();
        assert_eq!(found[0].0, (3, 4));
        assert_eq!((found[0].1.crossed, found[0].1.of()), (3, 4));
    }
}
