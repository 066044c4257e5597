//! What can be wrong with a typed date, and the hint that goes with it.

use jiff::civil::Date;

use super::{Era, seireki, wareki};
use crate::Fault;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    #[error("not a date")]
    Unreadable,
    /// A year of one to three digits without an era: 25.4.1 may be 昭和, 平成 or 2025.
    #[error("the era is missing")]
    NoEra,
    #[error("no month {month}")]
    NoSuchMonth { month: i16 },
    #[error("no day {day} in {year}-{month:02}")]
    NoSuchDay { year: i16, month: i8, day: i16 },
    /// The day is not in that era (昭和64年1月8日); `date` is what it would be, and the hint names it rightly.
    #[error("{date} is not in {era:?}")]
    OtherEra { era: Era, date: Date },
    /// Before 1873-01-01, when Japan used the lunar calendar: the day cannot be told from the numbers.
    #[error("before the solar calendar")]
    BeforeCalendar,
    #[error("{date} is in the future")]
    Future { date: Date },
    #[error("{age} years ago")]
    TooOld { date: Date, age: i16 },
    /// The two years of `1950年（昭和26年）` differ, or a range ends before it begins.
    #[error("contradicts itself")]
    Contradiction,
}

impl DateFault {
    /// The message key.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Unreadable => "fault-date-unreadable",
            Self::NoEra => "fault-date-no-era",
            Self::NoSuchMonth { .. } => "fault-date-no-such-month",
            Self::NoSuchDay { .. } => "fault-date-no-such-day",
            Self::OtherEra { .. } => "fault-date-other-era",
            Self::BeforeCalendar => "fault-date-before-calendar",
            Self::Future { .. } => "fault-date-future",
            Self::TooOld { .. } => "fault-date-too-old",
            Self::Contradiction => "fault-date-contradiction",
        }
    }

    /// The fault of a form's field. Arguments by key: `no-such-month` month; `no-such-day` year, month, day, last;
    /// `other-era` era, wareki, seireki, date; `future` wareki, seireki, date; `too-old` the same and age.
    pub fn fault(&self, field: &str) -> Fault {
        let fault = Fault::new(field, self.key());
        match self {
            Self::NoSuchMonth { month } => fault.with("month", month),
            Self::NoSuchDay { year, month, day } => fault
                .with("year", year)
                .with("month", month)
                .with("day", day)
                .with("last", last_day(*year, *month)),
            Self::OtherEra { era, date } => with_date(fault.with("era", era.name()), *date),
            Self::Future { date } => with_date(fault, *date),
            Self::TooOld { date, age } => with_date(fault, *date).with("age", age),
            _ => fault,
        }
    }
}

fn with_date(fault: Fault, date: Date) -> Fault {
    fault
        .with("wareki", wareki(date))
        .with("seireki", seireki(date))
        .with("date", date)
}

fn last_day(year: i16, month: i8) -> i8 {
    Date::new(year, month, 1).map_or(31, Date::days_in_month)
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    fn fault_of(text: &str) -> String {
        let fault = parse(text).unwrap_err().fault("birthday");
        let args: Vec<String> = fault
            .args
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        format!("{} {}", fault.key, args.join(" "))
    }

    #[test]
    fn faults_carry_the_hint() {
        insta::assert_snapshot!(fault_of("昭和64年1月8日"), @"fault-date-other-era era=昭和 wareki=平成元年1月8日 seireki=1989年1月8日 date=1989-01-08");
        insta::assert_snapshot!(fault_of("2026年2月30日"), @"fault-date-no-such-day year=2026 month=2 day=30 last=28");
        insta::assert_snapshot!(fault_of("R8.13.1"), @"fault-date-no-such-month month=13");
    }
}
