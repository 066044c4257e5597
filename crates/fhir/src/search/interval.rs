//! Dates and times of any precision as closed intervals of instants (FHIR R4, search, date).

use renkei_base::Micros;

/// The interval that a FHIR date, dateTime or instant covers: `2026` is a year, `2026-11-22T10:00` a minute.
/// Without a zone it is Japan's time. A blank in place of the zone's plus sign (as URLs make of it) is read as the plus.
/// `None` when it is no date.
pub fn interval(text: &str) -> Option<(Micros, Micros)> {
    match text.split_once('T') {
        None => days(text),
        Some((date, time)) => moment(date, time),
    }
}

fn days(date: &str) -> Option<(Micros, Micros)> {
    let (year, month, day) = parts(date)?;
    let low = midnight(year, month.unwrap_or(1), day.unwrap_or(1))?;
    let next = match (month, day) {
        (_, Some(_)) => low.0.checked_add(86_400_000_000).map(Micros),
        (Some(12), None) | (None, None) => midnight(year + 1, 1, 1),
        (Some(month), None) => midnight(year, month + 1, 1),
    };
    // The year 10000 is beyond the calendar.
    let high = next.map_or(Micros::NEVER, |next| Micros(next.0 - 1));
    Some((low, high))
}

/// `2026`, `2026-11`, `2026-11-22`: year, month, day.
fn parts(date: &str) -> Option<(u16, Option<u8>, Option<u8>)> {
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map(|text| digits(text, 2));
    let day = parts.next().map(|text| digits(text, 2));
    match (month, day, parts.next()) {
        (None, None, None) => Some((year, None, None)),
        (Some(Some(month)), None, None) => Some((year, u8::try_from(month).ok(), None)),
        (Some(Some(month)), Some(Some(day)), None) => {
            Some((year, u8::try_from(month).ok(), u8::try_from(day).ok()))
        }
        _ => None,
    }
}

fn digits(text: &str, length: usize) -> Option<u16> {
    let plain = text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn midnight(year: u16, month: u8, day: u8) -> Option<Micros> {
    Micros::from_fhir(&format!("{year:04}-{month:02}-{day:02}T00:00:00+09:00"))
}

fn moment(date: &str, time: &str) -> Option<(Micros, Micros)> {
    let (_, Some(_), Some(_)) = parts(date)? else {
        return None;
    };
    let (clock, zone) = split_zone(time);
    let (clock, width) = clock_width(clock)?;
    let low = Micros::from_fhir(&format!("{date}T{clock}{zone}"))?;
    Some((low, Micros(low.0.checked_add(width - 1)?)))
}

fn split_zone(time: &str) -> (&str, String) {
    match time.find(['Z', '+', '-', ' ']) {
        None => (time, "+09:00".to_owned()),
        Some(at) => {
            let (clock, zone) = time.split_at(at);
            (clock, zone.replace(' ', "+"))
        }
    }
}

/// The time with its seconds, and how many microseconds it covers.
fn clock_width(clock: &str) -> Option<(String, i64)> {
    let (whole, fraction) = match clock.split_once('.') {
        None => (clock, None),
        Some((whole, fraction)) => (whole, Some(fraction)),
    };
    match (whole.len(), fraction) {
        (5, None) => Some((format!("{whole}:00"), 60_000_000)),
        (8, None) => Some((whole.to_owned(), 1_000_000)),
        (8, Some(fraction)) if (1..=9).contains(&fraction.len()) => {
            let places = u32::try_from(fraction.len().min(6)).ok()?;
            Some((clock.to_owned(), 10_i64.pow(6 - places)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        interval(text).map_or("-".to_owned(), |(low, high)| {
            format!("{} {}", low.to_fhir(), high.to_fhir())
        })
    }

    #[test]
    fn precision_gives_the_width() {
        let all: Vec<String> = [
            "2026",
            "2026-02",
            "2026-12",
            "2024-02-29",
            "2026-11-22T10:00",
            "2026-11-22T10:00:01",
            "2026-11-22T10:00:01Z",
            "2026-11-22T10:00:01.5+09:00",
            "2026-11-22T10:00:01.000004 09:00",
        ]
        .iter()
        .map(|text| shown(text))
        .collect();
        insta::assert_snapshot!(all.join("\n"), @r"
        2025-12-31T15:00:00.000000Z 2026-12-31T14:59:59.999999Z
        2026-01-31T15:00:00.000000Z 2026-02-28T14:59:59.999999Z
        2026-11-30T15:00:00.000000Z 2026-12-31T14:59:59.999999Z
        2024-02-28T15:00:00.000000Z 2024-02-29T14:59:59.999999Z
        2026-11-22T01:00:00.000000Z 2026-11-22T01:00:59.999999Z
        2026-11-22T01:00:01.000000Z 2026-11-22T01:00:01.999999Z
        2026-11-22T10:00:01.000000Z 2026-11-22T10:00:01.999999Z
        2026-11-22T01:00:01.500000Z 2026-11-22T01:00:01.599999Z
        2026-11-22T01:00:01.000004Z 2026-11-22T01:00:01.000004Z
    ");
    }

    #[test]
    fn what_is_no_date_gives_nothing() {
        for text in [
            "",
            "26",
            "2026-13",
            "2026-02-30",
            "2026-1-1",
            "2026-11-22T",
            "2026-11T10:00",
            "2026-11-22T10",
            "2026-11-22T25:00",
            "2026-11-22T10:00:00+99:00",
            "today",
            "２０２６",
            "2026-11-22-",
            "+026",
            "2026-11-22T10:00:00.",
            "2026-11-22TZ",
        ] {
            assert_eq!(interval(text), None, "{text}");
        }
    }

    #[test]
    fn the_last_year_ends() {
        assert_eq!(interval("9999").map(|(_, high)| high), Some(Micros::NEVER));
    }
}
