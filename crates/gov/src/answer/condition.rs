//! Which questions are asked, by what was answered to those before them. What stops being asked keeps its answer.

use std::collections::{BTreeMap, BTreeSet};

use crate::answer::Answers;
use crate::questionnaire::{Condition, Question, Questionnaire};
use crate::{Answer, Line, Marks, Status, Value, line};

/// The ids of the questions that are asked. A condition on a question that is itself not asked does not hold.
pub fn asked<'q>(questionnaire: &'q Questionnaire, answers: &Answers) -> BTreeSet<&'q str> {
    let mut asked = BTreeSet::new();
    for (_, question) in questionnaire.questions() {
        if holds(question, answers, &asked) {
            asked.insert(question.id.as_str());
        }
    }
    asked
}

fn holds(question: &Question, answers: &Answers, asked: &BTreeSet<&str>) -> bool {
    question.when.iter().all(|when| {
        let answer = answers.get(&when.question);
        let chosen = chosen(answer);
        asked.contains(when.question.as_str()) && chosen.iter().any(|code| when.any.contains(code))
    })
}

/// The codes of choices that an answer has.
fn chosen(answer: Option<&Answer>) -> &[String] {
    match answer.and_then(|answer| answer.value.as_ref()) {
        Some(Value::One { choice }) => std::slice::from_ref(choice),
        Some(Value::Many { choices }) => choices,
        _ => &[],
    }
}

/// What stands for a question that is not asked, by its id; nothing for those that are asked. Not asked (非該当) is only
/// what an answer before it rules out: where that answer is 不明, 非公表 or missing, nobody knows, and it says the same.
fn instead<'q>(
    questionnaire: &'q Questionnaire,
    answers: &Answers,
) -> BTreeMap<&'q str, Option<Status>> {
    let mut found: BTreeMap<&str, Option<Status>> = BTreeMap::new();
    for (_, question) in questionnaire.questions() {
        let each = question.when.iter();
        let each: Vec<Status> = each
            .filter_map(|when| ruled(when, answers, &found))
            .collect();
        let not_asked = each.contains(&Status::NotAsked);
        let status = if not_asked {
            Some(Status::NotAsked)
        } else {
            each.first().copied()
        };
        found.insert(&question.id, status);
    }
    found
}

/// What a condition makes of a question, where it does not hold.
fn ruled(
    when: &Condition,
    answers: &Answers,
    before: &BTreeMap<&str, Option<Status>>,
) -> Option<Status> {
    match before.get(when.question.as_str()) {
        None => return Some(Status::NotAsked),
        Some(Some(status)) => return Some(*status),
        Some(None) => {}
    }
    let answer = answers.get(&when.question);
    match answer {
        Some(answer) if answer.value.is_none() => Some(answer.status),
        None => Some(Status::NoAnswer),
        some => {
            let holds = chosen(some).iter().any(|code| when.any.contains(code));
            (!holds).then_some(Status::NotAsked)
        }
    }
}

/// What a sheet says to each line that is counted.
pub fn marks(questionnaire: &Questionnaire, answers: &Answers) -> Marks {
    let instead = instead(questionnaire, answers);
    let mark = |line: &Line| {
        let id = line.question.as_str();
        let instead = instead.get(id).copied().flatten();
        let question = questionnaire.question(id)?;
        Some(instead.unwrap_or_else(|| line::mark(question, line, answers.get(id))))
    };
    Marks(
        line::lines(questionnaire)
            .iter()
            .map(|line| mark(line).unwrap_or(Status::NoAnswer))
            .collect(),
    )
}

/// The questions that are asked and must be answered, and are not.
pub fn missing<'q>(questionnaire: &'q Questionnaire, answers: &Answers) -> Vec<&'q Question> {
    let asked = asked(questionnaire, answers);
    let is_missing = |question: &Question| {
        !answers
            .get(&question.id)
            .is_some_and(Answer::says_something)
    };
    questionnaire
        .questions()
        .map(|(_, question)| question)
        .filter(|question| question.required && asked.contains(question.id.as_str()))
        .filter(|question| is_missing(question))
        .collect()
}

/// How much of a sheet is filled in: answered and asked questions.
pub fn progress(questionnaire: &Questionnaire, answers: &Answers) -> (usize, usize) {
    let asked = asked(questionnaire, answers);
    let answered = asked
        .iter()
        .filter(|id| answers.get(**id).is_some_and(Answer::says_something));
    (answered.count(), asked.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::questionnaire::{Choice, Class, QuestionKind, Section, Words};

    fn choice(code: &str, class: Class) -> Choice {
        Choice {
            code: code.to_owned(),
            text: Words::default(),
            label: String::new(),
            class: Some(class),
            retired: false,
        }
    }

    fn question(id: &str, after: Option<&str>) -> Question {
        let when = after.map(|question| Condition {
            question: question.to_owned(),
            any: vec!["yes".to_owned()],
        });
        Question {
            id: id.to_owned(),
            label: id.to_owned(),
            text: Words::default(),
            definition: Words::default(),
            source: String::new(),
            kind: QuestionKind::One {
                choices: vec![choice("yes", Class::Yes), choice("no", Class::No)],
            },
            required: true,
            when: when.into_iter().collect(),
            explain: None,
            counted: true,
        }
    }

    fn three() -> Questionnaire {
        Questionnaire {
            sections: vec![Section {
                label: "ア".to_owned(),
                title: Words::default(),
                questions: vec![
                    question("a1", None),
                    question("a3", Some("a1")),
                    question("a4", Some("a3")),
                ],
            }],
            ..Questionnaire::default()
        }
    }

    fn said(answers: &[(&str, &str)]) -> Answers {
        let answer = |choice: &str| Answer {
            value: Some(Value::One {
                choice: choice.to_owned(),
            }),
            status: Status::Stated,
            explanation: String::new(),
            revision: 1,
        };
        answers
            .iter()
            .map(|(id, choice)| ((*id).to_owned(), answer(choice)))
            .collect()
    }

    #[test]
    fn what_is_not_asked_counts_as_not_asked_and_keeps_its_answer() {
        let all = three();
        for (answers, written) in [
            (said(&[]), "..."),
            (said(&[("a1", "yes")]), "y.."),
            (said(&[("a1", "no"), ("a3", "yes"), ("a4", "yes")]), "n--"),
            (said(&[("a1", "yes"), ("a3", "no"), ("a4", "yes")]), "yn-"),
            (said(&[("a1", "yes"), ("a3", "yes"), ("a4", "no")]), "yyn"),
        ] {
            assert_eq!(marks(&all, &answers).write(), written);
        }
    }

    #[test]
    fn what_is_missing_is_only_what_is_asked() {
        let all = three();
        let ids = |answers: &Answers| -> Vec<String> {
            let missing = missing(&all, answers).into_iter();
            missing.map(|question| question.id.clone()).collect()
        };
        assert_eq!(ids(&said(&[])), ["a1"]);
        assert_eq!(ids(&said(&[("a1", "yes")])), ["a3"]);
        assert_eq!(ids(&said(&[("a1", "no")])), Vec::<String>::new());
        assert_eq!(
            progress(&all, &said(&[("a1", "yes"), ("a3", "no")])),
            (2, 2)
        );
        let unknown = Answer {
            value: None,
            status: Status::Unknown,
            explanation: String::new(),
            revision: 1,
        };
        let answers = Answers::from([("a1".to_owned(), unknown)]);
        assert_eq!(ids(&answers), Vec::<String>::new(), "不明 is an answer");
        assert_eq!(marks(&all, &answers).write(), "???", "nobody knows");
    }
}
