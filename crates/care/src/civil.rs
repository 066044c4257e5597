//! Typed days, times and numbers.

use std::ops::RangeInclusive;

use jiff::civil::{Date, Time};
use renkei_base::era::DateFault;
use renkei_base::{Fault, era, text};

/// A day, typed freely in 和暦 or 西暦.
pub(crate) fn day(field: &str, typed: &str) -> Result<Date, Fault> {
    if typed.trim().is_empty() {
        return Err(Fault::new(field, "fault-required"));
    }
    era::parse(typed).map_err(|fault| match fault {
        // Its examples are days to come, not birthdays.
        DateFault::Unreadable => Fault::new(field, "fault-day"),
        other => other.fault(field),
    })
}

/// A time of the day: `9:00`, `0900`, `９時`, `10時半`, `午後2時15分`.
pub(crate) fn clock(field: &str, typed: &str) -> Result<Time, Fault> {
    let plain: String = text::usual_width(typed)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    if plain.is_empty() {
        return Err(Fault::new(field, "fault-required"));
    }
    read_clock(&plain).ok_or_else(|| Fault::new(field, "fault-time"))
}

fn read_clock(plain: &str) -> Option<Time> {
    let (shift, rest) = match (plain.strip_prefix("午後"), plain.strip_prefix("午前")) {
        (Some(rest), _) => (12, rest),
        (_, Some(rest)) => (0, rest),
        _ => (0, plain),
    };
    let (hour, minute) = match rest.split_once([':', '時', '.']) {
        Some((hour, "半")) => (hour, "30"),
        Some((hour, minute)) => (hour, minute.strip_suffix('分').unwrap_or(minute)),
        None if matches!(rest.len(), 3 | 4) => rest.split_at_checked(rest.len() - 2)?,
        None => return None,
    };
    let minute = if minute.is_empty() { "0" } else { minute };
    let number = |text: &str| {
        text.parse::<i8>()
            .ok()
            .filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    if shift > 0 && hour > 12 {
        return None;
    }
    let hour = if shift > 0 { hour % 12 + shift } else { hour };
    Time::new(hour, minute, 0, 0).ok()
}

/// A whole number within bounds; the default where nothing was typed.
pub(crate) fn number(
    field: &str,
    typed: &str,
    default: i64,
    bounds: RangeInclusive<i64>,
) -> Result<i64, Fault> {
    let plain = text::usual_width(typed);
    let plain = plain.trim();
    if plain.is_empty() {
        return Ok(default);
    }
    plain
        .parse()
        .ok()
        .filter(|number| bounds.contains(number))
        .ok_or_else(|| {
            Fault::new(field, "fault-number-range")
                .with("min", bounds.start())
                .with("max", bounds.end())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        assert!(day("date", "2026-12-03").is_ok());
        let fault = day("date", "あした").unwrap_err();
        assert_eq!(fault, Fault::new("date", "fault-day"));
    }

    #[test]
    fn clocks() {
        for (typed, read) in [
            ("9:00", "09:00:00"),
            ("0900", "09:00:00"),
            ("900", "09:00:00"),
            ("９：３０", "09:30:00"),
            ("9時", "09:00:00"),
            ("10時半", "10:30:00"),
            ("10時05分", "10:05:00"),
            ("午後2時15分", "14:15:00"),
            ("午後12時", "12:00:00"),
            ("23:59", "23:59:00"),
        ] {
            assert_eq!(
                clock("time", typed).map(|t| t.to_string()),
                Ok(read.to_owned()),
                "{typed}"
            );
        }
        for typed in [
            "24:00",
            "9",
            "9:60",
            "午後13時",
            "x:1",
            "-1:00",
            "9:-5",
            "朝",
            "あいう",
            "1é:0",
        ] {
            assert!(clock("time", typed).is_err(), "{typed}");
        }
    }
}
