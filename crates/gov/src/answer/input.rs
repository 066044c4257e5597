//! What was typed for a question becomes an answer, or faults with the question's id as field. Forms, workbooks and
//! programs all go through here.

use std::collections::BTreeSet;

use renkei_base::limits::NOTE_CHARS;
use renkei_base::text::{char_count, line, long_text};
use renkei_base::{Fault, era};

use super::number::{Bounds, number};
use crate::questionnaire::{Cell, Choice, Column, Question, QuestionKind, Words};
use crate::{Answer, Status, Value};

/// In place of a choice of several: that none of them applies. No code of a choice is this.
pub const NONE: &str = "-";

/// What was typed for one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Codes of choices, [`NONE`], or the one text.
    pub values: Vec<String>,
    /// Cells of a table.
    pub rows: Vec<Vec<String>>,
    /// `unknown`, `undisclosed`, or empty.
    pub status: String,
    /// None leaves the one that is there.
    pub explanation: Option<String>,
}

/// An answer that is not stored yet. [`Status::NoAnswer`] is a blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub value: Option<Value>,
    pub status: Status,
    pub explanation: String,
}

impl Given {
    /// Of a question that nobody has answered.
    pub const BLANK: Self = Self {
        value: None,
        status: Status::NoAnswer,
        explanation: String::new(),
    };

    /// What stands, without its revision.
    pub fn of(answer: Option<&Answer>) -> Self {
        answer.map_or(Self::BLANK, |answer| Self {
            value: answer.value.clone(),
            status: answer.status,
            explanation: answer.explanation.clone(),
        })
    }

    fn stated(value: Option<Value>) -> Self {
        let status = match value {
            Some(_) => Status::Stated,
            None => Status::NoAnswer,
        };
        Self {
            value,
            status,
            explanation: String::new(),
        }
    }
}

/// Reads what was typed. `was` is the answer as it stands: its retired choices may stay, and so do its files, which come
/// and go by themselves.
///
/// # Errors
/// Faults with the question's id as field, for cells `ID.ROW.COLUMN` with rows from 1.
pub fn read(question: &Question, typed: &Typed, was: Option<&Answer>) -> Result<Given, Vec<Fault>> {
    let field = question.id.as_str();
    let said = match typed.status.as_str() {
        "unknown" => Ok(none(Status::Unknown)),
        "undisclosed" => Ok(none(Status::Undisclosed)),
        "" => value(question, typed, was)
            .map(Given::stated)
            .map_err(|faults| pointed(question, faults)),
        _ => Err(vec![Fault::new(field, "fault-answer-choice")]),
    };
    let explanation = match &typed.explanation {
        Some(typed) => explanation(field, typed),
        None => Ok(was.map_or_else(String::new, |was| was.explanation.clone())),
    };
    match (said, explanation) {
        (Ok(given), Ok(explanation)) => Ok(Given {
            explanation,
            ..given
        }),
        (Err(mut faults), Err(fault)) => {
            faults.push(fault);
            Err(faults)
        }
        (Err(faults), Ok(_)) => Err(faults),
        (Ok(_), Err(fault)) => Err(vec![fault]),
    }
}

/// Where there is a field for explanations, an estimate is told there.
fn pointed(question: &Question, mut faults: Vec<Fault>) -> Vec<Fault> {
    if question.explain.is_some() {
        for fault in &mut faults {
            if fault.key == "fault-answer-about" {
                "fault-answer-about-explain".clone_into(&mut fault.key);
            }
        }
    }
    faults
}

const fn none(status: Status) -> Given {
    Given {
        value: None,
        status,
        explanation: String::new(),
    }
}

fn explanation(field: &str, typed: &str) -> Result<String, Fault> {
    let text = long_text(field, typed)?;
    within(field, text, NOTE_CHARS)
}

fn within(field: &str, text: String, most: usize) -> Result<String, Fault> {
    let length = char_count(&text);
    if length > most {
        return Err(Fault::new(field, "fault-too-long")
            .with("max", most)
            .with("length", length));
    }
    Ok(text)
}

fn value(
    question: &Question,
    typed: &Typed,
    was: Option<&Answer>,
) -> Result<Option<Value>, Vec<Fault>> {
    let field = question.id.as_str();
    let text = typed.values.first().map_or("", String::as_str);
    match &question.kind {
        QuestionKind::One { choices } => one(field, choices, typed, was),
        QuestionKind::Many { choices } => many(field, choices, typed, was),
        QuestionKind::Number {
            unit,
            least,
            most,
            decimals,
        } => {
            let bounds = Bounds {
                unit,
                least: least.as_deref(),
                most: most.as_deref(),
                decimals: *decimals,
            };
            filled(text, |text| number(field, text, bounds))
                .map(|number| number.map(|number| Value::Number { number }))
        }
        QuestionKind::Date => {
            filled(text, |text| date(field, text)).map(|date| date.map(|date| Value::Date { date }))
        }
        QuestionKind::Text { lines, most } => free(field, text, *lines, *most),
        QuestionKind::File { .. } => Ok(was.and_then(|was| was.value.clone())),
        QuestionKind::Table {
            columns,
            rows,
            most,
        } => table(field, (columns, rows, *most), &typed.rows),
    }
}

/// A blank is no answer; anything else is read.
fn filled(
    text: &str,
    read: impl FnOnce(&str) -> Result<String, Fault>,
) -> Result<Option<String>, Vec<Fault>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    read(text).map(Some).map_err(|fault| vec![fault])
}

/// A day as people write it, kept as `2026-04-01`.
fn date(field: &str, text: &str) -> Result<String, Fault> {
    era::parse(text)
        .map(|date| date.to_string())
        .map_err(|fault| match fault {
            // The usual hints speak of birthdays.
            era::DateFault::Unreadable => Fault::new(field, "fault-answer-date"),
            era::DateFault::NoEra => Fault::new(field, "fault-answer-date-era"),
            other => other.fault(field),
        })
}

fn free(field: &str, text: &str, lines: u8, most: u32) -> Result<Option<Value>, Vec<Fault>> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let read = if lines <= 1 {
        line(field, text, most)
    } else {
        long_text(field, text).and_then(|text| within(field, text, most))
    };
    let text = read.map_err(|fault| vec![fault])?;
    Ok(Some(text)
        .filter(|text| !text.trim().is_empty())
        .map(|text| Value::Text { text }))
}

fn one(
    field: &str,
    choices: &[Choice],
    typed: &Typed,
    was: Option<&Answer>,
) -> Result<Option<Value>, Vec<Fault>> {
    let chosen: BTreeSet<&String> = typed
        .values
        .iter()
        .filter(|code| !code.is_empty())
        .collect();
    let mut chosen = chosen.into_iter();
    let (first, second) = (chosen.next(), chosen.next());
    if second.is_some() {
        return Err(vec![Fault::new(field, "fault-answer-one")]);
    }
    let Some(code) = first else {
        return Ok(None);
    };
    let had = had(was);
    offered(field, choices, code, &had).map_err(|fault| vec![fault])?;
    Ok(Some(Value::One {
        choice: code.clone(),
    }))
}

fn many(
    field: &str,
    choices: &[Choice],
    typed: &Typed,
    was: Option<&Answer>,
) -> Result<Option<Value>, Vec<Fault>> {
    let chosen: BTreeSet<&str> = typed
        .values
        .iter()
        .map(String::as_str)
        .filter(|code| !code.is_empty())
        .collect();
    if chosen.is_empty() {
        return Ok(None);
    }
    if chosen.contains(NONE) {
        if chosen.len() > 1 {
            return Err(vec![Fault::new(field, "fault-answer-none-and-some")]);
        }
        return Ok(Some(Value::Many { choices: vec![] }));
    }
    let had = had(was);
    let faults: Vec<Fault> = chosen
        .iter()
        .filter_map(|code| offered(field, choices, code, &had).err())
        .collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let in_order = choices
        .iter()
        .map(|choice| &choice.code)
        .filter(|code| chosen.contains(code.as_str()));
    Ok(Some(Value::Many {
        choices: in_order.cloned().collect(),
    }))
}

fn had(was: Option<&Answer>) -> Vec<&str> {
    match was.and_then(|was| was.value.as_ref()) {
        Some(Value::One { choice }) => vec![choice],
        Some(Value::Many { choices }) => choices.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A retired choice is taken only where it was the answer.
fn offered(field: &str, choices: &[Choice], code: &str, had: &[&str]) -> Result<(), Fault> {
    match choices.iter().find(|choice| choice.code == code) {
        None => Err(Fault::new(field, "fault-answer-choice")),
        Some(choice) if choice.retired && !had.contains(&code) => {
            Err(Fault::new(field, "fault-answer-retired").with("choice", &choice.text.ja))
        }
        Some(_) => Ok(()),
    }
}

fn table(
    field: &str,
    (columns, names, most): (&[Column], &[Words], u16),
    typed: &[Vec<String>],
) -> Result<Option<Value>, Vec<Fault>> {
    let most = if names.is_empty() {
        usize::from(most)
    } else {
        names.len()
    };
    let blank = |row: &&Vec<String>| row.iter().all(|cell| cell.trim().is_empty());
    let spare = typed.iter().rev().take_while(blank).count();
    let typed = typed.get(..typed.len() - spare).unwrap_or_default();
    if typed.is_empty() {
        return Ok(None);
    }
    if typed.len() > most {
        return Err(vec![
            Fault::new(field, "fault-answer-rows").with("max", most),
        ]);
    }
    let mut faults = Vec::new();
    let mut rows = Vec::with_capacity(typed.len());
    for (number, row) in (1..).zip(typed) {
        let cells = columns.iter().enumerate().map(|(place, column)| {
            let text = row.get(place).map_or("", String::as_str);
            let name = format!("{field}.{number}.{}", column.id);
            cell(&name, column, text).unwrap_or_else(|fault| {
                faults.push(fault.with("row", number).with("column", &column.text.ja));
                String::new()
            })
        });
        rows.push(cells.collect());
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    // With names, a row is where it is; its blanks behind the last filled one are given back.
    if !names.is_empty() {
        rows.resize(names.len(), vec![String::new(); columns.len()]);
    }
    Ok(Some(Value::Table { rows }))
}

fn cell(field: &str, column: &Column, text: &str) -> Result<String, Fault> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    match &column.cell {
        Cell::Text { most } => line(field, text, usize::try_from(*most).unwrap_or(usize::MAX)),
        Cell::Number { unit, decimals } => {
            let bounds = Bounds {
                unit,
                least: None,
                most: None,
                decimals: *decimals,
            };
            number(field, text, bounds)
        }
        Cell::Date => date(field, text),
        Cell::One { choices } => match choices.iter().find(|choice| choice.code == text.trim()) {
            Some(choice) => Ok(choice.code.clone()),
            None => Err(Fault::new(field, "fault-answer-choice")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(ja: &str) -> Words {
        Words {
            ja: ja.to_owned(),
            en: String::new(),
        }
    }

    fn choice(code: &str, retired: bool) -> Choice {
        Choice {
            code: code.to_owned(),
            text: words(code),
            label: String::new(),
            class: None,
            retired,
        }
    }

    fn question(kind: QuestionKind) -> Question {
        Question {
            id: "a1".to_owned(),
            label: "①".to_owned(),
            text: words("?"),
            definition: Words::default(),
            source: String::new(),
            kind,
            required: false,
            when: Vec::new(),
            explain: None,
            counted: false,
        }
    }

    fn typed(values: &[&str]) -> Typed {
        Typed {
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            ..Typed::default()
        }
    }

    fn key(result: Result<Given, Vec<Fault>>) -> String {
        result.unwrap_err()[0].key.clone()
    }

    #[test]
    fn choices() {
        let several = vec![choice("x", false), choice("y", false), choice("z", true)];
        let one = question(QuestionKind::One {
            choices: several.clone(),
        });
        let many = question(QuestionKind::Many { choices: several });
        let given = read(&one, &typed(&["y"]), None).unwrap();
        assert_eq!(given.status, Status::Stated);
        assert_eq!(read(&one, &typed(&[""]), None), Ok(Given::BLANK));
        assert_eq!(
            key(read(&one, &typed(&["x", "y"]), None)),
            "fault-answer-one"
        );
        assert_eq!(key(read(&one, &typed(&["q"]), None)), "fault-answer-choice");
        let many_of = |codes: &[&str]| {
            read(&many, &typed(codes), None).map(|given| match given.value.unwrap() {
                Value::Many { choices } => choices,
                other => panic!("{other:?}"),
            })
        };
        assert_eq!(many_of(&["y", "x"]), Ok(vec!["x".into(), "y".into()]));
        assert_eq!(many_of(&["-"]), Ok(vec![]));
        assert_eq!(read(&many, &typed(&[]), None), Ok(Given::BLANK));
        assert_eq!(
            key(read(&many, &typed(&["-", "x"]), None)),
            "fault-answer-none-and-some"
        );
    }

    #[test]
    fn a_removed_choice_stays_where_it_was_the_answer() {
        let one = question(QuestionKind::One {
            choices: vec![choice("x", false), choice("z", true)],
        });
        assert_eq!(
            key(read(&one, &typed(&["z"]), None)),
            "fault-answer-retired"
        );
        let was = Answer {
            value: Some(Value::One {
                choice: "z".to_owned(),
            }),
            status: Status::Stated,
            explanation: String::new(),
            revision: 1,
        };
        assert!(read(&one, &typed(&["z"]), Some(&was)).is_ok());
    }

    #[test]
    fn days() {
        let day = question(QuestionKind::Date);
        for text in ["2026-04-01", "令和8年4月1日", "Ｒ８．４．１"] {
            let given = read(&day, &typed(&[text]), None).unwrap();
            let date = "2026-04-01".to_owned();
            assert_eq!(given.value, Some(Value::Date { date }), "{text}");
        }
        assert_eq!(
            key(read(&day, &typed(&["2026-02-30"]), None)),
            "fault-date-no-such-day"
        );
        assert_eq!(key(read(&day, &typed(&["春"]), None)), "fault-answer-date");
    }

    #[test]
    fn that_nobody_knows_is_an_answer_and_a_blank_is_none() {
        let text = question(QuestionKind::Text { lines: 1, most: 5 });
        assert_eq!(read(&text, &typed(&["  "]), None), Ok(Given::BLANK));
        let unknown = Typed {
            status: "unknown".to_owned(),
            explanation: Some("台帳なし\r\n".to_owned()),
            ..typed(&["x"])
        };
        let given = read(&text, &unknown, None).unwrap();
        assert_eq!((&given.value, given.status), (&None, Status::Unknown));
        assert_eq!(given.explanation, "台帳なし");
        let was = Answer {
            value: given.value,
            status: given.status,
            explanation: given.explanation,
            revision: 1,
        };
        let given = read(&text, &typed(&["y"]), Some(&was)).unwrap();
        assert_eq!(given.explanation, "台帳なし", "nothing was said of it");
        assert_eq!(
            key(read(&text, &typed(&["あいうえおか"]), None)),
            "fault-too-long"
        );
    }

    #[test]
    fn tables() {
        let column = |id: &str, cell| Column {
            id: id.to_owned(),
            text: words(id),
            cell,
        };
        let unit = words("人");
        let columns = vec![
            column("name", Cell::Text { most: 10 }),
            column("n", Cell::Number { unit, decimals: 0 }),
        ];
        let table = question(QuestionKind::Table {
            columns,
            rows: Vec::new(),
            most: 2,
        });
        let rows = |rows: &[[&str; 2]]| Typed {
            rows: rows
                .iter()
                .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
                .collect(),
            ..Typed::default()
        };
        let given = read(&table, &rows(&[["研修", "２０人"], ["", ""]]), None).unwrap();
        let wanted = vec![vec!["研修".to_owned(), "20".to_owned()]];
        assert_eq!(given.value, Some(Value::Table { rows: wanted }));
        assert_eq!(read(&table, &rows(&[["", ""]]), None), Ok(Given::BLANK));
        let faults = read(&table, &rows(&[["x", "1"], ["y", "約3"]]), None).unwrap_err();
        assert_eq!(
            (faults[0].field.as_str(), faults[0].key.as_str()),
            ("a1.2.n", "fault-answer-about")
        );
        assert_eq!(
            key(read(
                &table,
                &rows(&[["x", "1"], ["y", "1"], ["z", "1"]]),
                None
            )),
            "fault-answer-rows"
        );
    }
}
