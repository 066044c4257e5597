//! What is counted: a question, or one choice of a question with several; and the marks of a sheet.

use crate::questionnaire::{Class, Question, QuestionKind, Questionnaire};
use crate::{Answer, Status, Value};

/// One line of the table of counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `a1`, or `g3.pamphlet` for a choice of a question with several.
    pub id: String,
    /// The section's label: `ア`.
    pub item: String,
    /// The question's label, with the choice's where there is one: `①`, `③パンフ`.
    pub label: String,
    pub question: String,
    /// The choice, for questions with several.
    pub choice: Option<String>,
}

/// What a respondent's sheet says to one line, in one character: sheets are counted by the thousand.
pub type Mark = Status;

/// The marks of one sheet, in the order of [`lines`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(pub Vec<Mark>);

/// The lines of a questionnaire, in its order.
pub fn lines(questionnaire: &Questionnaire) -> Vec<Line> {
    questionnaire
        .questions()
        .filter(|(_, question)| question.counted)
        .flat_map(|(section, question)| of(&section.label, question))
        .collect()
}

fn of(item: &str, question: &Question) -> Vec<Line> {
    let line = |id: String, label: String, choice: Option<&str>| Line {
        id,
        item: item.to_owned(),
        label,
        question: question.id.clone(),
        choice: choice.map(str::to_owned),
    };
    let QuestionKind::Many { choices } = &question.kind else {
        return vec![line(question.id.clone(), question.label.clone(), None)];
    };
    let each = choices.iter().map(|choice| {
        let name = if choice.label.is_empty() {
            &choice.text.ja
        } else {
            &choice.label
        };
        line(
            format!("{}.{}", question.id, choice.code),
            format!("{}{name}", question.label),
            Some(&choice.code),
        )
    });
    each.collect()
}

/// What an answer says to a line of a question that is asked.
pub fn mark(question: &Question, line: &Line, answer: Option<&Answer>) -> Mark {
    let Some(answer) = answer else {
        return Status::NoAnswer;
    };
    let Some(value) = &answer.value else {
        return answer.status;
    };
    match (value, &line.choice) {
        (Value::Many { choices }, Some(choice)) if choices.contains(choice) => Status::Yes,
        (Value::Many { .. }, Some(_)) => Status::No,
        (Value::One { choice }, _) => class(question, choice),
        _ => Status::Stated,
    }
}

fn class(question: &Question, code: &str) -> Status {
    let found = question.kind.choices().iter().find(|one| one.code == code);
    match found.and_then(|one| one.class) {
        Some(Class::Yes) => Status::Yes,
        Some(Class::No) => Status::No,
        None => Status::Stated,
    }
}

const LETTERS: [(Status, char); 9] = [
    (Status::Yes, 'y'),
    (Status::No, 'n'),
    (Status::Stated, 's'),
    (Status::NotAsked, '-'),
    (Status::NoAnswer, '.'),
    (Status::NotCounted, 'x'),
    (Status::Unknown, '?'),
    (Status::Undisclosed, '*'),
    (Status::NotComputed, '_'),
];

impl Marks {
    /// As `survey_respondent.marks` holds them: one letter for each line.
    pub fn write(&self) -> String {
        let letter = |mark: &Mark| LETTERS.iter().find(|(one, _)| one == mark);
        self.0
            .iter()
            .map(|mark| letter(mark).map_or('.', |(_, letter)| *letter))
            .collect()
    }

    /// A letter that nobody knows is no answer.
    pub fn read(text: &str) -> Self {
        let status = |letter| LETTERS.iter().find(|(_, one)| *one == letter);
        let each = text.chars();
        Self(
            each.map(|letter| status(letter).map_or(Status::NoAnswer, |(status, _)| *status))
                .collect(),
        )
    }
}
