//! Opening hours as people write them: `9:00-12:00、14:00〜17:30`, `第2・4 9時～12時`, `17:00～翌8:30`, `休`.

use std::collections::BTreeMap;

use renkei_base::text::usual_width;
use renkei_base::{Fault, Id};
use renkei_store::opening::{Hours, LATEST, Opening, OpeningSet, What};
use renkei_store::{Store, StoreError};

use super::{Edit, Fields, OWN_SOURCE};
use crate::Kind;
use crate::opening::{Week, is_doubtful_night, span_text};

const DAY: u16 = 1_440;
/// Monday to Sunday, and holidays.
pub const WEEKDAYS: std::ops::RangeInclusive<u8> = 1..=8;

/// A stretch of one weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub from: u16,
    pub until: u16,
    /// 1–5: only that week of the month. 0: every week.
    pub week: u8,
}

/// What is said of one weekday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Day {
    #[default]
    Unsaid,
    Closed,
    Open(Vec<Span>),
}

const WRONG: &str = "fault-profile-hours";

/// One weekday as it is typed.
///
/// # Errors
/// `fault-profile-hours`; `fault-profile-hours-night` for what ends before it begins and is too long for a night, unless it
/// says 翌.
pub fn parse_day(text: &str) -> Result<Day, &'static str> {
    let text = usual_width(text).replace(['〜', '～', '−', 'ー', '–', '—', '―'], "~");
    let text = text.replace("翌日 ", "翌").replace("翌 ", "翌");
    let text = text.trim();
    match text {
        "" => return Ok(Day::Unsaid),
        "休" | "休診" | "休み" | "休業" | "閉" | "~" | "closed" => return Ok(Day::Closed),
        "24時間" => {
            let (from, until, week) = (0, DAY, 0);
            return Ok(Day::Open(vec![Span { from, until, week }]));
        }
        _ => {}
    }
    let mut weeks = vec![0];
    let mut spans = Vec::new();
    let parts = text.split([',', '、', ';', '\n', '/', ' ']);
    for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
        let (numbers, time) = weeks_of(part);
        if let Some(numbers) = numbers {
            weeks = numbers;
        }
        if time.is_empty() {
            continue;
        }
        let (from, until) = span(time)?;
        spans.extend(weeks.iter().map(|week| Span {
            from,
            until,
            week: *week,
        }));
    }
    if spans.is_empty() || weeks.is_empty() {
        return Err(WRONG);
    }
    spans.sort_unstable_by_key(|span| (span.week, span.from, span.until));
    Ok(Day::Open(spans))
}

/// `第2・4` at the beginning: the weeks, and what follows.
fn weeks_of(part: &str) -> (Option<Vec<u8>>, &str) {
    let Some(rest) = part.strip_prefix('第') else {
        return (None, part);
    };
    let rest = rest.trim_start_matches('第');
    let mut weeks = Vec::new();
    let mut end = 0;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let digit = c.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
        let alone = !chars
            .peek()
            .is_some_and(|(_, next)| matches!(next, ':' | '0'..='9' | '時'));
        match digit {
            Some(week @ 1..=5) if alone => weeks.push(week),
            None if matches!(c, '・' | '第' | '週' | '･') => {}
            _ => {
                end = at;
                break;
            }
        }
        end = at + c.len_utf8();
    }
    (Some(weeks), rest.get(end..).unwrap_or_default().trim())
}

/// `9:00~12:00`, `9時-12時半`.
fn span(text: &str) -> Result<(u16, u16), &'static str> {
    let (from, until) = text.split_once(['~', '-']).ok_or(WRONG)?;
    let until = until.trim();
    let next = ["翌日", "翌朝", "翌"]
        .iter()
        .find_map(|word| until.strip_prefix(word));
    let from = minute(from).ok_or(WRONG)?;
    let end = minute(next.unwrap_or(until)).ok_or(WRONG)?;
    let later = end < DAY && (next.is_some() || end <= from);
    let end = if later { end + DAY } else { end };
    if from >= DAY || end <= from || end >= LATEST {
        return Err(WRONG);
    }
    if later && next.is_none() && is_doubtful_night(from, end) {
        return Err("fault-profile-hours-night");
    }
    Ok((from, end))
}

fn minute(text: &str) -> Option<u16> {
    let text = text.trim().replace('半', "30").replace('時', ":");
    let text = text.trim_end_matches('分');
    let (hour, minute) = match text.split_once([':', '.']) {
        Some((hour, "")) => (hour, "0"),
        Some(parts) => parts,
        None if text.len() == 4 => text.split_at_checked(2)?,
        None => (text, "0"),
    };
    let plain = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| digits)
    };
    let (hour, minute) = (plain(hour)?, plain(minute)?);
    (minute < 60 && hour < 48).then_some(hour * 60 + minute)
}

/// One weekday as a form shows it.
pub fn day_text(day: &Day) -> String {
    match day {
        Day::Unsaid => String::new(),
        Day::Closed => "休".to_owned(),
        Day::Open(spans) => {
            let mut by_time: BTreeMap<(u16, u16), Vec<u8>> = BTreeMap::new();
            for span in spans {
                let weeks = by_time.entry((span.from, span.until)).or_default();
                weeks.push(span.week);
            }
            let mut lines: Vec<String> = Vec::new();
            let every = by_time.iter().filter(|(_, weeks)| weeks.contains(&0));
            lines.extend(every.map(|(time, _)| span_text(*time)));
            let some = by_time.iter().filter(|(_, weeks)| !weeks.contains(&0));
            lines.extend(some.map(|(time, weeks)| {
                let weeks: Vec<String> = weeks.iter().map(u8::to_string).collect();
                format!("第{} {}", weeks.join("・"), span_text(*time))
            }));
            lines.join(", ")
        }
    }
}

/// A week of the institution or of departments that have the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Names of the departments; none is the whole institution.
    pub departments: Vec<String>,
    pub what: What,
    /// Monday to Sunday, and holidays.
    pub days: Vec<Day>,
    pub source: String,
    pub source_date: String,
}

/// The week as pages show it. What the institution says itself of the whole is all there is then.
pub fn blocks(sets: &[OpeningSet]) -> Vec<Block> {
    let own = sets.iter().find(|set| set.source == OWN_SOURCE);
    let own = own.filter(|set| !set.hours().openings.is_empty());
    let chosen: Vec<&OpeningSet> = own.map_or_else(|| sets.iter().collect(), |set| vec![set]);
    chosen.into_iter().flat_map(of_set).collect()
}

/// The days on which it is closed, as one source says them, where no source says when it is open: weekday and week of the
/// month (0 for every week).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedDays {
    pub days: Vec<(u8, u8)>,
    pub source: String,
    pub source_date: String,
}

/// None where hours are said, which tell the closed days too, or where nothing is said.
pub fn closed_days(sets: &[OpeningSet]) -> Option<ClosedDays> {
    if !blocks(sets).is_empty() {
        return None;
    }
    let own = sets.iter().filter(|set| set.source == OWN_SOURCE);
    let others = sets.iter().filter(|set| set.source != OWN_SOURCE);
    let mut said = own.chain(others).filter_map(|set| {
        let openings = set.hours().openings.into_iter();
        let closed = openings.filter(|one| one.what == What::Closed);
        let mut days: Vec<(u8, u8)> = closed.map(|one| (one.week, one.weekday)).collect();
        days.sort_unstable();
        days.dedup();
        (!days.is_empty()).then(|| ClosedDays {
            days: days.into_iter().map(|(week, day)| (day, week)).collect(),
            source: set.source.clone(),
            source_date: set.source_date.clone(),
        })
    });
    said.next()
}

fn of_set(set: &OpeningSet) -> Vec<Block> {
    let hours = set.hours();
    let mut blocks: Vec<Block> = Vec::new();
    let mut codes: Vec<&str> = Vec::new();
    for one in hours.openings.iter().filter(|one| one.what != What::Closed) {
        if !codes.contains(&one.department.as_str()) {
            codes.push(&one.department);
        }
    }
    for code in codes {
        for what in [What::Consultation, What::Open, What::Reception] {
            let days: Vec<Day> = WEEKDAYS
                .map(|day| day_of(&hours.openings, code, what, day))
                .collect();
            if days.iter().all(|day| !matches!(day, Day::Open(_))) {
                continue;
            }
            let name = hours.departments.iter().find(|one| one.code == code);
            let name = name.map(|one| one.name.clone());
            match blocks
                .iter_mut()
                .find(|block| block.what == what && block.days == days)
            {
                Some(block) => block.departments.extend(name),
                None => blocks.push(Block {
                    departments: name.into_iter().collect(),
                    what,
                    days,
                    source: set.source.clone(),
                    source_date: set.source_date.clone(),
                }),
            }
        }
    }
    blocks
}

fn day_of(openings: &[Opening], department: &str, what: What, weekday: u8) -> Day {
    let that_day = openings.iter().filter(|one| one.weekday == weekday);
    let mut spans: Vec<Span> = that_day
        .clone()
        .filter(|one| one.what == what && one.department == department)
        .map(|one| Span {
            from: one.from,
            until: one.until,
            week: one.week,
        })
        .collect();
    spans.sort_unstable_by_key(|span| (span.week, span.from, span.until));
    spans.dedup();
    let closed = that_day
        .clone()
        .any(|one| one.what == What::Closed && one.week == 0);
    match (spans.is_empty(), closed) {
        (_, true) => Day::Closed,
        (true, false) => Day::Unsaid,
        (false, false) => Day::Open(spans),
    }
}

/// The form's fields: what the institution says, else what the lists say of it as a whole.
pub(super) async fn fields(store: &Store, id: &Id) -> Result<Fields, StoreError> {
    let sets = store.openings_of(id).await?;
    let week = Week::of(&sets);
    let own = sets.iter().find(|set| set.source == OWN_SOURCE);
    let openings = own.map_or_else(|| week.openings().to_vec(), |set| set.hours().openings);
    let known = |what| openings.iter().any(|one| one.what == what);
    let what = [What::Consultation, What::Open]
        .into_iter()
        .find(|what| known(*what))
        .unwrap_or(What::Reception);
    let whole: Vec<Opening> = openings
        .iter()
        .map(|one| Opening {
            department: String::new(),
            ..one.clone()
        })
        .collect();
    let each = WEEKDAYS.map(|day| {
        let text = day_text(&day_of(&whole, "", what, day));
        (format!("day{day}"), text)
    });
    Ok(each.collect())
}

pub(super) fn edit(edit: &mut Edit<'_>, kind: &str) {
    let medical = matches!(
        Kind::from_code(kind),
        Some(Kind::Hospital | Kind::Clinic | Kind::DentalClinic | Kind::MaternityHome)
    );
    let what = if medical {
        What::Consultation
    } else {
        What::Open
    };
    if !WEEKDAYS
        .into_iter()
        .any(|day| edit.differs(&format!("day{day}")))
    {
        return;
    }
    let mut openings = Vec::new();
    for weekday in WEEKDAYS {
        let field = format!("day{weekday}");
        match parse_day(edit.new_value(&field)) {
            Err(key) => edit.faults.push(Fault::new(field, key)),
            Ok(Day::Unsaid) => {}
            Ok(Day::Closed) => openings.push(opening(weekday, What::Closed, 0, (0, DAY))),
            Ok(Day::Open(spans)) => openings.extend(
                spans
                    .into_iter()
                    .map(|span| opening(weekday, what, span.week, (span.from, span.until))),
            ),
        }
    }
    let hours = Hours {
        departments: Vec::new(),
        openings,
    };
    let source = (OWN_SOURCE, edit.today.as_str());
    edit.changes
        .put_openings(edit.institution, source, &hours, edit.ctx.at);
}

const fn opening(weekday: u8, what: What, week: u8, span: (u16, u16)) -> Opening {
    Opening {
        department: String::new(),
        weekday,
        week,
        from: span.0,
        until: span.1,
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        parse_day(text).map_or_else(str::to_owned, |day| day_text(&day))
    }

    #[test]
    fn hours_as_people_write_them() {
        for (typed, shown) in [
            ("9:00-12:00、14:00〜17:30", "9:00～12:00, 14:00～17:30"),
            ("９時～１２時半", "9:00～12:30"),
            ("0900-1730", "9:00～17:30"),
            ("9-12 14-17", "9:00～12:00, 14:00～17:00"),
            ("第2・4 9:00-12:00", "第2・4 9:00～12:00"),
            (
                "第1第3 9-12、14-15",
                "第1・3 9:00～12:00, 第1・3 14:00～15:00",
            ),
            ("21:00-2:00", "21:00～翌2:00"),
            ("21:00-26:00", "21:00～翌2:00"),
            ("17:00-8:30", "17:00～翌8:30"),
            ("17:00-9:00", "17:00～翌9:00"),
            ("9:00-翌8:00", "9:00～翌8:00"),
            ("9:00～翌日 8時", "9:00～翌8:00"),
            ("9:00-8:00", "fault-profile-hours-night"),
            ("9:00-9:00", "fault-profile-hours-night"),
            ("20:00-24:00", "20:00～24:00"),
            ("24時間", "0:00～24:00"),
            ("休診", "休"),
            ("", ""),
            ("午前", "fault-profile-hours"),
            ("9:70-12:00", "fault-profile-hours"),
            ("9:00", "fault-profile-hours"),
            ("第6 9:00-12:00", "fault-profile-hours"),
            ("99-100", "fault-profile-hours"),
        ] {
            assert_eq!(read(typed), shown, "{typed}");
            if !shown.starts_with("fault") {
                assert_eq!(read(shown), shown, "again");
            }
        }
    }
}
