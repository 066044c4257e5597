//! The table as rows of texts, for the page and for files.

use std::collections::BTreeMap;

use renkei_gov::Status;
use renkei_gov::count::{Base, FigureLine, Figures, Tally};
use renkei_gov::questionnaire::Class;
use renkei_gov::snapshot::{PUBLISHED, SnapshotRow};

use super::seen::said;
use super::show::status_key;
use crate::visit::Visit;

/// One line of the table.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) item: String,
    pub(crate) label: String,
    /// The question's number, without a choice.
    pub(crate) number: String,
    /// The section's title where the line is its first one.
    pub(crate) title: String,
    /// How many lines the section has, where the line is its first one; else 0.
    pub(crate) span: usize,
    pub(crate) text: String,
    pub(crate) choice: String,
    pub(crate) tally: Tally,
    /// Why some sheets count otherwise than they were answered, in words, each reason once.
    pub(crate) reasons: Vec<String>,
    base: Base,
}

impl Row {
    pub(crate) fn n(&self) -> u32 {
        self.tally.n(self.base)
    }

    pub(crate) fn no(&self) -> u32 {
        self.tally.no(self.base)
    }

    /// Neither 実施 nor 未実施: with these, the numbers are all that percentages are of.
    pub(crate) fn rest(&self) -> u32 {
        self.n().saturating_sub(self.tally.yes + self.no())
    }

    pub(crate) fn yes_percent(&self) -> String {
        self.tally.yes_percent(self.base)
    }

    pub(crate) fn no_percent(&self) -> String {
        self.tally.no_percent(self.base)
    }

    /// With its sign; of nobody nothing.
    pub(crate) fn yes_share(&self) -> String {
        share(&self.yes_percent())
    }

    pub(crate) fn no_share(&self) -> String {
        share(&self.no_percent())
    }

    /// Whether its figures on another base are others.
    pub(crate) fn conditional(&self) -> bool {
        self.tally.not_asked > 0
    }

    /// On the base that the table is not of: who was asked, or everybody.
    pub(crate) fn other(&self) -> Row {
        let base = match self.base {
            Base::Asked => Base::All,
            Base::All | Base::Answered => Base::Asked,
        };
        Row {
            id: self.id.clone(),
            item: String::new(),
            label: String::new(),
            number: String::new(),
            title: String::new(),
            span: 0,
            text: String::new(),
            choice: String::new(),
            tally: self.tally,
            reasons: Vec::new(),
            base,
        }
    }

    pub(crate) fn is_asked(&self) -> bool {
        self.base == Base::Asked
    }

    /// 13 + 1: those that were answered so, and those that an override says.
    pub(crate) fn yes_parts(&self) -> Option<(u32, u32)> {
        let over = self.tally.yes_overridden;
        (over > 0).then(|| (self.tally.yes - over, over))
    }

    /// The same of 未実施; who was not asked is in neither.
    pub(crate) fn no_parts(&self) -> Option<(u32, u32)> {
        let over = self.tally.no_overridden;
        (over > 0).then(|| (self.tally.no - over, over))
    }

    /// What was answered and what overrides say, in words.
    pub(crate) fn parts(&self, v: &Visit) -> Vec<String> {
        let yes = self
            .yes_parts()
            .map(|parts| ("count-overridden-parts", parts));
        let no = self
            .no_parts()
            .map(|parts| ("count-overridden-no-parts", parts));
        let each = [yes, no].into_iter().flatten();
        each.map(|(key, (plain, over))| {
            let (plain, over) = (plain.to_string(), over.to_string());
            v.tn(key, &[("plain", plain.as_str()), ("over", over.as_str())])
        })
        .collect()
    }
}

/// A percentage with its sign; a blank is a blank.
pub(crate) fn share(percent: &str) -> String {
    match percent {
        "" => String::new(),
        percent => format!("{percent}%"),
    }
}

/// Why sheets count otherwise to a line, each reason once with how many.
fn reasons(v: &Visit, figures: &Figures, line: &FigureLine) -> Vec<String> {
    let sheets = figures.counted().filter(|sheet| sheet.answered);
    let each = sheets.flat_map(|sheet| &sheet.overrides);
    let mut counts: BTreeMap<(bool, &str), u32> = BTreeMap::new();
    for one in each.filter(|one| one.line == line.id) {
        let key = (one.class == Class::No, one.reason.as_str());
        *counts.entry(key).or_default() += 1;
    }
    let said = counts.into_iter().map(|((no, reason), count)| {
        let status = if no { Status::No } else { Status::Yes };
        let (class, count) = (v.t(&status_key(status)), count.to_string());
        let values = [
            ("class", class.as_str()),
            ("count", count.as_str()),
            ("reason", reason),
        ];
        v.tn("count-overridden-why", &values)
    });
    said.collect()
}

/// `第2版（2026年11月22日）`, or what was shown at a meeting by its name.
pub(crate) fn version(v: &Visit, row: &SnapshotRow) -> String {
    let (number, day) = (row.number.to_string(), v.date(&row.day));
    if row.kind != PUBLISHED {
        let kind = v.t(&format!("publication-kind-{}", row.kind));
        return format!("{kind} {} {day}", row.label);
    }
    let values = [("number", number.as_str()), ("day", day.as_str())];
    v.tn("count-version", &values)
}

/// The rows of figures.
pub(crate) fn rows(v: &Visit, figures: &Figures, base: Base) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::with_capacity(figures.lines.len());
    let mut before = "";
    for (line, tally) in figures.lines.iter().zip(figures.tallies()) {
        let first = line.item != before;
        before = &line.item;
        let same = figures.lines.iter().filter(|one| one.item == line.item);
        rows.push(Row {
            title: if first {
                said(v, &line.title).to_owned()
            } else {
                String::new()
            },
            span: if first { same.count() } else { 0 },
            reasons: reasons(v, figures, line),
            ..row(v, line, tally, base)
        });
    }
    rows
}

fn row(v: &Visit, line: &FigureLine, tally: Tally, base: Base) -> Row {
    Row {
        id: line.id.clone(),
        item: line.item.clone(),
        label: line.label.clone(),
        number: line.number(),
        title: String::new(),
        span: 0,
        text: said(v, &line.text).to_owned(),
        choice: said(v, &line.choice_text).to_owned(),
        tally,
        reasons: Vec::new(),
        base,
    }
}
