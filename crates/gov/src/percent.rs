//! Whether a percentage can be: does a whole number of `n` give it, rounded half up to the digits that it is written with?
//! Integers only.

mod stated;
pub mod table;

use renkei_base::text::usual_width;

/// The largest n that is looked at.
pub const MOST_N: u32 = 100_000;
/// Where other n are looked for.
pub const OTHER_N: u32 = 10_000;
/// How many other n are told.
pub const TOLD: usize = 5;
/// Percentages of one check.
pub const MOST_PERCENTS: usize = 500;
/// Digits after the point.
const DECIMALS: usize = 6;

/// A percentage as printed: `92.5` is 925 with one digit after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent {
    units: u64,
    decimals: u32,
}

/// What was found about one percentage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// All whole numbers of n that give it; empty where none does.
    pub counts: Vec<u32>,
    /// Where none does: the smallest five n up to 10,000 of which a whole number gives it.
    pub other_n: Vec<u32>,
}

impl Verdict {
    pub fn fits(&self) -> bool {
        !self.counts.is_empty()
    }
}

impl Percent {
    /// `92.5`, `92.5%`, `９２．５％`; nothing else.
    pub fn read(text: &str) -> Option<Self> {
        let text = usual_width(text);
        let text = text.trim();
        let text = text.strip_suffix('%').unwrap_or(text).trim_end();
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return None,
            Some((whole, fraction)) => (whole, fraction),
            None => (text, ""),
        };
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let sane = (1..=6).contains(&whole.len()) && fraction.len() <= DECIMALS;
        if !sane || !plain(whole) || !plain(fraction) {
            return None;
        }
        Some(Self {
            units: format!("{whole}{fraction}").parse().ok()?,
            decimals: u32::try_from(fraction.len()).ok()?,
        })
    }

    /// What 100 % is in these units.
    const fn hundred(self) -> u64 {
        100 * 10u64.pow(self.decimals)
    }

    /// The counts of `n` whose share rounds to this: `2 h k + n` lies in `[2 u n, 2 (u + 1) n)`, where `h` is a hundred and
    /// `u` this, in units.
    fn range(self, n: u32) -> Option<(u32, u32)> {
        let n = u64::from(n);
        let twice = 2 * self.hundred();
        let least = ((2 * self.units).saturating_sub(1) * n).div_ceil(twice);
        let beyond = ((2 * self.units + 1) * n).div_ceil(twice);
        let most = beyond.checked_sub(1)?.min(n);
        let (least, most) = (u32::try_from(least).ok()?, u32::try_from(most).ok()?);
        (least <= most && n > 0).then_some((least, most))
    }

    /// The counts of `n` that give it, smallest first.
    pub fn counts(self, n: u32) -> Vec<u32> {
        self.range(n)
            .map_or_else(Vec::new, |(least, most)| (least..=most).collect())
    }

    /// The smallest five n up to 10,000 of which a whole number gives it, with the smallest such number.
    pub fn other_n(self) -> Vec<(u32, u32)> {
        let fits = |n: u32| self.range(n).map(|(least, _)| (n, least));
        (1..=OTHER_N).filter_map(fits).take(TOLD).collect()
    }

    /// Judges it for one n.
    pub fn judge(self, n: u32) -> Verdict {
        let counts = self.counts(n);
        let other_n = if counts.is_empty() {
            self.other_n().into_iter().map(|(n, _)| n).collect()
        } else {
            Vec::new()
        };
        Verdict { counts, other_n }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Percent {
        Percent::read(text).unwrap()
    }

    /// What `count` of `n` is, by the definition: half up.
    fn printed(count: u64, n: u64, decimals: u32) -> u64 {
        let scaled = count * 100 * 10u64.pow(decimals);
        (2 * scaled + n) / (2 * n)
    }

    #[test]
    fn the_issue_of_the_example_comes_out() {
        let good = read("92.5").judge(53);
        assert_eq!((good.counts, good.other_n), (vec![49], vec![]));
        let bad = read("71.8").judge(53);
        assert!(!bad.fits());
        assert_eq!(bad.other_n.first(), Some(&39));
        assert_eq!(bad.other_n.len(), TOLD);
    }

    /// Story 61: all 24 percentages of the table of 27年10月 fit exactly one count of 53.
    #[test]
    fn every_percentage_of_the_table_is_one_count_of_53() {
        let table = [
            (49, "92.5", "7.5"),
            (40, "75.5", "24.5"),
            (46, "86.8", "13.2"),
            (31, "58.5", "41.5"),
            (28, "52.8", "47.2"),
            (33, "62.3", "37.7"),
            (36, "67.9", "32.1"),
            (27, "50.9", "49.1"),
            (27, "50.9", "49.1"),
            (18, "34.0", "66.0"),
            (18, "34.0", "66.0"),
            (14, "26.4", "73.6"),
        ];
        for (yes, yes_percent, no_percent) in table {
            assert_eq!(read(yes_percent).counts(53), [yes]);
            assert_eq!(read(no_percent).counts(53), [53 - yes]);
        }
    }

    /// Story 61: 71.8 % cannot be of 30; 28 of 39 is.
    #[test]
    fn a_percentage_that_cannot_be_has_its_hint() {
        let percent = read("71.8");
        assert!(percent.counts(30).is_empty());
        assert_eq!(percent.other_n().first(), Some(&(39, 28)));
    }

    #[test]
    fn edges() {
        assert_eq!(read("0.0").counts(53), [0]);
        assert_eq!(read("100.0").counts(53), [53]);
        assert_eq!(read("100").counts(1), [1]);
        assert!(read("150.0").counts(8).is_empty());
        assert!(read("150.0").other_n().is_empty());
        assert_eq!(read("50").counts(1_000), (495..505).collect::<Vec<_>>());
        // 1/8 is exactly between 12.4 and 12.6: half up, of no digits.
        assert_eq!(read("13").counts(8), [1]);
        assert!(read("12").counts(8).is_empty());
        assert_eq!(read("34.0"), read("３４．０％"));
        assert_ne!(read("34.0"), read("34"));
        for wrong in [
            "",
            "%",
            "-1",
            "1e3",
            "１．",
            "約20",
            "12,5",
            "1.2345678",
            "n=53",
        ] {
            assert!(Percent::read(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn the_counts_are_those_of_the_definition(n in 1u32..400, units in 0u64..1_300, decimals in 0u32..3) {
            let percent = Percent { units, decimals };
            let wanted: Vec<u32> = (0..=n)
                .filter(|count| printed(u64::from(*count), u64::from(n), decimals) == units)
                .collect();
            prop_assert_eq!(percent.counts(n), wanted);
        }

        #[test]
        fn whatever_is_printed_is_read_back(n in 1u32..100_000, part in 0.0f64..=1.0) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of n")]
            let count = (f64::from(n) * part) as u32;
            let units = printed(u64::from(count), u64::from(n), 1);
            let text = format!("{}.{}", units / 10, units % 10);
            prop_assert!(read(&text).counts(n).contains(&count));
        }
    }
}
