//! Hours of all institutions, small: few institutions have hours that no other has.

use std::collections::HashMap;

use jiff::civil::DateTime;
use renkei_base::holiday::WorkingDays;
use renkei_store::opening::OpeningSet;

use super::bits::Bits;
use super::facts::Facts;
use crate::opening::{HOLIDAY, Opening, Week, What};

const DAY: u16 = 1_440;
/// Stands for the whole institution where a department stands.
const WHOLE: u16 = u16::MAX;
const EVENING: u16 = 18 * 60;

/// When somebody wants to go there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// At this moment of Japan's time, holidays regarded.
    At(DateTime),
    /// On this weekday (1 Monday … 7 Sunday, 8 holidays), in some week of the month; at this minute of the day, where given.
    On { day: u8, minute: Option<u16> },
    /// After 18:00 on some day.
    Evening,
}

/// One stretch: weekday, week of the month or 0, minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Span {
    day: u8,
    week: u8,
    from: u16,
    until: u16,
}

/// The stretches and the closed days of one institution or department.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Pattern {
    spans: Vec<Span>,
    /// Weekday and week.
    closed: Vec<(u8, u8)>,
}

#[derive(Debug, Default)]
pub(super) struct AllHours {
    patterns: Vec<Pattern>,
    /// Names of departments, as search keys.
    departments: Vec<String>,
    /// Departments (or [`WHOLE`]) and their patterns, one institution after the other.
    parts: Vec<(u16, u32)>,
    /// Where the parts of each institution begin, and one more.
    starts: Vec<u32>,
    /// Each department (a place in `departments`) with those that have it.
    having: Vec<Bits>,
    known: Bits,
}

/// Makes [`AllHours`] from some sets after others.
#[derive(Debug, Default)]
pub(super) struct HoursMaker {
    all: AllHours,
    /// Places in `departments` and in `patterns`.
    names: HashMap<String, u16>,
    patterns: HashMap<Pattern, u32>,
    /// Of the last institution, of which more may come.
    last: Vec<OpeningSet>,
}

impl HoursMaker {
    /// Sets by institution, the institutions in the order of their places, which `place` says.
    pub(super) fn add(
        &mut self,
        mut sets: Vec<OpeningSet>,
        place: impl Fn(&str) -> Option<u32> + Copy,
    ) {
        if !self.last.is_empty() {
            let rest = std::mem::take(&mut self.last);
            sets.splice(..0, rest);
        }
        let Some(last) = sets.last() else {
            return;
        };
        let whole = sets.partition_point(|set| set.institution != last.institution);
        self.last = sets.split_off(whole);
        self.take(&sets, place);
    }

    /// Nothing more comes, of so many institutions.
    pub(super) fn finish(
        mut self,
        len: usize,
        place: impl Fn(&str) -> Option<u32> + Copy,
    ) -> AllHours {
        let last = std::mem::take(&mut self.last);
        self.take(&last, place);
        self.all.begin(len);
        self.all.parts.shrink_to_fit();
        self.all
    }

    fn take(&mut self, sets: &[OpeningSet], place: impl Fn(&str) -> Option<u32>) {
        for of_one in sets.chunk_by(|a, b| a.institution == b.institution) {
            let institution = of_one.first().map(|set| set.institution.as_str());
            let Some(place) = institution.and_then(&place) else {
                continue;
            };
            self.all.begin(place as usize);
            let parts = self
                .all
                .add(place, of_one, &mut self.names, &mut self.patterns);
            self.all.parts.extend(parts);
        }
    }
}

impl AllHours {
    /// The parts of this place come next.
    fn begin(&mut self, place: usize) {
        let next = self.next_start();
        if self.starts.len() <= place {
            self.starts.resize(place + 1, next);
        }
    }

    fn next_start(&self) -> u32 {
        u32::try_from(self.parts.len()).unwrap_or(u32::MAX)
    }

    fn add(
        &mut self,
        place: u32,
        sets: &[OpeningSet],
        names: &mut HashMap<String, u16>,
        patterns: &mut HashMap<Pattern, u32>,
    ) -> Vec<(u16, u32)> {
        let week = Week::of(sets);
        let departments = sets.iter().flat_map(|set| set.hours().departments);
        let mut theirs = Vec::new();
        for department in departments {
            let key = renkei_base::name::search_key(&department.name);
            let next = u16::try_from(self.departments.len()).unwrap_or(WHOLE);
            let number = *names.entry(key.clone()).or_insert_with(|| {
                self.departments.push(key);
                self.having.push(Bits::default());
                next
            });
            if let Some(bits) = self.having.get_mut(usize::from(number)) {
                bits.set(place);
            }
            let own = week.department(&department.code);
            if own.has_hours() {
                theirs.push((number, self.number(pattern(&own), patterns)));
            }
        }
        if week.has_hours() {
            self.known.set(place);
            theirs.push((WHOLE, self.number(pattern(&week), patterns)));
        }
        theirs
    }

    fn number(&mut self, pattern: Pattern, known: &mut HashMap<Pattern, u32>) -> u32 {
        let next = u32::try_from(self.patterns.len()).unwrap_or(u32::MAX);
        *known.entry(pattern).or_insert_with_key(|pattern| {
            self.patterns.push(pattern.clone());
            next
        })
    }

    /// Departments that lists name, as search keys, and who has them.
    pub(super) fn departments(&self) -> impl Iterator<Item = (&str, &Bits)> {
        let keys = self.departments.iter().map(String::as_str);
        keys.zip(&self.having)
    }

    /// Those whose hours are known.
    pub(super) const fn known(&self) -> &Bits {
        &self.known
    }

    /// Who is open then; with departments named (as search keys), who is in one of these, as far as their hours are known apart.
    pub(super) fn open(&self, when: Open, departments: &[String]) -> Bits {
        let calendar = WorkingDays::default();
        let now: Vec<bool> = self
            .patterns
            .iter()
            .map(|one| one.is_open(when, &calendar))
            .collect();
        let wanted: Vec<u16> = (0u16..)
            .zip(&self.departments)
            .filter(|(_, key)| departments.contains(key))
            .map(|(number, _)| number)
            .collect();
        let open = |pattern: &u32| now.get(*pattern as usize) == Some(&true);
        let apart = |number: &u16| wanted.contains(number);
        let mut bits = Bits::default();
        for (place, bounds) in (0u32..).zip(self.starts.windows(2)) {
            let &[start, end] = bounds else { continue };
            let theirs = self.parts.get(start as usize..end as usize);
            let theirs = theirs.unwrap_or_default();
            let split = !wanted.is_empty() && theirs.iter().any(|(number, _)| apart(number));
            let is_open = theirs
                .iter()
                .any(|(number, pattern)| open(pattern) && (!split || apart(number)));
            if is_open {
                bits.set(place);
            }
        }
        bits
    }
}

/// What is shown of a week: consultation, else opening hours, else those of the reception, as [`Week`] does.
fn pattern(week: &Week) -> Pattern {
    let shown = [What::Consultation, What::Open, What::Reception];
    let has = |what: &What| week.openings().iter().any(|one| one.what == *what);
    let shown = shown.into_iter().find(has).unwrap_or(What::Reception);
    let of = |what| week.openings().iter().filter(move |one| one.what == what);
    let span = |one: &Opening| Span {
        day: one.weekday,
        week: one.week,
        from: one.from,
        until: one.until,
    };
    let mut pattern = Pattern {
        spans: of(shown).map(span).collect(),
        closed: of(What::Closed)
            .map(|one| (one.weekday, one.week))
            .collect(),
    };
    pattern.spans.sort_unstable();
    pattern.spans.dedup();
    pattern.closed.sort_unstable();
    pattern.closed.dedup();
    pattern
}

impl Pattern {
    fn is_open(&self, when: Open, calendar: &WorkingDays) -> bool {
        match when {
            Open::At(at) => self.is_open_at(at, calendar),
            Open::On { day, minute: None } => self.spans_on(day).next().is_some(),
            Open::On {
                day,
                minute: Some(minute),
            } => self.is_open_on(day, minute),
            Open::Evening => self
                .spans
                .iter()
                .any(|span| span.until > EVENING && !self.closed.contains(&(span.day, 0))),
        }
    }

    /// In some week, whatever it began on the evening before.
    fn is_open_on(&self, day: u8, minute: u16) -> bool {
        let mut today = self.spans_on(day);
        let late = |eve| {
            self.spans_on(eve)
                .any(|span| span.until > DAY && minute < span.until - DAY)
        };
        let eve = if day == 1 { 7 } else { day - 1 };
        // The eve of a holiday may be any day, a holiday too: who is open through every night is open then.
        let through = match day {
            HOLIDAY => (1..=HOLIDAY).all(late),
            _ => late(eve),
        };
        today.any(|span| (span.from..span.until).contains(&minute)) || through
    }

    fn spans_on(&self, day: u8) -> impl Iterator<Item = &Span> {
        let closed = self.closed.contains(&(day, 0));
        let spans = self.spans.iter();
        spans.filter(move |span| !closed && span.day == day)
    }

    fn is_open_at(&self, at: DateTime, calendar: &WorkingDays) -> bool {
        let minute =
            u16::from(at.hour().unsigned_abs()) * 60 + u16::from(at.minute().unsigned_abs());
        let today = self
            .of_day(at, calendar)
            .any(|span| (span.from..span.until).contains(&minute));
        let yesterday = at.yesterday().ok();
        let late = |at| {
            self.of_day(at, calendar)
                .any(|span| span.until > DAY && minute < span.until - DAY)
        };
        today || yesterday.is_some_and(late)
    }

    fn of_day(&self, at: DateTime, calendar: &WorkingDays) -> impl Iterator<Item = &Span> {
        let date = at.date();
        let weekday = date.weekday().to_monday_one_offset().unsigned_abs();
        let week = date.day().unsigned_abs().saturating_sub(1) / 7 + 1;
        let holiday = calendar.is_holiday(date);
        let closed = self.closed.iter().any(|(day, which)| {
            (*day == weekday && [0, week].contains(which)) || (holiday && *day == HOLIDAY)
        });
        let day = if holiday { HOLIDAY } else { weekday };
        self.spans
            .iter()
            .filter(move |span| !closed && span.day == day && [0, week].contains(&span.week))
    }
}

/// Who is open then; of those whose hours nobody knows, who carries a tag that says so.
pub(super) fn open_or_said(facts: &Facts, when: Open, departments: &[String]) -> Bits {
    let mut open = facts.hours.open(when, departments);
    let said = match when {
        Open::On { day: 6, .. } => "saturday",
        Open::On { day: 7 | 8, .. } => "sunday-holiday",
        Open::Evening => "evening",
        Open::At(_) => "around-the-clock",
        Open::On { .. } => return open,
    };
    if let Some(carrying) = facts.tag(said) {
        let mut carrying = carrying.clone();
        carrying.without(facts.hours.known());
        open.widen(&carrying);
    }
    open
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use renkei_store::opening::Hours;

    use super::*;

    /// The small form says the same as the long one, at every half hour of a month with holidays.
    #[test]
    fn as_the_week_says() {
        let mut opening = Vec::new();
        for (number, what) in [(0u8, What::Consultation), (1, What::Reception)] {
            for weekday in 1..=8u8 {
                opening.push(Opening {
                    department: String::new(),
                    weekday,
                    week: if weekday == 6 { 2 } else { 0 },
                    from: 540 + u16::from(number) * 30,
                    until: if weekday == 5 { 1_560 } else { 720 },
                    what,
                });
            }
        }
        opening.push(Opening {
            department: String::new(),
            weekday: 3,
            week: 1,
            from: 0,
            until: 0,
            what: What::Closed,
        });
        let sets = [OpeningSet {
            institution: "i".parse().unwrap(),
            source: "own".to_owned(),
            source_date: String::new(),
            hours: Hours {
                departments: vec![],
                openings: opening,
            }
            .pack(),
        }];
        let mut maker = HoursMaker::default();
        maker.add(sets.to_vec(), |_| Some(0));
        let all = maker.finish(1, |_| Some(0));
        let (week, calendar) = (Week::of(&sets), WorkingDays::default());
        let (mut open, mut at) = (0, date(2026, 10, 30).at(0, 0, 0, 0));
        while at.month() != 12 {
            let said = week
                .is_open_at(at, |date| calendar.is_holiday(date))
                .unwrap_or_default();
            assert_eq!(all.open(Open::At(at), &[]).has(0), said, "{at}");
            open += usize::from(said);
            at += jiff::Span::new().minutes(30);
        }
        assert!(open > 100);
        let on = |day| all.open(Open::On { day, minute: None }, &[]).has(0);
        assert!(on(6) && on(3));
        let at = |day, minute| {
            let minute = Some(minute);
            all.open(Open::On { day, minute }, &[]).has(0)
        };
        assert!(at(5, 600) && at(6, 119), "Friday's night until two");
        assert!(!at(6, 120) && !at(5, 60) && !at(8, 60) && !at(1, 60));
        assert!(all.open(Open::Evening, &[]).has(0));
    }
}
