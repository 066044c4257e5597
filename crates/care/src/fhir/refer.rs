//! References inside a resource: found with their paths, and put in the place of addresses of a transaction.

use std::collections::BTreeMap;

use renkei_fhir::{Key, Resource};
use serde_json::Value;

/// A reference with the element that holds it: `Observation.performer[0]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) path: String,
    pub(crate) reference: String,
}

/// A step of the way to an element.
#[derive(Clone, Copy)]
enum Part<'a> {
    Name(&'a str),
    At(usize),
}

/// All literal references of a resource, those of contained resources too.
pub(crate) fn all(resource: &Resource) -> Vec<Found> {
    let (mut way, mut found) = (vec![Part::Name(resource.typ())], Vec::new());
    for (name, value) in resource.json() {
        walk(value, Part::Name(name), &mut way, &mut found);
    }
    found
}

fn walk<'a>(value: &'a Value, part: Part<'a>, way: &mut Vec<Part<'a>>, found: &mut Vec<Found>) {
    way.push(part);
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                match inner {
                    Value::String(reference) if name == "reference" => found.push(Found {
                        path: path(way),
                        reference: reference.clone(),
                    }),
                    _ => walk(inner, Part::Name(name), way, found),
                }
            }
        }
        Value::Array(list) => {
            for (at, inner) in list.iter().enumerate() {
                walk(inner, Part::At(at), way, found);
            }
        }
        _ => {}
    }
    way.pop();
}

/// Few elements are references: only theirs are written out.
fn path(way: &[Part<'_>]) -> String {
    let mut path = String::new();
    for part in way {
        match part {
            Part::Name(name) if path.is_empty() => path.push_str(name),
            Part::Name(name) => path.extend([".", name]),
            Part::At(at) => path.push_str(&format!("[{at}]")),
        }
    }
    path
}

/// Puts what is stored in the place of the addresses that the entries of a transaction call each other by.
pub(crate) fn replace(resource: &mut Resource, known: &BTreeMap<String, Key>) {
    if known.is_empty() {
        return;
    }
    for (_, value) in resource.json_mut().iter_mut() {
        put(value, known);
    }
}

fn put(value: &mut Value, known: &BTreeMap<String, Key>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map.iter_mut() {
                let key = match inner {
                    Value::String(text) if name == "reference" => known.get(text.as_str()),
                    _ => None,
                };
                match key {
                    Some(key) => *inner = Value::from(key.to_string()),
                    None => put(inner, known),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| put(inner, known)),
        _ => {}
    }
}

/// The ids of the contained resources.
pub(crate) fn contained(resource: &Resource) -> Vec<&str> {
    let list = resource.list("contained").iter();
    list.filter_map(|one| one.get("id")?.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_and_replaced() {
        let text = r##"{"resourceType":"Observation","subject":{"reference":"urn:uuid:1"},"performer":[{"reference":"#a"},{"display":"x"}],"note":[{"authorReference":{"reference":"urn:uuid:1"},"text":"reference"}]}"##;
        let mut resource = Resource::from_json(text).unwrap();
        let paths: Vec<String> = all(&resource).into_iter().map(|one| one.path).collect();
        assert_eq!(
            paths,
            [
                "Observation.subject",
                "Observation.performer[0]",
                "Observation.note[0].authorReference"
            ]
        );
        let known = [(
            "urn:uuid:1".to_owned(),
            Key::new("Patient", "p".parse().unwrap()),
        )];
        replace(&mut resource, &known.into_iter().collect());
        insta::assert_snapshot!(resource.to_json(), @r##"{"resourceType":"Observation","subject":{"reference":"Patient/p"},"performer":[{"reference":"#a"},{"display":"x"}],"note":[{"authorReference":{"reference":"Patient/p"},"text":"reference"}]}"##);
    }
}
