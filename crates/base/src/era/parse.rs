//! Typed text to a date.
//!
//! Read: `S25.4.1`, `昭和25年4月1日`, `昭和元年12月26日`, `R8/11/22`, `h元-5-1`, `㍼25.4.1`, `S250401`, `1950-4-1`, `1950/4/1`,
//! `19500401`, `1950年4月1日（昭和25年）`, `1950(昭和25)年4月1日`, and the seven digits of receipt computers (`3250401`);
//! full-width forms of all; blanks between the numbers (`S41 7 24`); `生` and a day of the week at the end.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use super::{DateFault, Era};
use crate::name::is_dash;

/// A date of the solar calendar (from 1873).
///
/// # Errors
/// Every [`DateFault`] but `Future` and `TooOld`, which need to know today ([`super::check_birthday`]).
pub fn parse(text: &str) -> Result<Date, DateFault> {
    // With blanks that mean nothing (`S 25 0401`) it may be readable all the same.
    match parse_one(&parted(text)) {
        Err(DateFault::Unreadable) => parse_one(text),
        read => read,
    }
}

/// The text with a dash for the blanks between two numbers.
fn parted(text: &str) -> String {
    let text: String = text.nfkc().collect();
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let ends = |c: char| c.is_ascii_digit() || c == '元';
        if out.ends_with(ends) && word.starts_with(|c: char| c.is_ascii_digit()) {
            out.push('-');
        }
        out.push_str(word);
    }
    out
}

fn parse_one(text: &str) -> Result<Date, DateFault> {
    let (plain, remarks) = without_remarks(&normal(text))?;
    let typed = read(&plain)?;
    let date = typed.date()?;
    for remark in remarks {
        check_remark(&remark, date)?;
    }
    Ok(date)
}

/// NFKC (which also spells out ㍼), lower case, no blanks, one dash.
pub(super) fn normal(text: &str) -> String {
    text.nfkc()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .map(|c| if is_dash(c) { '-' } else { c })
        .collect()
}

/// The text without what stands in brackets, and that.
fn without_remarks(text: &str) -> Result<(String, Vec<String>), DateFault> {
    let (mut plain, mut remarks, mut open) = (String::new(), Vec::new(), None::<String>);
    for c in text.chars() {
        match (c, open.take()) {
            ('(' | '[', None) => open = Some(String::new()),
            (')' | ']', Some(remark)) => remarks.push(remark),
            ('(' | '[' | ')' | ']', _) => return Err(DateFault::Unreadable),
            (c, Some(mut remark)) => {
                remark.push(c);
                open = Some(remark);
            }
            (c, None) => plain.push(c),
        }
    }
    match open {
        None => Ok((plain, remarks)),
        Some(_) => Err(DateFault::Unreadable),
    }
}

/// A remark is the day of the week (not checked) or the year in the other calendar (checked).
fn check_remark(remark: &str, date: Date) -> Result<(), DateFault> {
    let name = remark.trim_end_matches("曜日").trim_end_matches('曜');
    if matches!(name, "月" | "火" | "水" | "木" | "金" | "土" | "日") {
        return Ok(());
    }
    let (era, rest) = era_of(remark);
    let year = year_number(rest.trim_end_matches('年')).ok_or(DateFault::Unreadable)?;
    let western = era.map_or(year, |era| era.first_year() + year - 1);
    if western == date.year() {
        Ok(())
    } else {
        Err(DateFault::Contradiction)
    }
}

/// The three numbers as typed.
struct Typed {
    era: Option<Era>,
    year: i16,
    month: i16,
    day: i16,
}

impl Typed {
    fn date(&self) -> Result<Date, DateFault> {
        let year = match self.era {
            Some(_) if self.year > 99 => return Err(DateFault::Unreadable),
            Some(era) => era.first_year() + self.year - 1,
            None if self.year < 1000 => return Err(DateFault::NoEra),
            None => self.year,
        };
        let month = i8::try_from(self.month).unwrap_or_default();
        let first =
            Date::new(year, month, 1).map_err(|_| DateFault::NoSuchMonth { month: self.month })?;
        let date = i8::try_from(self.day)
            .ok()
            .and_then(|day| first.with().day(day).build().ok())
            .ok_or(DateFault::NoSuchDay {
                year,
                month,
                day: self.day,
            })?;
        if date < Era::Meiji.first_day() {
            return Err(DateFault::BeforeCalendar);
        }
        match self.era {
            Some(era) if !era.may_name(date) => Err(DateFault::OtherEra { era, date }),
            _ => Ok(date),
        }
    }
}

fn read(text: &str) -> Result<Typed, DateFault> {
    let text = text
        .strip_suffix("生まれ")
        .or_else(|| text.strip_suffix('生'))
        .unwrap_or(text);
    let (era, rest) = era_of(text.strip_prefix("西暦").unwrap_or(text));
    if rest.len() > 4 && rest.bytes().all(|b| b.is_ascii_digit()) {
        return compact(era, rest);
    }
    let (year, rest) = leading(rest, &['.', '/', '-', '年', ',', '、', '。', '・'])
        .ok_or(DateFault::Unreadable)?;
    let (month, rest) = leading(rest, &['.', '/', '-', '月', ',', '、', '。', '・'])
        .ok_or(DateFault::Unreadable)?;
    let day = rest.strip_suffix('日').unwrap_or(rest);
    Ok(Typed {
        era,
        year: year_number(year).ok_or(DateFault::Unreadable)?,
        month: number(month, 2).ok_or(DateFault::Unreadable)?,
        day: number(day, 2).ok_or(DateFault::Unreadable)?,
    })
}

/// `19500401`; with an era `S250401`; the receipt computers' `3250401`, whose first digit is the era.
fn compact(era: Option<Era>, digits: &str) -> Result<Typed, DateFault> {
    let coded = match (era, digits.len()) {
        (Some(_), 6) => Some((era, 2, digits)),
        (None, 8) => Some((None, 4, digits)),
        (None, 7) => digits
            .split_at_checked(1)
            .and_then(|(code, rest)| Some((Some(receipt_era(code)?), 2, rest))),
        (None, 6) => return Err(DateFault::NoEra),
        _ => None,
    };
    let (era, width, digits) = coded.ok_or(DateFault::Unreadable)?;
    let parts = digits
        .split_at_checked(width)
        .and_then(|(year, rest)| Some((year, rest.split_at_checked(2)?)));
    let (year, (month, day)) = parts.ok_or(DateFault::Unreadable)?;
    Ok(Typed {
        era,
        year: year_number(year).ok_or(DateFault::Unreadable)?,
        month: number(month, 2).ok_or(DateFault::Unreadable)?,
        day: number(day, 2).ok_or(DateFault::Unreadable)?,
    })
}

/// The era digit of receipts (レセプト電算処理システム, 元号区分).
fn receipt_era(code: &str) -> Option<Era> {
    let index: usize = code.parse().ok()?;
    Era::ALL.get(index.checked_sub(1)?).copied()
}

/// The era that a text begins with, and the rest.
pub(super) fn era_of(text: &str) -> (Option<Era>, &str) {
    for era in Era::ALL {
        let letter = era.letter().to_ascii_lowercase();
        let initial = era.name().chars().next().unwrap_or(letter);
        let rest = text
            .strip_prefix(era.name())
            .or_else(|| {
                text.strip_prefix(letter)
                    .map(|rest| rest.strip_prefix('.').unwrap_or(rest))
            })
            .or_else(|| text.strip_prefix(initial));
        if let Some(rest) = rest {
            return (Some(era), rest);
        }
    }
    (None, text)
}

/// What stands before the first of the separators, and what after it.
fn leading<'a>(text: &'a str, separators: &[char]) -> Option<(&'a str, &'a str)> {
    text.split_once(|c| separators.contains(&c))
}

/// A year from 1; `元` is 1.
pub(super) fn year_number(text: &str) -> Option<i16> {
    if text == "元" {
        return Some(1);
    }
    number(text, 4).filter(|year| *year > 0)
}

/// A number of 1 to `width` ASCII digits.
pub(super) fn number(text: &str, width: usize) -> Option<i16> {
    let digits = (1..=width).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn as_people_type() {
        for (text, day) in [
            ("S25.4.1", date(1950, 4, 1)),
            ("s25.04.01", date(1950, 4, 1)),
            ("S.25.4.1", date(1950, 4, 1)),
            ("Ｓ２５．４．１", date(1950, 4, 1)),
            ("昭25.4.1", date(1950, 4, 1)),
            ("㍼25年4月1日", date(1950, 4, 1)),
            ("昭和25年4月1日", date(1950, 4, 1)),
            ("昭和 25年 4月 1日生", date(1950, 4, 1)),
            ("昭和２５年４月１日（土）", date(1950, 4, 1)),
            ("S250401", date(1950, 4, 1)),
            ("3250401", date(1950, 4, 1)),
            ("19500401", date(1950, 4, 1)),
            ("１９５０／４／１", date(1950, 4, 1)),
            ("1950-4-1", date(1950, 4, 1)),
            ("1950ー4ー1", date(1950, 4, 1)),
            ("1950.4.1", date(1950, 4, 1)),
            ("西暦1950年4月1日", date(1950, 4, 1)),
            ("1950(昭和25)年4月1日", date(1950, 4, 1)),
            ("昭和25年（1950年）4月1日", date(1950, 4, 1)),
            ("昭和元年12月26日", date(1926, 12, 26)),
            ("H元.5.1", date(1989, 5, 1)),
            ("h1/5/1", date(1989, 5, 1)),
            ("R8/11/22", date(2026, 11, 22)),
            ("令和8年11月22日", date(2026, 11, 22)),
            ("t15.12.24", date(1926, 12, 24)),
            ("大正15年12月25日", date(1926, 12, 25)),
            ("明治45年7月30日", date(1912, 7, 30)),
            ("M6.1.1", date(1873, 1, 1)),
            ("2024-02-29", date(2024, 2, 29)),
            ("S41 7 24", date(1966, 7, 24)),
            ("Ｓ４１　７　２４", date(1966, 7, 24)),
            (" s 41  07 24 ", date(1966, 7, 24)),
            ("昭和41 7 24", date(1966, 7, 24)),
            ("S41. 7. 24", date(1966, 7, 24)),
            ("S41 / 7 / 24", date(1966, 7, 24)),
            ("S41.7 24", date(1966, 7, 24)),
            ("1966 7 24", date(1966, 7, 24)),
            ("1950 1 11", date(1950, 1, 11)),
            ("R 元 5 1", date(2019, 5, 1)),
            ("昭和 41 年 7 月 24 日", date(1966, 7, 24)),
            ("3 41 07 24", date(1966, 7, 24)),
            ("1966 0724", date(1966, 7, 24)),
            ("S 410724", date(1966, 7, 24)),
        ] {
            assert_eq!(parse(text), Ok(day), "{text}");
        }
    }

    #[test]
    fn wrong_in_a_way_that_can_be_told() {
        let other_era = |era, y, m, d| DateFault::OtherEra {
            era,
            date: date(y, m, d),
        };
        for (text, fault) in [
            ("昭和64年1月8日", other_era(Era::Showa, 1989, 1, 8)),
            ("S70.1.1", other_era(Era::Showa, 1995, 1, 1)),
            ("平成31年5月1日", other_era(Era::Heisei, 2019, 5, 1)),
            ("平成元年1月7日", other_era(Era::Heisei, 1989, 1, 7)),
            ("昭和元年12月24日", other_era(Era::Showa, 1926, 12, 24)),
            ("大正15年12月26日", other_era(Era::Taisho, 1926, 12, 26)),
            (
                "2026-2-30",
                DateFault::NoSuchDay {
                    year: 2026,
                    month: 2,
                    day: 30,
                },
            ),
            (
                "R7.2.29",
                DateFault::NoSuchDay {
                    year: 2025,
                    month: 2,
                    day: 29,
                },
            ),
            (
                "H31.4.31",
                DateFault::NoSuchDay {
                    year: 2019,
                    month: 4,
                    day: 31,
                },
            ),
            (
                "2026-4-0",
                DateFault::NoSuchDay {
                    year: 2026,
                    month: 4,
                    day: 0,
                },
            ),
            ("2026-13-1", DateFault::NoSuchMonth { month: 13 }),
            ("20260001", DateFault::NoSuchMonth { month: 0 }),
            ("25.4.1", DateFault::NoEra),
            ("250401", DateFault::NoEra),
            ("410724", DateFault::NoEra),
            ("41 7 24", DateFault::NoEra),
            ("明治5年12月2日", DateFault::BeforeCalendar),
            ("1872-12-31", DateFault::BeforeCalendar),
            ("1950年4月1日（昭和26年）", DateFault::Contradiction),
        ] {
            assert_eq!(parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn not_dates() {
        for text in [
            "",
            "　",
            "不明",
            "昭和",
            "S25",
            "昭和25年",
            "S25.4",
            "1950",
            "195004",
            "1950-4-1-1",
            "1950-4-1x",
            "6250401",
            "0250401",
            "昭和0年1月1日",
            "S25..4",
            "1950年4月1日(",
            "1950年4月1日)",
            "((1950",
            "1950-4-1(大安)",
            "S2504011",
            "令和2026年1月1日",
            "+1950-4-1",
            "-1950-4-1",
        ] {
            let fault = parse(text).unwrap_err();
            assert!(
                matches!(fault, DateFault::Unreadable | DateFault::NoEra),
                "{text} {fault:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_date_or_a_fault(text in "\\PC*") {
            let _ = parse(&text);
        }

        #[test]
        fn anything_like_a_date_is_a_date_or_a_fault(text in "[明治大正昭和平令元MTSHRmtshr㍼年月日生0-9０-９./()（）ー-]{0,14}") {
            if let Ok(day) = parse(&text) {
                prop_assert!(day >= Era::Meiji.first_day());
            }
        }
    }
}
