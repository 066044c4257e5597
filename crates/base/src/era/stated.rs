//! Times as documents state them: a day, a month, fiscal years, or not determined yet. Printed back as they were written.

use std::fmt;

use jiff::civil::Date;

use super::parse::normal;
use super::{DateFault, Era, FiscalYears, Month, parse};

/// Signs that stand where a number is still to come (`R●年度`).
const BLANKS: [char; 9] = ['●', '○', '◯', '〇', '◎', '■', '□', '△', '×'];
/// Words for what is not determined.
const OPEN: [&str; 6] = ["未定", "時期未定", "検討中", "調整中", "未確定", "今後検討"];
/// Words after a time that do not change it: longer ones first.
const ENDINGS: [&str; 7] = ["末日現在", "末現在", "末時点", "現在", "時点", "末日", "末"];

/// What a stated time means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meant {
    Day(Date),
    Month(Month),
    Years(FiscalYears),
    /// A time that is to be determined.
    Undetermined,
}

/// A time with the text that states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    text: String,
    pub meant: Meant,
}

impl Stated {
    /// `平成22～24年度`, `R5`, `令和元年度`, `平成25年度～`, `令和5年4月1日現在`, `27年10月現在` (with the era of the document),
    /// `R●年度`, `未定`.
    ///
    /// # Errors
    /// [`DateFault::NoEra`] for a short year where the document gives no era.
    pub fn parse(text: &str, era: Option<Era>) -> Result<Self, DateFault> {
        let whole = normal(text);
        let plain = without_ending(&whole);
        let meant = match meant(plain) {
            Err(DateFault::NoEra) => match era {
                Some(era) => meant(&format!("{}{plain}", era.letter())),
                None => Err(DateFault::NoEra),
            },
            other => other,
        };
        let meant = match meant {
            Err(_) if open(&whole) => Meant::Undetermined,
            other => other?,
        };
        Ok(Self {
            text: text.trim().to_owned(),
            meant,
        })
    }

    /// The first day that is meant, where one is.
    pub fn first_day(&self) -> Option<Date> {
        match self.meant {
            Meant::Day(day) => Some(day),
            Meant::Month(month) => Some(month.first_day()),
            Meant::Years(years) => Some(years.first.first_day()),
            Meant::Undetermined => None,
        }
    }
}

/// As it was written.
impl fmt::Display for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn without_ending(text: &str) -> &str {
    let found = ENDINGS.iter().find_map(|end| text.strip_suffix(end));
    found.unwrap_or(text)
}

/// The most exact reading; of the faults, the one that a person can do something about.
fn meant(text: &str) -> Result<Meant, DateFault> {
    let day = match parse(text) {
        Ok(day) => return Ok(Meant::Day(day)),
        Err(fault) => fault,
    };
    let month = match Month::parse(text) {
        Ok(month) => return Ok(Meant::Month(month)),
        Err(fault) => fault,
    };
    let years = match FiscalYears::parse(text) {
        Ok(years) => return Ok(Meant::Years(years)),
        Err(fault) => fault,
    };
    let mut told = [day, month, years].into_iter();
    let told = told.find(|fault| *fault != DateFault::Unreadable);
    Err(told.unwrap_or(DateFault::Unreadable))
}

/// Whether it is a time whose number is still to come.
fn open(text: &str) -> bool {
    if OPEN.contains(&text.trim_end_matches("年度")) {
        return true;
    }
    if !text.contains(BLANKS) {
        return false;
    }
    let mut filled = String::with_capacity(text.len());
    for c in text.chars() {
        let blank = BLANKS.contains(&c);
        if !blank || !filled.ends_with('\u{0}') {
            filled.push(if blank { '\u{0}' } else { c });
        }
    }
    let filled = filled.replace('\u{0}', "5");
    matches!(
        meant(without_ending(&filled)),
        Ok(_) | Err(DateFault::NoEra)
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::FiscalYear;
    use super::*;

    fn years(first: i16, last: Option<i16>) -> Meant {
        Meant::Years(FiscalYears {
            first: FiscalYear(first),
            last: last.map(FiscalYear),
        })
    }

    #[test]
    fn as_documents_state_them() {
        let month = |year, month| Meant::Month(Month::new(year, month).unwrap());
        for (text, meant) in [
            ("平成22～24年度", years(2010, Some(2012))),
            ("令和元年度", years(2019, Some(2019))),
            ("R5", years(2023, Some(2023))),
            ("Ｒ５年度末", years(2023, Some(2023))),
            ("平成25年度～", years(2013, None)),
            ("27年10月現在", month(2015, 10)),
            ("27年度", years(2015, Some(2015))),
            ("令和5年3月末時点", month(2023, 3)),
            ("令和5年4月1日現在", Meant::Day(date(2023, 4, 1))),
            ("2025-06-01", Meant::Day(date(2025, 6, 1))),
            ("R●年度", Meant::Undetermined),
            ("令和○○年度", Meant::Undetermined),
            ("令和●年●月", Meant::Undetermined),
            ("●年度～", Meant::Undetermined),
            ("未定", Meant::Undetermined),
        ] {
            let stated = Stated::parse(text, Some(Era::Heisei));
            let stated = stated.unwrap_or_else(|fault| panic!("{text}: {fault}"));
            assert_eq!(stated.meant, meant, "{text}");
            assert_eq!(stated.to_string(), text, "printed back as given");
        }
    }

    #[test]
    fn what_is_no_time() {
        assert_eq!(Stated::parse("27年10月現在", None), Err(DateFault::NoEra));
        assert_eq!(
            Stated::parse("令和5年13月", None),
            Err(DateFault::NoSuchMonth { month: 13 })
        );
        for text in ["", "●●病院", "現在", "第7回", "○"] {
            let stated = Stated::parse(text, None);
            assert!(text == "○" || stated.is_err(), "{text}: {stated:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_time_or_a_fault(text in "[平成令和HR0-9●○年度月日現在末～]{0,12}|\\PC*") {
            if let Ok(stated) = Stated::parse(&text, Some(Era::Reiwa)) {
                prop_assert_eq!(stated.to_string(), text.trim());
            }
        }
    }
}
