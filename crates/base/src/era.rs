//! Dates as people in Japan type and read them: 和暦 and 西暦, birthdays and ages.
//!
//! | file | holds |
//! |---|---|
//! | `era/parse.rs` | typed text to a date |
//! | `era/fault.rs` | what can be wrong with it, with a hint |
//! | `era/fiscal.rs` | 年度 and months |
//! | `era/stated.rs` | times as documents state them, also those not determined yet |

mod fault;
mod fiscal;
mod parse;
mod stated;

use jiff::civil::Date;

pub use fault::DateFault;
pub use fiscal::{FiscalYear, FiscalYears, Month};
pub use parse::parse;
pub use stated::{Meant, Stated};

/// The oldest birthday that is taken without a question, in years before today.
pub const OLDEST_AGE: i16 = 130;

/// The eras since the solar calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Era {
    Meiji,
    Taisho,
    Showa,
    Heisei,
    Reiwa,
}

impl Era {
    pub const ALL: [Self; 5] = [
        Self::Meiji,
        Self::Taisho,
        Self::Showa,
        Self::Heisei,
        Self::Reiwa,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Meiji => "明治",
            Self::Taisho => "大正",
            Self::Showa => "昭和",
            Self::Heisei => "平成",
            Self::Reiwa => "令和",
        }
    }

    /// The letter of short forms, `S` for 昭和.
    pub const fn letter(self) -> char {
        match self {
            Self::Meiji => 'M',
            Self::Taisho => 'T',
            Self::Showa => 'S',
            Self::Heisei => 'H',
            Self::Reiwa => 'R',
        }
    }

    /// The first day; for 明治 the first day of the solar calendar, before which no civil date can be given.
    pub const fn first_day(self) -> Date {
        match self {
            Self::Meiji => jiff::civil::date(1873, 1, 1),
            Self::Taisho => jiff::civil::date(1912, 7, 30),
            Self::Showa => jiff::civil::date(1926, 12, 25),
            Self::Heisei => jiff::civil::date(1989, 1, 8),
            Self::Reiwa => jiff::civil::date(2019, 5, 1),
        }
    }

    /// The year of the Western calendar that is 元年.
    pub const fn first_year(self) -> i16 {
        match self {
            Self::Meiji => 1868,
            Self::Taisho => 1912,
            Self::Showa => 1926,
            Self::Heisei => 1989,
            Self::Reiwa => 2019,
        }
    }

    /// The era of a day; where two meet, the new one. `None` before 1873.
    pub fn of(date: Date) -> Option<Self> {
        Self::ALL
            .into_iter()
            .rev()
            .find(|era| era.first_day() <= date)
    }

    /// Whether people may write the day in this era: its own days, and the day on which the next one began
    /// where both names are on records of that day (明治45年7月30日, 大正15年12月25日).
    fn may_name(self, date: Date) -> bool {
        match Self::of(date) {
            Some(era) if era == self => true,
            Some(next @ (Self::Taisho | Self::Showa)) => {
                date == next.first_day() && Self::of(date.yesterday().unwrap_or(date)) == Some(self)
            }
            _ => false,
        }
    }

    /// `昭和25年`, `令和元年`; the year is the Western one.
    fn year_name(self, year: i16) -> String {
        match year - self.first_year() + 1 {
            1 => format!("{}元年", self.name()),
            n => format!("{}{n}年", self.name()),
        }
    }
}

/// `昭和25年4月1日`; the Western date before 1873.
pub fn wareki(date: Date) -> String {
    format!("{}{}月{}日", wareki_year(date), date.month(), date.day())
}

/// `昭和25年`: the year of a day in its era.
pub fn wareki_year(date: Date) -> String {
    match Era::of(date) {
        Some(era) => era.year_name(date.year()),
        None => format!("{}年", date.year()),
    }
}

/// `S25.4.1`; `1872.12.31` before 1873.
pub fn wareki_short(date: Date) -> String {
    let (month, day) = (date.month(), date.day());
    match Era::of(date) {
        Some(era) => format!(
            "{}{}.{month}.{day}",
            era.letter(),
            date.year() - era.first_year() + 1
        ),
        None => format!("{}.{month}.{day}", date.year()),
    }
}

/// `1950年4月1日`.
pub fn seireki(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// `1950年4月1日（昭和25年）`, for pages that show both.
pub fn both(date: Date) -> String {
    match Era::of(date) {
        Some(_) => format!("{}（{}）", seireki(date), wareki_year(date)),
        None => seireki(date),
    }
}

/// Full years of age on a day. Who was born on 29 February grows older on 1 March of a common year.
/// Negative before the birth.
pub fn age(birth: Date, on: Date) -> i16 {
    let before_birthday = (on.month(), on.day()) < (birth.month(), birth.day());
    on.year() - birth.year() - i16::from(before_birthday)
}

/// A typed birthday: a date that is not in the future and not more than [`OLDEST_AGE`] years ago.
pub fn parse_birthday(text: &str, today: Date) -> Result<Date, DateFault> {
    let date = parse(text)?;
    check_birthday(date, today)?;
    Ok(date)
}

/// Whether somebody alive can be born on this day.
pub fn check_birthday(date: Date, today: Date) -> Result<(), DateFault> {
    if date > today {
        return Err(DateFault::Future { date });
    }
    if age(date, today) > OLDEST_AGE {
        return Err(DateFault::TooOld {
            date,
            age: age(date, today),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_day_is_read_back_from_all_its_written_forms() {
        let mut day = date(1873, 1, 1);
        while day.year() <= 2100 {
            for text in [
                wareki(day),
                wareki_short(day),
                both(day),
                seireki(day),
                day.to_string(),
            ] {
                assert_eq!(parse(&text), Ok(day), "{text}");
            }
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn the_first_and_last_days_of_eras() {
        for (day, text) in [
            (date(1873, 1, 1), "明治6年1月1日"),
            (date(1912, 7, 29), "明治45年7月29日"),
            (date(1912, 7, 30), "大正元年7月30日"),
            (date(1926, 12, 24), "大正15年12月24日"),
            (date(1926, 12, 25), "昭和元年12月25日"),
            (date(1989, 1, 7), "昭和64年1月7日"),
            (date(1989, 1, 8), "平成元年1月8日"),
            (date(2019, 4, 30), "平成31年4月30日"),
            (date(2019, 5, 1), "令和元年5月1日"),
        ] {
            assert_eq!(wareki(day), text);
        }
        assert_eq!(both(date(1950, 4, 1)), "1950年4月1日（昭和25年）");
        assert_eq!(wareki_short(date(2026, 11, 22)), "R8.11.22");
        assert_eq!(wareki(date(1872, 12, 31)), "1872年12月31日");
    }

    #[test]
    fn ages() {
        for (birth, on, years) in [
            (date(1950, 4, 1), date(2026, 3, 31), 75),
            (date(1950, 4, 1), date(2026, 4, 1), 76),
            (date(2024, 2, 29), date(2025, 2, 28), 0),
            (date(2024, 2, 29), date(2025, 3, 1), 1),
            (date(2026, 11, 22), date(2026, 11, 22), 0),
            (date(2026, 11, 23), date(2026, 11, 22), -1),
        ] {
            assert_eq!(age(birth, on), years, "{birth} {on}");
        }
    }

    #[test]
    fn birthdays_that_cannot_be() {
        let today = date(2026, 11, 22);
        assert_eq!(parse_birthday("R8.11.22", today), Ok(today));
        assert_eq!(
            parse_birthday("R8.11.23", today),
            Err(DateFault::Future {
                date: date(2026, 11, 23)
            })
        );
        assert!(parse_birthday("1896-11-22", today).is_ok(), "130 today");
        assert_eq!(
            parse_birthday("明治28年11月22日", today),
            Err(DateFault::TooOld {
                date: date(1895, 11, 22),
                age: 131
            })
        );
    }
}
