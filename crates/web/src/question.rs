//! One question as its respondent sees it: in the sheet, in the builder's preview, and filled in again with its fault.

use askama::Template;
use askama::filters::HtmlSafe;
use renkei_base::Fault;
use renkei_gov::answer::{Answer, File, Value};
use renkei_gov::questionnaire::{
    Cell, Choice, Column, Condition, Question, QuestionKind, Questionnaire, Words,
};

use crate::form::Form;
use crate::visit::Visit;

/// Blank rows that a table without rows of its own shows after those that are filled in.
const SPARE_ROWS: usize = 3;

/// In place of a choice: that none of them applies. No code of a choice is this.
pub(crate) const NONE: &str = "-";

/// What stands in the fields of a question: an answer, or what was typed in place of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filled {
    /// Codes of choices, [`NONE`], or the one text.
    pub(crate) values: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) files: Vec<File>,
    /// `unknown`, `undisclosed`, or empty.
    pub(crate) status: String,
    pub(crate) explanation: String,
}

impl Filled {
    pub(crate) fn of(answer: Option<&Answer>) -> Self {
        let Some(answer) = answer else {
            return Self::default();
        };
        let mut filled = Self {
            explanation: answer.explanation.clone(),
            ..Self::default()
        };
        match &answer.value {
            None => answer.status.code().clone_into(&mut filled.status),
            Some(Value::One { choice }) => filled.values.push(choice.clone()),
            Some(Value::Many { choices }) if choices.is_empty() => {
                filled.values.push(NONE.to_owned());
            }
            Some(Value::Many { choices }) => filled.values.clone_from(choices),
            Some(
                Value::Number { number: text } | Value::Date { date: text } | Value::Text { text },
            ) => {
                filled.values.push(text.clone());
            }
            Some(Value::File { files }) => filled.files.clone_from(files),
            Some(Value::Table { rows }) => filled.rows.clone_from(rows),
        }
        filled
    }

    /// As it came with a form. Files are not in it: they travel otherwise.
    pub(crate) fn typed(question: &Question, form: &Form) -> Self {
        let id = &question.id;
        let typed = form.all(&format!("answer.{id}"));
        let values = typed.iter().filter(|value| !value.is_empty());
        Self {
            values: values.cloned().collect(),
            rows: rows(question, form),
            files: Vec::new(),
            status: form.get(&format!("status.{id}")).to_owned(),
            explanation: form.get(&format!("explanation.{id}")).to_owned(),
        }
    }

    fn holds(&self, code: &str) -> bool {
        self.values.iter().any(|value| value == code)
    }

    /// The one text, or empty.
    fn text(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    fn cell(&self, row: &usize, column: &usize) -> &str {
        let found = self.rows.get(*row).and_then(|row| row.get(*column));
        found.map_or("", String::as_str)
    }
}

/// Cells are `cell.QUESTION.ROW.COLUMN`, rows from 0. Rows behind the last that was filled in are not there.
fn rows(question: &Question, form: &Form) -> Vec<Vec<String>> {
    let QuestionKind::Table {
        columns,
        rows,
        most,
    } = &question.kind
    else {
        return Vec::new();
    };
    let count = if rows.is_empty() {
        usize::from(*most)
    } else {
        rows.len()
    };
    let cell = |row: usize, column: &Column| {
        let name = format!("cell.{}.{row}.{}", question.id, column.id);
        form.get(&name).to_owned()
    };
    let mut filled: Vec<Vec<String>> = (0..count)
        .map(|row| columns.iter().map(|column| cell(row, column)).collect())
        .collect();
    let blank = |row: &Vec<String>| row.iter().all(|cell| cell.trim().is_empty());
    if rows.is_empty() {
        while filled.last().is_some_and(blank) {
            filled.pop();
        }
    } else if filled.iter().all(blank) {
        filled.clear();
    }
    filled
}

/// A question as HTML: `{{ shown|safe }}` or `{{ shown }}` inside the form of its sheet, or rendered alone.
///
/// Names of its fields: `answer.ID` (choices, texts), `cell.ID.ROW.COLUMN`, `file.ID`, `drop.ID` (the blob of a file that
/// goes), `status.ID`, `explanation.ID`, `revision.ID`.
#[derive(Debug, Template)]
#[template(path = "survey/question.html")]
pub(crate) struct Shown<'a> {
    pub(crate) v: &'a Visit,
    pub(crate) question: &'a Question,
    pub(crate) filled: Filled,
    /// Last year's answer in words, by [`words`]; empty where there is none.
    pub(crate) before: String,
    /// Its conditions in words, by [`only_if`].
    pub(crate) only_if: Vec<String>,
    /// Whether the conditions hold by what is answered now.
    pub(crate) asked: bool,
    /// Otherwise the answer is text.
    pub(crate) writable: bool,
    pub(crate) fault: Option<Fault>,
    /// Of the answer that is shown; none in a preview.
    pub(crate) revision: Option<i64>,
    /// Somebody wants the answer explained, whatever the question itself asks for.
    pub(crate) wanted: bool,
    /// Below the question: HTML of the page that shows it, safe as it is.
    pub(crate) foot: String,
}

impl HtmlSafe for Shown<'_> {}

impl<'a> Shown<'a> {
    /// A question that can be filled in, with nothing around it.
    pub(crate) fn new(
        v: &'a Visit,
        questionnaire: &Questionnaire,
        question: &'a Question,
        filled: Filled,
    ) -> Self {
        Self {
            v,
            question,
            filled,
            before: String::new(),
            only_if: only_if(v, questionnaire, question),
            asked: true,
            writable: true,
            fault: None,
            revision: None,
            wanted: false,
            foot: String::new(),
        }
    }

    /// What to explain, in words of the question's own or none, where there is a field for it.
    fn explain(&self) -> Option<&str> {
        match &self.question.explain {
            Some(words) => Some(self.say(words)),
            None => (self.wanted || !self.filled.explanation.is_empty()).then_some(""),
        }
    }

    fn say<'w>(&self, words: &'w Words) -> &'w str {
        words.say(self.v.lang())
    }

    fn name(&self, what: &str) -> String {
        format!("{what}.{}", self.question.id)
    }

    /// Choices that are offered, and the retired ones that are the answer.
    fn offered<'q>(&self, choices: &'q [Choice]) -> Vec<&'q Choice> {
        let there = choices
            .iter()
            .filter(|choice| !choice.retired || self.filled.holds(&choice.code));
        there.collect()
    }

    /// `a1=yes,partly;b2=no`, for the script that hides what is not asked.
    fn when(&self) -> String {
        let one = |when: &Condition| format!("{}={}", when.question, when.any.join(","));
        let each: Vec<String> = self.question.when.iter().map(one).collect();
        each.join(";")
    }

    /// The numbers of the rows that are shown, from 0.
    fn row_numbers(&self, rows: &[Words], most: &u16) -> std::ops::Range<usize> {
        if rows.is_empty() {
            0..usize::from(*most).min(self.filled.rows.len() + SPARE_ROWS)
        } else {
            0..rows.len()
        }
    }

    fn row_name(&self, rows: &[Words], number: &usize) -> String {
        match rows.get(*number) {
            Some(words) => self.say(words).to_owned(),
            None => (number + 1).to_string(),
        }
    }

    fn cell_name(&self, row: &usize, column: &Column) -> String {
        format!("cell.{}.{row}.{}", self.question.id, column.id)
    }

    fn column_name(&self, column: &Column) -> String {
        let text = self.say(&column.text);
        match &column.cell {
            Cell::Number { unit, .. } if !self.say(unit).is_empty() => {
                format!("{text} ({})", self.say(unit))
            }
            _ => text.to_owned(),
        }
    }

    /// What a number may be: `0〜99.5`, digits after the point.
    fn bounds(&self, least: Option<&String>, most: Option<&String>, decimals: &u8) -> String {
        let range = match (least, most) {
            (Some(least), Some(most)) => {
                let values = [("least", least.as_str()), ("most", most.as_str())];
                self.v.tn("question-range", &values)
            }
            (Some(least), None) => self.v.t1("question-least", "least", least),
            (None, Some(most)) => self.v.t1("question-most", "most", most),
            (None, None) => String::new(),
        };
        let digits = match *decimals {
            0 => self.v.t("question-whole"),
            digits => self.v.t1("question-decimals", "digits", digits),
        };
        let parts = [range, digits].into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    }

    /// The answer as text, where it cannot be changed.
    fn read_only(&self) -> String {
        filled_words(self.v, self.question, &self.filled)
    }
}

/// What a respondent said, in words; empty where it said nothing.
pub(crate) fn words(v: &Visit, question: &Question, answer: Option<&Answer>) -> String {
    filled_words(v, question, &Filled::of(answer))
}

fn filled_words(v: &Visit, question: &Question, filled: &Filled) -> String {
    if !filled.status.is_empty() {
        return v.t(&format!("question-status-{}", filled.status));
    }
    match &question.kind {
        QuestionKind::One { choices } | QuestionKind::Many { choices } => {
            let name = |code: &String| choice_name(v, choices, code);
            let names: Vec<String> = filled.values.iter().map(name).collect();
            names.join(v.t("question-and").as_str())
        }
        QuestionKind::Number { unit, .. } if !filled.text().is_empty() => {
            format!("{} {}", filled.text(), unit.say(v.lang()))
                .trim_end()
                .to_owned()
        }
        QuestionKind::Date => v.date(filled.text()),
        QuestionKind::File { .. } => {
            let names: Vec<&str> = filled.files.iter().map(|file| file.name.as_str()).collect();
            names.join("\n")
        }
        QuestionKind::Table { columns, rows, .. } => table_words(v, columns, rows, filled),
        _ => filled.text().to_owned(),
    }
}

fn choice_name(v: &Visit, choices: &[Choice], code: &str) -> String {
    if code == NONE {
        return v.t("question-no-choice");
    }
    let found = choices.iter().find(|choice| choice.code == code);
    found
        .map_or(code, |choice| choice.text.say(v.lang()))
        .to_owned()
}

fn table_words(v: &Visit, columns: &[Column], rows: &[Words], filled: &Filled) -> String {
    let line = |(number, cells): (usize, &Vec<String>)| {
        let said = columns
            .iter()
            .zip(cells)
            .filter(|(_, cell)| !cell.is_empty());
        let said = said.map(|(column, cell)| {
            let cell = match &column.cell {
                Cell::One { choices } => choice_name(v, choices, cell),
                Cell::Date => v.date(cell),
                _ => cell.clone(),
            };
            format!("{}: {cell}", column.text.say(v.lang()))
        });
        let said = said.collect::<Vec<_>>().join(", ");
        match rows.get(number) {
            Some(name) => format!("{} — {said}", name.say(v.lang())),
            None => said,
        }
    };
    let lines = filled.rows.iter().enumerate().map(line);
    lines.collect::<Vec<_>>().join("\n")
}

/// The conditions of a question in words: 「ア①」が「行っている」の場合.
pub(crate) fn only_if(
    v: &Visit,
    questionnaire: &Questionnaire,
    question: &Question,
) -> Vec<String> {
    let each = question.when.iter().filter_map(|when| {
        let found = questionnaire
            .questions()
            .find(|(_, other)| other.id == when.question)?;
        let (section, other) = found;
        let choices = other.kind.choices();
        let names = when.any.iter().map(|code| choice_name(v, choices, code));
        let names = names.collect::<Vec<_>>().join(v.t("question-or").as_str());
        let number = format!("{}{}", section.label, other.label);
        let values = [("question", number.as_str()), ("choices", names.as_str())];
        Some(v.tn("question-only-if", &values))
    });
    each.collect()
}
