//! Percentiles, spreads, ratios.

/// Of the rounds of one step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rounds(Vec<f64>);

impl Rounds {
    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    pub(crate) fn min(&self) -> f64 {
        self.sorted().first().copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn max(&self) -> f64 {
        self.sorted().last().copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn median(&self) -> f64 {
        let sorted = self.sorted();
        let middle = sorted.len() / 2;
        let high = sorted.get(middle).copied().unwrap_or(f64::NAN);
        if sorted.len() % 2 == 1 {
            return high;
        }
        let low = sorted
            .get(middle.wrapping_sub(1))
            .copied()
            .unwrap_or(f64::NAN);
        f64::midpoint(low, high)
    }

    /// Round by round, this over that.
    pub(crate) fn over(&self, other: &Self) -> Self {
        let pairs = self.0.iter().zip(&other.0);
        Self(pairs.map(|(one, other)| one / other).collect())
    }

    pub(crate) fn all(&self) -> &[f64] {
        &self.0
    }
}

/// How long answers took, in microseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<u32>);

impl Times {
    pub(crate) fn new(mut micros: Vec<u32>) -> Self {
        micros.sort_unstable();
        Self(micros)
    }

    /// The time, in milliseconds, within which this part of the answers came.
    pub(crate) fn percentile(&self, part: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let at = (part * last as f64).ceil() as usize;
        self.0
            .get(at)
            .map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
    }
}

/// A number with three digits that count.
pub(crate) fn shown(value: f64) -> String {
    match value.abs() {
        _ if !value.is_finite() => "–".to_owned(),
        size if size >= 1000.0 => {
            let text = format!("{value:.0}");
            let (head, tail) = text.split_at_checked(text.len() - 3).unwrap_or((&text, ""));
            format!("{head},{tail}")
        }
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_percentiles() {
        let mut rounds = Rounds::default();
        for value in [3.0, 1.0, 2.0, 10.0] {
            rounds.push(value);
        }
        assert_eq!(
            (rounds.min(), rounds.median(), rounds.max()),
            (1.0, 2.5, 10.0)
        );
        let times = Times::new((1..=100).rev().map(|n| n * 1000).collect());
        assert_eq!(
            (times.percentile(0.5), times.percentile(0.99)),
            (51.0, 100.0)
        );
        assert_eq!(
            [shown(12345.6), shown(0.754), shown(38.44)],
            ["12,346", "0.75", "38.4"]
        );
    }
}
