//! Percentages, half up, one decimal, as text.

/// `34.0` for 18 of 53. Empty where n is nothing: there is no share of nothing.
pub fn percent(count: u32, of: u32) -> String {
    if of == 0 {
        return String::new();
    }
    let (count, of) = (u64::from(count), u64::from(of));
    let tenths = (count * 2000 + of) / (2 * of);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn story_32_halves_go_up() {
        for (count, of, text) in [
            (27, 53, "50.9"),
            (26, 53, "49.1"),
            (18, 53, "34.0"),
            (4, 53, "7.5"),
            (40, 49, "81.6"),
            (9, 49, "18.4"),
            (1, 2000, "0.1"),
            (1, 2001, "0.0"),
            (1, 80, "1.3"),
            (3, 80, "3.8"),
            (0, 53, "0.0"),
            (53, 53, "100.0"),
            (0, 0, ""),
            (u32::MAX, u32::MAX, "100.0"),
        ] {
            assert_eq!(percent(count, of), text, "{count}/{of}");
        }
    }

    proptest::proptest! {
        #[test]
        fn it_is_the_nearest(of in 1_u32..100_000, part in 0.0..1.0_f64) {
            let count = (f64::from(of) * part).floor() as u32;
            let stated: f64 = percent(count, of).parse().unwrap();
            let exact = f64::from(count) * 100.0 / f64::from(of);
            proptest::prop_assert!((stated - exact).abs() < 0.050_000_1);
        }
    }
}
