//! No patient is told of in this plane, by reference neither.

use serde_json::Value;

/// Before the id in a reference.
const PATIENT: &str = "Patient/";

/// The member that refers to a patient, however deep; none where nothing does.
pub fn patient_in(json: &Value) -> Option<&str> {
    match json {
        Value::Object(members) => members.iter().find_map(|(name, value)| named(name, value)),
        Value::Array(values) => values.iter().find_map(patient_in),
        _ => None,
    }
}

fn named<'a>(name: &'a str, value: &'a Value) -> Option<&'a str> {
    let texts = match value {
        Value::Array(values) => values.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut texts = texts.iter().filter_map(Value::as_str);
    if texts.any(refers) {
        return Some(name);
    }
    patient_in(value)
}

/// `Patient/ID`, alone or at the end of an address.
fn refers(text: &str) -> bool {
    text.split_once(PATIENT).is_some_and(|(before, id)| {
        let of_id = |one: char| one.is_ascii_alphanumeric() || "-._/".contains(one);
        (before.is_empty() || before.ends_with('/')) && !id.is_empty() && id.chars().all(of_id)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_references_are_references() {
        let deep = json!({"item": [{"answer": [{"valueReference": {"reference": "Patient/1"}}]}]});
        assert_eq!(patient_in(&deep), Some("reference"));
        let many = json!({"who": ["a", "https://his.example/fhir/Patient/a-1/_history/2"]});
        assert_eq!(patient_in(&many), Some("who"));
        for text in [
            "Patient/family meetings",
            "Outpatient/1",
            "Patient/",
            "Patient",
        ] {
            assert_eq!(patient_in(&json!({"title": text})), None, "{text}");
        }
    }
}
