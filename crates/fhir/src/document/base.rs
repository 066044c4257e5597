//! The shape that FHIR R4 itself gives: types, cardinalities and required codes of all that stands in a document, by a data
//! file. Elements that R4 does not know are kept: a later version may know them.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Finding;
use super::node::Node;
use super::rules::Form;

const TEXT: &str = include_str!("../../data/r4-shape.json");

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let file: File = serde_json::from_str(TEXT).unwrap_or_default();
    Shapes::of(file)
});

#[derive(Debug, Default, Deserialize)]
struct File {
    /// All types of resources, those without a shape here too.
    resources: HashSet<String>,
    types: HashMap<String, Vec<String>>,
    codes: HashMap<String, HashSet<String>>,
}

#[derive(Debug)]
struct Shapes {
    resources: HashSet<String>,
    types: HashMap<String, Vec<Part>>,
    codes: HashMap<String, HashSet<String>>,
}

/// One element of a type.
#[derive(Debug)]
struct Part {
    /// `value[x]` for one that names its type.
    name: String,
    types: Vec<String>,
    required: bool,
    many: bool,
    /// The set of codes, where one is required.
    codes: String,
}

impl Shapes {
    fn of(file: File) -> Self {
        let types = file.types.into_iter();
        let types = types.map(|(name, lines)| {
            let parts = lines.iter().map(|line| Part::of(line)).collect();
            (name, parts)
        });
        Self {
            resources: file.resources,
            types: types.collect(),
            codes: file.codes,
        }
    }

    fn parts(&self, typ: &str) -> &[Part] {
        self.types.get(typ).map_or(&[], Vec::as_slice)
    }
}

impl Part {
    /// `gender code ? administrative-gender`: name, types, how often (`1`, `?`, `+`, `*`), codes.
    fn of(line: &str) -> Self {
        let mut words = line.split(' ').map(str::to_owned);
        let mut word = || words.next().unwrap_or_default();
        let (name, types, often, codes) = (word(), word(), word(), word());
        Self {
            name,
            types: types.split('|').map(str::to_owned).collect(),
            required: matches!(often.as_str(), "1" | "+"),
            many: matches!(often.as_str(), "*" | "+"),
            codes,
        }
    }

    /// The names in this object by which the element stands there, and their types.
    fn found<'a>(&'a self, map: &Map<String, Value>) -> Vec<(String, &'a str)> {
        let there = |name: &str| map.contains_key(name) || map.contains_key(&format!("_{name}"));
        let named: Vec<(String, &str)> = match self.name.strip_suffix("[x]") {
            None => {
                let first = self.types.first().map_or("", String::as_str);
                vec![(self.name.clone(), first)]
            }
            Some(stem) => {
                let types = self.types.iter();
                types
                    .map(|typ| (format!("{stem}{}", capital(typ)), typ.as_str()))
                    .collect()
            }
        };
        let there = named.into_iter().filter(|(name, _)| there(name));
        there.collect()
    }
}

fn capital(typ: &str) -> String {
    let mut chars = typ.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// Checks the Bundle and everything in it. What the findings name already is not said twice.
pub(super) fn check(root: &Node<'_>, findings: &mut Vec<Finding>) {
    let mut walk = Walk { found: Vec::new() };
    walk.resource(root);
    let said: HashSet<String> = findings.iter().map(|one| one.path.clone()).collect();
    walk.found.retain(|one| !said.contains(&one.path));
    findings.append(&mut walk.found);
}

struct Walk {
    found: Vec<Finding>,
}

impl Walk {
    fn say(&mut self, rule: &str, path: &str, kind: &str, args: &[(&str, &str)]) {
        let finding = Finding::error(&format!("r4:{rule}"), path, kind);
        let args = args.iter();
        self.found
            .push(args.fold(finding, |finding, (name, value)| finding.with(name, *value)));
    }

    fn resource(&mut self, node: &Node<'_>) {
        let typ = node.text("resourceType");
        if !typ.is_empty() && !SHAPES.resources.contains(typ) {
            self.say("resource", &node.path, "resource-unknown", &[("type", typ)]);
        }
        self.object(node, typ);
    }

    fn object(&mut self, node: &Node<'_>, typ: &str) {
        let Some(map) = node.value.as_object() else {
            self.say(typ, &node.path, "shape", &[("type", typ)]);
            return;
        };
        for part in SHAPES.parts(typ) {
            self.part(node, map, typ, part);
        }
    }

    fn part(&mut self, node: &Node<'_>, map: &Map<String, Value>, typ: &str, part: &Part) {
        let rule = format!("{typ}.{}", part.name);
        let path = format!("{}.{}", node.path, part.name);
        let found = part.found(map);
        let none = found.iter().all(|(name, _)| node.count(name) == 0);
        if part.required && none {
            let element = [("element", part.name.as_str()), ("min", "1")];
            self.say(&rule, &path, "missing", &element);
        }
        if found.len() > 1 {
            let element = [("element", part.name.as_str()), ("max", "1")];
            self.say(&rule, &path, "too-many", &element);
        }
        for (name, typ) in found {
            let Some(value) = map.get(&name) else {
                continue;
            };
            let path = format!("{}.{name}", node.path);
            match (value, part.many) {
                (Value::Array(list), true) => {
                    for (at, one) in list.iter().enumerate() {
                        let one = Node::new(format!("{path}[{at}]"), one);
                        self.value(&one, &rule, typ, part);
                    }
                }
                (Value::Array(_), false) => self.say(&rule, &path, "shape-single", &[]),
                (_, true) => self.say(&rule, &path, "shape-list", &[]),
                (value, false) => self.value(&Node::new(path, value), &rule, typ, part),
            }
        }
    }

    fn value(&mut self, node: &Node<'_>, rule: &str, typ: &str, part: &Part) {
        match (primitive(typ, node.value), node.value) {
            // In a list of primitives it stands for one that only says why it is absent.
            (_, Value::Null) => {}
            (Some(Ok(())), value) => self.code(node, rule, value, part),
            (Some(Err(kind)), _) => self.say(rule, &node.path, kind, &[("type", typ)]),
            (None, _) if typ == "Resource" => self.resource(node),
            (None, _) => self.object(node, typ),
        }
    }

    fn code(&mut self, node: &Node<'_>, rule: &str, value: &Value, part: &Part) {
        let (Some(codes), Some(code)) = (SHAPES.codes.get(&part.codes), value.as_str()) else {
            return;
        };
        if !codes.contains(code) {
            let mut all: Vec<&str> = codes.iter().map(String::as_str).collect();
            all.sort_unstable();
            self.say(rule, &node.path, "one-of", &[("values", &all.join(", "))]);
        }
    }
}

/// Whether a value is what a primitive type asks for, or the message that says what it is not; `None` for other types.
fn primitive(typ: &str, value: &Value) -> Option<Result<(), &'static str>> {
    let form = |form: Form| match value.as_str() {
        Some(text) if form.holds(text) => Ok(()),
        Some(_) => Err(form.key()),
        None => Err("shape"),
    };
    let is = |holds: bool| if holds { Ok(()) } else { Err("shape") };
    Some(match typ {
        "boolean" => is(value.is_boolean()),
        "integer" => is(value.is_i64()),
        "positiveInt" => is(value.as_u64().is_some_and(|number| number > 0)),
        "unsignedInt" => is(value.is_u64()),
        "decimal" => is(value.is_number()),
        "date" => form(Form::Date),
        "dateTime" => form(Form::DateTime),
        "instant" => form(Form::Instant),
        "uri" | "url" | "canonical" | "oid" | "uuid" | "id" | "code" | "time" => is(value
            .as_str()
            .is_some_and(|text| !text.starts_with(' ') && !text.ends_with(' '))),
        "string" | "markdown" | "base64Binary" | "xhtml" => is(value.is_string()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(value: &Value) -> String {
        let mut findings = Vec::new();
        check(&Node::new("R", value), &mut findings);
        let said = findings
            .iter()
            .map(|one| format!("{} {}", one.path, one.key));
        said.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn the_file_is_read() {
        assert!(SHAPES.resources.contains("Patient") && SHAPES.resources.len() > 140);
        for (typ, parts) in &SHAPES.types {
            for part in parts {
                let (sets, name) = (&SHAPES.codes, &part.codes);
                assert!(name.is_empty() || sets.contains_key(name), "{typ} {part:?}");
                assert!(!part.types.is_empty() && !part.name.is_empty(), "{typ}");
            }
        }
    }

    #[test]
    fn each_shape_is_held() {
        let good = json!({
            "resourceType": "Patient", "id": "p", "active": true, "gender": "female", "birthDate": "1950-04",
            "name": [{"text": "見本", "given": [null, "花"], "_given": [{"extension": [{"url": "urn:x", "valueBoolean": true}]}, null]}],
            "telecom": [{"system": "phone", "value": "1", "rank": 1}], "multipleBirthInteger": 2,
            "extension": [{"url": "urn:x", "valueQuantity": {"value": 2.50}}], "later": {"anything": [1]},
            "contained": [{"resourceType": "Organization", "name": "x"}],
        });
        assert_eq!(said(&good), "");
        for (name, value, wanted) in [
            ("active", json!("yes"), "R.active document-shape"),
            ("active", json!([true]), "R.active document-shape-single"),
            ("telecom", json!("1"), "R.telecom document-shape-list"),
            ("telecom", json!(["1"]), "R.telecom[0] document-shape"),
            (
                "telecom",
                json!([{"system": "tel"}]),
                "R.telecom[0].system document-one-of",
            ),
            (
                "telecom",
                json!([{"rank": 0}]),
                "R.telecom[0].rank document-shape",
            ),
            (
                "birthDate",
                json!("1950/4/1"),
                "R.birthDate document-form-date",
            ),
            ("birthDate", json!(1950), "R.birthDate document-shape"),
            (
                "deceasedBoolean",
                json!("no"),
                "R.deceasedBoolean document-shape",
            ),
            (
                "multipleBirthBoolean",
                json!(true),
                "R.multipleBirth[x] document-too-many",
            ),
            (
                "link",
                json!([{}]),
                "R.link[0].other document-missing, R.link[0].type document-missing",
            ),
            (
                "extension",
                json!([{"valueString": "x"}]),
                "R.extension[0].url document-missing",
            ),
            (
                "extension",
                json!([{"url": "urn:x", "valueDecimal": "2"}]),
                "R.extension[0].valueDecimal document-shape",
            ),
            (
                "contained",
                json!([{"resourceType": "Doctor"}]),
                "R.contained[0] document-resource-unknown",
            ),
            ("contained", json!(["x"]), "R.contained[0] document-shape"),
        ] {
            let mut bad = good.clone();
            bad[name] = value;
            assert_eq!(said(&bad), wanted, "{name}");
        }
    }
}
