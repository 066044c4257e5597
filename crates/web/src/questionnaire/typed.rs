//! A question as it is typed in the builder, and as the builder's fields show it.

use renkei_base::Fault;
use renkei_base::text::{char_count, line, long_text, usual_width};
use renkei_gov::questionnaire::check::{CHOICES, COLUMNS, ROWS, WORDS};
use renkei_gov::questionnaire::edit::Kept;
use renkei_gov::questionnaire::{
    Cell, Choice, Class, Column, Condition, Question, QuestionKind, Words,
};

use crate::form::Form;

/// Blank lines below the choices and columns that are there.
const SPARE: usize = 3;

/// The fields of a question's kind as text.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) choices: Vec<Choice>,
    pub(super) columns: Vec<ColumnFields>,
    pub(super) unit: Words,
    pub(super) least: String,
    pub(super) most: String,
    pub(super) decimals: String,
    pub(super) lines: String,
    pub(super) rows: String,
    pub(super) spare: usize,
}

/// One column of a table question.
#[derive(Clone, Debug, Default)]
pub(super) struct ColumnFields {
    pub(super) id: String,
    pub(super) text: Words,
    /// `text`, `number`, `date`, `one`.
    pub(super) cell: String,
    pub(super) unit: Words,
    pub(super) decimals: String,
    /// One a line: `はい / Yes`.
    pub(super) choices: String,
}

impl Sheet {
    pub(super) fn of(question: &Question) -> Self {
        let mut sheet = Self {
            spare: SPARE,
            ..Self::default()
        };
        match &question.kind {
            QuestionKind::One { choices } | QuestionKind::Many { choices } => {
                sheet.choices.clone_from(choices);
            }
            QuestionKind::Number {
                unit,
                least,
                most,
                decimals,
            } => {
                sheet.unit = unit.clone();
                sheet.least = least.clone().unwrap_or_default();
                sheet.most = most.clone().unwrap_or_default();
                sheet.decimals = decimals.to_string();
            }
            QuestionKind::Date => {}
            QuestionKind::Text { lines, most } => {
                sheet.lines = lines.to_string();
                sheet.most = most.to_string();
            }
            QuestionKind::File { most } => sheet.most = most.to_string(),
            QuestionKind::Table {
                columns,
                rows,
                most,
            } => {
                sheet.columns = columns.iter().map(ColumnFields::of).collect();
                sheet.rows = rows.iter().map(joined).collect::<Vec<_>>().join("\n");
                sheet.most = most.to_string();
            }
        }
        sheet
    }

    /// More blank lines than the form had.
    pub(super) fn more(&mut self, form: &Form) {
        if form.get("then") == "more" {
            let before: usize = form.get("spare").parse().unwrap_or(SPARE);
            self.spare = (before + 5).min(CHOICES);
        }
    }

    /// The lines of choices with their numbers, blank ones after them.
    pub(super) fn choice_lines(&self) -> Vec<(usize, Option<&Choice>)> {
        let there = self.choices.iter().map(Some);
        let spare = std::iter::repeat_n(None, self.spare);
        there.chain(spare).enumerate().collect()
    }

    pub(super) fn column_lines(&self) -> Vec<(usize, ColumnFields)> {
        let there = self.columns.iter().cloned();
        let blank = ColumnFields {
            cell: "text".to_owned(),
            ..ColumnFields::default()
        };
        let spare = std::iter::repeat_n(blank, self.spare);
        there.chain(spare).enumerate().collect()
    }
}

impl ColumnFields {
    fn of(column: &Column) -> Self {
        let mut fields = Self {
            id: column.id.clone(),
            text: column.text.clone(),
            ..Self::default()
        };
        match &column.cell {
            Cell::Text { .. } => "text".clone_into(&mut fields.cell),
            Cell::Date => "date".clone_into(&mut fields.cell),
            Cell::Number { unit, decimals } => {
                "number".clone_into(&mut fields.cell);
                fields.unit = unit.clone();
                fields.decimals = decimals.to_string();
            }
            Cell::One { choices } => {
                "one".clone_into(&mut fields.cell);
                let lines = choices.iter().filter(|one| !one.retired);
                let lines: Vec<String> = lines.map(|one| joined(&one.text)).collect();
                fields.choices = lines.join("\n");
            }
        }
        fields
    }
}

/// `はい / Yes`
fn joined(words: &Words) -> String {
    if words.en.is_empty() {
        words.ja.clone()
    } else {
        format!("{} / {}", words.ja, words.en)
    }
}

fn parted(text: &str) -> Words {
    match text.split_once(" / ") {
        Some((ja, en)) => Words::new(ja.trim(), en.trim()),
        None => Words::new(text.trim(), ""),
    }
}

/// The code of a class in forms: `yes`, `no`, or empty.
pub(super) const fn class_code(class: Option<Class>) -> &'static str {
    match class {
        Some(Class::Yes) => "yes",
        Some(Class::No) => "no",
        None => "",
    }
}

/// What is typed, with what could not be read. `there`: the question that is stored.
pub(super) fn question(form: &Form, there: &Question, kept: &Kept) -> (Question, Vec<Fault>) {
    let mut reading = Reading {
        form,
        faults: Vec::new(),
    };
    let bound = kept.kind(&there.id).unwrap_or_default();
    let kind = if bound.is_empty() {
        form.get("kind")
    } else {
        bound
    };
    let kind = reading.kind(kind, there, kept);
    let explain = form.holds("explain", "1");
    let question = Question {
        id: there.id.clone(),
        label: reading.line("label", 20),
        text: reading.words("text"),
        definition: reading.words("definition"),
        source: reading.line("source", 500),
        required: form.holds("required", "1"),
        when: conditions(form),
        explain: explain.then(|| reading.words("explain-text")),
        counted: form.holds("counted", "1"),
        kind,
    };
    (question, reading.faults)
}

/// Ticked choices are `when` = `a1/yes`.
fn conditions(form: &Form) -> Vec<Condition> {
    let mut found: Vec<Condition> = Vec::new();
    for one in form.all("when") {
        let Some((question, choice)) = one.split_once('/') else {
            continue;
        };
        match found.iter_mut().find(|when| when.question == question) {
            Some(when) => when.any.push(choice.to_owned()),
            None => found.push(Condition {
                question: question.to_owned(),
                any: vec![choice.to_owned()],
            }),
        }
    }
    found
}

struct Reading<'a> {
    form: &'a Form,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn line(&mut self, name: &str, most: usize) -> String {
        line(name, self.form.get(name), most).unwrap_or_else(|fault| {
            self.faults.push(fault);
            self.form.get(name).to_owned()
        })
    }

    fn long(&mut self, name: &str) -> String {
        let text = long_text(name, self.form.get(name)).unwrap_or_else(|fault| {
            self.faults.push(fault);
            self.form.get(name).to_owned()
        });
        let length = char_count(&text);
        if length > WORDS {
            let fault = Fault::new(name, "fault-too-long");
            self.faults
                .push(fault.with("max", WORDS).with("length", length));
        }
        text
    }

    fn words(&mut self, name: &str) -> Words {
        Words::new(self.long(name), self.long(&format!("{name}-en")))
    }

    /// A whole number, 全角 too. `usual` where nothing is typed.
    fn count<T: std::str::FromStr>(&mut self, name: &str, usual: T) -> T {
        let text = usual_width(self.form.get(name));
        match text.trim() {
            "" => usual,
            text => text.parse().unwrap_or_else(|_| {
                self.faults.push(Fault::new(name, "fault-question-count"));
                usual
            }),
        }
    }

    /// A bound: digits as they are, half-width, without grouping.
    fn bound(&mut self, name: &str) -> Option<String> {
        let text = usual_width(self.form.get(name)).replace(',', "");
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn kind(&mut self, code: &str, there: &Question, kept: &Kept) -> QuestionKind {
        // The fields on the page are those of the kind that it was made with.
        let same = self.form.get("fields") == code;
        let choosing = |code: &str| matches!(code, "one" | "many");
        let alike = same || choosing(code) && choosing(self.form.get("fields"));
        if !alike {
            return QuestionKind::blank(code).unwrap_or_else(|| there.kind.clone());
        }
        match code {
            "one" => QuestionKind::One {
                choices: self.choices(there, kept),
            },
            "many" => QuestionKind::Many {
                choices: self.choices(there, kept),
            },
            "number" => QuestionKind::Number {
                unit: Words::new(self.line("unit", 20), self.line("unit-en", 20)),
                least: self.bound("least"),
                most: self.bound("most"),
                decimals: self.count("decimals", 0),
            },
            "date" => QuestionKind::Date,
            "text" => QuestionKind::Text {
                lines: self.count("lines", 4),
                most: self.count("most", 1_000),
            },
            "file" => QuestionKind::File {
                most: self.count("most", 3),
            },
            "table" => QuestionKind::Table {
                columns: self.columns(there),
                rows: self.rows(),
                most: self.count("most", 10),
            },
            _ => there.kind.clone(),
        }
    }

    /// Lines `choice.N.text` and so on, ordered by `choice.N.place`; blank ones are left out.
    fn choices(&mut self, there: &Question, kept: &Kept) -> Vec<Choice> {
        let mut found: Vec<(usize, Choice)> = Vec::new();
        for at in 0..2 * CHOICES {
            let name = |part: &str| format!("choice.{at}.{part}");
            if !self.form.has(&name("text")) {
                break;
            }
            let text = Words::new(
                self.line(&name("text"), WORDS),
                self.line(&name("text-en"), WORDS),
            );
            if text.is_empty() {
                continue;
            }
            let code = self.form.get(&name("code")).to_owned();
            let place = self.count(&name("place"), at + 1);
            found.push((
                place,
                Choice {
                    code,
                    text,
                    label: self.line(&name("label"), 40),
                    class: match self.form.get(&name("class")) {
                        "yes" => Some(Class::Yes),
                        "no" => Some(Class::No),
                        _ => None,
                    },
                    retired: self.form.holds(&name("retired"), "1"),
                },
            ));
        }
        found.sort_by_key(|(place, _)| *place);
        let mut choices: Vec<Choice> = found.into_iter().map(|(_, choice)| choice).collect();
        let old = there.kind.choices().iter().chain(kept.choices(&there.id));
        let taken: Vec<String> = old.map(|one| one.code.clone()).collect();
        name_choices(&mut choices, &taken);
        choices
    }

    fn columns(&mut self, there: &Question) -> Vec<Column> {
        let old = match &there.kind {
            QuestionKind::Table { columns, .. } => columns.as_slice(),
            _ => &[],
        };
        let mut found: Vec<Column> = Vec::new();
        for at in 0..COLUMNS + CHOICES {
            let name = |part: &str| format!("column.{at}.{part}");
            if !self.form.has(&name("text")) {
                break;
            }
            let text = Words::new(
                self.line(&name("text"), WORDS),
                self.line(&name("text-en"), WORDS),
            );
            if text.is_empty() {
                continue;
            }
            let id = self.form.get(&name("id")).to_owned();
            let before = old.iter().find(|one| one.id == id);
            let cell = self.cell(&name, before.map(|one| &one.cell));
            found.push(Column { id, text, cell });
        }
        let taken: Vec<String> = old.iter().map(|one| one.id.clone()).collect();
        let mut codes: Vec<&mut String> = found.iter_mut().map(|one| &mut one.id).collect();
        fill(&mut codes, &taken, 'c');
        found
    }

    fn cell(&mut self, name: &impl Fn(&str) -> String, before: Option<&Cell>) -> Cell {
        match self.form.get(&name("cell")) {
            "number" => Cell::Number {
                unit: Words::new(
                    self.line(&name("unit"), 20),
                    self.line(&name("unit-en"), 20),
                ),
                decimals: self.count(&name("decimals"), 0),
            },
            "date" => Cell::Date,
            "one" => {
                let old: &[Choice] = match before {
                    Some(Cell::One { choices }) => choices,
                    _ => &[],
                };
                Cell::One {
                    choices: listed(&self.long(&name("choices")), old),
                }
            }
            _ => Cell::Text {
                most: match before {
                    Some(Cell::Text { most }) => *most,
                    _ => 200,
                },
            },
        }
    }

    fn rows(&mut self) -> Vec<Words> {
        let text = self.long("rows");
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let most = usize::from(ROWS) + 1;
        lines.take(most).map(parted).collect()
    }
}

/// Choices of a cell, one a line. Those with the same words keep their code; those that are gone are retired.
fn listed(text: &str, old: &[Choice]) -> Vec<Choice> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let mut choices: Vec<Choice> = lines
        .take(CHOICES + 1)
        .map(|line| {
            let text = parted(line);
            let same = old.iter().find(|one| one.text.ja == text.ja);
            Choice {
                code: same.map(|one| one.code.clone()).unwrap_or_default(),
                text,
                label: String::new(),
                class: None,
                retired: false,
            }
        })
        .collect();
    let taken: Vec<String> = old.iter().map(|one| one.code.clone()).collect();
    name_choices(&mut choices, &taken);
    let gone = old
        .iter()
        .filter(|one| !choices.iter().any(|now| now.code == one.code));
    let gone: Vec<Choice> = gone
        .map(|one| Choice {
            retired: true,
            ..one.clone()
        })
        .collect();
    choices.extend(gone);
    choices
}

fn name_choices(choices: &mut [Choice], taken: &[String]) {
    let mut codes: Vec<&mut String> = choices.iter_mut().map(|one| &mut one.code).collect();
    fill(&mut codes, taken, 'c');
}

/// Gives codes that were never given to those that have none.
fn fill(codes: &mut [&mut String], taken: &[String], letter: char) {
    let given = codes.iter().map(|code| code.as_str());
    let all = given.chain(taken.iter().map(String::as_str));
    let numbers = all.filter_map(|code| code.strip_prefix(letter)?.parse::<u32>().ok());
    let first = numbers.max().unwrap_or(0) + 1;
    let without = codes.iter_mut().filter(|code| code.is_empty());
    for (code, number) in without.zip(first..) {
        **code = format!("{letter}{number}");
    }
}
