//! One step of building a questionnaire, pure: what a button of the builder does to the draft.

use std::collections::{BTreeMap, BTreeSet};

use renkei_base::{Fault, Refusal};
use sha2::{Digest, Sha256};

use super::act::taken;
use super::{Choice, Class, Question, QuestionKind, Questionnaire, Section, Words};

/// A step. Sections are told by their place, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    Head {
        title: Words,
        about: Words,
    },
    AddSection,
    Section {
        at: usize,
        label: String,
        title: Words,
    },
    MoveSection {
        at: usize,
        up: bool,
    },
    CopySection {
        at: usize,
    },
    RemoveSection {
        at: usize,
    },
    /// `kind`: a code of [`KINDS`].
    AddQuestion {
        section: usize,
        kind: String,
    },
    /// Writes a question anew, by its id. `was`: [`digest`] of the one that the person had before them; another one there
    /// is a conflict, whatever else changed meanwhile is not.
    Question {
        was: String,
        question: Box<Question>,
    },
    MoveQuestion {
        id: String,
        up: bool,
    },
    CopyQuestion {
        id: String,
    },
    RemoveQuestion {
        id: String,
    },
}

impl Edit {
    /// Whether it is right whatever others changed in the rest of the draft.
    pub(super) const fn stands_alone(&self) -> bool {
        matches!(self, Self::Question { .. })
    }
}

/// What can be added: the kinds of question, and yes/no as one of two classified choices.
pub const KINDS: [&str; 8] = [
    "yes-no", "one", "many", "number", "date", "text", "file", "table",
];

/// What earlier final versions bind: their questions keep their kind, their choices may be retired but not removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept(BTreeMap<String, (String, Vec<Choice>)>);

impl Kept {
    /// Of all versions that are or were final, the newest first.
    pub fn of(versions: impl IntoIterator<Item = Questionnaire>) -> Self {
        let mut kept: BTreeMap<String, (String, Vec<Choice>)> = BTreeMap::new();
        for version in versions {
            for (_, question) in version.questions() {
                let code = question.kind.code().to_owned();
                let entry = kept.entry(question.id.clone());
                let (_, choices) = entry.or_insert_with(|| (code, Vec::new()));
                for choice in question.kind.choices() {
                    if !choices.iter().any(|one| one.code == choice.code) {
                        choices.push(choice.clone());
                    }
                }
            }
        }
        Self(kept)
    }

    pub(super) fn questions(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The code of the kind that a question had.
    pub fn kind(&self, question: &str) -> Option<&str> {
        self.0.get(question).map(|(kind, _)| kind.as_str())
    }

    /// The choices that a question had.
    pub fn choices(&self, question: &str) -> &[Choice] {
        self.0
            .get(question)
            .map_or(&[], |(_, choices)| choices.as_slice())
    }

    pub fn holds(&self, question: &str, choice: &str) -> bool {
        self.choices(question).iter().any(|one| one.code == choice)
    }
}

/// Tells one state of a question from another.
pub fn digest(question: &Question) -> String {
    let text = serde_json::to_string(question).unwrap_or_default();
    hex::encode(Sha256::digest(text.as_bytes()))
        .chars()
        .take(16)
        .collect()
}

/// Does the step. Returns the id of the question, or the place of the section, that was touched.
pub fn apply(body: &mut Questionnaire, kept: &Kept, edit: &Edit) -> Result<String, Refusal> {
    match edit {
        Edit::Head { title, about } => {
            body.title = title.clone();
            body.about = about.clone();
            Ok(String::new())
        }
        Edit::AddSection => {
            body.sections.push(Section::default());
            Ok((body.sections.len() - 1).to_string())
        }
        Edit::Section { at, label, title } => {
            let section = body.sections.get_mut(*at).ok_or(Refusal::Conflict)?;
            section.label.clone_from(label);
            section.title = title.clone();
            Ok(at.to_string())
        }
        Edit::MoveSection { at, up } => move_section(body, *at, *up),
        Edit::CopySection { at } => copy_section(body, kept, *at),
        Edit::RemoveSection { at } => remove_section(body, *at),
        Edit::AddQuestion { section, kind } => add(body, kept, *section, kind),
        Edit::Question { was, question } => replace(body, kept, was, question),
        Edit::MoveQuestion { id, up } => move_question(body, id, *up),
        Edit::CopyQuestion { id } => copy_question(body, kept, id),
        Edit::RemoveQuestion { id } => remove_question(body, id),
    }
}

/// Another place for a thing of a list of `len`; none at its end.
fn beside(at: usize, up: bool, len: usize) -> Option<usize> {
    let to = if up { at.checked_sub(1)? } else { at + 1 };
    (to < len).then_some(to)
}

fn move_section(body: &mut Questionnaire, at: usize, up: bool) -> Result<String, Refusal> {
    if at >= body.sections.len() {
        return Err(Refusal::Conflict);
    }
    match beside(at, up, body.sections.len()) {
        Some(to) => {
            body.sections.swap(at, to);
            Ok(to.to_string())
        }
        None => Ok(at.to_string()),
    }
}

fn copy_section(body: &mut Questionnaire, kept: &Kept, at: usize) -> Result<String, Refusal> {
    let mut copy = body.sections.get(at).ok_or(Refusal::Conflict)?.clone();
    copy.label = String::new();
    let mut ids = taken(body, kept);
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    for question in &mut copy.questions {
        let id = fresh(&ids);
        ids.insert(id.clone());
        renamed.insert(std::mem::replace(&mut question.id, id.clone()), id);
    }
    // Conditions inside the section are about the copies.
    for when in copy
        .questions
        .iter_mut()
        .flat_map(|one| one.when.iter_mut())
    {
        if let Some(new) = renamed.get(&when.question) {
            when.question.clone_from(new);
        }
    }
    body.sections.insert(at + 1, copy);
    Ok((at + 1).to_string())
}

fn remove_section(body: &mut Questionnaire, at: usize) -> Result<String, Refusal> {
    let gone = body.sections.get(at).ok_or(Refusal::Conflict)?;
    let ids: BTreeSet<String> = gone.questions.iter().map(|one| one.id.clone()).collect();
    let needs = needed(body, &ids);
    if let Some(fault) = needs {
        return Err(Refusal::Invalid(vec![fault]));
    }
    body.sections.remove(at);
    Ok(at.saturating_sub(1).to_string())
}

/// Whether another question is asked only by the answer to one of these.
fn needed(body: &Questionnaire, ids: &BTreeSet<String>) -> Option<Fault> {
    let others = body.questions().filter(|(_, one)| !ids.contains(&one.id));
    let mut needing =
        others.filter(|(_, one)| one.when.iter().any(|when| ids.contains(&when.question)));
    needing.next().map(|(section, one)| {
        let fault = Fault::new(one.id.as_str(), "fault-question-needed");
        fault.with("question", format!("{}{}", section.label, one.label))
    })
}

/// `q7`: a number that no version ever gave.
fn fresh(taken: &BTreeSet<String>) -> String {
    let numbers = taken
        .iter()
        .filter_map(|id| id.strip_prefix('q')?.parse::<u32>().ok());
    let next = numbers.max().unwrap_or(0) + 1;
    format!("q{next}")
}

fn add(
    body: &mut Questionnaire,
    kept: &Kept,
    section: usize,
    kind: &str,
) -> Result<String, Refusal> {
    let id = fresh(&taken(body, kept));
    let into = body.sections.get_mut(section).ok_or(Refusal::Conflict)?;
    let question = blank(&id, kind).ok_or_else(|| Refusal::fault("kind", "fault-question-kind"))?;
    into.questions.push(Question {
        label: number(into.questions.len()),
        ..question
    });
    Ok(id)
}

/// ① … ⑳, then plain numbers. `before`: how many stand before it.
fn number(before: usize) -> String {
    let circled = u32::try_from(before).ok().filter(|before| *before < 20);
    let circled = circled.and_then(|before| char::from_u32(0x2460 + before));
    circled.map_or_else(|| (before + 1).to_string(), String::from)
}

/// A new question of a kind of [`KINDS`].
pub fn blank(id: &str, kind: &str) -> Option<Question> {
    let classified = kind == "yes-no";
    Some(Question {
        id: id.to_owned(),
        label: String::new(),
        text: Words::default(),
        definition: Words::default(),
        source: String::new(),
        kind: QuestionKind::blank(kind)?,
        required: false,
        when: Vec::new(),
        explain: None,
        counted: classified,
    })
}

impl QuestionKind {
    /// The code of the kind in forms and message keys (`question-kind-CODE`).
    pub const fn code(&self) -> &'static str {
        match self {
            Self::One { .. } => "one",
            Self::Many { .. } => "many",
            Self::Number { .. } => "number",
            Self::Date => "date",
            Self::Text { .. } => "text",
            Self::File { .. } => "file",
            Self::Table { .. } => "table",
        }
    }

    /// An empty one by a code of [`KINDS`].
    pub fn blank(code: &str) -> Option<Self> {
        Some(match code {
            "yes-no" => Self::One { choices: yes_no() },
            "one" => Self::One {
                choices: Vec::new(),
            },
            "many" => Self::Many {
                choices: Vec::new(),
            },
            "number" => Self::Number {
                unit: Words::default(),
                least: Some("0".to_owned()),
                most: None,
                decimals: 0,
            },
            "date" => Self::Date,
            "text" => Self::Text {
                lines: 4,
                most: 1_000,
            },
            "file" => Self::File { most: 3 },
            "table" => Self::Table {
                columns: Vec::new(),
                rows: Vec::new(),
                most: 10,
            },
            _ => return None,
        })
    }

    /// Its choices, to be changed.
    pub(super) const fn choices_mut(&mut self) -> Option<&mut Vec<Choice>> {
        match self {
            Self::One { choices } | Self::Many { choices } => Some(choices),
            _ => None,
        }
    }
}

/// 行っている, 行っていない.
fn yes_no() -> Vec<Choice> {
    vec![
        Choice::classed("yes", Words::new("行っている", "Yes"), Class::Yes),
        Choice::classed("no", Words::new("行っていない", "No"), Class::No),
    ]
}

impl Choice {
    pub(super) fn classed(code: &str, text: Words, class: Class) -> Self {
        Self {
            code: code.to_owned(),
            text,
            label: String::new(),
            class: Some(class),
            retired: false,
        }
    }
}

fn replace(
    body: &mut Questionnaire,
    kept: &Kept,
    was: &str,
    question: &Question,
) -> Result<String, Refusal> {
    let (section, place) = find(body, &question.id).ok_or(Refusal::Conflict)?;
    let there = body
        .sections
        .get_mut(section)
        .and_then(|section| section.questions.get_mut(place))
        .ok_or(Refusal::Conflict)?;
    if digest(there) != was {
        return Err(Refusal::Conflict);
    }
    if kept
        .kind(&question.id)
        .is_some_and(|kind| kind != question.kind.code())
    {
        return Err(Refusal::fault("kind", "fault-question-kind-bound"));
    }
    let mut question = question.clone();
    retire_removed(&mut question, kept);
    let id = question.id.clone();
    *there = question;
    Ok(id)
}

/// Choices of final versions that are no longer there come back as retired: answers may have them.
fn retire_removed(question: &mut Question, kept: &Kept) {
    let id = question.id.clone();
    let Some(choices) = question.kind.choices_mut() else {
        return;
    };
    for choice in kept.choices(&id) {
        if !choices.iter().any(|one| one.code == choice.code) {
            choices.push(Choice {
                retired: true,
                ..choice.clone()
            });
        }
    }
}

fn find(body: &Questionnaire, id: &str) -> Option<(usize, usize)> {
    body.sections.iter().enumerate().find_map(|(at, section)| {
        let place = section.questions.iter().position(|one| one.id == id)?;
        Some((at, place))
    })
}

fn take(body: &mut Questionnaire, at: (usize, usize)) -> Result<Question, Refusal> {
    let section = body.sections.get_mut(at.0).ok_or(Refusal::Conflict)?;
    if at.1 < section.questions.len() {
        Ok(section.questions.remove(at.1))
    } else {
        Err(Refusal::Conflict)
    }
}

/// Within its section, and over its ends into the next one.
fn move_question(body: &mut Questionnaire, id: &str, up: bool) -> Result<String, Refusal> {
    let at = find(body, id).ok_or(Refusal::Conflict)?;
    let count = body.sections.get(at.0).map_or(0, |one| one.questions.len());
    let to = match beside(at.1, up, count) {
        Some(place) => (at.0, place),
        None => match beside(at.0, up, body.sections.len()) {
            Some(section) if up => {
                let end = body
                    .sections
                    .get(section)
                    .map_or(0, |one| one.questions.len());
                (section, end)
            }
            Some(section) => (section, 0),
            None => return Ok(id.to_owned()),
        },
    };
    let question = take(body, at)?;
    let section = body.sections.get_mut(to.0).ok_or(Refusal::Conflict)?;
    let place = to.1.min(section.questions.len());
    section.questions.insert(place, question);
    Ok(id.to_owned())
}

fn copy_question(body: &mut Questionnaire, kept: &Kept, id: &str) -> Result<String, Refusal> {
    let (section, place) = find(body, id).ok_or(Refusal::Conflict)?;
    let new = fresh(&taken(body, kept));
    let section = body.sections.get_mut(section).ok_or(Refusal::Conflict)?;
    let from = section.questions.get(place).ok_or(Refusal::Conflict)?;
    let copy = Question {
        id: new.clone(),
        label: number(section.questions.len()),
        ..from.clone()
    };
    section.questions.insert(place + 1, copy);
    Ok(new)
}

fn remove_question(body: &mut Questionnaire, id: &str) -> Result<String, Refusal> {
    let at = find(body, id).ok_or(Refusal::Conflict)?;
    if let Some(fault) = needed(body, &BTreeSet::from([id.to_owned()])) {
        return Err(Refusal::Invalid(vec![fault]));
    }
    take(body, at)?;
    Ok(at.0.to_string())
}
