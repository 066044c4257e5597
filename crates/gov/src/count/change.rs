//! What became different: since last year, or since a snapshot.

use std::collections::BTreeMap;

use super::{Figures, Said, Sheet, Tally};
use crate::Status;

/// A line of two askings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChange {
    pub line: String,
    pub before: Tally,
    pub now: Tally,
    /// Who does it now and did not, by name.
    pub began: Vec<String>,
    /// Who did it and does no longer.
    pub ended: Vec<String>,
}

/// One line of one sheet that says something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub respondent: String,
    pub name: String,
    pub line: String,
    pub before: Status,
    pub now: Status,
}

/// By what a sheet is known again in another asking.
fn key(sheet: &Sheet) -> &str {
    if sheet.municipality.is_empty() {
        &sheet.respondent
    } else {
        &sheet.municipality
    }
}

/// The lines that both have, in the order of now. Sheets are compared where both have them.
pub fn since(before: &Figures, now: &Figures) -> Vec<LineChange> {
    let (old, new) = (before.tallies(), now.tallies());
    let mut pairs: BTreeMap<&str, (&str, Vec<Said>, Vec<Said>)> = BTreeMap::new();
    let earlier: BTreeMap<&str, &Sheet> =
        before.counted().map(|sheet| (key(sheet), sheet)).collect();
    for sheet in now.counted() {
        if let Some(earlier) = earlier.get(key(sheet)) {
            let said = (sheet.name.as_str(), before.said(earlier), now.said(sheet));
            pairs.insert(key(sheet), said);
        }
    }
    let each = now.lines.iter().enumerate().filter_map(|(at, line)| {
        let was = before.line(&line.id)?;
        let who = |from: fn(Status) -> bool, to: fn(Status) -> bool| {
            let some = pairs.values().filter(|(_, old, new)| {
                let status = |said: &[Said], at: usize| said.get(at).map(|one| one.status);
                status(old, was).is_some_and(from) && status(new, at).is_some_and(to)
            });
            some.map(|(name, _, _)| (*name).to_owned()).collect()
        };
        Some(LineChange {
            line: line.id.clone(),
            before: *old.get(was)?,
            now: *new.get(at)?,
            began: who(does_not, does),
            ended: who(does, does_not),
        })
    });
    each.collect()
}

fn does(status: Status) -> bool {
    status == Status::Yes
}

fn does_not(status: Status) -> bool {
    matches!(status, Status::No | Status::NotAsked)
}

/// Every line of every sheet that says something else than it did, in the order of now.
pub fn differences(before: &Figures, now: &Figures) -> Vec<Difference> {
    let earlier: BTreeMap<&str, &Sheet> = before
        .sheets
        .iter()
        .map(|sheet| (sheet.respondent.as_str(), sheet))
        .collect();
    let mut found = Vec::new();
    for sheet in &now.sheets {
        let old = earlier.get(sheet.respondent.as_str());
        let old = old.map_or_else(Vec::new, |sheet| before.said(sheet));
        for (line, said) in now.lines.iter().zip(now.said(sheet)) {
            let was = before.line(&line.id).and_then(|at| old.get(at));
            let was = was.map_or(Status::NotComputed, |one| one.status);
            if was != said.status {
                found.push(Difference {
                    respondent: sheet.respondent.clone(),
                    name: sheet.name.clone(),
                    line: line.id.clone(),
                    before: was,
                    now: said.status,
                });
            }
        }
    }
    found
}
