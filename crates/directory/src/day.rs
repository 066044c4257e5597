//! Days and months that people type about institutions: one rule for what can be meant.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// The medical act (医療法) is of 1948: nothing that is said of an institution here begins earlier.
pub const FIRST: Date = date(1948, 1, 1);
/// Years ahead that a plan may reach.
const AHEAD: i32 = 30;

/// Whether a day can be meant: from 1948 on, and not further ahead than any plan.
pub fn is_credible(day: Date, today: Date) -> bool {
    let last = today.checked_add(AHEAD.years()).unwrap_or(Date::MAX);
    (FIRST..=last).contains(&day)
}

/// A day as it is kept (`2026-04-01`), where it can be meant.
pub fn read(text: &str, today: Date) -> Option<Date> {
    text.parse().ok().filter(|day| is_credible(*day, today))
}

/// A month as it is kept (`2026-04`), from 1948 on and not after today's.
pub fn is_past_month(text: &str, today: Date) -> bool {
    let first = format!("{text}-01").parse::<Date>();
    text.len() == 7 && first.is_ok_and(|day| (FIRST..=today).contains(&day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_meant() {
        let today = date(2026, 11, 22);
        for (text, right) in [
            ("1948-01-01", true),
            ("2026-04-01", true),
            ("2056-11-22", true),
            ("2056-11-23", false),
            ("1000-01-01", false),
            ("9999-12-31", false),
            ("2026-02-30", false),
            ("", false),
        ] {
            assert_eq!(read(text, today).is_some(), right, "{text}");
        }
        for (text, right) in [
            ("2026-11", true),
            ("1990-01", true),
            ("2026-12", false),
            ("1800-01", false),
            ("2026-1", false),
            ("2026-11-01", false),
        ] {
            assert_eq!(is_past_month(text, today), right, "{text}");
        }
    }
}
