//! What an auditor asked for: dates, people and institutions by name, records by id.

use jiff::ToSpan;
use jiff::civil::Date;
use renkei_base::{Fault, Id, Micros, era, limits};
use renkei_directory::Search;
use renkei_store::AuditFilter;
use serde::Deserialize;

use crate::error::Answer;
use crate::form::Form;
use crate::state::App;
use crate::visit::Visit;

/// Days that are shown without a wish.
pub(super) const DAYS: i32 = 7;
/// Institutions that a name may mean, as they are offered.
const OFFERED: usize = 20;

/// The query of `/audit` and of its file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    from: String,
    until: String,
    /// A name as typed; becomes `account`.
    person: String,
    account: String,
    /// A name as typed; becomes `institution`.
    place: String,
    institution: String,
    patient: String,
    case: String,
    action: String,
    refused: String,
    /// The last row of the page before.
    after: String,
}

/// The filter with what the page shows of it.
pub(super) struct Asked {
    pub(super) filter: AuditFilter,
    pub(super) faults: Vec<Fault>,
    pub(super) params: Params,
    /// Name of the person asked for, where one is.
    pub(super) person: String,
    pub(super) place: String,
    /// Whom a typed name may mean, with the address that asks for them.
    pub(super) choices: Vec<Choice>,
}

pub(super) struct Choice {
    pub(super) text: String,
    pub(super) about: String,
    pub(super) address: String,
}

impl Asked {
    /// Whether there are rows to look for: nothing is wrong, and nothing left to choose.
    pub(super) fn is_clear(&self) -> bool {
        self.faults.is_empty() && self.choices.is_empty()
    }

    /// The form as it was sent, with the days that were taken where none were typed.
    pub(super) fn form(&self) -> Form {
        let mut form = Form::default();
        for (name, value) in self.params.pairs() {
            form.set(name, value);
        }
        if self.params.from.is_empty() {
            form.set("from", self.filter.from.in_japan().date().to_string());
        }
        form
    }
}

/// Reads the query. Rows are looked for by ids and codes only, so that a name that was typed by mistake does not get
/// into the audit of the audit.
pub(super) async fn asked(app: &App, v: &Visit, params: &Params) -> Result<Asked, Answer> {
    let mut params = params.clone();
    let mut faults = Vec::new();
    let mut choices = Vec::new();
    people(app, v, &mut params, &mut choices, &mut faults).await?;
    places(app, v, &mut params, &mut choices, &mut faults);
    let filter = filter(&params, v.now(), &mut faults);
    Ok(Asked {
        person: person_name(app, v, &filter.account).await?,
        place: super::words::institution(app, &filter.institution),
        filter,
        faults,
        params,
        choices,
    })
}

async fn people(
    app: &App,
    v: &Visit,
    params: &mut Params,
    choices: &mut Vec<Choice>,
    faults: &mut Vec<Fault>,
) -> Result<(), Answer> {
    if params.person.trim().is_empty() {
        return Ok(());
    }
    let found = app.access.audit_people(&v.ctx, &params.person).await?;
    match found.as_slice() {
        [] => faults.push(Fault::new("person", "fault-audit-nobody")),
        [one] => {
            params.account = one.id.to_string();
            params.person.clear();
        }
        several => choices.extend(several.iter().map(|one| {
            Choice {
                text: one.name.clone(),
                about: one
                    .institution
                    .as_ref()
                    .map(|id| super::words::institution(app, id.as_str()))
                    .unwrap_or_default(),
                address: Params {
                    account: one.id.to_string(),
                    person: String::new(),
                    ..params.clone()
                }
                .address("/audit"),
            }
        })),
    }
    Ok(())
}

fn places(
    app: &App,
    v: &Visit,
    params: &mut Params,
    choices: &mut Vec<Choice>,
    faults: &mut Vec<Fault>,
) {
    if params.place.trim().is_empty() {
        return;
    }
    let search = Search {
        words: params.place.clone(),
        limit: OFFERED,
        ..Search::default()
    };
    let hits = app.finder.search(&search).hits;
    match hits.as_slice() {
        [] => faults.push(Fault::new("place", "fault-audit-no-place")),
        [one] => {
            params.institution = one.id.to_string();
            params.place.clear();
        }
        several => choices.extend(several.iter().map(|one| {
            Choice {
                text: one.name.clone(),
                about: v.or_unknown(&one.address),
                address: Params {
                    institution: one.id.to_string(),
                    place: String::new(),
                    ..params.clone()
                }
                .address("/audit"),
            }
        })),
    }
}

async fn person_name(app: &App, v: &Visit, account: &str) -> Result<String, Answer> {
    let Ok(id) = account.parse::<Id>() else {
        return Ok(String::new());
    };
    let name = app.access.audit_person(&v.ctx, &id).await?;
    Ok(name.unwrap_or_else(|| account.to_owned()))
}

fn filter(params: &Params, now: Micros, faults: &mut Vec<Fault>) -> AuditFilter {
    let today = now.in_japan().date();
    let until = day("until", &params.until, today, faults);
    let first = until.min(today);
    let first = first.checked_sub(DAYS.days()).unwrap_or(first);
    let from = day("from", &params.from, first, faults);
    if until < from && faults.iter().all(|fault| fault.field != "until") {
        faults.push(Fault::new("until", "fault-ends-before-it-begins"));
    }
    let end = until.checked_add(1.day()).unwrap_or(until);
    AuditFilter {
        from: midnight(from),
        until: midnight(end),
        account: code("account", &params.account, faults),
        institution: code("institution", &params.institution, faults),
        patient: code("patient", &params.patient, faults),
        what: code("case", &params.case, faults),
        action: code("action", &params.action, faults),
        refused: !params.refused.is_empty(),
        limit: limits::PAGE_ROWS_MAX,
        after: cursor(&params.after),
    }
}

fn day(field: &str, typed: &str, otherwise: Date, faults: &mut Vec<Fault>) -> Date {
    if typed.trim().is_empty() {
        return otherwise;
    }
    era::parse(typed).unwrap_or_else(|fault| {
        faults.push(fault.fault(field));
        otherwise
    })
}

fn midnight(day: Date) -> Micros {
    Micros::from_japan(day.at(0, 0, 0, 0)).unwrap_or(Micros::NEVER)
}

fn code(field: &str, typed: &str, faults: &mut Vec<Fault>) -> String {
    let typed = typed.trim();
    if typed.is_empty() {
        return String::new();
    }
    match typed.parse::<Id>() {
        Ok(id) => id.to_string(),
        Err(_) => {
            faults.push(Fault::new(field, "fault-audit-id"));
            String::new()
        }
    }
}

/// `1795478400000000_write-0_17`
fn cursor(text: &str) -> Option<(Micros, String, i64)> {
    let mut parts = text.split('_');
    let at = parts.next()?.parse().ok()?;
    Some((
        Micros(at),
        parts.next()?.to_owned(),
        parts.next()?.parse().ok()?,
    ))
}

impl Params {
    fn pairs(&self) -> [(&'static str, &str); 10] {
        [
            ("from", &self.from),
            ("until", &self.until),
            ("person", &self.person),
            ("account", &self.account),
            ("place", &self.place),
            ("institution", &self.institution),
            ("patient", &self.patient),
            ("case", &self.case),
            ("action", &self.action),
            ("refused", &self.refused),
        ]
    }

    /// The same question at this path; from the first row.
    pub(super) fn address(&self, path: &str) -> String {
        self.with(path, None)
    }

    /// The rows after this one.
    pub(super) fn after(&self, row: &renkei_store::AuditRow) -> String {
        let cursor = format!("{}_{}_{}", row.at.0, row.chain, row.seq);
        self.with("/audit", Some(&cursor))
    }

    fn with(&self, path: &str, after: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let pairs = self
            .pairs()
            .into_iter()
            .filter(|(_, value)| !value.is_empty());
        query.extend_pairs(pairs);
        query.extend_pairs(after.map(|after| ("after", after)));
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// The same days with one wish more in place of all others.
    pub(super) fn only(&self, name: &str, value: &str) -> String {
        let mut params = Self {
            from: self.from.clone(),
            until: self.until.clone(),
            ..Self::default()
        };
        params.set(name, value);
        params.address("/audit")
    }

    /// The same question without one wish.
    pub(super) fn without(&self, name: &str) -> String {
        let mut params = self.clone();
        params.set(name, "");
        params.address("/audit")
    }

    fn set(&mut self, name: &str, value: &str) {
        let field = match name {
            "account" => &mut self.account,
            "institution" => &mut self.institution,
            "patient" => &mut self.patient,
            "case" => &mut self.case,
            _ => &mut self.action,
        };
        value.clone_into(field);
    }
}
