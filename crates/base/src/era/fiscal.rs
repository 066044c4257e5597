//! 年度 (April to March) and months, as periods that figures are counted for.

use std::fmt;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use super::parse::{era_of, normal, number, year_number};
use super::{DateFault, Era};

/// A fiscal year by the Western year in which its April lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FiscalYear(pub i16);

impl FiscalYear {
    /// The fiscal year of a day.
    pub fn of(date: Date) -> Self {
        Self(date.year() - i16::from(date.month() < 4))
    }

    /// `平成22年度`, `令和元年度`, `R5`, `R5年度`, `2026年度`, `2026`. Eras run on here (`平成35年度` of an old plan is 2023).
    pub fn parse(text: &str) -> Result<Self, DateFault> {
        let text = normal(text);
        year_of(text.trim_end_matches("年度").trim_end_matches('年'), None).map(Self)
    }

    /// 1 April.
    pub fn first_day(self) -> Date {
        Date::new(self.0, 4, 1).unwrap_or(Date::MAX)
    }

    /// 31 March of the next year.
    pub fn last_day(self) -> Date {
        Date::new(self.0.saturating_add(1), 3, 31).unwrap_or(Date::MAX)
    }

    /// `令和5年度`. The year of a new era is its 元年度, as offices write since 1989 (2019 is 令和元年度).
    pub fn wareki(self) -> String {
        let era = Era::ALL
            .into_iter()
            .rev()
            .find(|era| era.first_year() <= self.0);
        match era {
            Some(era) => format!("{}度", era.year_name(self.0)),
            None => format!("{}年度", self.0),
        }
    }

    /// `R5`, `H元` written `H1`.
    pub fn short(self) -> String {
        let era = Era::ALL
            .into_iter()
            .rev()
            .find(|era| era.first_year() <= self.0);
        match era {
            Some(era) => format!("{}{}", era.letter(), self.0 - era.first_year() + 1),
            None => self.0.to_string(),
        }
    }

    /// The twelve months, April first.
    pub fn months(self) -> impl Iterator<Item = Month> {
        std::iter::successors(Month::new(self.0, 4), |month| month.next()).take(12)
    }
}

/// `2026`, the form for URLs and tables.
impl fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A run of fiscal years; without `last` it goes on (`平成25年度～`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiscalYears {
    pub first: FiscalYear,
    pub last: Option<FiscalYear>,
}

impl FiscalYears {
    /// `平成22～24年度`, `平成30年度～令和2年度`, `H22-24`, `2010-2012年度`, `平成25年度～`, or a single year.
    /// The second year takes the era of the first where it names none.
    pub fn parse(text: &str) -> Result<Self, DateFault> {
        let text = normal(text)
            .replace(['〜', '~', '―'], "-")
            .replace("から", "-");
        let Some((first, last)) = text.split_once('-') else {
            let one = FiscalYear::parse(&text)?;
            return Ok(Self {
                first: one,
                last: Some(one),
            });
        };
        let (era, _) = era_of(first);
        let first = FiscalYear::parse(first)?;
        let last = last
            .trim_end_matches("まで")
            .trim_end_matches("年度")
            .trim_end_matches('年');
        let last = match last {
            "" => None,
            typed => Some(FiscalYear(year_of(typed, era)?)),
        };
        if last.is_some_and(|last| last < first) {
            return Err(DateFault::Contradiction);
        }
        Ok(Self { first, last })
    }

    pub fn contains(self, year: FiscalYear) -> bool {
        self.first <= year && self.last.is_none_or(|last| year <= last)
    }
}

/// The Western year of `平成22`, `R5`, `2026`, or of `24` after an era.
fn year_of(text: &str, era_before: Option<Era>) -> Result<i16, DateFault> {
    let (era, digits) = era_of(text);
    let year = year_number(digits).ok_or(DateFault::Unreadable)?;
    match era.or(era_before.filter(|_| year < 1000)) {
        Some(era) if year < 100 => Ok(era.first_year() + year - 1),
        None if year >= 1000 => Ok(year),
        None => Err(DateFault::NoEra),
        Some(_) => Err(DateFault::Unreadable),
    }
}

/// A month, ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// `None` for months that are not 1 to 12 and years outside 1 to 9999.
    pub fn new(year: i16, month: i8) -> Option<Self> {
        ((1..=9999).contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    pub fn of(date: Date) -> Self {
        Self {
            year: date.year(),
            month: date.month(),
        }
    }

    /// `2026-11`, `2026年11月`, `R8.11`, `令和8年11月`.
    pub fn parse(text: &str) -> Result<Self, DateFault> {
        let text = normal(text);
        let (era, rest) = era_of(&text);
        let parts = rest
            .split_once(['-', '/', '.', '年'])
            .ok_or(DateFault::Unreadable)?;
        let year = year_number(parts.0).ok_or(DateFault::Unreadable)?;
        let typed = number(parts.1.trim_end_matches('月'), 2).ok_or(DateFault::Unreadable)?;
        let western = match era {
            Some(_) if year > 99 => return Err(DateFault::Unreadable),
            Some(era) => era.first_year() + year - 1,
            None if year < 1000 => return Err(DateFault::NoEra),
            None => year,
        };
        let month = i8::try_from(typed)
            .ok()
            .and_then(|month| Self::new(western, month));
        let month = month.ok_or(DateFault::NoSuchMonth { month: typed })?;
        match era {
            Some(era) if !(era.may_name(month.first_day()) || era.may_name(month.last_day())) => {
                Err(DateFault::OtherEra {
                    era,
                    date: month.first_day(),
                })
            }
            _ => Ok(month),
        }
    }

    pub const fn year(self) -> i16 {
        self.year
    }

    pub const fn month(self) -> i8 {
        self.month
    }

    pub fn first_day(self) -> Date {
        date(self.year, self.month, 1)
    }

    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// `None` after December 9999.
    pub fn next(self) -> Option<Self> {
        match self.month {
            12 => Self::new(self.year + 1, 1),
            month => Self::new(self.year, month + 1),
        }
    }

    /// `None` before January of the year 1.
    pub fn previous(self) -> Option<Self> {
        match self.month {
            1 => Self::new(self.year - 1, 12),
            month => Self::new(self.year, month - 1),
        }
    }

    /// The fiscal year that the month belongs to.
    pub fn fiscal_year(self) -> FiscalYear {
        FiscalYear::of(self.first_day())
    }
}

/// `2026-11`: the period of a count.
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fiscal_years_as_written() {
        for (text, year) in [
            ("平成22年度", 2010),
            ("平成２２年度", 2010),
            ("平成元年度", 1989),
            ("令和元年度", 2019),
            ("平成31年度", 2019),
            ("平成35年度", 2023),
            ("R5", 2023),
            ("r5年度", 2023),
            ("R5年", 2023),
            ("2026年度", 2026),
            ("２０２６", 2026),
        ] {
            assert_eq!(FiscalYear::parse(text), Ok(FiscalYear(year)), "{text}");
        }
        assert_eq!(FiscalYear::parse("27年度"), Err(DateFault::NoEra));
        for text in [
            "",
            "年度",
            "R●年度",
            "未定",
            "R2026年度",
            "平成年度",
            "R5.4",
        ] {
            assert_eq!(
                FiscalYear::parse(text),
                Err(DateFault::Unreadable),
                "{text}"
            );
        }
    }

    #[test]
    fn ranges_as_written() {
        for (text, first, last) in [
            ("平成22～24年度", 2010, Some(2012)),
            ("平成22〜24年度", 2010, Some(2012)),
            ("H22-24", 2010, Some(2012)),
            ("平成22年度から24年度まで", 2010, Some(2012)),
            ("平成30年度～令和2年度", 2018, Some(2020)),
            ("平成30～R2年度", 2018, Some(2020)),
            ("2010-2012年度", 2010, Some(2012)),
            ("平成25年度～", 2013, None),
            ("R5", 2023, Some(2023)),
        ] {
            let last = last.map(FiscalYear);
            assert_eq!(
                FiscalYears::parse(text),
                Ok(FiscalYears {
                    first: FiscalYear(first),
                    last
                }),
                "{text}"
            );
        }
        assert_eq!(
            FiscalYears::parse("平成24～22年度"),
            Err(DateFault::Contradiction)
        );
        assert_eq!(
            FiscalYears::parse("～平成24年度"),
            Err(DateFault::Unreadable)
        );
        assert!(
            FiscalYears::parse("平成25年度～")
                .unwrap()
                .contains(FiscalYear(2030))
        );
    }

    #[test]
    fn april_starts_the_year() {
        assert_eq!(FiscalYear::of(date(2026, 3, 31)), FiscalYear(2025));
        assert_eq!(FiscalYear::of(date(2026, 4, 1)), FiscalYear(2026));
        let year = FiscalYear(2019);
        assert_eq!(
            (year.first_day(), year.last_day()),
            (date(2019, 4, 1), date(2020, 3, 31))
        );
        assert_eq!(
            (year.wareki(), year.short()),
            ("令和元年度".to_owned(), "R1".to_owned())
        );
        assert_eq!(FiscalYear(1988).wareki(), "昭和63年度");
        let months: Vec<String> = year.months().map(|month| month.to_string()).collect();
        assert_eq!(
            (months.len(), months[0].as_str(), months[11].as_str()),
            (12, "2019-04", "2020-03")
        );
    }

    #[test]
    fn months_as_written() {
        for text in [
            "2026-11",
            "2026年11月",
            "2026/11",
            "R8.11",
            "令和8年11月",
            "２０２６－１１",
        ] {
            assert_eq!(Month::parse(text).unwrap().to_string(), "2026-11", "{text}");
        }
        assert_eq!(
            Month::parse("H31.5"),
            Err(DateFault::OtherEra {
                era: Era::Heisei,
                date: date(2019, 5, 1)
            })
        );
        assert_eq!(Month::parse("S64.1").unwrap().to_string(), "1989-01");
        assert_eq!(Month::parse("H1.1").unwrap().to_string(), "1989-01");
        assert_eq!(
            Month::parse("2026-13"),
            Err(DateFault::NoSuchMonth { month: 13 })
        );
        let december = Month::new(2026, 12).unwrap();
        assert_eq!(december.next().and_then(Month::previous), Some(december));
    }

    proptest! {
        #[test]
        fn any_text_is_a_period_or_a_fault(text in "[明治大正昭和平令元mtshr年度月0-9～~-]{0,10}|\\PC*") {
            let _ = (FiscalYear::parse(&text), FiscalYears::parse(&text), Month::parse(&text));
        }

        #[test]
        fn fiscal_years_are_read_back(year in 1873_i16..2100) {
            let year = FiscalYear(year);
            for text in [year.wareki(), year.short(), year.to_string()] {
                prop_assert_eq!(FiscalYear::parse(&text), Ok(year));
            }
        }
    }
}
