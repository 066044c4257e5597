//! Days without consultation. In the file 0 is closed and 1 is open, although the heading says 休診.

use renkei_store::opening::{Opening, What};

use super::shape::Shape;
use super::table::Column;
use crate::opening::HOLIDAY;

/// Codes of the weekdays and of holidays, with the sign in the headings.
pub(super) const DAYS: [(&str, &str); 8] = [
    ("mon", "月"),
    ("tue", "火"),
    ("wed", "水"),
    ("thu", "木"),
    ("fri", "金"),
    ("sat", "土"),
    ("sun", "日"),
    ("holiday", "祝"),
];
const WHOLE_DAY: u16 = 1_440;

/// Code and column of each day that may be closed, whatever the kind of institution calls it: weekly, first to fifth week of
/// the month, holidays. Pharmacies say some twice, in columns of their own. The first has this number among those that are
/// known.
pub(super) fn columns(first: usize) -> Vec<(String, Column)> {
    let weekdays = || DAYS.iter().take(7);
    let weekly = weekdays().map(|(code, sign)| {
        let headings = [
            format!("毎週決まった曜日に休診（{sign}）"),
            format!("毎週決まった曜日に休業（{sign}）"),
            format!("定期閉店毎週（{sign}）"),
        ];
        ((*code).to_owned(), column(&headings))
    });
    let nth = (1..=5).flat_map(|week| {
        weekdays().map(move |(code, sign)| {
            let headings = [
                format!("決まった週に休診（定期週）第{week}週（{sign}）"),
                format!("決まった週に休業（定期週）第{week}週（{sign}）"),
                format!("定期閉店第{week}週（{sign}）"),
            ];
            (format!("{week}-{code}"), column(&headings))
        })
    });
    let holidays = [
        &["祝日に休診", "祝日に休業", "祝日"][..],
        &["定期閉店毎週（祝）"],
    ];
    let holidays = holidays.map(|headings| {
        let column = Column::optional(headings).holds(Shape::Flag);
        ("holiday".to_owned(), column)
    });
    let business = DAYS
        .iter()
        .map(|(code, sign)| ((*code).to_owned(), column(&[format!("営業日（{sign}）")])));
    let groups: [Vec<(String, Column)>; 4] = [
        weekly.collect(),
        nth.collect(),
        holidays.into(),
        business.collect(),
    ];
    let mut all: Vec<(String, Column)> = Vec::new();
    for group in groups {
        // All hold 0 and 1. The two of holidays are those of different kinds of institutions.
        let ordered = group.len() > 2;
        for (at, (code, column)) in group.into_iter().enumerate() {
            let before = first + all.len();
            let column = match at {
                1.. if ordered => column.behind(before - 1),
                _ => column,
            };
            all.push((code, column));
        }
    }
    all
}

fn column(headings: &[String]) -> Column {
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    Column::optional(&headings).holds(Shape::Flag)
}

/// Closed days as openings of the kind `closed`.
pub(super) fn as_openings(days: &[String]) -> Vec<Opening> {
    let rows = days.iter().filter_map(|code| {
        let (week, day) = code.split_once('-').unwrap_or(("0", code));
        let at = DAYS.iter().position(|(known, _)| *known == day)?;
        Some(Opening {
            department: String::new(),
            weekday: u8::try_from(at).ok()? + 1,
            week: week.parse().ok()?,
            from: 0,
            until: WHOLE_DAY,
            what: What::Closed,
        })
    });
    rows.filter(|row| row.weekday <= HOLIDAY).collect()
}

/// The codes of the closed days: `None` where no cell says anything. A weekday that is always closed is named once.
pub(super) fn closed<'a>(
    cells: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Option<Vec<String>> {
    let mut said = false;
    let mut days: Vec<String> = Vec::new();
    for (code, cell) in cells {
        said |= matches!(cell, "0" | "1");
        let weekly = code.split_once('-').map_or(code, |(_, day)| day);
        if cell == "0" && !days.iter().any(|day| day == weekly) {
            days.push(code.to_owned());
        }
    }
    said.then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_closed() {
        assert_eq!(columns(0).len(), 7 + 35 + 2 + 8);
        let days = closed([
            ("sat", "1"),
            ("sun", "0"),
            ("1-sat", "1"),
            ("2-sat", "0"),
            ("2-sun", "0"),
            ("holiday", "0"),
        ]);
        assert_eq!(
            days,
            Some(vec![
                "sun".to_owned(),
                "2-sat".to_owned(),
                "holiday".to_owned()
            ])
        );
        let rows = as_openings(&days.unwrap());
        let rows: Vec<(u8, u8)> = rows.iter().map(|row| (row.weekday, row.week)).collect();
        assert_eq!(rows, [(7, 0), (6, 2), (8, 0)]);
        assert_eq!(closed([("sun", "1")]), Some(vec![]));
        assert_eq!(closed([("sun", "")]), None);
    }
}
