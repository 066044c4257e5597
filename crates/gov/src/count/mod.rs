//! Counting: from the marks of sheets to tables. Pure and with whole numbers alone; a percentage is a text.
//!
//! | file | holds |
//! |---|---|
//! | `mod.rs` | [`Figures`]: lines and sheets, all that counting looks at |
//! | [`percent`] | percentages, half up, one decimal |
//! | [`tally`] | what the sheets say to one line; what a percentage is of |
//! | [`group`] | tallies by area, kind, size and ageing of municipalities |
//! | [`small`] | groups that are too small to be shown |
//! | [`cross`] | two lines against one another, unions of several choices, scores and their histogram |
//! | [`change`] | what became different between two askings, or since it was shown |
//! | [`load`] | figures of a survey as it stands now |

pub mod change;
pub mod cross;
pub mod group;
pub mod load;
pub mod percent;
pub mod small;
pub mod tally;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::load::live;
pub use self::percent::percent;
pub use self::tally::{Base, Tally};
use crate::line::lines;
use crate::questionnaire::{Class, Questionnaire, Words};
use crate::{Marks, Status};

/// All that counting looks at. Snapshots keep it as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub lines: Vec<FigureLine>,
    /// In the order of the survey.
    pub sheets: Vec<Sheet>,
}

/// A line with its texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureLine {
    /// `a1`, `g3.pamphlet`
    pub id: String,
    /// `ア`
    pub item: String,
    /// `①`, `③パンフ`
    pub label: String,
    /// The question's number, without a choice: `③`. Empty in snapshots of before it was kept: see [`Self::number`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    number: String,
    pub question: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// The section's.
    pub title: Words,
    /// The question's.
    pub text: Words,
    /// The choice's; empty where the line is the whole question.
    #[serde(default)]
    pub choice_text: Words,
}

/// One sheet, as far as it is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// An institution.
    pub respondent: String,
    /// Six digits, or empty.
    pub municipality: String,
    pub name: String,
    /// 二次保健医療圏, or empty.
    pub area: String,
    /// 区市町村 as `ward`, `city`, `town`, `village`, or empty.
    pub kind: String,
    /// It is its municipality's own, not that of an institution that stands there.
    #[serde(default, skip_serializing_if = "is_not")]
    pub own: bool,
    /// Who lived in its municipality; none in snapshots of before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inhabitants: Option<Inhabitants>,
    /// Else 集計外: in no n.
    pub counted: bool,
    /// Whether it was handed in. What was not is 無回答.
    pub answered: bool,
    /// One letter for each line, see [`Marks`]; empty where nothing was handed in.
    pub marks: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_not(one: &bool) -> bool {
    !*one
}

/// Who lives in a municipality, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inhabitants {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_65: Option<u32>,
}

/// That a line of a sheet counts otherwise than it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    pub line: String,
    pub class: Class,
    pub reason: String,
}

/// What one sheet says to one line, and whether an override says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    pub status: Status,
    pub overridden: bool,
}

impl FigureLine {
    /// The question's number as it is printed: `①`, `21`, `1.2`.
    pub fn number(&self) -> String {
        match (self.number.as_str(), &self.choice) {
            ("", None) => self.label.clone(),
            ("", Some(_)) => self.label.chars().take(1).collect(),
            (number, _) => number.to_owned(),
        }
    }

    /// The heading of its column in the data file: `ア①`.
    pub fn heading(&self) -> String {
        format!("{}{}", self.item, self.label)
    }
}

fn question_label(questionnaire: &Questionnaire, id: &str) -> String {
    let question = questionnaire.question(id);
    question.map_or_else(String::new, |one| one.label.clone())
}

impl Figures {
    /// The lines of a questionnaire, without sheets.
    pub fn of(questionnaire: &Questionnaire) -> Self {
        let texts = |question: &str, choice: Option<&str>| {
            let mut all = questionnaire.questions();
            let (section, asked) = all.find(|(_, one)| one.id == question)?;
            let choices = asked.kind.choices();
            let chosen = choices
                .iter()
                .find(|one| choice == Some(one.code.as_str()))
                .map(|one| one.text.clone());
            let chosen = chosen.unwrap_or_default();
            Some((section.title.clone(), asked.text.clone(), chosen))
        };
        let each = lines(questionnaire).into_iter().map(|line| {
            let (title, text, choice_text) =
                texts(&line.question, line.choice.as_deref()).unwrap_or_default();
            FigureLine {
                id: line.id,
                item: line.item,
                number: question_label(questionnaire, &line.question),
                label: line.label,
                question: line.question,
                choice: line.choice,
                title,
                text,
                choice_text,
            }
        });
        Self {
            lines: each.collect(),
            sheets: Vec::new(),
        }
    }

    /// The place of a line.
    pub fn line(&self, id: &str) -> Option<usize> {
        self.lines.iter().position(|line| line.id == id)
    }

    /// The sheets that are in n.
    pub fn counted(&self) -> impl Iterator<Item = &Sheet> {
        self.sheets.iter().filter(|sheet| sheet.counted)
    }

    /// The municipalities' own sheets that are in n, by code. Of a snapshot that did not keep which they are, those that are
    /// the only one of their municipality.
    pub fn owns(&self) -> BTreeMap<&str, &Sheet> {
        let mut all: BTreeMap<&str, Vec<&Sheet>> = BTreeMap::new();
        for sheet in self.counted().filter(|one| !one.municipality.is_empty()) {
            all.entry(&sheet.municipality).or_default().push(sheet);
        }
        let mut owns = BTreeMap::new();
        for (code, sheets) in all {
            let own = match sheets.as_slice() {
                [only] if only.inhabitants.is_none() => Some(*only),
                sheets => sheets.iter().copied().find(|one| one.own),
            };
            owns.extend(own.map(|own| (code, own)));
        }
        owns
    }

    /// The same with the sheets of which this holds.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&Sheet) -> bool) -> Self {
        Self {
            lines: self.lines.clone(),
            sheets: self
                .sheets
                .iter()
                .filter(|one| keep(one))
                .cloned()
                .collect(),
        }
    }

    /// What a sheet says to every line, in their order.
    pub fn said(&self, sheet: &Sheet) -> Vec<Said> {
        let marks = Marks::read(&sheet.marks).0;
        let each = self.lines.iter().enumerate().map(|(at, line)| {
            let plain = match (sheet.counted, sheet.answered) {
                (false, _) => Status::NotCounted,
                (true, false) => Status::NoAnswer,
                (true, true) => marks.get(at).copied().unwrap_or(Status::NoAnswer),
            };
            let own = sheet.overrides.iter().find(|one| one.line == line.id);
            match own.filter(|_| sheet.counted && sheet.answered) {
                Some(one) => Said {
                    status: match one.class {
                        Class::Yes => Status::Yes,
                        Class::No => Status::No,
                    },
                    overridden: true,
                },
                None => Said {
                    status: plain,
                    overridden: false,
                },
            }
        });
        each.collect()
    }

    /// A tally for each line, over all sheets that are counted.
    pub fn tallies(&self) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); self.lines.len()];
        for sheet in self.counted() {
            self.add(sheet, &mut tallies);
        }
        tallies
    }

    fn add(&self, sheet: &Sheet, tallies: &mut [Tally]) {
        for (tally, said) in tallies.iter_mut().zip(self.said(sheet)) {
            tally.add(said);
        }
    }
}
