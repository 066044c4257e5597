//! Numbers of a search with their implicit precision (FHIR R4, search, number): `5.4` means 5.35 to 5.45.

/// A number as it was written in a search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    pub value: f64,
    /// Half of the last digit's place.
    pub half: f64,
}

impl Number {
    /// `None` for what is no finite decimal number.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
        let value: f64 = if plain {
            text.parse().ok()?
        } else {
            return None;
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            None => (text, 0),
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        };
        let places = mantissa.split_once('.').map_or(0, |(_, after)| after.len());
        let half = 0.5 * 10_f64.powi(exponent.saturating_sub(i32::try_from(places).ok()?));
        (value.is_finite() && half.is_finite()).then_some(Self { value, half })
    }

    pub fn low(self) -> f64 {
        self.value - self.half
    }

    pub fn high(self) -> f64 {
        self.value + self.half
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_gives_the_precision() {
        let half = |text| Number::parse(text).map(|n| n.half);
        assert_eq!(half("100"), Some(0.5));
        assert_eq!(half("5.40"), Some(0.005));
        assert_eq!(half("1e2"), Some(50.0));
        assert_eq!(half("-2.5"), Some(0.05));
        for text in [
            "", "x", "1e999", "NaN", "inf", "１", "1,000", "--1", "1e", ".",
        ] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }
}
