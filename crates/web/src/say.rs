//! How dates, times and sizes are said to people.

use jiff::civil::{Date, DateTime};
use renkei_base::{Lang, Micros, era};

use crate::visit::Visit;

const WEEKDAYS_JA: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
const WEEKDAYS_EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Visit {
    /// An ISO date as `1950年4月1日（昭和25年）` or `1950-04-01 (S25)`; what is no date is shown as it is.
    pub fn date(&self, iso: &str) -> String {
        let Ok(date) = iso.parse::<Date>() else { return iso.to_owned() };
        match self.lang() {
            Lang::Ja => era::both(date),
            Lang::En => format!("{iso} ({})", short_year(date)),
        }
    }

    /// An ISO date, short, for lists: `S25.4.1`.
    pub fn date_short(&self, iso: &str) -> String {
        match (self.lang(), iso.parse::<Date>()) {
            (Lang::Ja, Ok(date)) => era::wareki_short(date),
            _ => iso.to_owned(),
        }
    }

    /// `11月22日(日) 14:30`, with the year when it is not this one.
    pub fn when(&self, at: Micros) -> String {
        let civil = at.in_japan();
        format!("{} {}", self.day(at), time(civil))
    }

    pub fn when_opt(&self, at: &Option<Micros>) -> String {
        at.map(|at| self.when(at)).unwrap_or_default()
    }

    /// `11月22日(日)`, with the year when it is not this one.
    pub fn day(&self, at: Micros) -> String {
        let (civil, today) = (at.in_japan().date(), self.now().in_japan().date());
        let weekday = weekday(self.lang(), civil);
        match (self.lang(), civil.year() == today.year()) {
            (Lang::Ja, true) => format!("{}月{}日({weekday})", civil.month(), civil.day()),
            (Lang::Ja, false) => format!("{}年{}月{}日({weekday})", civil.year(), civil.month(), civil.day()),
            (Lang::En, _) => format!("{weekday} {civil}"),
        }
    }

    /// `14:30`
    pub fn clock(&self, at: Micros) -> String {
        time(at.in_japan())
    }

    /// `20 MB`, `12 kB`
    pub fn size(&self, bytes: u64) -> String {
        match bytes {
            0..1_000 => format!("{bytes} B"),
            1_000..1_000_000 => format!("{} kB", bytes / 1_000),
            _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
        }
    }
}

fn time(civil: DateTime) -> String {
    format!("{}:{:02}", civil.hour(), civil.minute())
}

fn weekday(lang: Lang, date: Date) -> &'static str {
    let names = match lang {
        Lang::Ja => &WEEKDAYS_JA,
        Lang::En => &WEEKDAYS_EN,
    };
    let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
    names.get(index).copied().unwrap_or_default()
}

/// `S25`
fn short_year(date: Date) -> String {
    let short = era::wareki_short(date);
    short.split('.').next().unwrap_or_default().to_owned()
}

/// `令和8年11月22日` for letters.
pub(crate) fn letter_date(at: Micros) -> String {
    era::wareki(at.in_japan().date())
}

/// `昭和25年4月1日` from an ISO date, for letters.
pub(crate) fn letter_birthday(iso: &str) -> String {
    iso.parse::<Date>().map_or_else(|_| iso.to_owned(), era::wareki)
}

/// `14:30` for documents.
pub(crate) fn letter_time(at: Micros) -> String {
    time(at.in_japan())
}

/// `令和8年11月22日（日）` for documents.
pub(crate) fn letter_day(at: Micros) -> String {
    let date = at.in_japan().date();
    format!("{}（{}）", era::wareki(date), weekday(Lang::Ja, date))
}

/// Text keys that are made of a code.
pub(crate) fn state_key(state: &renkei_care::referral::State) -> String {
    format!("state-{}", state.code())
}

pub(crate) fn priority_key(priority: &renkei_care::Priority) -> String {
    format!("priority-{}", priority.code())
}

pub(crate) fn sex_key(sex: &str) -> String {
    format!("sex-{}", if sex.is_empty() { "unknown" } else { sex })
}

pub(crate) fn step_key(code: &str) -> String {
    format!("step-{code}")
}

pub(crate) fn event_key(code: &str) -> String {
    format!("event-{code}")
}

pub(crate) fn decline_key(code: &str) -> String {
    format!("decline-{code}")
}

pub(crate) fn reply_key(kind: &str) -> String {
    format!("reply-{kind}")
}

pub(crate) fn letter_key(field: &str) -> String {
    format!("letter-{field}")
}
