//! From when to when something holds.

use jiff::civil::Date;

/// Both days included; `None` is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Validity {
    pub from: Option<Date>,
    pub to: Option<Date>,
}

impl Validity {
    pub const ALWAYS: Self = Self {
        from: None,
        to: None,
    };

    pub const fn new(from: Option<Date>, to: Option<Date>) -> Self {
        Self { from, to }
    }

    /// As tables keep it: `2026-04-01` or empty. What is no date is open.
    pub fn of_text(from: &str, to: &str) -> Self {
        Self::new(from.parse().ok(), to.parse().ok())
    }

    /// As [`Validity::of_text`] reads it.
    pub fn text(self) -> (String, String) {
        let text = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        (text(self.from), text(self.to))
    }

    pub fn holds(self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }

    /// Whether it ends before it begins.
    pub fn reversed(self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if to < from)
    }

    /// Whether there is a day in both.
    pub fn meets(self, other: Self) -> bool {
        let begins_in_time = |a: Self, b: Self| match (a.from, b.to) {
            (Some(from), Some(to)) => from <= to,
            _ => true,
        };
        begins_in_time(self, other) && begins_in_time(other, self)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_last_day_still_counts() {
        let year = Validity::of_text("2025-04-01", "2026-03-31");
        assert!(year.holds(date(2025, 4, 1)) && year.holds(date(2026, 3, 31)));
        assert!(!year.holds(date(2025, 3, 31)) && !year.holds(date(2026, 4, 1)));
        let next = Validity::of_text("2026-04-01", "");
        assert!(!year.meets(next) && !next.meets(year));
        assert!(year.meets(Validity::of_text("2026-03-31", "")));
        assert!(Validity::ALWAYS.meets(year) && !year.reversed());
        assert!(Validity::of_text("2026-04-01", "2026-03-31").reversed());
        assert_eq!(next.text(), ("2026-04-01".to_owned(), String::new()));
    }
}
