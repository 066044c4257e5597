//! What differs between two versions of a questionnaire.

use super::{Question, Questionnaire, Words};

/// What happened to a question from one version to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Added,
    Removed,
    Changed,
    /// The same words in another section, or among its neighbours in another order.
    Moved,
}

impl Change {
    /// In message keys (`questionnaire-change-CODE`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
        }
    }
}

/// One question that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub change: Change,
    pub question: String,
    /// `ア①`, as in the newer version, or in the older where it was removed.
    pub number: String,
    pub text: Words,
    /// What of it changed: keys `question-part-CODE`, with the old and the new in words.
    pub parts: Vec<Part>,
}

/// A part of a question that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// `label`, `text`, `definition`, `source`, `kind`, `choices`, `when`, `required`, `explain`, `counted`.
    pub code: &'static str,
    pub old: String,
    pub new: String,
}

/// The differences, in the order of the newer version; what was removed comes last.
pub fn compare(old: &Questionnaire, new: &Questionnaire) -> Vec<Difference> {
    let before = places(old);
    let after = places(new);
    let find = |places: &[Place<'_>], id: &str| places.iter().position(|one| one.question.id == id);
    let order: Vec<&str> = shared(&before, &after);
    let mut found = Vec::new();
    for place in &after {
        let Some(at) = find(&before, &place.question.id) else {
            found.push(place.difference(Change::Added, Vec::new()));
            continue;
        };
        let Some(was) = before.get(at) else { continue };
        let parts = parts(was, place);
        if !parts.is_empty() {
            found.push(place.difference(Change::Changed, parts));
        } else if was.section != place.section || moved(&order, &after, place) {
            found.push(place.difference(Change::Moved, Vec::new()));
        }
    }
    let gone = before
        .iter()
        .filter(|one| find(&after, &one.question.id).is_none());
    found.extend(gone.map(|one| one.difference(Change::Removed, Vec::new())));
    found
}

struct Place<'a> {
    section: &'a str,
    question: &'a Question,
}

impl Place<'_> {
    fn difference(&self, change: Change, parts: Vec<Part>) -> Difference {
        Difference {
            change,
            question: self.question.id.clone(),
            number: format!("{}{}", self.section, self.question.label),
            text: self.question.text.clone(),
            parts,
        }
    }
}

fn places(body: &Questionnaire) -> Vec<Place<'_>> {
    let each = body.questions().map(|(section, question)| Place {
        section: &section.label,
        question,
    });
    each.collect()
}

/// Questions of both, in the old order.
fn shared<'a>(before: &[Place<'a>], after: &[Place<'_>]) -> Vec<&'a str> {
    let ids = before.iter().map(|one| one.question.id.as_str());
    ids.filter(|id| after.iter().any(|one| one.question.id == *id))
        .collect()
}

/// Whether the question has another predecessor among the questions of both.
fn moved(order: &[&str], after: &[Place<'_>], place: &Place<'_>) -> bool {
    let id = place.question.id.as_str();
    let before = order.iter().take_while(|one| **one != id).last();
    let ids = after.iter().map(|one| one.question.id.as_str());
    let now = ids
        .take_while(|one| *one != id)
        .filter(|one| order.contains(one))
        .last();
    before.copied() != now
}

fn parts(was: &Place<'_>, now: &Place<'_>) -> Vec<Part> {
    let (old, new) = (was.question, now.question);
    let words = |words: &Words| {
        [words.ja.as_str(), words.en.as_str()]
            .join("\n")
            .trim()
            .to_owned()
    };
    let flag = |on: bool| if on { "✓" } else { "" }.to_owned();
    let explain = |one: &Question| one.explain.as_ref().map(words).unwrap_or_default();
    let pairs = [
        ("label", old.label.clone(), new.label.clone()),
        ("text", words(&old.text), words(&new.text)),
        ("definition", words(&old.definition), words(&new.definition)),
        ("source", old.source.clone(), new.source.clone()),
        ("kind", kind(old), kind(new)),
        ("choices", choices(old), choices(new)),
        ("when", when(old), when(new)),
        ("required", flag(old.required), flag(new.required)),
        ("explain", explain(old), explain(new)),
        ("counted", flag(old.counted), flag(new.counted)),
    ];
    let differing = pairs.into_iter().filter(|(_, old, new)| old != new);
    differing
        .map(|(code, old, new)| Part { code, old, new })
        .collect()
}

/// The kind with all that is not its choices.
fn kind(question: &Question) -> String {
    let mut kind = question.kind.clone();
    if let Some(choices) = kind.choices_mut() {
        choices.clear();
    }
    let text = serde_json::to_string(&kind).unwrap_or_default();
    text.replace(",\"choices\":[]", "")
}

fn choices(question: &Question) -> String {
    let one = |choice: &super::Choice| {
        let class = match choice.class {
            Some(super::Class::Yes) => " → 実施",
            Some(super::Class::No) => " → 未実施",
            None => "",
        };
        let retired = if choice.retired { " ×" } else { "" };
        let english = if choice.text.en.is_empty() {
            String::new()
        } else {
            format!(" / {}", choice.text.en)
        };
        let label = if choice.label.is_empty() {
            String::new()
        } else {
            format!(" [{}]", choice.label)
        };
        format!("{}{english}{label}{class}{retired}", choice.text.ja)
    };
    let each = question.kind.choices().iter().map(one);
    each.collect::<Vec<_>>().join("\n")
}

fn when(question: &Question) -> String {
    let each = question
        .when
        .iter()
        .map(|one| format!("{} = {}", one.question, one.any.join(", ")));
    each.collect::<Vec<_>>().join("\n")
}
