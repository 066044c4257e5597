//! What keeps a questionnaire from being asked, with its place: everything at once, so that it is mended in one go.

use std::collections::BTreeSet;

use renkei_base::{Fault, Refusal};

use super::edit::Kept;
use super::number::Decimal;
use super::{
    Cell, Choice, Column, Condition, Question, QuestionKind, Questionnaire, Section, Words,
};
use crate::line::lines;

/// Sections of a questionnaire.
pub const SECTIONS: usize = 50;
/// Questions of a questionnaire.
pub const QUESTIONS: usize = 500;
/// Choices of a question, and of a cell.
pub const CHOICES: usize = 100;
/// Columns of a table question.
pub const COLUMNS: usize = 20;
/// Rows of a table question.
pub const ROWS: u16 = 200;
/// Files of a file question.
pub const FILES: u8 = 10;
/// Characters of a text of a question, a definition, a choice.
pub const WORDS: usize = 2_000;
/// Characters of a text answer.
pub const TEXT: u32 = 10_000;
/// Digits after the point.
pub const DECIMALS: u8 = 6;

/// Everything that is wrong. The field of a fault is the id of the question, `section-N` (from 0), or `head`.
pub fn check(body: &Questionnaire, kept: &Kept) -> Vec<Fault> {
    let mut faults = Vec::new();
    if body.title.ja.is_empty() {
        faults.push(Fault::new("head", "fault-questionnaire-title"));
    }
    let count = body.questions().count();
    if count == 0 {
        faults.push(Fault::new("head", "fault-questionnaire-empty"));
    }
    if count > QUESTIONS || body.sections.len() > SECTIONS {
        let fault = Fault::new("head", "fault-questionnaire-large");
        faults.push(
            fault
                .with("questions", QUESTIONS)
                .with("sections", SECTIONS),
        );
    }
    sections(body, &mut faults);
    let mut ids = BTreeSet::new();
    for (_, question) in body.questions() {
        if !is_code(&question.id) || !ids.insert(question.id.as_str()) {
            faults.push(Fault::new(question.id.as_str(), "fault-question-id"));
        }
        faults.extend(of_question(question));
        faults.extend(conditions(body, question));
        faults.extend(bound(question, kept));
    }
    headings(body, &mut faults);
    faults
}

/// The same as a refusal.
pub fn refused(faults: Vec<Fault>) -> Result<(), Refusal> {
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(faults))
    }
}

/// How many texts have no English: told, not refused.
pub fn without_english(body: &Questionnaire) -> usize {
    let lacks = |words: &Words| usize::from(!words.ja.is_empty() && words.en.is_empty());
    let of_question = |question: &Question| {
        let choices = question.kind.choices().iter();
        let own = [&question.text, &question.definition].into_iter();
        let explain = question.explain.iter();
        let texts = own.chain(explain).chain(choices.map(|choice| &choice.text));
        texts.map(lacks).sum::<usize>()
    };
    let questions: usize = body.questions().map(|(_, one)| of_question(one)).sum();
    let sections: usize = body.sections.iter().map(|one| lacks(&one.title)).sum();
    lacks(&body.title) + lacks(&body.about) + sections + questions
}

/// Letters, digits and `-`, beginning with a letter or a digit, at most 64.
pub fn is_code(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(plain)
}

fn sections(body: &Questionnaire, faults: &mut Vec<Fault>) {
    let mut labels = BTreeSet::new();
    for (at, section) in body.sections.iter().enumerate() {
        let place = format!("section-{at}");
        if section.label.is_empty() {
            faults.push(Fault::new(place.as_str(), "fault-section-label"));
        } else if !labels.insert(section.label.as_str()) {
            let fault = Fault::new(place.as_str(), "fault-section-twice");
            faults.push(fault.with("label", &section.label));
        }
        if section.title.is_empty() {
            faults.push(Fault::new(place.as_str(), "fault-section-title"));
        }
        if section.questions.is_empty() {
            faults.push(Fault::new(place.as_str(), "fault-section-empty"));
        }
        faults.extend(labels_of(section));
    }
}

/// Numbers of questions are unique in their section.
fn labels_of(section: &Section) -> Vec<Fault> {
    let mut labels = BTreeSet::new();
    let twice = section
        .questions
        .iter()
        .filter(|question| !question.label.is_empty() && !labels.insert(question.label.as_str()));
    let fault = |question: &Question| {
        Fault::new(question.id.as_str(), "fault-question-twice").with("label", &question.label)
    };
    twice.map(fault).collect()
}

fn of_question(question: &Question) -> Vec<Fault> {
    let mut keys = Vec::new();
    if question.text.is_empty() {
        keys.push("fault-question-text");
    }
    let texts = [&question.text, &question.definition];
    if texts.into_iter().chain(&question.explain).any(too_long) {
        keys.push("fault-question-long");
    }
    match &question.kind {
        QuestionKind::One { choices } => keys.extend(of_choices(choices, 2)),
        QuestionKind::Many { choices } => keys.extend(of_choices(choices, 1)),
        QuestionKind::Number {
            least,
            most,
            decimals,
            ..
        } => keys.extend(bounds(least.as_deref(), most.as_deref(), *decimals)),
        QuestionKind::Date => {}
        QuestionKind::Text { lines, most } => {
            if !(1..=20).contains(lines) || !(1..=TEXT).contains(most) {
                keys.push("fault-question-size");
            }
        }
        QuestionKind::File { most } => {
            if !(1..=FILES).contains(most) {
                keys.push("fault-question-files");
            }
        }
        QuestionKind::Table {
            columns,
            rows,
            most,
        } => keys.extend(of_table(columns, rows, *most)),
    }
    keys.extend(counted(question));
    let fault = |key| Fault::new(question.id.as_str(), key);
    keys.into_iter().map(fault).collect()
}

fn too_long(words: &Words) -> bool {
    [&words.ja, &words.en]
        .iter()
        .any(|text| text.chars().count() > WORDS)
}

fn of_choices(choices: &[Choice], least: usize) -> Vec<&'static str> {
    let mut keys = Vec::new();
    let offered: Vec<&Choice> = choices.iter().filter(|one| !one.retired).collect();
    if offered.len() < least {
        keys.push(if least > 1 {
            "fault-question-choices"
        } else {
            "fault-question-choice"
        });
    }
    if choices.len() > CHOICES {
        keys.push("fault-question-choices-many");
    }
    if choices
        .iter()
        .any(|one| one.text.is_empty() || too_long(&one.text))
    {
        keys.push("fault-choice-text");
    }
    let codes: BTreeSet<&str> = choices.iter().map(|one| one.code.as_str()).collect();
    if codes.len() < choices.len() || !codes.iter().all(|code| is_code(code)) {
        keys.push("fault-choice-code");
    }
    let texts: BTreeSet<&str> = offered.iter().map(|one| one.text.ja.as_str()).collect();
    if texts.len() < offered.len() {
        keys.push("fault-choice-twice");
    }
    keys
}

fn bounds(least: Option<&str>, most: Option<&str>, decimals: u8) -> Vec<&'static str> {
    let mut keys = Vec::new();
    if decimals > DECIMALS {
        keys.push("fault-question-decimals");
    }
    let read = |text: Option<&str>| text.map(Decimal::read);
    let (least, most) = (read(least), read(most));
    if least == Some(None) || most == Some(None) {
        keys.push("fault-question-bound");
    }
    let (least, most) = (least.flatten(), most.flatten());
    let fine =
        |bound: &Option<Decimal>| bound.as_ref().is_none_or(|one| one.decimals() <= decimals);
    if !fine(&least) || !fine(&most) {
        keys.push("fault-question-bound-decimals");
    }
    if let (Some(least), Some(most)) = (&least, &most)
        && least > most
    {
        keys.push("fault-question-bounds");
    }
    keys
}

/// What is wrong with the bounds of a number, told when it is saved: the field of a fault is the form's.
pub fn number_faults(question: &Question) -> Vec<Fault> {
    let QuestionKind::Number {
        least,
        most,
        decimals,
        ..
    } = &question.kind
    else {
        return Vec::new();
    };
    let keys = bounds(least.as_deref(), most.as_deref(), *decimals).into_iter();
    keys.map(|key| match key {
        "fault-question-decimals" => Fault::new("decimals", key),
        _ => Fault::new("least", key),
    })
    .collect()
}

fn of_table(columns: &[Column], rows: &[Words], most: u16) -> Vec<&'static str> {
    let mut keys = Vec::new();
    if columns.is_empty() || columns.len() > COLUMNS {
        keys.push("fault-question-columns");
    }
    if columns
        .iter()
        .any(|one| one.text.is_empty() || too_long(&one.text))
    {
        keys.push("fault-column-text");
    }
    let ids: BTreeSet<&str> = columns.iter().map(|one| one.id.as_str()).collect();
    if ids.len() < columns.len() || !ids.iter().all(|id| is_code(id)) {
        keys.push("fault-column-id");
    }
    let sane = if rows.is_empty() {
        (1..=ROWS).contains(&most)
    } else {
        rows.len() <= usize::from(ROWS) && rows.iter().all(|row| !row.is_empty())
    };
    if !sane {
        keys.push("fault-question-rows");
    }
    for column in columns {
        match &column.cell {
            Cell::One { choices } => keys.extend(of_choices(choices, 2)),
            Cell::Number { decimals, .. } if *decimals > DECIMALS => {
                keys.push("fault-question-decimals");
            }
            Cell::Text { most } if !(1..=TEXT).contains(most) => keys.push("fault-question-size"),
            _ => {}
        }
    }
    keys
}

/// What is counted has a number, choices, and of one choice at least one that counts as 実施.
fn counted(question: &Question) -> Vec<&'static str> {
    if !question.counted {
        return Vec::new();
    }
    let mut keys = Vec::new();
    if question.label.is_empty() {
        keys.push("fault-question-label");
    }
    match &question.kind {
        QuestionKind::One { choices } => {
            if choices.iter().all(|choice| choice.class.is_none()) {
                keys.push("fault-question-class");
            }
        }
        QuestionKind::Many { .. } => {}
        _ => keys.push("fault-question-counted"),
    }
    keys
}

fn conditions(body: &Questionnaire, question: &Question) -> Vec<Fault> {
    let before: Vec<&Question> = body
        .questions()
        .map(|(_, one)| one)
        .take_while(|one| one.id != question.id)
        .collect();
    let judge = |when: &Condition| -> Option<&'static str> {
        let Some(other) = before.iter().find(|one| one.id == when.question) else {
            return Some("fault-condition-later");
        };
        let choices = other.kind.choices();
        let there = |code: &String| choices.iter().any(|one| one.code == *code);
        let offered = |code: &String| choices.iter().any(|one| one.code == *code && !one.retired);
        if when.any.is_empty() || choices.is_empty() || !when.any.iter().all(there) {
            Some("fault-condition-choice")
        } else if !when.any.iter().any(offered) {
            Some("fault-condition-retired")
        } else {
            None
        }
    };
    let mut faults: Vec<Fault> = question
        .when
        .iter()
        .filter_map(judge)
        .map(|key| Fault::new(question.id.as_str(), key))
        .collect();
    let once: BTreeSet<&str> = question
        .when
        .iter()
        .map(|one| one.question.as_str())
        .collect();
    if once.len() < question.when.len() {
        faults.push(Fault::new(question.id.as_str(), "fault-condition-twice"));
    }
    faults
}

/// What answers of earlier versions need.
fn bound(question: &Question, kept: &Kept) -> Vec<Fault> {
    let mut faults = Vec::new();
    let kind = kept.kind(&question.id);
    if kind.is_some_and(|kind| kind != question.kind.code()) {
        faults.push(Fault::new(
            question.id.as_str(),
            "fault-question-kind-bound",
        ));
    }
    let now = question.kind.choices();
    let gone = kept
        .choices(&question.id)
        .iter()
        .filter(|old| !now.iter().any(|one| one.code == old.code));
    faults.extend(gone.map(|old| {
        let fault = Fault::new(question.id.as_str(), "fault-choice-bound");
        fault.with("choice", &old.text.ja)
    }));
    faults
}

/// Lines of the table of counts are told apart by section and heading.
fn headings(body: &Questionnaire, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for line in lines(body) {
        let heading = format!("{}{}", line.item, line.label);
        if !seen.insert(heading.clone()) {
            let fault = Fault::new(line.question.as_str(), "fault-line-twice");
            faults.push(fault.with("line", heading));
        }
    }
}
