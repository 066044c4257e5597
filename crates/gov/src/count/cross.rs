//! Lines against one another: cross tables, unions of several choices, and how much each sheet does.

use std::collections::BTreeMap;

use super::{Figures, Said, Sheet, Tally};
use crate::Status;

/// How many sheets say the one to a line and the other to another.
pub type Cross = BTreeMap<(Status, Status), u32>;

/// How much is done: 実施 of all lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// By number of lines: how many sheets do so many.
    pub histogram: BTreeMap<u32, u32>,
    /// 実施 of all lines and sheets.
    pub done: u32,
    /// Lines times sheets in n.
    pub of: u32,
}

impl Figures {
    /// Two lines against one another, by their places.
    pub fn cross(&self, rows: usize, columns: usize) -> Cross {
        let mut cross = Cross::new();
        for sheet in self.counted() {
            let said = self.said(sheet);
            if let (Some(row), Some(column)) = (said.get(rows), said.get(columns)) {
                *cross.entry((row.status, column.status)).or_default() += 1;
            }
        }
        cross
    }

    /// Questions of which several lines are counted, each with its union: 実施 where any of its choices is.
    pub fn unions(&self) -> Vec<(String, Tally)> {
        let mut questions: Vec<(String, Vec<usize>)> = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            match questions.iter_mut().find(|(one, _)| *one == line.question) {
                Some((_, lines)) => lines.push(at),
                None => questions.push((line.question.clone(), vec![at])),
            }
        }
        questions.retain(|(_, lines)| lines.len() > 1);
        let each = questions.into_iter().map(|(question, lines)| {
            let mut tally = Tally::default();
            for sheet in self.counted() {
                let said = self.said(sheet);
                let own: Vec<Said> = lines
                    .iter()
                    .filter_map(|at| said.get(*at))
                    .copied()
                    .collect();
                tally.add(any(&own));
            }
            (question, tally)
        });
        each.collect()
    }

    /// How many lines a sheet does.
    pub fn score(&self, sheet: &Sheet) -> u32 {
        let said = self.said(sheet);
        let done = said.iter().filter(|one| one.status == Status::Yes).count();
        u32::try_from(done).unwrap_or(u32::MAX)
    }

    /// The scores of all sheets that were handed in.
    pub fn scores(&self) -> Scores {
        let mut scores = Scores::default();
        let lines = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        for sheet in self.counted().filter(|sheet| sheet.answered) {
            let score = self.score(sheet);
            *scores.histogram.entry(score).or_default() += 1;
            scores.done += score;
            scores.of += lines;
        }
        scores
    }
}

fn any(said: &[Said]) -> Said {
    let of = |status| said.iter().find(|one| one.status == status);
    let found = of(Status::Yes).or_else(|| of(Status::No));
    let found = found.or_else(|| said.first());
    found.copied().unwrap_or(Said {
        status: Status::NoAnswer,
        overridden: false,
    })
}
