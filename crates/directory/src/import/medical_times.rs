//! Times of 医療情報ネット (`HH:MM`): opening hours of maternity homes and pharmacies, consultation and reception of departments.

use renkei_store::opening::{LATEST, Opening, What};

use super::medical_days::DAYS;
use super::table::Column;
use crate::opening::is_doubtful_night;

const DAY: u16 = 1_440;

/// Two columns, from and until, of one day.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) weekday: u8,
    pub(super) what: What,
    /// Of its first column, for remarks.
    pub(super) heading: String,
}

/// Spans and their columns: two each, one after the other; `first` is the number of the first.
pub(super) fn columns(of: Table, first: usize) -> (Vec<Span>, Vec<Column>) {
    let mut spans = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    for (weekday, (_, sign)) in (1..).zip(DAYS) {
        for (what, names) in of.names() {
            let heads = |end: &str| -> Vec<String> {
                names
                    .iter()
                    .map(|name| format!("{sign}_{name}{end}"))
                    .collect()
            };
            for end in ["開始時間", "終了時間"] {
                let headings = heads(end);
                let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
                let mut column = Column::optional(&headings);
                // The same of the day before.
                column.behind = columns
                    .len()
                    .checked_sub(2 * of.names().len())
                    .map(|before| first + before);
                columns.push(match end {
                    "終了時間" => column.after(first + columns.len() - 1),
                    _ => column,
                });
            }
            spans.push(Span {
                weekday,
                what,
                heading: heads("開始時間").swap_remove(0),
            });
        }
    }
    (spans, columns)
}

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    /// 施設票
    Facility,
    /// 診療科・診療時間票
    Hours,
}

impl Table {
    /// What the columns mean, and their names without day and end.
    fn names(self) -> Vec<(What, Vec<String>)> {
        let several = |names: &[&str], most: u8, what: What| -> Vec<(What, Vec<String>)> {
            (1..=most)
                .map(|n| {
                    let names = names.iter().map(|name| format!("{name}{n}_"));
                    (what, names.collect())
                })
                .collect()
        };
        match self {
            Self::Facility => [
                several(&["開店時間帯", "就業時間帯"], 4, What::Open),
                several(&["外来受付時間帯"], 3, What::Reception),
            ]
            .concat(),
            Self::Hours => vec![
                (What::Consultation, vec!["診療".to_owned()]),
                (What::Reception, vec!["外来受付".to_owned()]),
            ],
        }
    }
}

/// The stretch of two cells: `None` where both are blank. What ends before it begins goes into the next day, unless that is too
/// long for a night: then it is rather a slip, and who looks for help at night must not be sent there.
///
/// # Errors
/// The reason for a remark; the stretch alone is not taken.
pub(super) fn stretch(
    span: &Span,
    department: &str,
    cells: (&str, &str),
) -> Result<Option<Opening>, &'static str> {
    const WRONG: &str = "fault-import-hours";
    let (from, until) = match cells {
        ("", "") => return Ok(None),
        (from, until) => (minutes(from).ok_or(WRONG)?, minutes(until).ok_or(WRONG)?),
    };
    let night = until < from;
    let until = if night { until + DAY } else { until };
    if from >= DAY || until == from || until > LATEST {
        return Err(WRONG);
    }
    if night && is_doubtful_night(from, until) {
        return Err("fault-import-hours-night");
    }
    Ok(Some(Opening {
        department: department.to_owned(),
        weekday: span.weekday,
        week: 0,
        from,
        until,
        what: span.what,
    }))
}

/// `09:00`, `9:00`, `24:00`, `09:00:00`.
fn minutes(text: &str) -> Option<u16> {
    let mut parts = text.split([':', '：']);
    let mut number = || -> Option<u16> {
        let part = parts.next()?;
        let fits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| part.parse().ok())?
    };
    let (hour, minute) = (number()?, number()?);
    (hour <= 47 && minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_nights_go_on() {
        let (spans, columns) = columns(Table::Hours, 0);
        assert_eq!((spans.len(), columns.len()), (16, 32));
        assert_eq!(columns[0].headings, ["月_診療開始時間"]);
        assert_eq!(spans[15].heading, "祝_外来受付開始時間");
        let read = |from, until| {
            stretch(&spans[0], "01001", (from, until))
                .map(|one| one.map(|one| (one.from, one.until)))
        };
        assert_eq!(read("09:00", "12:30"), Ok(Some((540, 750))));
        assert_eq!(read("9:00", "24:00"), Ok(Some((540, 1_440))));
        assert_eq!(read("22:00", "02:00"), Ok(Some((1_320, 1_560))));
        assert_eq!(read("17:00", "8:30"), Ok(Some((1_020, 1_950))));
        assert_eq!(read("", ""), Ok(None));
        assert_eq!(read("9:00", "8:00"), Err("fault-import-hours-night"));
        for (from, until) in [
            ("09:00", ""),
            ("9", "10"),
            ("25:00", "26:00"),
            ("09:00", "09:00"),
            ("a", "b"),
        ] {
            assert_eq!(
                read(from, until),
                Err("fault-import-hours"),
                "{from}-{until}"
            );
        }
    }

    #[test]
    fn maternity_homes_and_pharmacies_have_their_own_words() {
        let (spans, columns) = columns(Table::Facility, 0);
        assert_eq!((spans.len(), columns.len()), (8 * 7, 8 * 14));
        let known = |heading: &str| {
            columns
                .iter()
                .any(|column| column.headings.iter().any(|one| one == heading))
        };
        for heading in [
            "月_就業時間帯1_開始時間",
            "祝_就業時間帯3_終了時間",
            "日_外来受付時間帯3_終了時間",
            "土_開店時間帯4_開始時間",
        ] {
            assert!(known(heading), "{heading}");
        }
    }
}
