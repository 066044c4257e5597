//! Decimal numbers as text: compared and looked at without ever being a floating-point number.

use std::cmp::Ordering;

/// A number with its digits as written: `-12`, `0.50`. Half-width, without grouping or exponent.
#[derive(Clone, Debug)]
pub struct Decimal {
    negative: bool,
    /// Without leading zeros.
    whole: String,
    fraction: String,
}

impl Decimal {
    /// At most 30 digits.
    pub fn read(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return None,
            Some((whole, fraction)) => (whole, fraction),
            None => (digits, ""),
        };
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || digits.len() > 31 || !plain(whole) || !plain(fraction) {
            return None;
        }
        Some(Self {
            negative,
            whole: whole.trim_start_matches('0').to_owned(),
            fraction: fraction.to_owned(),
        })
    }

    /// Digits after the point, as written.
    pub fn decimals(&self) -> u8 {
        u8::try_from(self.fraction.len()).unwrap_or(u8::MAX)
    }

    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.bytes().all(|b| b == b'0')
    }

    /// By size, without the sign.
    fn size(&self, other: &Self) -> Ordering {
        let width = self.fraction.len().max(other.fraction.len());
        let padded = |one: &Self| format!("{:0<width$}", one.fraction);
        let whole = self.whole.len().cmp(&other.whole.len());
        whole
            .then_with(|| self.whole.cmp(&other.whole))
            .then_with(|| padded(self).cmp(&padded(other)))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let below = |one: &Self| one.negative && !one.is_zero();
        match (below(self), below(other)) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.size(other),
            (true, true) => other.size(self),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Decimal {
        Decimal::read(text).unwrap()
    }

    #[test]
    fn digits_stay_and_sizes_are_right() {
        assert!(read("0.5") < read("0.51"));
        assert!(read("99.5") < read("100"));
        assert!(read("-1") < read("0"));
        assert!(read("-2") < read("-1.5"));
        assert_eq!(read("-0.0"), read("0"));
        assert_eq!(read("007.10"), read("7.1"));
        assert_eq!(read("7.10").decimals(), 2);
        for wrong in [
            "", "-", ".5", "1.", "１", "1,000", "1e3", "約20", "+1", "1.2.3",
        ] {
            assert!(Decimal::read(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_thousandths(a in -1_000_000i64..1_000_000, b in -1_000_000i64..1_000_000) {
            let write = |n: i64| {
                let sign = if n < 0 { "-" } else { "" };
                format!("{sign}{}.{:03}", n.abs() / 1_000, n.abs() % 1_000)
            };
            prop_assert_eq!(read(&write(a)).cmp(&read(&write(b))), a.cmp(&b));
        }
    }
}
