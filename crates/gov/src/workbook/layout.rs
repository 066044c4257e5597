//! Which row of the form holds what. Each row that is read again begins with its id, in a hidden column: a question's
//! (`a1`), one of its choices' (`g3.pamphlet`), its explanation's (`a1!`), a table's heading (`t1#`) and rows (`t1#1`).

use renkei_base::Lang;

use super::word::{self, of};
use crate::answer::Answers;
use crate::questionnaire::{Cell, Choice, Column, Question, QuestionKind, Questionnaire, Words};
use crate::{Answer, Value};

/// The sheet with the questions, and the hidden one that says whose form it is.
pub const SHEET: &str = "回答";
pub const ABOUT: &str = "renkei";
/// Columns, from 0: the id and the revision are hidden; answers begin at `ANSWER`.
pub const ID: u32 = 0;
pub const REVISION: u32 = 1;
pub const ANSWER: u32 = 5;
/// What stands above the ids.
pub const HEADING: &str = "id";
/// Rows of a table that the form has at least, where the questionnaire allows as many.
const TABLE_ROWS: usize = 20;
/// Written into forms; a form of another layout is refused.
pub const FORMAT: &str = "1";

/// Whose form it is, in the hidden sheet: name and value in each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub survey: String,
    pub respondent: String,
    /// `ID/VERSION`
    pub questionnaire: String,
}

impl About {
    /// Names and values, in the order of the rows.
    pub fn rows(&self) -> [(&'static str, String); 4] {
        [
            ("survey", self.survey.clone()),
            ("respondent", self.respondent.clone()),
            ("questionnaire", self.questionnaire.clone()),
            ("format", FORMAT.to_owned()),
        ]
    }
}

/// What a row looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Section,
    Question,
    /// A choice, or a row of a table.
    Part,
    /// The columns of a table.
    Columns,
    Explanation,
}

/// A cell that is filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormCell {
    pub text: String,
    /// What can be chosen; empty for free text.
    pub choices: Vec<String>,
    /// Cannot be filled in here.
    pub locked: bool,
    pub lines: u8,
}

/// A row of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormRow {
    /// Empty for a section.
    pub id: String,
    pub look: Look,
    /// Of the answer when the form was made: `3`. Empty beside a question's first row.
    pub revision: String,
    /// `ア①`
    pub number: String,
    pub text: String,
    /// How to fill it in.
    pub hint: String,
    pub cells: Vec<FormCell>,
}

/// How many rows of a table the form has.
pub fn table_rows(names: &[Words], most: u16, filled: usize) -> usize {
    if names.is_empty() {
        usize::from(most).min(TABLE_ROWS).max(filled)
    } else {
        names.len()
    }
}

/// The rows of a form, filled in with the answers that are there. `hint` says how to fill a question in; `revision` which
/// revision of its answer that is.
pub fn rows(
    questionnaire: &Questionnaire,
    answers: &Answers,
    lang: Lang,
    hint: &dyn Fn(&Question) -> String,
) -> Vec<FormRow> {
    let mut rows = Vec::new();
    for section in &questionnaire.sections {
        rows.push(FormRow {
            number: section.label.clone(),
            text: of(&section.title, lang).to_owned(),
            ..blank("", Look::Section)
        });
        for question in &section.questions {
            let answer = answers.get(&question.id);
            let mut first = FormRow {
                revision: answer.map_or(0, |answer| answer.revision).to_string(),
                number: format!("{}{}", section.label, question.label),
                text: of(&question.text, lang).to_owned(),
                hint: hint(question),
                ..blank(&question.id, Look::Question)
            };
            let parts = parts(question, answer, lang, &mut first);
            rows.push(first);
            rows.extend(parts);
            rows.extend(explanation(question, answer, lang));
        }
    }
    rows
}

fn blank(id: &str, look: Look) -> FormRow {
    FormRow {
        id: id.to_owned(),
        look,
        revision: String::new(),
        number: String::new(),
        text: String::new(),
        hint: String::new(),
        cells: Vec::new(),
    }
}

fn cell(text: impl Into<String>) -> FormCell {
    FormCell {
        text: text.into(),
        lines: 1,
        ..FormCell::default()
    }
}

fn explanation(question: &Question, answer: Option<&Answer>, lang: Lang) -> Option<FormRow> {
    let wanted = question.explain.as_ref()?;
    let text = answer.map_or("", |answer| answer.explanation.as_str());
    Some(FormRow {
        text: of(wanted, lang).to_owned(),
        cells: vec![FormCell {
            lines: 2,
            ..cell(text)
        }],
        ..blank(&format!("{}!", question.id), Look::Explanation)
    })
}

/// The rows below a question's first one, which gets its cell.
fn parts(
    question: &Question,
    answer: Option<&Answer>,
    lang: Lang,
    first: &mut FormRow,
) -> Vec<FormRow> {
    let value = answer.and_then(|answer| answer.value.as_ref());
    let said = status_of(answer, lang);
    let mut one = cell(said.unwrap_or_default());
    let mut parts = Vec::new();
    match (&question.kind, value) {
        (QuestionKind::One { choices }, value) => choose(choices, value, lang, &mut one),
        (QuestionKind::Many { choices }, value) => {
            let chosen = match value {
                Some(Value::Many { choices }) => choices.iter().map(String::as_str).collect(),
                _ => vec![],
            };
            if matches!(value, Some(Value::Many { choices }) if choices.is_empty()) {
                word::say(word::NONE, lang).clone_into(&mut one.text);
            }
            let none = word::say(word::NONE, lang).to_owned();
            one.choices = std::iter::once(none).chain(statuses(lang)).collect();
            parts = boxes(question, &offered(choices, &chosen), &chosen, lang);
        }
        (
            QuestionKind::Table {
                columns,
                rows,
                most,
            },
            value,
        ) => {
            let filled = match value {
                Some(Value::Table { rows }) => rows.as_slice(),
                _ => &[],
            };
            one.choices = statuses(lang).collect();
            parts = table(question, (columns, rows, *most), filled, lang);
        }
        (QuestionKind::File { .. }, value) => {
            one.locked = true;
            if let Some(Value::File { files }) = value {
                let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
                one.text = names.join("\n");
            }
        }
        (
            _,
            Some(
                Value::Number { number: text } | Value::Date { date: text } | Value::Text { text },
            ),
        ) => one.text.clone_from(text),
        _ => {}
    }
    if let QuestionKind::Text { lines, .. } = &question.kind {
        one.lines = *lines;
    }
    first.cells.push(one);
    parts
}

/// The cell of a question with one choice.
fn choose(choices: &[Choice], value: Option<&Value>, lang: Lang, one: &mut FormCell) {
    let chosen = match value {
        Some(Value::One { choice }) => vec![choice.as_str()],
        _ => vec![],
    };
    let names = offered(choices, &chosen);
    let name = names.iter().find(|one| chosen.contains(&one.code.as_str()));
    if let Some(name) = name {
        of(&name.text, lang).clone_into(&mut one.text);
    }
    one.choices = names
        .iter()
        .map(|choice| of(&choice.text, lang).to_owned())
        .chain(statuses(lang))
        .collect();
}

fn status_of(answer: Option<&Answer>, lang: Lang) -> Option<&'static str> {
    let answer = answer.filter(|answer| answer.value.is_none())?;
    match answer.status {
        crate::Status::Unknown => Some(word::say(word::UNKNOWN, lang)),
        crate::Status::Undisclosed => Some(word::say(word::UNDISCLOSED, lang)),
        _ => None,
    }
}

fn statuses(lang: Lang) -> impl Iterator<Item = String> {
    [word::UNKNOWN, word::UNDISCLOSED]
        .into_iter()
        .map(move |one| word::say(one, lang).to_owned())
}

/// The choices that are offered, and the retired ones that are the answer.
fn offered<'c>(choices: &'c [Choice], chosen: &[&str]) -> Vec<&'c Choice> {
    let there = |choice: &&Choice| !choice.retired || chosen.contains(&choice.code.as_str());
    choices.iter().filter(there).collect()
}

fn boxes(question: &Question, choices: &[&Choice], chosen: &[&str], lang: Lang) -> Vec<FormRow> {
    let one = |choice: &&Choice| {
        let ticked = chosen.contains(&choice.code.as_str());
        FormRow {
            text: of(&choice.text, lang).to_owned(),
            cells: vec![FormCell {
                choices: vec![word::TICK.to_owned()],
                ..cell(if ticked { word::TICK } else { "" })
            }],
            ..blank(&format!("{}.{}", question.id, choice.code), Look::Part)
        }
    };
    choices.iter().map(one).collect()
}

fn table(
    question: &Question,
    (columns, names, most): (&[Column], &[Words], u16),
    filled: &[Vec<String>],
    lang: Lang,
) -> Vec<FormRow> {
    let heading = |column: &Column| {
        let text = of(&column.text, lang);
        let name = match &column.cell {
            Cell::Number { unit, .. } if !of(unit, lang).is_empty() => {
                format!("{text} ({})", of(unit, lang))
            }
            _ => text.to_owned(),
        };
        FormCell {
            locked: true,
            ..cell(name)
        }
    };
    let head = FormRow {
        cells: columns.iter().map(heading).collect(),
        ..blank(&format!("{}#", question.id), Look::Columns)
    };
    let count = table_rows(names, most, filled.len());
    let row = |number: usize| {
        let of_row = |place: usize| filled.get(number).and_then(|row| row.get(place));
        let cells = columns.iter().enumerate().map(|(place, column)| {
            let text = of_row(place).map_or("", String::as_str);
            table_cell(column, text, lang)
        });
        let name = match names.get(number) {
            Some(name) => of(name, lang).to_owned(),
            None => (number + 1).to_string(),
        };
        FormRow {
            text: name,
            cells: cells.collect(),
            ..blank(&format!("{}#{}", question.id, number + 1), Look::Part)
        }
    };
    std::iter::once(head).chain((0..count).map(row)).collect()
}

fn table_cell(column: &Column, text: &str, lang: Lang) -> FormCell {
    let Cell::One { choices } = &column.cell else {
        return cell(text);
    };
    let names = offered(choices, &[text]);
    let name = names.iter().find(|choice| choice.code == text);
    FormCell {
        choices: names
            .iter()
            .map(|choice| of(&choice.text, lang).to_owned())
            .collect(),
        ..cell(name.map_or("", |choice| of(&choice.text, lang)))
    }
}
