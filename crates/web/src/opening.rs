//! Opening hours in words, the same on every page.

use std::collections::BTreeMap;

use renkei_base::Lang;
use renkei_directory::opening::{clock_of, span_text};
use renkei_directory::profile::hours::{Day, Span, parse_day};

use crate::visit::Visit;

/// `2nd`
const ORDINALS: [&str; 5] = ["1st", "2nd", "3rd", "4th", "5th"];

impl Visit {
    /// `9:00～12:00`, `17:00～翌8:30`; `9:00–12:00`, `17:00–8:30 (next day)`.
    pub(crate) fn stretch(&self, from: u16, until: u16) -> String {
        if self.lang() == Lang::Ja {
            return span_text((from, until));
        }
        let (until, next) = clock_of(until);
        let key = if next {
            "opening-night"
        } else {
            "opening-span"
        };
        let from = clock_of(from).0;
        self.tn(key, &[("from", from.as_str()), ("until", until.as_str())])
    }

    /// A weekday, a line for each stretch: `9:00～12:00`, `第2・4週 9:00～12:00`, 休み.
    pub(crate) fn weekday(&self, day: &Day) -> String {
        let spans = match day {
            Day::Unsaid => return "—".to_owned(),
            Day::Closed => return self.t("profile-closed"),
            Day::Open(spans) => spans,
        };
        let mut weeks: BTreeMap<(u16, u16), Vec<u8>> = BTreeMap::new();
        for span in spans {
            let theirs = weeks.entry((span.from, span.until)).or_default();
            theirs.push(span.week);
        }
        let line = |((from, until), weeks): (&(u16, u16), &Vec<u8>)| {
            let time = self.stretch(*from, *until);
            if weeks.contains(&0) {
                return time;
            }
            let weeks = self.weeks(weeks);
            let args = [("weeks", weeks.as_str()), ("time", time.as_str())];
            self.tn("profile-week", &args)
        };
        weeks.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The stretches of one weekday in a line, with their weeks of the month.
    pub(crate) fn hours_of(&self, spans: &[Span]) -> String {
        let day = Day::Open(spans.to_vec());
        self.weekday(&day).replace('\n', ", ")
    }

    /// What a guide or a form keeps as text (`第1・3 9:00～12:00`), in the reader's language.
    pub(crate) fn hours(&self, text: &str) -> String {
        parse_day(text).map_or_else(
            |_| text.to_owned(),
            |day| self.weekday(&day).replace('\n', ", "),
        )
    }

    /// Closed days, weekday and week of the month (0 for every week), ordered by week: `土・日・祝、第2・4週 金`.
    pub(crate) fn closed_on(&self, days: &[(u8, u8)]) -> String {
        let name = |day: u8| self.t(&format!("guide-day-{day}"));
        let every: Vec<String> = days
            .iter()
            .filter(|(_, week)| *week == 0)
            .map(|(day, _)| name(*day))
            .collect();
        let mut nth: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
        for (day, week) in days.iter().filter(|(_, week)| *week > 0) {
            nth.entry(*day).or_default().push(*week);
        }
        let some = nth.iter().map(|(day, weeks)| {
            let (weeks, day) = (self.weeks(weeks), name(*day));
            let args = [("weeks", weeks.as_str()), ("time", day.as_str())];
            self.tn("profile-week", &args)
        });
        let joint = match self.lang() {
            Lang::Ja => "・",
            Lang::En => ", ",
        };
        let every = (!every.is_empty()).then(|| every.join(joint));
        let all: Vec<String> = every.into_iter().chain(some).collect();
        all.join(&self.t("area-comma"))
    }

    /// `2・4`; `2nd and 4th`.
    fn weeks(&self, weeks: &[u8]) -> String {
        if self.lang() == Lang::Ja {
            let numbers: Vec<String> = weeks.iter().map(u8::to_string).collect();
            return numbers.join("・");
        }
        let ordinal = |week: &u8| ORDINALS.get(usize::from(*week).checked_sub(1)?).copied();
        let words: Vec<&str> = weeks.iter().filter_map(ordinal).collect();
        words.join(", ")
    }
}
