//! When an institution is open: what the sources say, put together. Pure.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
pub use renkei_store::opening::{Department, Hours, LATEST, Opening, OpeningSet, What};

use crate::institution::OWN_SOURCE;
use crate::profile::hours::Span;

/// The weekday number of holidays.
pub const HOLIDAY: u8 = 8;
const DAY: u16 = 1_440;
/// The longest stretch into the next day that is believed without a word: from 16:00 to 9:00. `9:00-8:00` is longer, and
/// rather a slip for 18:00.
const NIGHT: u16 = 17 * 60;

/// Whether a stretch that ends before it begins (its end is of the next day, above 1,440) is too long to be a night.
pub const fn is_doubtful_night(from: u16, until: u16) -> bool {
    until > DAY && until - from > NIGHT
}

/// A stretch as everything shows it: `9:00～12:00`, `17:00～翌8:30`. Forms read it again.
pub fn span_text((from, until): (u16, u16)) -> String {
    let (until, next) = clock_of(until);
    let next = if next { "翌" } else { "" };
    format!("{}～{next}{until}", clock_of(from).0)
}

/// `8:30`, and whether that is of the next day. Midnight at the end of a day is its own 24:00.
pub fn clock_of(minute: u16) -> (String, bool) {
    let next = minute > DAY;
    let minute = if next { minute - DAY } else { minute };
    (format!("{}:{:02}", minute / 60, minute % 60), next)
}

/// The hours of an institution or of one of its departments, whatever source they come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Week {
    openings: Vec<Opening>,
}

impl Week {
    /// All of an institution. What it said itself about a department wins over the lists, time and closed days apart.
    pub fn of(sets: &[OpeningSet]) -> Self {
        let hours: Vec<(bool, Hours)> = sets
            .iter()
            .map(|set| (set.source == OWN_SOURCE, set.hours()))
            .collect();
        let said: Vec<(String, bool)> = hours
            .iter()
            .filter(|(own, _)| *own)
            .flat_map(|(_, hours)| hours.openings.iter().map(subject))
            .collect();
        let openings = hours.into_iter().flat_map(|(own, hours)| {
            let said = &said;
            hours
                .openings
                .into_iter()
                .filter(move |one| own || !wins(said, one))
        });
        Self {
            openings: openings.collect(),
        }
    }

    /// Only what is said of one department (its code in the source), and the closed days of the whole.
    #[must_use]
    pub fn department(&self, code: &str) -> Self {
        let wanted = |one: &&Opening| {
            one.department == code || (one.what == What::Closed && one.department.is_empty())
        };
        Self {
            openings: self.openings.iter().filter(wanted).cloned().collect(),
        }
    }

    pub fn openings(&self) -> &[Opening] {
        &self.openings
    }

    /// Whether any hours are known: closed days alone are none.
    pub fn has_hours(&self) -> bool {
        self.openings.iter().any(|one| one.what != What::Closed)
    }

    /// The stretches of one day in minutes after midnight, in order, joined where they touch.
    /// `None` where nothing is known of that day; empty where it is closed.
    pub fn of_day(&self, date: Date, holiday: bool) -> Option<Vec<(u16, u16)>> {
        if self.is_closed(date, holiday) {
            return Some(Vec::new());
        }
        if !self.has_hours() {
            return None;
        }
        let weekday = day_number(date, holiday);
        let that_day = |one: &&Opening| {
            one.what == self.shown()
                && one.weekday == weekday
                && [0, week_of(date)].contains(&one.week)
        };
        let mut spans: Vec<(u16, u16)> = self
            .openings
            .iter()
            .filter(that_day)
            .map(|one| (one.from, one.until))
            .collect();
        spans.sort_unstable();
        Some(joined(&spans))
    }

    /// The stretches of a weekday that is open in some weeks of the month only; none where it is every week or closed.
    pub fn of_some_weeks(&self, weekday: u8) -> Vec<Span> {
        let shown = self.shown();
        let that_day = |one: &&Opening| one.weekday == weekday;
        let closed = |one: &Opening| one.what == What::Closed && one.week == 0;
        if self.openings.iter().filter(that_day).any(closed) {
            return Vec::new();
        }
        let there = self.openings.iter().filter(that_day);
        let there = there.filter(|one| one.what == shown);
        let mut spans: Vec<Span> = there
            .map(|one| Span {
                from: one.from,
                until: one.until,
                week: one.week,
            })
            .collect();
        if spans.iter().all(|span| span.week == 0) {
            return Vec::new();
        }
        spans.sort_unstable_by_key(|span| (span.week, span.from, span.until));
        spans.dedup();
        spans
    }

    /// Whether it is open at that moment of Japan's time. `None` where nothing is known.
    /// `holiday` says whether a date is one.
    pub fn is_open_at(&self, at: DateTime, holiday: impl Fn(Date) -> bool) -> Option<bool> {
        let date = at.date();
        let today = self.of_day(date, holiday(date))?;
        let minute = minutes(at.time());
        let yesterday = date.checked_sub(1.day()).ok();
        let night = yesterday.and_then(|date| self.of_day(date, holiday(date)));
        let open = today
            .iter()
            .any(|(from, until)| (*from..*until).contains(&minute));
        let late = night
            .unwrap_or_default()
            .iter()
            .any(|(_, until)| *until > DAY && minute < until - DAY);
        Some(open || late)
    }

    /// Consultation and opening hours tell when it is open; those of the reception only where nothing else is known.
    fn shown(&self) -> What {
        let known = |what| self.openings.iter().any(|one| one.what == what);
        [What::Consultation, What::Open]
            .into_iter()
            .find(|what| known(*what))
            .unwrap_or(What::Reception)
    }

    fn is_closed(&self, date: Date, holiday: bool) -> bool {
        let weekday = weekday_of(date);
        self.openings.iter().any(|one| {
            let week = [0, week_of(date)].contains(&one.week);
            let that_day = one.weekday == weekday && week;
            one.what == What::Closed && (that_day || (holiday && one.weekday == HOLIDAY))
        })
    }
}

/// Whether it is open at that moment, by all that is known. `None` where nothing is.
pub fn is_open_at(
    sets: &[OpeningSet],
    at: DateTime,
    holiday: impl Fn(Date) -> bool,
) -> Option<bool> {
    Week::of(sets).is_open_at(at, holiday)
}

/// Whether the institution's own word stands before this row of a list: about its department, or about the whole.
fn wins(said: &[(String, bool)], one: &Opening) -> bool {
    let (department, closed) = subject(one);
    said.contains(&(String::new(), closed)) || said.contains(&(department, closed))
}

/// What a row is about: a department, and whether it is a closed day.
fn subject(one: &Opening) -> (String, bool) {
    (one.department.clone(), one.what == What::Closed)
}

fn day_number(date: Date, holiday: bool) -> u8 {
    if holiday { HOLIDAY } else { weekday_of(date) }
}

/// 1 Monday … 7 Sunday.
fn weekday_of(date: Date) -> u8 {
    date.weekday().to_monday_one_offset().unsigned_abs()
}

/// 1–5: the how manieth of its weekday in the month.
fn week_of(date: Date) -> u8 {
    date.day().unsigned_abs().saturating_sub(1) / 7 + 1
}

fn minutes(time: Time) -> u16 {
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}

fn joined(spans: &[(u16, u16)]) -> Vec<(u16, u16)> {
    let mut all: Vec<(u16, u16)> = Vec::new();
    for (from, until) in spans {
        match all.last_mut() {
            Some(last) if *from <= last.1 => last.1 = last.1.max(*until),
            _ => all.push((*from, *until)),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    fn one(weekday: u8, week: u8, span: (u16, u16), what: What, department: &str) -> Opening {
        Opening {
            department: department.to_owned(),
            weekday,
            week,
            from: span.0,
            until: span.1,
            what,
        }
    }

    fn set(source: &str, openings: Vec<Opening>) -> OpeningSet {
        let hours = Hours {
            departments: vec![],
            openings,
        };
        OpeningSet {
            institution: "i".parse().unwrap(),
            source: source.to_owned(),
            source_date: String::new(),
            hours: hours.pack(),
        }
    }

    #[test]
    fn what_it_says_of_the_whole_wins_over_every_department_of_the_lists() {
        let sets = [
            set(
                "list",
                vec![one(6, 0, (540, 720), What::Consultation, "01001")],
            ),
            set("own", vec![one(1, 0, (540, 720), What::Consultation, "")]),
        ];
        let saturday = is_open_at(&sets, datetime(2026, 11, 7, 10, 0, 0, 0), |_| false);
        assert_eq!(saturday, Some(false));
        let monday = is_open_at(&sets, datetime(2026, 11, 9, 10, 0, 0, 0), |_| false);
        assert_eq!(monday, Some(true));
    }

    #[test]
    fn open_at_a_moment() {
        let sets = [
            set(
                "list",
                vec![
                    one(6, 0, (540, 720), What::Consultation, "01001"),
                    one(6, 0, (720, 780), What::Consultation, "03001"),
                    one(5, 0, (1_260, 1_560), What::Consultation, "01001"),
                    one(6, 0, (500, 700), What::Reception, "01001"),
                    one(6, 2, (0, DAY), What::Closed, ""),
                    one(HOLIDAY, 0, (0, DAY), What::Closed, ""),
                ],
            ),
            set("other", vec![one(7, 0, (0, DAY), What::Closed, "")]),
        ];
        let open = |at| is_open_at(&sets, at, |date| date.day() == 21);
        // 2026-11-07 is the first Saturday of the month.
        for (at, wanted) in [
            (datetime(2026, 11, 7, 8, 59, 0, 0), Some(false)),
            (datetime(2026, 11, 7, 9, 0, 0, 0), Some(true)),
            (datetime(2026, 11, 7, 12, 30, 0, 0), Some(true)),
            (datetime(2026, 11, 7, 13, 0, 0, 0), Some(false)),
            // After midnight of Friday's night.
            (datetime(2026, 11, 7, 1, 59, 0, 0), Some(true)),
            (datetime(2026, 11, 7, 2, 0, 0, 0), Some(false)),
            // The second Saturday, a Sunday, a holiday.
            (datetime(2026, 11, 14, 9, 0, 0, 0), Some(false)),
            (datetime(2026, 11, 8, 9, 0, 0, 0), Some(false)),
            (datetime(2026, 11, 21, 9, 0, 0, 0), Some(false)),
        ] {
            assert_eq!(open(at), wanted, "{at}");
        }
        assert_eq!(
            Week::of(&sets)
                .department("03001")
                .of_day(jiff::civil::date(2026, 11, 7), false),
            Some(vec![(720, 780)])
        );
    }

    #[test]
    fn nights_end_on_the_next_day() {
        for (span, text, doubtful) in [
            ((540, 720), "9:00～12:00", false),
            ((0, 1_440), "0:00～24:00", false),
            ((1_020, 1_950), "17:00～翌8:30", false),
            ((960, 1_980), "16:00～翌9:00", false),
            ((540, 1_920), "9:00～翌8:00", true),
            ((540, 1_980), "9:00～翌9:00", true),
        ] {
            assert_eq!(span_text(span), text);
            assert_eq!(is_doubtful_night(span.0, span.1), doubtful, "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_closed() {
        let closed = set("list", vec![one(7, 0, (0, DAY), What::Closed, "")]);
        let at = |day| {
            is_open_at(
                std::slice::from_ref(&closed),
                datetime(2026, 11, day, 9, 0, 0, 0),
                |_| false,
            )
        };
        assert_eq!((at(7), at(8)), (None, Some(false)));
        assert_eq!(
            is_open_at(&[], datetime(2026, 11, 7, 9, 0, 0, 0), |_| false),
            None
        );
    }

    #[test]
    fn what_it_said_itself_wins() {
        let sets = [
            set(
                "list",
                vec![
                    one(1, 0, (540, 720), What::Consultation, ""),
                    one(2, 0, (540, 720), What::Consultation, ""),
                    one(7, 0, (0, DAY), What::Closed, ""),
                ],
            ),
            set(
                OWN_SOURCE,
                vec![one(1, 0, (600, 660), What::Consultation, "")],
            ),
        ];
        let week = Week::of(&sets);
        let day = |day| week.of_day(jiff::civil::date(2026, 11, day), false);
        assert_eq!(day(2), Some(vec![(600, 660)]), "Monday as it says it");
        assert_eq!(day(3), Some(vec![]), "Tuesday it does not name any more");
        assert_eq!(day(8), Some(vec![]), "closed days it did not speak of");
    }
}
