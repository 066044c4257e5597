//! Times before now and after it, in working hours of working days.

use jiff::civil::Date;
use renkei_base::Micros;
use renkei_base::clock::Span;
use renkei_base::holiday::WorkingDays;

use crate::SampleError;

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
const JAPAN: i64 = 9 * 60 * MINUTE;
/// 9:00 to 17:20.
const OPEN: std::ops::Range<i64> = 9 * 60 * MINUTE..(17 * 60 + 20) * MINUTE;
/// What is more recent than this is not moved, so that deadlines of hours stay as they are meant.
const RECENT: Span = Span::hours(48);
const OLD: Span = Span::days(13);

/// `40m`, `5h`, `9d`; with a sign too: `-26h`, `+90m`.
pub(crate) fn span(text: &str) -> Result<Span, SampleError> {
    let fault = || SampleError::data(format!("{text}: not a length of time"));
    let mut chars = text.chars();
    let unit = match chars.next_back() {
        Some('m') => Span::minutes(1),
        Some('h') => Span::hours(1),
        Some('d') => Span::days(1),
        _ => return Err(fault()),
    };
    let number: i64 = chars.as_str().parse().map_err(|_| fault())?;
    Ok(Span(number * unit.0))
}

/// That long ago. What is older than two days lies in working hours, what is older than two weeks up to four days earlier,
/// so that not all of the `nth` cases go at the same pace. A longer span is never later.
pub(crate) fn ago(now: Micros, span: Span, nth: usize) -> Micros {
    let nth = i64::try_from(nth).unwrap_or_default();
    if span < RECENT {
        return now - Span(span.0 + nth % 7 * MINUTE);
    }
    let days = if span < OLD { 0 } else { nth % 5 };
    let end = OPEN.end - nth * 13 % 400 * MINUTE;
    until(
        now - Span(span.0 + days * DAY + nth * 37 % 180 * MINUTE),
        end,
    )
}

/// This time if it is an hour of a working day, else the end of the working day before it.
pub(crate) fn working(at: Micros) -> Micros {
    until(at, OPEN.end)
}

/// This time if it is an hour of a working day, else the opening of the next one.
pub(crate) fn coming(at: Micros) -> Micros {
    let local = at.in_japan();
    let time = time_of(at);
    let late = if time >= OPEN.end {
        local.date().tomorrow().unwrap_or(local.date())
    } else {
        local.date()
    };
    let date = WorkingDays::default().on_or_after(late);
    if date == local.date() {
        on(date, time.max(OPEN.start)).unwrap_or(at)
    } else {
        on(date, OPEN.start).unwrap_or(at)
    }
}

/// With days that end at this time.
fn until(at: Micros, end: i64) -> Micros {
    let local = at.in_japan();
    let time = time_of(at);
    let early = if time < OPEN.start {
        local.date().yesterday().unwrap_or(local.date())
    } else {
        local.date()
    };
    let date = WorkingDays::default().on_or_before(early);
    let time = if date == local.date() {
        time.min(end)
    } else {
        end
    };
    on(date, time).unwrap_or(at)
}

/// Microseconds since midnight in Japan.
const fn time_of(at: Micros) -> i64 {
    (at.0 + JAPAN).rem_euclid(DAY)
}

fn on(date: Date, time: i64) -> Option<Micros> {
    let midnight = Micros::from_japan(date.at(0, 0, 0, 0))?;
    Some(midnight + Span(time))
}

/// The quarter of an hour in which it lies.
pub(crate) const fn quarter(at: Micros) -> Micros {
    Micros(at.0 - at.0.rem_euclid(15 * MINUTE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn japan(text: &str) -> Micros {
        Micros::from_fhir(&format!("{text}:00+09:00")).unwrap()
    }

    #[test]
    fn nights_and_weekends_fall_back_to_the_day_before() {
        for (given, wanted) in [
            ("2026-11-24T10:00", "2026-11-24T10:00"),
            ("2026-11-24T22:30", "2026-11-24T17:20"),
            ("2026-11-24T08:59", "2026-11-20T17:20"),
            ("2026-11-23T10:00", "2026-11-20T17:20"),
            ("2027-01-03T10:00", "2026-12-28T17:20"),
            ("2026-11-22T12:00", "2026-11-20T17:20"),
            ("2026-11-21T12:00", "2026-11-20T17:20"),
        ] {
            assert_eq!(working(japan(given)), japan(wanted), "{given}");
        }
    }

    #[test]
    fn visits_come_in_working_hours() {
        for (given, wanted) in [
            ("2026-11-24T10:00", "2026-11-24T10:00"),
            ("2026-11-24T01:10", "2026-11-24T09:00"),
            ("2026-11-24T17:30", "2026-11-25T09:00"),
            ("2026-11-21T10:00", "2026-11-24T09:00"),
        ] {
            assert_eq!(coming(japan(given)), japan(wanted), "{given}");
        }
    }

    #[test]
    fn later_is_never_earlier() {
        let start = japan("2026-11-20T00:00");
        let times: Vec<Micros> = (0..14 * 48)
            .map(|n| working(start + Span::minutes(n * 30)))
            .collect();
        assert!(times.is_sorted());
    }

    #[test]
    fn longer_ago_is_never_later() {
        let now = japan("2026-11-22T23:40");
        for nth in 0..91 {
            let times: Vec<Micros> = (1..60 * 24)
                .map(|hours| ago(now, Span::hours(hours), nth))
                .collect();
            assert!(times.is_sorted_by(|newer, older| newer >= older), "{nth}");
        }
    }

    #[test]
    fn spans() {
        assert_eq!(span("40m").unwrap(), Span::minutes(40));
        assert_eq!(span("-26h").unwrap(), Span::hours(-26));
        assert_eq!(span("+9d").unwrap(), Span::days(9));
        assert!(span("9").is_err() && span("d").is_err() && span("").is_err());
    }
}
