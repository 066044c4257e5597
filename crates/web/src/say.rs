//! How dates, times and sizes are said to people.

use std::borrow::Borrow;

use jiff::civil::{Date, DateTime};
use renkei_base::{Lang, Micros, Role, Roles, era};
use renkei_store::AccountState;

use crate::visit::Visit;

const WEEKDAYS_JA: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
const WEEKDAYS_EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Visit {
    /// An ISO date as `1950年4月1日（昭和25年）` or `1950-04-01 (S25)`; what is no date is shown as it is.
    pub fn date(&self, iso: &str) -> String {
        let Ok(date) = iso.parse::<Date>() else {
            return iso.to_owned();
        };
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
    pub fn when(&self, at: impl Borrow<Micros>) -> String {
        let at = *at.borrow();
        let civil = at.in_japan();
        format!("{} {}", self.day(at), time(civil))
    }

    pub fn when_opt(&self, at: &Option<Micros>) -> String {
        at.map(|at| self.when(at)).unwrap_or_default()
    }

    /// `11月22日(日)`, with the year when it is not this one.
    pub fn day(&self, at: impl Borrow<Micros>) -> String {
        let at = *at.borrow();
        let (civil, today) = (at.in_japan().date(), self.now().in_japan().date());
        let weekday = weekday(self.lang(), civil);
        match (self.lang(), civil.year() == today.year()) {
            (Lang::Ja, true) => format!("{}月{}日({weekday})", civil.month(), civil.day()),
            (Lang::Ja, false) => format!(
                "{}年{}月{}日({weekday})",
                civil.year(),
                civil.month(),
                civil.day()
            ),
            (Lang::En, _) => format!("{weekday} {civil}"),
        }
    }

    /// `14:30`
    pub fn clock(&self, at: impl Borrow<Micros>) -> String {
        let at = *at.borrow();
        time(at.in_japan())
    }

    /// `2026-11-22 14:30:05`, for records.
    pub fn moment(&self, at: impl Borrow<Micros>) -> String {
        let at = *at.borrow();
        at.in_japan().strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// Several names in one line: `内科・精神科`.
    pub fn listed(&self, names: &[String]) -> String {
        names.join(if self.lang() == Lang::Ja { "・" } else { ", " })
    }

    /// `医師・機関管理者`
    pub fn roles(&self, roles: &Roles) -> String {
        let names: Vec<String> = roles.iter().map(|role| self.t(&role_key(&role))).collect();
        names.join(if self.lang() == Lang::Ja { "・" } else { ", " })
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
    iso.parse::<Date>()
        .map_or_else(|_| iso.to_owned(), era::wareki)
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

pub(crate) fn cancel_key(code: &str) -> String {
    format!("cancel-reason-{code}")
}

pub(crate) fn band_key(band: &renkei_care::work_list::Band) -> String {
    format!("band-{}", band.code())
}

pub(crate) fn reply_key(kind: &str) -> String {
    format!("reply-{kind}")
}

pub(crate) fn letter_key(field: &str) -> String {
    field_key("letter", field)
}

/// The name of a field of a letter or a reply.
pub(crate) fn field_key(kind: &str, field: &str) -> String {
    format!("{kind}-{field}")
}

pub(crate) fn slot_key(state: &renkei_care::booking::SlotState) -> String {
    format!("slot-{}", state.code())
}

pub(crate) fn weekday_key(day: &str) -> String {
    format!("weekday-{day}")
}

pub(crate) fn role_key(role: &Role) -> String {
    format!("role-{}", role.code())
}

pub(crate) fn role_about_key(role: &Role) -> String {
    format!("role-about-{}", role.code())
}

pub(crate) fn account_key(state: &AccountState) -> String {
    format!("people-state-{}", state.code())
}

/// The look of an account's state.
pub(crate) const fn account_class(state: &AccountState) -> &'static str {
    match state {
        AccountState::Invited => "sent",
        AccountState::Active => "arrived",
        AccountState::Suspended => "bad",
    }
}

pub(crate) fn import_key(kind: &str) -> String {
    format!("import-kind-{kind}")
}

pub(crate) fn import_about_key(kind: &str) -> String {
    format!("import-kind-about-{kind}")
}

/// The name of a value that an import changes.
pub(crate) fn import_field_key(field: &str) -> String {
    format!("import-field-{field}")
}

/// Where an institution's values come from; a file of 医療情報ネット names itself in other ways too.
pub(crate) fn source_key(source: &str) -> String {
    let known = match source {
        "own" => "own",
        "region" => "region",
        "institution-codes" => "codes",
        "bed-reports" => "beds",
        "care-services" => "care-services",
        _ => "registry",
    };
    format!("institution-source-{known}")
}

pub(crate) const fn answer_key(answer: Option<bool>) -> &'static str {
    match answer {
        Some(true) => "answer-yes",
        Some(false) => "answer-no",
        None => "answer-unsaid",
    }
}

/// `Firefox / Windows`, as far as the browser's name for itself says so.
pub(crate) fn browser(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 5] = [
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let name = |list: &[(&str, &'static str)]| {
        list.iter()
            .find(|(part, _)| agent.contains(part))
            .map(|(_, name)| *name)
    };
    match (name(&BROWSERS), name(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} / {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

pub(crate) const IMPORT_BYTES: usize = renkei_base::limits::IMPORT_BYTES;

/// Kinds of beds and their names.
pub(crate) const BEDS: [(&str, &str); 8] = [
    ("total", "institution-beds-total"),
    ("general", "institution-beds-general"),
    ("long-term", "institution-beds-long-term"),
    ("long-term-medical", "institution-beds-long-term-medical"),
    ("long-term-care", "institution-beds-long-term-care"),
    ("psychiatric", "institution-beds-psychiatric"),
    ("tuberculosis", "institution-beds-tuberculosis"),
    ("infectious", "institution-beds-infectious"),
];

/// `7,607`
#[expect(
    clippy::needless_pass_by_value,
    reason = "templates give numbers as they have them"
)]
pub(crate) fn count(number: impl ToString) -> String {
    let digits = number.to_string();
    let before = digits.len() % 3;
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == before {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        let said: Vec<String> = [0, 999, 1_000, 20_260, 7_607_000]
            .iter()
            .map(count)
            .collect();
        assert_eq!(said, ["0", "999", "1,000", "20,260", "7,607,000"]);
    }

    #[test]
    fn browsers_are_named() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0";
        assert_eq!(browser(edge), "Edge / Windows");
        assert_eq!(browser("curl/8.5.0"), "curl/8.5.0");
        assert_eq!(
            browser("Mozilla/5.0 (iPhone; CPU iPhone OS 19) Version/19.0 Mobile Safari/604.1"),
            "Safari / iPhone"
        );
    }
}
