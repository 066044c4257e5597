//! Working days in Japan: national holidays (国民の祝日に関する法律, as in force since 2020), weekends, and the days around New Year.
//!
//! The equinoxes are computed as the Observatory's almanac gives them for 1980–2099; until a law changes, so are the rest.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::Micros;
use crate::clock::Span;

/// The name of a national holiday, those given for another day (振替休日) and between two (国民の休日) too.
pub fn name(date: Date) -> Option<&'static str> {
    if let Some(name) = own_name(date) {
        return Some(name);
    }
    if is_given(date) {
        return Some("振替休日");
    }
    let beside = |days: i64| near(date, days).and_then(own_name).is_some();
    (date.weekday() != Weekday::Sunday && beside(-1) && beside(1)).then_some("国民の休日")
}

/// Article 2: the days that have a name of their own.
fn own_name(date: Date) -> Option<&'static str> {
    let monday = |nth: i8| date.weekday() == Weekday::Monday && (date.day() - 1) / 7 + 1 == nth;
    Some(match (date.month(), date.day()) {
        (1, 1) => "元日",
        (1, _) if monday(2) => "成人の日",
        (2, 11) => "建国記念の日",
        (2, 23) => "天皇誕生日",
        (3, day) if day == equinox(date.year(), 20_843_100) => "春分の日",
        (4, 29) => "昭和の日",
        (5, 3) => "憲法記念日",
        (5, 4) => "みどりの日",
        (5, 5) => "こどもの日",
        (7, _) if monday(3) => "海の日",
        (8, 11) => "山の日",
        (9, _) if monday(3) => "敬老の日",
        (9, day) if day == equinox(date.year(), 23_248_800) => "秋分の日",
        (10, _) if monday(2) => "スポーツの日",
        (11, 3) => "文化の日",
        (11, 23) => "勤労感謝の日",
        _ => return None,
    })
}

/// The day of the month of an equinox, from its millionths of a day in 1980.
fn equinox(year: i16, base: i32) -> i8 {
    let years = i32::from(year) - 1980;
    i8::try_from((base + 242_194 * years) / 1_000_000 - years.div_euclid(4)).unwrap_or(0)
}

/// Article 3 (2): the first day without a name after a holiday on a Sunday.
fn is_given(date: Date) -> bool {
    let mut back = 1;
    while let Some(before) = near(date, -back).filter(|before| own_name(*before).is_some()) {
        if before.weekday() == Weekday::Sunday {
            return true;
        }
        back += 1;
    }
    false
}

fn near(date: Date, days: i64) -> Option<Date> {
    date.checked_add(days.days()).ok()
}

/// A day of any year, written `12-29`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MonthDay {
    month: i8,
    day: i8,
}

impl MonthDay {
    /// Not checked: for days that every year has.
    pub const fn new(month: i8, day: i8) -> Self {
        Self { month, day }
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl From<MonthDay> for String {
    fn from(day: MonthDay) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for MonthDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split_once('-').and_then(|(month, day)| {
            let (month, day) = (month.parse::<i8>().ok()?, day.parse::<i8>().ok()?);
            // 2028 has a February 29th.
            Date::new(2028, month, day)
                .ok()
                .map(|_| Self::new(month, day))
        });
        parts.ok_or_else(|| format!("{text}: not a day such as 12-29"))
    }
}

/// Which days count: Monday to Friday without holidays and without 年末年始.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkingDays {
    /// First and last day around New Year that do not count.
    pub closed_from: MonthDay,
    pub closed_to: MonthDay,
}

impl Default for WorkingDays {
    /// 12-29 to 01-03, as public offices (行政機関の休日に関する法律).
    fn default() -> Self {
        Self {
            closed_from: MonthDay::new(12, 29),
            closed_to: MonthDay::new(1, 3),
        }
    }
}

/// When work begins on a day: what comes in the night, or on a day that does not count, begins then.
const OPENING_HOUR: i8 = 9;
/// More days than any row of closed days has.
const LOOKED_AT: i64 = 40;

impl WorkingDays {
    pub fn is_working(&self, date: Date) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && !self.is_holiday(date)
    }

    /// A national holiday, or around New Year.
    pub fn is_holiday(&self, date: Date) -> bool {
        name(date).is_some() || self.is_closed(date)
    }

    fn is_closed(&self, date: Date) -> bool {
        let day = MonthDay::new(date.month(), date.day());
        if self.closed_from <= self.closed_to {
            (self.closed_from..=self.closed_to).contains(&day)
        } else {
            day >= self.closed_from || day <= self.closed_to
        }
    }

    /// This day if it is a working day, else the next one that is.
    pub fn on_or_after(&self, date: Date) -> Date {
        self.first(date, 1)
    }

    /// This day if it is a working day, else the last one before.
    pub fn on_or_before(&self, date: Date) -> Date {
        self.first(date, -1)
    }

    fn first(&self, date: Date, step: i64) -> Date {
        (0..LOOKED_AT)
            .filter_map(|days| near(date, step * days))
            .find(|day| self.is_working(*day))
            .unwrap_or(date)
    }

    /// That many minutes later: whole days are working days, the rest hours; never on a day that does not count.
    pub fn after(&self, at: Micros, minutes: i64) -> Micros {
        const DAY: i64 = 24 * 60;
        let (days, rest) = (minutes / DAY, minutes % DAY);
        let local = at.in_japan();
        let mut date = self.on_or_after(local.date());
        let opening = jiff::civil::time(OPENING_HOUR, 0, 0, 0);
        let time = if date == local.date() {
            local.time().max(opening)
        } else {
            opening
        };
        for _ in 0..days {
            date = near(date, 1).map_or(date, |next| self.on_or_after(next));
        }
        let end = Micros::from_japan(date.to_datetime(time));
        end.map_or(at + Span::minutes(minutes), |end| {
            self.not_closed(end + Span::minutes(rest))
        })
    }

    /// This time, or the same hour of the next working day.
    pub fn not_closed(&self, at: Micros) -> Micros {
        let local = at.in_japan();
        let date = self.on_or_after(local.date());
        Micros::from_japan(date.to_datetime(local.time())).unwrap_or(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_year(year: i16) -> Vec<String> {
        let first = Date::new(year, 1, 1).unwrap();
        let days = first.series(1.day()).take_while(|day| day.year() == year);
        days.filter(|day| name(*day).is_some())
            .map(|day| day.strftime("%-m/%-d").to_string())
            .collect()
    }

    /// As the Cabinet Office publishes them (syukujitsu.csv).
    #[test]
    fn holidays_are_those_of_the_cabinet_office() {
        insta::assert_snapshot!(of_year(2024).join(" "), @"1/1 1/8 2/11 2/12 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/15 8/11 8/12 9/16 9/22 9/23 10/14 11/3 11/4 11/23");
        insta::assert_snapshot!(of_year(2025).join(" "), @"1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/21 8/11 9/15 9/23 10/13 11/3 11/23 11/24");
        insta::assert_snapshot!(of_year(2026).join(" "), @"1/1 1/12 2/11 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/20 8/11 9/21 9/22 9/23 10/12 11/3 11/23");
        insta::assert_snapshot!(of_year(2027).join(" "), @"1/1 1/11 2/11 2/23 3/21 3/22 4/29 5/3 5/4 5/5 7/19 8/11 9/20 9/23 10/11 11/3 11/23");
        for year in 2028..=2030 {
            assert!((16..=20).contains(&of_year(year).len()), "{year}");
        }
        assert_eq!(name(Date::constant(2026, 9, 22)), Some("国民の休日"));
        assert_eq!(name(Date::constant(2026, 5, 6)), Some("振替休日"));
    }

    fn japan(text: &str) -> Micros {
        Micros::from_fhir(&format!("{text}:00+09:00")).unwrap()
    }

    #[test]
    fn days_that_do_not_count_are_left_out() {
        const DAY: i64 = 1440;
        let days = WorkingDays::default();
        for (from, minutes, until) in [
            ("2026-11-24T10:00", DAY, "2026-11-25T10:00"),
            ("2026-11-20T15:00", DAY, "2026-11-24T15:00"),
            ("2026-11-21T22:00", DAY, "2026-11-25T09:00"),
            ("2026-11-20T15:00", 3 * DAY, "2026-11-26T15:00"),
            ("2026-11-20T17:00", 480, "2026-11-24T01:00"),
            ("2026-12-28T12:00", DAY, "2027-01-04T12:00"),
            ("2026-12-31T12:00", 0, "2027-01-04T09:00"),
        ] {
            assert_eq!(days.after(japan(from), minutes), japan(until), "{from}");
        }
        assert_eq!(
            days.not_closed(japan("2026-11-23T10:00")),
            japan("2026-11-24T10:00")
        );
        let open = WorkingDays {
            closed_from: MonthDay::new(8, 13),
            closed_to: MonthDay::new(8, 15),
        };
        assert!(open.is_working(Date::constant(2026, 12, 29)));
        assert!(!open.is_working(Date::constant(2026, 8, 14)));
    }

    #[test]
    fn later_is_never_due_earlier() {
        let days = WorkingDays::default();
        let start = japan("2026-12-18T00:00");
        let dues: Vec<Micros> = (0..30 * 24)
            .map(|hour| days.after(start + Span::hours(hour), 3 * 1440))
            .collect();
        assert!(dues.is_sorted());
    }

    #[test]
    fn a_day_of_any_year_is_read() {
        assert_eq!(
            MonthDay::try_from("12-29".to_owned()),
            Ok(MonthDay::new(12, 29))
        );
        for wrong in ["", "13-01", "02-30", "1229", "12-x"] {
            assert!(MonthDay::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
