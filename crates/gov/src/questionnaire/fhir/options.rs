//! What may be answered to an item, and what another item's condition calls it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::check::CHOICES;
use super::super::{Choice, Class, Words};
use super::ours;
use super::read::{Reader, extension, flagged, words};

/// The choices of an item, with what a condition compares with.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) choices: Vec<Choice>,
    /// `answerCoding/yes`, `answerString/はい`, and the choice that it means.
    names: Vec<(String, String)>,
}

impl Options {
    /// The code of the choice that a condition (`enableWhen`) means.
    pub(super) fn meant(&self, condition: &Value) -> Option<String> {
        let name = name_in(condition)?;
        let found = self.names.iter().find(|(one, _)| *one == name);
        found.map(|(_, code)| code.clone())
    }

    /// Of an item with the type boolean.
    pub(super) fn yes_no() -> Self {
        Self {
            choices: vec![
                Choice::classed("yes", Words::new("はい", "Yes"), Class::Yes),
                Choice::classed("no", Words::new("いいえ", "No"), Class::No),
            ],
            names: vec![
                ("answerBoolean/true".to_owned(), "yes".to_owned()),
                ("answerBoolean/false".to_owned(), "no".to_owned()),
            ],
        }
    }

    /// The `answerOption`s of an item at `place`.
    pub(super) fn read(reader: &mut Reader, item: &Value, place: &str) -> Self {
        let listed = item.get("answerOption").and_then(Value::as_array);
        let mut options = Self::default();
        for (at, option) in listed.into_iter().flatten().enumerate() {
            let here = format!("{place}.answerOption[{at}]");
            if reader.too_many(at + 1, CHOICES, &here) {
                break;
            }
            reader.known(
                option,
                &here,
                &["valueCoding", "valueString", "valueInteger", "extension"],
                &[ours::CLASS, ours::LABEL, ours::RETIRED],
            );
            options.add(reader, option, at, &here);
        }
        if options.choices.is_empty() {
            reader.refuse(place, "fault-fhir-options");
        }
        options
    }

    fn add(&mut self, reader: &mut Reader, option: &Value, at: usize, place: &str) {
        let (text, name) = if let Some(coding) = option.get("valueCoding") {
            let code = coding
                .get("code")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let mut text = words(coding, "display");
            if text.is_empty() {
                code.clone_into(&mut text.ja);
            }
            (text, format!("answerCoding/{code}"))
        } else if let Some(value) = option.get("valueString").and_then(Value::as_str) {
            (
                words(option, "valueString"),
                format!("answerString/{value}"),
            )
        } else if let Some(value) = option.get("valueInteger") {
            (
                Words::new(value.to_string(), ""),
                format!("answerInteger/{value}"),
            )
        } else {
            reader.refuse(place, "fault-fhir-option");
            return;
        };
        let wish = name.split_once('/').map_or(
            "",
            |(kind, rest)| {
                if kind == "answerCoding" { rest } else { "" }
            },
        );
        let taken: BTreeSet<&str> = self.choices.iter().map(|one| one.code.as_str()).collect();
        let fallback = format!("c{}", at + 1);
        let code = reader.code(wish, &fallback, |code| taken.contains(code), place);
        self.names.push((name, code.clone()));
        self.choices.push(Choice {
            code,
            text,
            label: extension(option, ours::LABEL)
                .and_then(|one| one.get("valueString")?.as_str())
                .unwrap_or_default()
                .to_owned(),
            class: class(option),
            retired: flagged(option, ours::RETIRED),
        });
    }
}

fn class(option: &Value) -> Option<Class> {
    let code = extension(option, ours::CLASS)?.get("valueCode")?.as_str()?;
    match code {
        "yes" => Some(Class::Yes),
        "no" => Some(Class::No),
        _ => None,
    }
}

/// What a condition compares with.
fn name_in(condition: &Value) -> Option<String> {
    if let Some(coding) = condition.get("answerCoding") {
        return Some(format!("answerCoding/{}", coding.get("code")?.as_str()?));
    }
    for kind in ["answerString", "answerBoolean", "answerInteger"] {
        match condition.get(kind) {
            Some(Value::String(text)) => return Some(format!("{kind}/{text}")),
            Some(other) => return Some(format!("{kind}/{other}")),
            None => {}
        }
    }
    None
}
