//! Whether a clinical resource has the shape of its type. Pure; every fault names its element.

use renkei_base::Fault;
use renkei_fhir::Resource;
use renkei_fhir::search::interval::interval;
use serde_json::Value;

use super::shape::Shape;

/// A value with the path that it stands at: `Observation.component[0].code`.
type Found<'a> = (String, &'a Value);

/// All faults of the shape.
pub(super) fn check(resource: &Resource, shape: &Shape) -> Vec<Fault> {
    let mut faults = Vec::new();
    empty_members(resource, &mut faults);
    for path in shape.required.iter().chain([&shape.patient]) {
        required(resource, path, &mut faults);
    }
    choices(resource, shape, &mut faults);
    for (path, codes) in shape.codes {
        for (at, value) in find(resource, path) {
            codes_only(at, value, codes, &mut faults);
        }
    }
    for (path, system, codes) in shape.bound {
        for (at, value) in find(resource, path) {
            bound(at, value, system, codes, &mut faults);
        }
    }
    for path in shape.concepts {
        for (at, value) in find(resource, path) {
            if !is_concept(value) {
                faults.push(Fault::new(at, "fault-fhir-concept"));
            }
        }
    }
    for path in shape.dates {
        for (at, value) in find(resource, path) {
            if !value.as_str().is_some_and(is_date) {
                faults.push(Fault::new(at, "fault-fhir-date"));
            }
        }
    }
    for path in shape.lists {
        lists(resource, path, &mut faults);
    }
    for (path, types) in shape.points {
        for (at, value) in find(resource, path) {
            points(at, value, types, &mut faults);
        }
    }
    invariants(resource, &mut faults);
    faults
}

/// Every value at a path, lists walked.
pub(super) fn find<'a>(resource: &'a Resource, path: &str) -> Vec<Found<'a>> {
    let mut names = path.split('.');
    let first = names.next().unwrap_or_default();
    let mut found = Vec::new();
    if let Some(value) = resource.get(first) {
        spread(format!("{}.{first}", resource.typ()), value, &mut found);
    }
    for name in names {
        let parents = std::mem::take(&mut found);
        for (at, parent) in parents {
            if let Some(value) = parent.get(name) {
                spread(format!("{at}.{name}"), value, &mut found);
            }
        }
    }
    found
}

fn spread<'a>(at: String, value: &'a Value, found: &mut Vec<Found<'a>>) {
    match value {
        Value::Array(list) => {
            let each = list.iter().enumerate();
            found.extend(each.map(|(n, one)| (format!("{at}[{n}]"), one)));
        }
        other => found.push((at, other)),
    }
}

/// A required element of the resource, or of each of its parents that is there.
fn required(resource: &Resource, path: &str, faults: &mut Vec<Fault>) {
    match path.rsplit_once('.') {
        None => {
            if resource.get(path).is_none_or(is_empty) {
                let at = format!("{}.{path}", resource.typ());
                faults.push(Fault::new(at, "fault-required"));
            }
        }
        Some((parents, name)) => {
            for (at, parent) in find(resource, parents) {
                if parent.get(name).is_none_or(is_empty) {
                    faults.push(Fault::new(format!("{at}.{name}"), "fault-required"));
                }
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// FHIR has no empty elements.
fn empty_members(resource: &Resource, faults: &mut Vec<Fault>) {
    for (name, value) in resource.json() {
        if is_empty(value) {
            let at = format!("{}.{name}", resource.typ());
            faults.push(Fault::new(at, "fault-fhir-empty"));
        }
    }
}

fn choices(resource: &Resource, shape: &Shape, faults: &mut Vec<Fault>) {
    for (one, names) in shape.choices {
        let mut there = names.iter().filter(|name| resource.get(name).is_some());
        match (there.next(), there.next(), one) {
            (Some(_), Some(second), _) => {
                let at = format!("{}.{second}", shape.typ);
                faults.push(Fault::new(at, "fault-fhir-one-only"));
            }
            (None, _, true) => {
                let first = names.first().copied().unwrap_or_default();
                let at = format!("{}.{first}", shape.typ);
                faults.push(Fault::new(at, "fault-required"));
            }
            _ => {}
        }
    }
}

fn codes_only(at: String, value: &Value, codes: &[&str], faults: &mut Vec<Fault>) {
    if !value.as_str().is_some_and(|code| codes.contains(&code)) {
        faults.push(Fault::new(at, "fault-unknown-code"));
    }
}

/// A concept that must hold a code of this value set (other codings may stand beside it).
fn bound(at: String, value: &Value, system: &str, codes: &[&str], faults: &mut Vec<Fault>) {
    let code = renkei_fhir::element::code_of(value, system);
    if !code.is_some_and(|code| codes.contains(&code)) {
        faults.push(Fault::new(at, "fault-unknown-code"));
    }
}

fn is_concept(value: &Value) -> bool {
    let text = value.get("text").and_then(Value::as_str);
    let coded = value.get("coding").and_then(Value::as_array);
    let coded = coded.is_some_and(|list| {
        !list.is_empty()
            && list
                .iter()
                .all(|one| one.get("code").or(one.get("display")).is_some())
    });
    value.is_object() && (coded || text.is_some_and(|text| !text.trim().is_empty()))
}

/// A date, dateTime or instant of R4: a time has its zone.
pub(crate) fn is_date(text: &str) -> bool {
    let zoned = match text.split_once('T') {
        None => true,
        Some((_, time)) => time.ends_with('Z') || time.contains('+') || time.contains('-'),
    };
    zoned && !text.contains(' ') && interval(text).is_some()
}

fn lists(resource: &Resource, path: &str, faults: &mut Vec<Fault>) {
    let (parents, name) = match path.rsplit_once('.') {
        None => {
            if resource.get(path).is_some_and(|value| !value.is_array()) {
                let at = format!("{}.{path}", resource.typ());
                faults.push(Fault::new(at, "fault-fhir-list"));
            }
            return;
        }
        Some(parts) => parts,
    };
    for (at, parent) in find(resource, parents) {
        if parent.get(name).is_some_and(|value| !value.is_array()) {
            faults.push(Fault::new(format!("{at}.{name}"), "fault-fhir-list"));
        }
    }
}

fn points(at: String, value: &Value, types: &[&str], faults: &mut Vec<Fault>) {
    let reference = value.get("reference").and_then(Value::as_str);
    let Some(reference) = reference.filter(|text| !text.starts_with('#')) else {
        return;
    };
    let typ = reference.split('/').next().unwrap_or_default();
    if !types.contains(&typ) {
        faults.push(Fault::new(at, "fault-fhir-reference-type").with("type", typ));
    }
}

/// The invariants of R4 that need no more than the resource: con-4, con-5, ait-1, ait-2.
fn invariants(resource: &Resource, faults: &mut Vec<Fault>) {
    let (clinical, verification) = match resource.typ() {
        "Condition" => (
            "http://terminology.hl7.org/CodeSystem/condition-clinical",
            "http://terminology.hl7.org/CodeSystem/condition-ver-status",
        ),
        "AllergyIntolerance" => (
            "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
            "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
        ),
        _ => return,
    };
    let code = |name: &str, system: &str| {
        let value = resource.get(name)?;
        renkei_fhir::element::code_of(value, system)
    };
    let at = format!("{}.clinicalStatus", resource.typ());
    let status = code("clinicalStatus", clinical);
    let wrong = code("verificationStatus", verification) == Some("entered-in-error");
    match (status, wrong) {
        (Some(_), true) => faults.push(Fault::new(at, "fault-fhir-status-in-error")),
        (None, false) if resource.typ() == "AllergyIntolerance" => {
            faults.push(Fault::new(at, "fault-required"));
        }
        (status, _) if resource.typ() == "Condition" => {
            let over = resource
                .json()
                .keys()
                .any(|name| name.starts_with("abatement"));
            let ended = matches!(status, None | Some("inactive" | "resolved" | "remission"));
            if over && !ended {
                faults.push(Fault::new(at, "fault-fhir-status-over"));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::{SHAPES, shape};
    use super::*;

    fn faults(text: &str) -> String {
        let resource = Resource::from_json(text).unwrap();
        let found = check(&resource, shape(resource.typ()).unwrap());
        found
            .iter()
            .map(|fault| format!("{}:{}", fault.field, fault.key))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn nothing_is_said_of_what_is_right() {
        for text in [
            r#"{"resourceType":"Observation","status":"final","code":{"text":"体重"},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01","valueQuantity":{"value":60.50}}"#,
            r#"{"resourceType":"Condition","code":{"text":"糖尿病"},"subject":{"reference":"Patient/p"},"recordedDate":"2026-01-05T10:00:00+09:00"}"#,
            r#"{"resourceType":"MedicationRequest","status":"active","intent":"order","medicationCodeableConcept":{"coding":[{"system":"urn:oid:1","code":"1"}]},"subject":{"reference":"Patient/p"}}"#,
            r#"{"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"インフルエンザ"},"patient":{"reference":"Patient/p"},"occurrenceDateTime":"2026-10-01"}"#,
        ] {
            assert_eq!(faults(text), "");
        }
    }

    #[test]
    fn every_fault_names_its_element() {
        insta::assert_snapshot!(faults(r#"{"resourceType":"Observation","status":"done","code":{},"category":{"text":"x"},"effectiveDateTime":"2026-02-30","issued":"2026-01-01T10:00:00","component":[{"valueString":"x"}],"valueString":"a","valueInteger":1,"performer":[{"reference":"Slot/1"}]}"#), @"Observation.code:fault-fhir-empty Observation.code:fault-required Observation.component[0].code:fault-required Observation.subject:fault-required Observation.valueInteger:fault-fhir-one-only Observation.status:fault-unknown-code Observation.code:fault-fhir-concept Observation.effectiveDateTime:fault-fhir-date Observation.issued:fault-fhir-date Observation.category:fault-fhir-list Observation.performer[0]:fault-fhir-reference-type");
        insta::assert_snapshot!(faults(r#"{"resourceType":"Condition","subject":{"reference":"Patient/p"},"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"abatementDateTime":"2026"}"#), @"Condition.clinicalStatus:fault-fhir-status-over");
        insta::assert_snapshot!(faults(r#"{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/p"},"reaction":[{"severity":"bad"}]}"#), @"AllergyIntolerance.reaction[0].manifestation:fault-required AllergyIntolerance.reaction[0].severity:fault-unknown-code AllergyIntolerance.clinicalStatus:fault-required");
        insta::assert_snapshot!(faults(r#"{"resourceType":"MedicationRequest","status":"active","subject":{"reference":"Patient/p"}}"#), @"MedicationRequest.intent:fault-required MedicationRequest.medicationCodeableConcept:fault-required");
    }

    #[test]
    fn every_shape_is_of_a_kind_that_is_kept() {
        for shape in SHAPES {
            let kind = crate::fhir::kind(shape.typ).unwrap();
            assert!(kind.create && kind.update && kind.delete, "{}", shape.typ);
            assert!(renkei_fhir::search::param(shape.typ, "patient").is_some());
        }
    }
}
