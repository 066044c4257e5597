//! What can be wrong with what is said of a merger.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use renkei_base::code::MunicipalityCode;
use renkei_base::name::search_key;
use renkei_base::{Fault, Micros, Refusal};

use super::Atlas;
use super::merger::{Merger, Successor};
use crate::municipality::{Municipality, MunicipalityKind};

/// The day on which the law of cities and towns came into force.
const FIRST: Date = date(1889, 4, 1);
/// Mergers are announced some years before.
const YEARS_AHEAD: i16 = 10;
const NAME_CHARS: usize = 40;

/// The municipalities that end, by code, or what is wrong with what was said.
pub(super) fn checked<'a>(
    atlas: &'a Atlas,
    merger: &Merger,
    at: Micros,
) -> Result<Vec<&'a Municipality>, Refusal> {
    let mut faults = Vec::new();
    let today = at.in_japan().date();
    if merger.on < FIRST || merger.on.year() > today.year() + YEARS_AHEAD {
        faults.push(Fault::new("on", "fault-merger-date"));
    }
    let old = ending(atlas, merger, &mut faults);
    if merger.into.is_empty() {
        faults.push(Fault::new("into", "fault-merger-into"));
    }
    if merger.into.len() > 1 && old.len() > 1 {
        faults.push(Fault::new("into", "fault-merger-divided"));
    }
    for one in &merger.into {
        successor(atlas, merger, one, &mut faults);
        let other = |code: &str| code.get(..2) != one.code.get(..2);
        if let Some(code) = old.keys().find(|code| other(code)) {
            faults.push(Fault::new("into", "fault-merger-prefecture").with("code", code));
        }
    }
    if faults.is_empty() {
        Ok(old.into_values().collect())
    } else {
        Err(Refusal::Invalid(faults))
    }
}

fn ending<'a>(
    atlas: &'a Atlas,
    merger: &Merger,
    faults: &mut Vec<Fault>,
) -> BTreeMap<&'a str, &'a Municipality> {
    let mut old: BTreeMap<&str, &Municipality> = BTreeMap::new();
    let into = |code: &String| merger.into.iter().any(|one| one.code == *code);
    for code in merger.from.iter().filter(|code| !into(code)) {
        if let Err(fault) = MunicipalityCode::parse(code) {
            faults.push(fault.fault("from"));
            continue;
        }
        match atlas.municipality(code) {
            Some(one) => match when(atlas, one, merger.on) {
                None => {
                    old.insert(&one.code, one);
                }
                Some(key) => faults.push(Fault::new("from", key).with("code", code)),
            },
            None => faults.push(Fault::new("from", "fault-merger-unknown").with("code", code)),
        }
    }
    if old.is_empty() && faults.is_empty() {
        let key = if merger.from.is_empty() {
            "fault-merger-none"
        } else {
            "fault-merger-self"
        };
        faults.push(Fault::new("from", key));
    }
    old
}

/// Why one cannot end on the eve of this day.
fn when(atlas: &Atlas, one: &Municipality, on: Date) -> Option<&'static str> {
    let eve = on.yesterday().unwrap_or(on);
    let takes_in = |part: &Municipality| part.validity.to.is_some_and(|to| to >= on);
    if one.validity.to.is_some_and(|to| to < on) {
        Some("fault-merger-over")
    } else if !one.validity.holds(eve) {
        Some("fault-merger-early")
    } else if !one.successors.is_empty() || atlas.predecessors(&one.code).any(takes_in) {
        // A later merger stands on this one: with both, two could become one another in a circle.
        Some("fault-merger-later")
    } else {
        None
    }
}

fn successor(atlas: &Atlas, merger: &Merger, one: &Successor, faults: &mut Vec<Fault>) {
    match MunicipalityCode::parse(&one.code) {
        Err(fault) => return faults.push(fault.fault("into")),
        Ok(code) if code.as_str() != one.code => {
            return faults.push(Fault::new("into", "fault-merger-digits"));
        }
        Ok(code) if code.is_prefecture() => {
            return faults.push(Fault::new("into", "fault-import-area-prefecture"));
        }
        Ok(_) => {}
    }
    let name = &one.name;
    match atlas.municipality(&one.code) {
        Some(known) if known.validity.to.is_some_and(|to| to < merger.on) => {
            faults.push(Fault::new("into", "fault-merger-over").with("code", &one.code));
        }
        Some(known) if !known.successors.is_empty() => {
            faults.push(Fault::new("into", "fault-merger-later").with("code", &one.code));
        }
        Some(known) if !known.validity.holds(merger.on) => {
            faults.push(Fault::new("into", "fault-merger-early").with("code", &one.code));
        }
        Some(known) if !name.is_empty() && !is_called(known, name) => {
            let fault = Fault::new("into", "fault-merger-other-name").with("code", &one.code);
            faults.push(fault.with("known", &known.name).with("name", name));
        }
        Some(_) => {}
        None => {
            let long = name.chars().count() > NAME_CHARS || name.chars().any(char::is_control);
            if long || MunicipalityKind::of_name(name).is_none() {
                faults.push(Fault::new("name", "fault-merger-name"));
            } else if !one.kana.is_empty() && !renkei_base::name::is_kana(&one.kana) {
                faults.push(Fault::new("kana", "fault-merger-kana"));
            }
        }
    }
}

/// Whether a name is that of a municipality: alone, or behind its prefecture or county (西多摩郡瑞穂町).
fn is_called(one: &Municipality, name: &str) -> bool {
    let (known, typed) = (search_key(&one.name), search_key(name));
    typed.ends_with(&known) || known.ends_with(&typed)
}
