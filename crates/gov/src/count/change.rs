//! What became different: since last year, or since a snapshot.

use std::collections::BTreeMap;

use super::{Figures, Said, Sheet, Tally};
use crate::Status;

/// A line of two askings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChange {
    pub line: String,
    /// Of all sheets of before, and of now.
    pub before: Tally,
    pub now: Tally,
    /// How many said both times whether they do it.
    pub both: u32,
    /// Of those, who does it now and did not, by name.
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

/// The sheets of two askings that are of the same: of an institution, or of a municipality, for which another office may have
/// answered. The earlier one first, in the order of now.
fn pairs<'a>(before: &'a Figures, now: &'a Figures) -> Vec<(&'a Sheet, &'a Sheet)> {
    let each = before.counted();
    let respondents: BTreeMap<&str, &Sheet> = each
        .map(|sheet| (sheet.respondent.as_str(), sheet))
        .collect();
    let (owned, owns) = (before.owns(), now.owns());
    let earlier = |sheet: &Sheet| {
        let code = sheet.municipality.as_str();
        let own = owns.get(code);
        let own = own.filter(|own| own.respondent == sheet.respondent);
        let same = respondents.get(sheet.respondent.as_str());
        same.or_else(|| own.and_then(|_| owned.get(code))).copied()
    };
    now.counted()
        .filter_map(|sheet| Some((earlier(sheet)?, sheet)))
        .collect()
}

/// The lines that both have, in the order of now. Sheets are compared where both say whether it is done: who has not
/// answered did not stop.
pub fn since(before: &Figures, now: &Figures) -> Vec<LineChange> {
    let (old, new) = (before.tallies(), now.tallies());
    let pairs: Vec<(&str, Vec<Said>, Vec<Said>)> = pairs(before, now)
        .into_iter()
        .map(|(then, sheet)| (sheet.name.as_str(), before.said(then), now.said(sheet)))
        .collect();
    let each = now.lines.iter().enumerate().filter_map(|(at, line)| {
        let was = before.line(&line.id)?;
        let who = |from: fn(Status) -> bool, to: fn(Status) -> bool| {
            let some = pairs.iter().filter(|(_, old, new)| {
                let status = |said: &[Said], at: usize| said.get(at).map(|one| one.status);
                status(old, was).is_some_and(from) && status(new, at).is_some_and(to)
            });
            some.map(|(name, _, _)| (*name).to_owned())
                .collect::<Vec<String>>()
        };
        Some(LineChange {
            line: line.id.clone(),
            before: *old.get(was)?,
            now: *new.get(at)?,
            both: u32::try_from(who(says, says).len()).unwrap_or(u32::MAX),
            began: who(does_not, does),
            ended: who(does, does_not),
        })
    });
    each.collect()
}

impl LineChange {
    /// How many more do it, of those who said it both times.
    pub fn more(&self) -> i64 {
        let count = |names: &[String]| i64::try_from(names.len()).unwrap_or(i64::MAX);
        count(&self.began) - count(&self.ended)
    }
}

fn says(status: Status) -> bool {
    does(status) || does_not(status)
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
    let lines = now.lines.iter();
    let places: Vec<Option<usize>> = lines.map(|line| before.line(&line.id)).collect();
    let mut found = Vec::new();
    for sheet in &now.sheets {
        let old = earlier.get(sheet.respondent.as_str());
        let old = old.map_or_else(Vec::new, |sheet| before.said(sheet));
        let lines = now.lines.iter().zip(&places);
        for ((line, place), said) in lines.zip(now.said(sheet)) {
            let was = place.and_then(|at| old.get(at));
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
