//! Figures as classes. Colours go from light to dark in one hue, so that they stay apart in grey and for every eye.

/// How many classes there are at most.
pub const CLASSES: usize = 5;

/// Fills of the classes.
pub(crate) const FILLS: [&str; CLASSES] = ["#f1f6fb", "#c9dff0", "#92bfe0", "#5295c9", "#1d64a3"];

/// The fill of a class of so many: few classes use the whole range.
pub(crate) fn fill(class: usize, of: usize) -> &'static str {
    let last = FILLS.len() - 1;
    let at = match of {
        0 | 1 => 2,
        _ => (class * last + (of - 1) / 2) / (of - 1),
    };
    FILLS.get(at.min(last)).copied().unwrap_or_default()
}

/// Whether letters on it are white.
pub(crate) fn is_dark(class: usize, of: usize) -> bool {
    fill(class, of) == "#1d64a3"
}

/// Where one class ends and the next begins: round numbers, so that about as many places are in each. A value that is a
/// break belongs to the class above it. At most one less than [`CLASSES`]; none where all values are the same.
pub fn breaks(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .collect();
    sorted.sort_by(f64::total_cmp);
    let (Some(least), Some(most)) = (sorted.first().copied(), sorted.last().copied()) else {
        return Vec::new();
    };
    let mut breaks: Vec<f64> = Vec::new();
    for part in 1..CLASSES {
        let at = sorted.len() * part / CLASSES;
        let value = sorted.get(at).copied().map_or(most, round);
        if value > least && value <= most && breaks.last().is_none_or(|last| value > *last) {
            breaks.push(value);
        }
    }
    breaks
}

/// Two leading digits.
fn round(value: f64) -> f64 {
    if value.abs() < f64::EPSILON {
        return 0.0;
    }
    let step = 10_f64.powf(value.abs().log10().floor() - 1.0);
    let rounded = (value / step).round() * step;
    // 0.30000000000000004 is 0.3.
    (rounded * 1e6).round() / 1e6
}

/// The class of a value.
pub fn class_of(value: f64, breaks: &[f64]) -> usize {
    breaks.iter().filter(|limit| value >= **limit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_about_as_many_places() {
        let hospitals = [
            45.0, 37.0, 42.0, 40.0, 87.0, 85.0, 53.0, 28.0, 63.0, 23.0, 40.0, 39.0, 1.0,
        ];
        let limits = breaks(&hospitals);
        assert_eq!(limits, [28.0, 40.0, 42.0, 63.0]);
        let mut counts = [0; CLASSES];
        for value in hospitals {
            counts[class_of(value, &limits)] += 1;
        }
        assert_eq!(counts, [2, 3, 2, 3, 3]);
    }

    #[test]
    fn few_values_have_few_classes() {
        assert!(breaks(&[]).is_empty());
        assert!(breaks(&[7.0, 7.0]).is_empty());
        assert_eq!(breaks(&[0.0, 0.0, 0.0, 0.0, 12.0]), [12.0]);
        assert_eq!(breaks(&[f64::NAN, 1.0, 2.0]), [2.0]);
        let all: Vec<&str> = (0..3).map(|class| fill(class, 3)).collect();
        assert_eq!(all, [FILLS[0], FILLS[2], FILLS[4]]);
    }
}
