//! Days as people write them, as moments: a window begins with its first day in Japan and ends with its last.

use jiff::civil::Date;
use renkei_base::{Fault, Micros, era};

/// The first moment of a day.
pub fn start(day: Date) -> Micros {
    Micros::from_japan(day.to_datetime(jiff::civil::Time::midnight())).unwrap_or_default()
}

/// The first moment after a day.
pub fn end(day: Date) -> Micros {
    start(day.saturating_add(jiff::Span::new().days(1)))
}

/// The last day of a window that closes at this moment.
pub fn last(closes: Micros) -> Date {
    Micros(closes.0.saturating_sub(1)).in_japan().date()
}

/// The first day of a window.
pub fn first(opens: Micros) -> Date {
    opens.in_japan().date()
}

/// A day as typed (`令和8年12月20日`, `R8.12.20`, `2026-12-20`).
pub(crate) fn parse(field: &'static str, text: &str) -> Result<Date, Fault> {
    if text.trim().is_empty() {
        return Err(Fault::new(field, "fault-required"));
    }
    era::parse(text).map_err(|_| Fault::new(field, "fault-survey-day"))
}

/// Years for which a survey is open at most: a day further off was mistyped.
const YEARS: i64 = 2;

/// The last day of a window as typed, not before today and not further off than [`YEARS`] after today and the opening.
///
/// # Errors
/// `fault-required`, `fault-survey-day`, `fault-survey-past`, `fault-survey-far`.
pub(crate) fn closing(
    field: &'static str,
    text: &str,
    opens: Micros,
    at: Micros,
) -> Result<Micros, Fault> {
    let day = parse(field, text)?;
    if day < at.in_japan().date() {
        return Err(Fault::new(field, "fault-survey-past"));
    }
    near(field, day, opens.max(at))?;
    Ok(end(day))
}

/// The first day of a window as typed.
///
/// # Errors
/// `fault-required`, `fault-survey-day`, `fault-survey-far`.
pub(crate) fn opening(field: &'static str, text: &str, at: Micros) -> Result<Date, Fault> {
    let day = parse(field, text)?;
    near(field, day, at)?;
    Ok(day)
}

fn near(field: &'static str, day: Date, from: Micros) -> Result<(), Fault> {
    let years = jiff::Span::new().years(YEARS);
    match day > from.in_japan().date().saturating_add(years) {
        true => Err(Fault::new(field, "fault-survey-far")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_with_its_last_day_in_japan() {
        let day = jiff::civil::date(2026, 12, 20);
        assert_eq!(end(day).to_fhir(), "2026-12-20T15:00:00.000000Z");
        assert_eq!(last(end(day)), day);
        assert_eq!(first(start(day)), day);
    }

    #[test]
    fn a_day_that_is_over_is_no_deadline() {
        let now = start(jiff::civil::date(2026, 11, 22));
        assert!(closing("closes", "R8.11.21", now, now).is_err());
        let empty = closing("closes", " ", now, now).map_err(|fault| fault.key);
        assert_eq!(empty.unwrap_err(), "fault-required");
        let today = closing("closes", "令和8年11月22日", now, now).unwrap();
        assert_eq!(last(today), jiff::civil::date(2026, 11, 22));
    }

    #[test]
    fn a_day_in_the_next_century_was_mistyped() {
        let now = start(jiff::civil::date(2026, 11, 22));
        let opens = start(jiff::civil::date(2027, 4, 1));
        let far = |text: &str| closing("closes", text, opens, now).map_err(|fault| fault.key);
        assert_eq!(far("R99.12.25").unwrap_err(), "fault-survey-far");
        assert_eq!(far("2029-04-02").unwrap_err(), "fault-survey-far");
        assert!(far("2029-04-01").is_ok());
        assert!(opening("opens", "R99.12.25", now).is_err());
        assert!(opening("opens", "R8.4.1", now).is_ok());
    }
}
