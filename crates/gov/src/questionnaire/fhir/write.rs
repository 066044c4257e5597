//! A version of a questionnaire as a FHIR Questionnaire.

use renkei_fhir::Resource;
use serde_json::{Map, Value, json};

use super::super::act::{Version, VersionState};
use super::super::{
    Cell, Choice, Class, Column, Condition, Question, QuestionKind, Section, Words,
};
use super::{ours, standard};

/// The resource. `url`: where the questionnaire lives.
pub fn write(version: &Version, url: &str) -> Resource {
    let row = &version.row;
    let mut resource = Resource::new("Questionnaire", &row.id);
    let status = match version.state() {
        VersionState::Draft => "draft",
        VersionState::Final => "active",
        VersionState::Retired => "retired",
    };
    let head = [
        ("language", Value::from("ja")),
        ("url", Value::from(url)),
        ("version", Value::from(row.version.to_string())),
        ("status", Value::from(status)),
        ("date", Value::from(row.updated_at.to_fhir())),
    ];
    for (name, value) in head {
        resource.set(name, value);
    }
    let json = resource.json_mut();
    put_words(json, "title", &version.body.title);
    put_words(json, "description", &version.body.about);
    let sections = version.body.sections.iter().enumerate();
    let items: Vec<Value> = sections.map(|(at, one)| section(at, one)).collect();
    if !items.is_empty() {
        resource.set("item", Value::from(items));
    }
    resource
}

/// `text` and `_text` with its translation. Japanese is the resource's language; what is empty is not there.
fn put_words(json: &mut Map<String, Value>, name: &str, words: &Words) {
    if !words.ja.is_empty() {
        json.insert(name.to_owned(), Value::from(words.ja.as_str()));
    }
    if !words.en.is_empty() {
        let translation = json!({
            "url": standard::TRANSLATION,
            "extension": [
                { "url": "lang", "valueCode": "en" },
                { "url": "content", "valueString": words.en },
            ],
        });
        json.insert(format!("_{name}"), json!({ "extension": [translation] }));
    }
}

fn put_text(json: &mut Map<String, Value>, name: &str, text: &str) {
    if !text.is_empty() {
        json.insert(name.to_owned(), Value::from(text));
    }
}

fn put_extensions(json: &mut Map<String, Value>, extensions: Vec<Value>) {
    if !extensions.is_empty() {
        json.insert("extension".to_owned(), Value::from(extensions));
    }
}

fn said(url: &str, words: &Words) -> Option<Value> {
    if words.is_empty() {
        return None;
    }
    let mut json = Map::new();
    json.insert("url".to_owned(), Value::from(url));
    put_words(&mut json, "valueString", words);
    Some(Value::Object(json))
}

fn integer(url: &str, number: impl Into<Value>) -> Value {
    json!({ "url": url, "valueInteger": number.into() })
}

fn flag(url: &str) -> Value {
    json!({ "url": url, "valueBoolean": true })
}

fn section(at: usize, section: &Section) -> Value {
    let mut json = Map::new();
    json.insert("linkId".to_owned(), Value::from(format!("section.{at}")));
    put_text(&mut json, "prefix", &section.label);
    put_words(&mut json, "text", &section.title);
    json.insert("type".to_owned(), Value::from("group"));
    let items: Vec<Value> = section.questions.iter().map(wrapped).collect();
    if !items.is_empty() {
        json.insert("item".to_owned(), Value::from(items));
    }
    Value::Object(json)
}

/// The question, inside groups with its conditions where one item cannot say them.
fn wrapped(question: &Question) -> Value {
    let plain = question.when.len() < 2 || question.when.iter().all(|when| when.any.len() == 1);
    if plain {
        return item(question, &question.when);
    }
    let outer = question.when.iter().enumerate().rev();
    outer.fold(item(question, &[]), |inner, (at, when)| {
        let mut json = Map::new();
        json.insert(
            "linkId".to_owned(),
            Value::from(format!("{}.when{at}", question.id)),
        );
        json.insert("type".to_owned(), Value::from("group"));
        put_conditions(&mut json, std::slice::from_ref(when));
        json.insert("item".to_owned(), Value::from(vec![inner]));
        Value::Object(json)
    })
}

fn put_conditions(json: &mut Map<String, Value>, conditions: &[Condition]) {
    let one = |when: &Condition| {
        let question = when.question.clone();
        let each = when.any.iter().map(move |code| {
            json!({ "question": question, "operator": "=", "answerCoding": { "code": code } })
        });
        each.collect::<Vec<_>>()
    };
    let each: Vec<Value> = conditions.iter().flat_map(one).collect();
    if each.is_empty() {
        return;
    }
    let several = each.len() > 1;
    json.insert("enableWhen".to_owned(), Value::from(each));
    if several {
        let behavior = if conditions.len() > 1 { "all" } else { "any" };
        json.insert("enableBehavior".to_owned(), Value::from(behavior));
    }
}

fn item(question: &Question, when: &[Condition]) -> Value {
    let mut json = Map::new();
    put_extensions(&mut json, extensions(question));
    json.insert("linkId".to_owned(), Value::from(question.id.as_str()));
    put_text(&mut json, "prefix", &question.label);
    put_words(&mut json, "text", &question.text);
    let (typ, repeats) = kind(&question.kind);
    json.insert("type".to_owned(), Value::from(typ));
    put_conditions(&mut json, when);
    if question.required {
        json.insert("required".to_owned(), Value::from(true));
    }
    if repeats {
        json.insert("repeats".to_owned(), Value::from(true));
    }
    match &question.kind {
        QuestionKind::One { choices } | QuestionKind::Many { choices } => {
            put_options(&mut json, choices);
        }
        QuestionKind::Text { most, .. } => {
            json.insert("maxLength".to_owned(), Value::from(*most));
        }
        QuestionKind::Table { columns, .. } if !columns.is_empty() => {
            let items = columns.iter().map(|one| column(&question.id, one));
            json.insert("item".to_owned(), Value::from(items.collect::<Vec<_>>()));
        }
        _ => {}
    }
    Value::Object(json)
}

/// The type of the item, and whether it repeats.
fn kind(kind: &QuestionKind) -> (&'static str, bool) {
    match kind {
        QuestionKind::One { .. } => ("choice", false),
        QuestionKind::Many { .. } => ("choice", true),
        QuestionKind::Number { decimals: 0, .. } => ("integer", false),
        QuestionKind::Number { .. } => ("decimal", false),
        QuestionKind::Date => ("date", false),
        QuestionKind::Text { lines, .. } => (if *lines > 1 { "text" } else { "string" }, false),
        QuestionKind::File { most } => ("attachment", *most > 1),
        QuestionKind::Table { rows, .. } => ("group", rows.is_empty()),
    }
}

fn extensions(question: &Question) -> Vec<Value> {
    let mut found = Vec::new();
    found.extend(said(ours::DEFINITION, &question.definition));
    if !question.source.is_empty() {
        found.push(json!({ "url": ours::SOURCE, "valueString": question.source }));
    }
    if let Some(explain) = &question.explain {
        found.push(said(ours::EXPLAIN, explain).unwrap_or_else(|| flag(ours::EXPLAIN)));
    }
    if question.counted {
        found.push(flag(ours::COUNTED));
    }
    match &question.kind {
        QuestionKind::Number {
            unit,
            least,
            most,
            decimals,
        } => {
            found.extend(measured(unit, *decimals));
            found.extend(bound(standard::LEAST, least.as_deref(), *decimals));
            found.extend(bound(standard::MOST, most.as_deref(), *decimals));
        }
        QuestionKind::Text { lines, .. } => found.push(integer(ours::LINES, *lines)),
        QuestionKind::File { most } => found.push(integer(standard::TIMES, *most)),
        QuestionKind::Table { rows, most, .. } => {
            let control = json!({ "system": standard::CONTROLS, "code": "gtable" });
            let control = json!({ "coding": [control] });
            found.push(json!({ "url": standard::CONTROL, "valueCodeableConcept": control }));
            found.extend(rows.iter().filter_map(|row| said(ours::ROW, row)));
            found.push(integer(standard::TIMES, *most));
        }
        _ => {}
    }
    found
}

fn measured(unit: &Words, decimals: u8) -> Vec<Value> {
    let mut found = Vec::new();
    if !unit.is_empty() {
        let mut coding = Map::new();
        put_words(&mut coding, "display", unit);
        found.push(json!({ "url": standard::UNIT, "valueCoding": coding }));
    }
    if decimals > 0 {
        found.push(integer(standard::DECIMALS, decimals));
    }
    found
}

/// A bound with its digits as they are.
fn bound(url: &str, text: Option<&str>, decimals: u8) -> Option<Value> {
    let number: Value = serde_json::from_str(text?).ok()?;
    let name = if decimals == 0 {
        "valueInteger"
    } else {
        "valueDecimal"
    };
    Some(json!({ "url": url, name: number }))
}

fn put_options(json: &mut Map<String, Value>, choices: &[Choice]) {
    let options: Vec<Value> = choices.iter().map(option).collect();
    if !options.is_empty() {
        json.insert("answerOption".to_owned(), Value::from(options));
    }
}

fn option(choice: &Choice) -> Value {
    let mut found = Vec::new();
    if let Some(class) = choice.class {
        let code = match class {
            Class::Yes => "yes",
            Class::No => "no",
        };
        found.push(json!({ "url": ours::CLASS, "valueCode": code }));
    }
    if !choice.label.is_empty() {
        found.push(json!({ "url": ours::LABEL, "valueString": choice.label }));
    }
    if choice.retired {
        found.push(flag(ours::RETIRED));
    }
    let mut coding = Map::new();
    coding.insert("code".to_owned(), Value::from(choice.code.as_str()));
    put_words(&mut coding, "display", &choice.text);
    let mut json = Map::new();
    put_extensions(&mut json, found);
    json.insert("valueCoding".to_owned(), Value::Object(coding));
    Value::Object(json)
}

fn column(question: &str, column: &Column) -> Value {
    let mut json = Map::new();
    let typ = match &column.cell {
        Cell::Text { .. } => "string",
        Cell::Number { unit, decimals } => {
            put_extensions(&mut json, measured(unit, *decimals));
            if *decimals == 0 { "integer" } else { "decimal" }
        }
        Cell::Date => "date",
        Cell::One { .. } => "choice",
    };
    let link = format!("{question}.{}", column.id);
    json.insert("linkId".to_owned(), Value::from(link));
    put_words(&mut json, "text", &column.text);
    json.insert("type".to_owned(), Value::from(typ));
    match &column.cell {
        Cell::Text { most } => {
            json.insert("maxLength".to_owned(), Value::from(*most));
        }
        Cell::One { choices } => put_options(&mut json, choices),
        _ => {}
    }
    Value::Object(json)
}
