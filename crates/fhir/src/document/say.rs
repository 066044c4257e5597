//! Resources of a document as lines for people: what a section's narrative does not say.

use serde_json::Value;

use super::coded::NO_USAGE;
use crate::element::text_of;
use crate::system::NAME_REPRESENTATION;

/// One resource as a line; empty where there is nothing to say.
pub(super) fn resource(resource: &Value) -> String {
    match text_of(resource, "resourceType") {
        "MedicationRequest" => join(&[of(resource, "medicationCodeableConcept"), dosage(resource)]),
        "Observation" => join(&[of(resource, "code"), observed(resource)]),
        "Encounter" => reason(resource),
        "Immunization" => of(resource, "vaccineCode"),
        "FamilyMemberHistory" => join(&[
            of(resource, "relationship"),
            first(resource, "condition", "code"),
        ]),
        "DocumentReference" => document(resource),
        "CarePlan" => join(&[text(resource, "title"), text(resource, "description")]),
        "Condition" => join(&[of(resource, "code"), date(resource, "onsetDateTime")]),
        "Procedure" => join(&[of(resource, "code"), date(resource, "performedDateTime")]),
        "ImagingStudy" => text(resource, "description"),
        "DiagnosticReport" => join(&[of(resource, "code"), text(resource, "conclusion")]),
        _ => of(resource, "code"),
    }
}

fn join(parts: &[String]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" ")
}

fn text(resource: &Value, name: &str) -> String {
    text_of(resource, name).to_owned()
}

fn of(resource: &Value, name: &str) -> String {
    resource.get(name).map(concept).unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn first(resource: &Value, name: &str, inner: &str) -> String {
    list(resource, name)
        .first()
        .map(|one| of(one, inner))
        .unwrap_or_default()
}

/// A CodeableConcept: its text, else the first display, else the first code.
pub(super) fn concept(concept: &Value) -> String {
    let codings = list(concept, "coding").iter();
    let mut said = std::iter::once(text_of(concept, "text"))
        .chain(codings.clone().map(|one| text_of(one, "display")))
        .chain(codings.map(|one| text_of(one, "code")));
    said.find(|text| !text.is_empty())
        .unwrap_or_default()
        .to_owned()
}

/// A person's name: the one in kanji, else the first.
pub(super) fn name(person: &Value) -> String {
    let kanji = |name: &&Value| {
        list(name, "extension").iter().any(|one| {
            text_of(one, "url") == NAME_REPRESENTATION && text_of(one, "valueCode") == "IDE"
        })
    };
    let names = list(person, "name");
    let Some(name) = names.iter().find(kanji).or(names.first()) else {
        return String::new();
    };
    match text_of(name, "text") {
        "" => {
            let given = list(name, "given").iter().filter_map(Value::as_str);
            let parts: Vec<&str> = std::iter::once(text_of(name, "family"))
                .chain(given)
                .collect();
            parts.join(" ").trim().to_owned()
        }
        text => text.to_owned(),
    }
}

fn date(resource: &Value, name: &str) -> String {
    match text_of(resource, name) {
        "" => String::new(),
        date => format!("({})", date.get(..10).unwrap_or(date)),
    }
}

fn observed(resource: &Value) -> String {
    let quantity = resource.get("valueQuantity").map(|quantity| {
        let value = quantity
            .get("value")
            .map(Value::to_string)
            .unwrap_or_default();
        format!("{value} {}", text_of(quantity, "unit"))
            .trim()
            .to_owned()
    });
    let said = [
        text(resource, "valueString"),
        of(resource, "valueCodeableConcept"),
        quantity.unwrap_or_default(),
    ];
    join(&said)
}

fn dosage(resource: &Value) -> String {
    let lines: Vec<String> = list(resource, "dosageInstruction")
        .iter()
        .map(|one| text(one, "text"))
        // What only fills the element says nothing.
        .filter(|text| text != NO_USAGE)
        .collect();
    join(&lines)
}

fn reason(resource: &Value) -> String {
    let reasons: Vec<String> = list(resource, "reasonCode").iter().map(concept).collect();
    join(&reasons)
}

fn document(resource: &Value) -> String {
    let titles = list(resource, "content")
        .iter()
        .filter_map(|one| one.get("attachment"));
    let mut said = std::iter::once(text_of(resource, "description"))
        .chain(titles.map(|one| text_of(one, "title")));
    said.find(|text| !text.is_empty())
        .unwrap_or_default()
        .to_owned()
}
