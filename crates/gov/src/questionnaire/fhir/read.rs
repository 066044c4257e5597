//! A FHIR Questionnaire as one of ours. What would mean something else here is refused, with its place and the reason; what
//! is merely not kept is told.

use std::collections::{BTreeMap, BTreeSet};

use renkei_base::{Fault, Refusal};
use renkei_fhir::Resource;
use serde_json::Value;

use super::super::check::{COLUMNS, QUESTIONS, SECTIONS, is_code};
use super::super::{
    Cell, Column, Condition, Question, QuestionKind, Questionnaire, Section, Words,
};
use super::options::Options;
use super::patient::patient_in;
use super::{ours, standard};

/// What came of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    pub body: Questionnaire,
    /// What was not taken over, and what is called otherwise here. The field is the place in the file.
    pub notes: Vec<Fault>,
}

/// Faults that are told at once.
const TOLD: usize = 50;
/// Conditions of one question, with those of what it stands in.
const CONDITIONS: usize = 200;

/// Reads a Questionnaire.
///
/// # Errors
/// [`Refusal::Invalid`]: the field of a fault is the place in the file, `item[0].item[2].enableWhen[0]`.
pub fn read(text: &str) -> Result<Arrived, Refusal> {
    let resource = Resource::from_json(text).map_err(|error| {
        let fault = Fault::new("file", "fault-fhir-unreadable");
        Refusal::Invalid(vec![fault.with("reason", error)])
    })?;
    if resource.typ() != "Questionnaire" {
        let fault = Fault::new("file", "fault-fhir-other");
        return Err(Refusal::Invalid(vec![fault.with("type", resource.typ())]));
    }
    let value = resource.into_value();
    let mut reader = Reader::default();
    if let Some(name) = patient_in(&value) {
        reader.refuse_with("file", "fault-fhir-meaning", name);
    }
    let body = reader.whole(&value);
    let body = reader.settle(body);
    if reader.faults.is_empty() {
        Ok(Arrived {
            body,
            notes: reader.notes,
        })
    } else {
        Err(Refusal::Invalid(reader.faults))
    }
}

/// Conditions as they stand in the file, for one question: all groups must hold, of each all or any.
#[derive(Clone, Debug)]
struct Group {
    place: String,
    all: bool,
    each: Vec<Value>,
}

#[derive(Debug, Default)]
pub(super) struct Reader {
    faults: Vec<Fault>,
    notes: Vec<Fault>,
    /// Our id of each `linkId`.
    ids: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    options: BTreeMap<String, Options>,
    conditions: BTreeMap<String, Vec<Group>>,
}

const HEAD: &[&str] = &[
    "resourceType",
    "id",
    "meta",
    "language",
    "url",
    "version",
    "status",
    "date",
    "title",
    "_title",
    "description",
    "_description",
    "item",
    "name",
    "text",
    "experimental",
    "subjectType",
];
const ITEM: &[&str] = &[
    "linkId",
    "prefix",
    "text",
    "_text",
    "type",
    "enableWhen",
    "enableBehavior",
    "required",
    "repeats",
    "maxLength",
    "answerOption",
    "item",
    "extension",
    "definition",
    "code",
    "id",
];
/// Elements that would change what is asked if they were left out.
const MEANING: &[&str] = &["modifierExtension", "answerValueSet", "initial", "readOnly"];

const KNOWN: &[&str] = &[
    ours::DEFINITION,
    ours::SOURCE,
    ours::EXPLAIN,
    ours::COUNTED,
    ours::LINES,
    ours::ROW,
    standard::UNIT,
    standard::LEAST,
    standard::MOST,
    standard::DECIMALS,
    standard::TIMES,
    standard::CONTROL,
];

impl Reader {
    pub(super) fn refuse(&mut self, place: &str, key: &'static str) {
        self.push(Fault::new(place, key));
    }

    fn refuse_with(&mut self, place: &str, key: &'static str, what: &str) {
        self.push(Fault::new(place, key).with("what", what));
    }

    /// Refuses what is more than `most`: a file of two megabytes holds tens of thousands of anything.
    pub(super) fn too_many(&mut self, count: usize, most: usize, place: &str) -> bool {
        if count > most {
            self.push(Fault::new(place, "fault-fhir-many").with("max", most));
        }
        count > most
    }

    fn push(&mut self, fault: Fault) {
        if self.faults.len() < TOLD {
            self.faults.push(fault);
        }
    }

    fn note(&mut self, place: &str, key: &'static str, what: &str) {
        if self.notes.len() < TOLD {
            self.notes.push(Fault::new(place, key).with("what", what));
        }
    }

    /// Tells elements and extensions that are not among these.
    pub(super) fn known(&mut self, json: &Value, place: &str, names: &[&str], urls: &[&str]) {
        let members = json.as_object().into_iter().flatten();
        for (name, _) in members {
            if MEANING.contains(&name.as_str()) {
                self.refuse_with(place, "fault-fhir-meaning", name);
            } else if !names.contains(&name.as_str()) {
                self.note(place, "fault-fhir-dropped", name);
            }
        }
        for url in extensions(json).filter_map(|one| one.get("url")?.as_str()) {
            if !urls.contains(&url) {
                self.note(place, "fault-fhir-dropped", url);
            }
        }
    }

    /// A code of ours: as it is in the file where that can be, or a fallback, and told.
    pub(super) fn code(
        &mut self,
        wish: &str,
        fallback: &str,
        taken: impl Fn(&str) -> bool,
        place: &str,
    ) -> String {
        if is_code(wish) && !taken(wish) {
            return wish.to_owned();
        }
        let plain: String = wish
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let plain = plain.trim_matches('-').to_owned();
        let mut code = if is_code(&plain) {
            plain
        } else {
            fallback.to_owned()
        };
        let mut number = 2;
        while taken(&code) {
            code = format!("{fallback}-{number}");
            number += 1;
        }
        if !wish.is_empty() {
            self.note(place, "fault-fhir-renamed", &code);
        }
        code
    }

    fn whole(&mut self, json: &Value) -> Questionnaire {
        self.known(json, "Questionnaire", HEAD, &[]);
        let mut body = Questionnaire {
            title: words(json, "title"),
            about: words(json, "description"),
            sections: Vec::new(),
        };
        for (at, item) in items(json).enumerate() {
            let place = format!("item[{at}]");
            let sections = body.sections.len();
            if self.is_full() || self.too_many(sections, SECTIONS, &place) {
                break;
            }
            if text(item, "type") == "group" && !is_table(item) {
                let section = self.section(item, &place, body.sections.len());
                body.sections.push(section);
            } else {
                self.loose(&mut body, item, &place);
            }
        }
        body
    }

    /// Whether more questions were met than there may be.
    fn is_full(&self) -> bool {
        self.taken.len() > QUESTIONS
    }

    /// A question at the top stands in a section without a title of its own.
    fn loose(&mut self, body: &mut Questionnaire, item: &Value, place: &str) {
        let mut into = Vec::new();
        self.question(item, place, &[], &mut into);
        let fits = body
            .sections
            .last()
            .is_some_and(|last| last.title == body.title);
        if !fits {
            let label = (body.sections.len() + 1).to_string();
            body.sections.push(Section {
                label,
                title: body.title.clone(),
                questions: Vec::new(),
            });
        }
        if let Some(last) = body.sections.last_mut() {
            last.questions.append(&mut into);
        }
    }

    fn section(&mut self, item: &Value, place: &str, before: usize) -> Section {
        self.known(item, place, ITEM, &[]);
        let mut conditions: Vec<Group> = group(item, place).into_iter().collect();
        let all = conditions.iter().map(|group| group.each.len()).sum();
        if self.too_many(all, CONDITIONS, place) {
            conditions.clear();
        }
        let mut questions = Vec::new();
        for (at, inner) in items(item).enumerate() {
            let here = format!("{place}.item[{at}]");
            self.inner(inner, &here, &conditions, &mut questions);
        }
        let label = match text(item, "prefix") {
            "" => (before + 1).to_string(),
            label => label.to_owned(),
        };
        Section {
            label,
            title: words(item, "text"),
            questions,
        }
    }

    /// An item of a section: a question, or a group that only carries conditions.
    fn inner(&mut self, item: &Value, place: &str, outer: &[Group], into: &mut Vec<Question>) {
        if self.is_full() {
            return;
        }
        if text(item, "type") != "group" || is_table(item) {
            self.question(item, place, outer, into);
            return;
        }
        self.known(item, place, ITEM, &[]);
        if !words(item, "text").is_empty() {
            self.refuse(place, "fault-fhir-nested");
        }
        if place.matches(".item[").count() > 8 {
            self.refuse(place, "fault-fhir-nested");
            return;
        }
        let mut conditions = outer.to_vec();
        conditions.extend(group(item, place));
        let all = conditions.iter().map(|group| group.each.len()).sum();
        if self.too_many(all, CONDITIONS, place) {
            return;
        }
        for (at, inner) in items(item).enumerate() {
            let here = format!("{place}.item[{at}]");
            self.inner(inner, &here, &conditions, into);
        }
    }

    fn question(&mut self, item: &Value, place: &str, outer: &[Group], into: &mut Vec<Question>) {
        if self.is_full() {
            return;
        }
        self.known(item, place, ITEM, KNOWN);
        let id = self.id(item, place);
        if self.too_many(self.taken.len(), QUESTIONS, place) {
            return;
        }
        self.alone(item, place);
        let Some(kind) = self.kind(item, place, &id) else {
            return;
        };
        let own = group(item, place);
        let each = outer.iter().chain(&own).map(|group| group.each.len());
        let conditions: usize = each.sum();
        if conditions > 0 && !self.too_many(conditions, CONDITIONS, place) {
            let conditions = outer.iter().cloned().chain(own);
            self.conditions.insert(id.clone(), conditions.collect());
        }
        into.push(Question {
            label: text(item, "prefix").to_owned(),
            text: words(item, "text"),
            definition: extension(item, ours::DEFINITION)
                .map(|one| words(one, "valueString"))
                .unwrap_or_default(),
            source: extension(item, ours::SOURCE)
                .map(|one| text(one, "valueString").to_owned())
                .unwrap_or_default(),
            required: item.get("required") == Some(&Value::from(true)),
            when: Vec::new(),
            explain: extension(item, ours::EXPLAIN).map(|one| words(one, "valueString")),
            counted: flagged(item, ours::COUNTED),
            kind,
            id,
        });
    }

    /// Our id of a question.
    fn id(&mut self, item: &Value, place: &str) -> String {
        let link = text(item, "linkId").to_owned();
        let fallback = format!("i{}", self.taken.len() + 1);
        let taken = std::mem::take(&mut self.taken);
        let id = self.code(&link, &fallback, |code| taken.contains(code), place);
        self.taken = taken;
        self.taken.insert(id.clone());
        if link.is_empty() || self.ids.insert(link, id.clone()).is_some() {
            self.refuse(place, "fault-fhir-link");
        }
        id
    }

    /// Refuses questions inside a question, and several answers to one where there is one here.
    fn alone(&mut self, item: &Value, place: &str) {
        let typ = text(item, "type");
        if typ != "group" && items(item).next().is_some() {
            self.refuse(place, "fault-fhir-nested");
        }
        let repeats = item.get("repeats") == Some(&Value::from(true));
        if repeats && !matches!(typ, "group" | "choice" | "boolean" | "attachment") {
            self.refuse_with(place, "fault-fhir-meaning", "repeats");
        }
    }

    fn kind(&mut self, item: &Value, place: &str, id: &str) -> Option<QuestionKind> {
        let repeats = item.get("repeats") == Some(&Value::from(true));
        let typ = text(item, "type");
        let times = number_in(item, standard::TIMES);
        Some(match typ {
            "boolean" | "choice" => {
                let options = if typ == "boolean" {
                    Options::yes_no()
                } else {
                    Options::read(self, item, place)
                };
                let choices = options.choices.clone();
                self.options.insert(id.to_owned(), options);
                if repeats {
                    QuestionKind::Many { choices }
                } else {
                    QuestionKind::One { choices }
                }
            }
            "integer" | "decimal" => measured(item, typ),
            "date" => QuestionKind::Date,
            "string" | "text" => QuestionKind::Text {
                lines: number_in(item, ours::LINES)
                    .and_then(|lines| u8::try_from(lines).ok())
                    .unwrap_or(if typ == "text" { 4 } else { 1 }),
                most: most_chars(item),
            },
            "attachment" => QuestionKind::File {
                most: times
                    .and_then(|most| u8::try_from(most).ok())
                    .unwrap_or(if repeats { 3 } else { 1 }),
            },
            "group" => self.table(item, place, times),
            other => {
                self.refuse_with(place, "fault-fhir-type", other);
                return None;
            }
        })
    }

    fn table(&mut self, item: &Value, place: &str, times: Option<u64>) -> QuestionKind {
        let mut columns: Vec<Column> = Vec::new();
        for (at, inner) in items(item).enumerate() {
            let here = format!("{place}.item[{at}]");
            if self.too_many(at + 1, COLUMNS, &here) {
                break;
            }
            self.known(inner, &here, ITEM, KNOWN);
            self.alone(inner, &here);
            if group(inner, &here).is_some() {
                self.refuse(&here, "fault-fhir-cell-condition");
            }
            let link = text(inner, "linkId");
            let wish = link.rsplit_once('.').map_or(link, |(_, id)| id);
            let ids: BTreeSet<&str> = columns.iter().map(|one| one.id.as_str()).collect();
            let fallback = format!("c{}", at + 1);
            let id = self.code(wish, &fallback, |id| ids.contains(id), &here);
            if let Some(cell) = self.cell(inner, &here) {
                columns.push(Column {
                    id,
                    text: words(inner, "text"),
                    cell,
                });
            }
        }
        let rows = extensions(item).filter(|one| text(one, "url") == ours::ROW);
        QuestionKind::Table {
            columns,
            rows: rows.map(|one| words(one, "valueString")).collect(),
            most: times
                .and_then(|most| u16::try_from(most).ok())
                .unwrap_or(10),
        }
    }

    fn cell(&mut self, item: &Value, place: &str) -> Option<Cell> {
        Some(match text(item, "type") {
            "string" | "text" => Cell::Text {
                most: most_chars(item),
            },
            typ @ ("integer" | "decimal") => match measured(item, typ) {
                QuestionKind::Number { unit, decimals, .. } => Cell::Number { unit, decimals },
                _ => return None,
            },
            "date" => Cell::Date,
            "boolean" => Cell::One {
                choices: Options::yes_no().choices,
            },
            "choice" => Cell::One {
                choices: Options::read(self, item, place).choices,
            },
            other => {
                self.refuse_with(place, "fault-fhir-type", other);
                return None;
            }
        })
    }

    /// Puts the conditions in, when all questions are known.
    fn settle(&mut self, mut body: Questionnaire) -> Questionnaire {
        let conditions = std::mem::take(&mut self.conditions);
        for section in &mut body.sections {
            for question in &mut section.questions {
                for group in conditions.get(&question.id).into_iter().flatten() {
                    let mut found = self.conditions_of(group);
                    question.when.append(&mut found);
                }
            }
        }
        body
    }

    fn conditions_of(&mut self, group: &Group) -> Vec<Condition> {
        let mut found: Vec<Condition> = Vec::new();
        for (at, one) in group.each.iter().enumerate() {
            let place = format!("{}.enableWhen[{at}]", group.place);
            let Some((question, code)) = self.meant(one, &place) else {
                continue;
            };
            match found.last_mut() {
                Some(last) if !group.all && last.question == question => last.any.push(code),
                _ => found.push(Condition {
                    question,
                    any: vec![code],
                }),
            }
        }
        if !group.all && found.len() > 1 {
            self.refuse(&group.place, "fault-fhir-any");
        }
        found
    }

    fn meant(&mut self, condition: &Value, place: &str) -> Option<(String, String)> {
        let operator = text(condition, "operator");
        if operator != "=" {
            self.refuse_with(place, "fault-fhir-operator", operator);
            return None;
        }
        let link = text(condition, "question");
        let id = self.ids.get(link).cloned();
        let options = id.as_ref().and_then(|id| self.options.get(id));
        let code = options.and_then(|options| options.meant(condition));
        if code.is_none() {
            self.refuse_with(place, "fault-fhir-condition", link);
        }
        Some((id?, code?))
    }
}

/// The conditions of an item.
fn group(item: &Value, place: &str) -> Option<Group> {
    let each = item.get("enableWhen")?.as_array()?.clone();
    Some(Group {
        place: place.to_owned(),
        all: each.len() < 2 || text(item, "enableBehavior") != "any",
        each,
    })
    .filter(|group| !group.each.is_empty())
}

/// A group that is filled in row by row.
fn is_table(item: &Value) -> bool {
    let control = extension(item, standard::CONTROL).and_then(|one| {
        let concept = one.get("valueCodeableConcept")?;
        concept.get("coding")?.as_array()?.first()?.get("code")
    });
    text(item, "type") == "group"
        && (control == Some(&Value::from("gtable"))
            || item.get("repeats") == Some(&Value::from(true)))
}

fn measured(item: &Value, typ: &str) -> QuestionKind {
    let unit = extension(item, standard::UNIT).and_then(|one| one.get("valueCoding"));
    let digits = number_in(item, standard::DECIMALS).and_then(|one| u8::try_from(one).ok());
    let decimals = digits.unwrap_or(if typ == "integer" { 0 } else { 2 });
    let bound = |url: &str| {
        let one = extension(item, url)?;
        let number = one
            .get("valueInteger")
            .or_else(|| one.get("valueDecimal"))?;
        Some(number.to_string())
    };
    QuestionKind::Number {
        unit: unit.map(|unit| words(unit, "display")).unwrap_or_default(),
        least: bound(standard::LEAST),
        most: bound(standard::MOST),
        decimals,
    }
}

fn most_chars(item: &Value) -> u32 {
    let most = item.get("maxLength").and_then(Value::as_u64);
    most.and_then(|most| u32::try_from(most).ok())
        .unwrap_or(1_000)
}

fn items(json: &Value) -> impl Iterator<Item = &Value> {
    json.get("item")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn extensions(json: &Value) -> impl Iterator<Item = &Value> {
    let listed = json.get("extension").and_then(Value::as_array);
    listed.into_iter().flatten()
}

pub(super) fn extension<'a>(json: &'a Value, url: &str) -> Option<&'a Value> {
    extensions(json).find(|one| text(one, "url") == url)
}

pub(super) fn flagged(json: &Value, url: &str) -> bool {
    extension(json, url).and_then(|one| one.get("valueBoolean")) == Some(&Value::from(true))
}

fn number_in(json: &Value, url: &str) -> Option<u64> {
    extension(json, url)?.get("valueInteger")?.as_u64()
}

fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A text with its English translation, where the file has one.
pub(super) fn words(json: &Value, name: &str) -> Words {
    let beside = json.get(format!("_{name}"));
    let translation = beside.and_then(|one| extension(one, standard::TRANSLATION));
    let part = |url: &str| translation.and_then(|one| extension(one, url));
    let english = part("lang").is_some_and(|one| text(one, "valueCode") == "en");
    let content = part("content").filter(|_| english);
    let en = content.map_or("", |one| match text(one, "valueString") {
        "" => text(one, "valueMarkdown"),
        said => said,
    });
    Words::new(text(json, name), en)
}
