//! Resources, letters and values of searches, broken in all ways: read or refused, and what was read comes back.

use renkei_fhir::document::{build, check, read};
use renkei_fhir::search::{self, interval::interval, number::Number};
use renkei_fhir::{Key, Resource, bundle, summary::Elements};
use renkei_testkit::Fuzz;

use crate::document_build::letter;

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "null",
    "true",
    "-0.0",
    "1e400",
    "1E-400",
    "12345678901234567890.123456789",
    r#""\ud83d\ude42""#,
    r#""\ud800""#,
    r#""\u0000""#,
    r#""resourceType":"Patient","#,
    r#""resourceType":"Bundle","#,
    r#"{"reference":"Patient/1"}"#,
    r##"{"reference":"#1"}"##,
    r#""contained":[]"#,
    r#""$serde_json::private::Number":"1""#,
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    r#""a":1,"a":2"#,
    "<div xmlns=\"http://www.w3.org/1999/xhtml\">",
    "&lt;",
    "&#x0;",
    "</div>",
    "2026-02-30",
    "2026-11-22T25:00:00Z",
];

const GOOD: &[&str] = &[
    r#"{"resourceType":"Observation","zzz":{"unknown":[]},"id":"a-1","status":"final","subject":{"reference":"Patient/1"},"valueQuantity":{"value":2.50,"unit":"mg"},"referenceRange":[{"low":{"value":0.10}}],"code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}],"text":"𠮷野家"},"effectiveDateTime":"2026-11-20T09:00:00+09:00"}"#,
    r#"{"resourceType":"Patient","id":"1","identifier":[{"system":"urn:x","value":"1"}],"name":[{"use":"official","family":"佐藤","given":["花子",null],"_given":[null,{"id":"x"}]}],"gender":"female","birthDate":"1950-04-01","telecom":[{"system":"phone","value":"03-0000-0000"}],"managingOrganization":{"reference":"Organization/1"}}"#,
    r#"{"resourceType":"Task","id":"t","status":"requested","intent":"order","businessStatus":{"coding":[{"system":"x","code":"sent"}]},"for":{"reference":"Patient/1"},"restriction":{"period":{"end":"2026-12-01T00:00:00Z"}},"note":[{"time":"2026-11-22T10:00:00.000000Z","text":"send"}]}"#,
    r#"{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=1"}},{"request":{"method":"GET","url":"Patient?name=佐藤"}}]}"#,
];

#[test]
fn fuzz_resources() {
    let mut fuzz = Fuzz::new(GOOD, PIECES);
    while let Some(text) = fuzz.next() {
        let Ok(resource) = Resource::from_json(&text) else {
            continue;
        };
        let written = resource.to_json();
        assert_eq!(Resource::from_json(&written).as_ref(), Ok(&resource));
        assert!(search::index(&resource).len() <= 10 + text.len());
        drop((resource.key(), resource.version(), resource.updated()));
        drop(Elements::Summary.of(resource.clone()));
        if resource.typ() == "Bundle" {
            drop(bundle::entries(resource));
        }
    }
}

#[test]
fn fuzz_documents() {
    let good = build(&"letter-1".parse().unwrap(), &letter(), [7; 16]).to_json();
    let mut fuzz = Fuzz::new(&[&good, GOOD[3]], PIECES);
    let mut odd = 0;
    while let Some(text) = fuzz.next() {
        if let Ok(bundle) = Resource::from_json(&text) {
            odd += usize::from(!check(&bundle).is_empty());
            drop(read(&bundle));
        }
    }
    assert!(odd > 0, "nothing was found in any of them");
}

/// As whoever writes JSON well and the standard badly: values are changed, the text stays JSON.
#[test]
fn fuzz_documents_by_values() {
    let good = build(&"letter-1".parse().unwrap(), &letter(), [7; 16]).into_value();
    let mut fuzz = Fuzz::new(GOOD, PIECES);
    while let Some(text) = fuzz.next() {
        let mut value = good.clone();
        for _ in 0..=fuzz.below(4) {
            let other = serde_json::from_str(&text).unwrap_or_else(|_| text.clone().into());
            put(&mut value, &mut fuzz, other);
        }
        if let Ok(bundle) = Resource::from_value(value) {
            drop(check(&bundle));
            drop(read(&bundle));
            drop(search::index(&bundle));
        }
    }
}

/// Somewhere inside: another value, the same twice, or nothing.
fn put(value: &mut serde_json::Value, fuzz: &mut Fuzz, other: serde_json::Value) {
    use serde_json::Value;
    let stop = fuzz.below(8) == 0;
    match value {
        Value::Object(map) if !stop && !map.is_empty() => {
            let at = fuzz.below(map.len());
            let name = map.keys().nth(at).unwrap().clone();
            match fuzz.below(20) {
                0 => drop(map.shift_remove(&name)),
                _ => put(map.get_mut(&name).unwrap(), fuzz, other),
            }
        }
        Value::Array(list) if !stop && !list.is_empty() => {
            let at = fuzz.below(list.len());
            match fuzz.below(8) {
                0 => drop(list.remove(at)),
                1 => list.push(list[at].clone()),
                _ => put(&mut list[at], fuzz, other),
            }
        }
        there => *there = other,
    }
}

#[test]
fn fuzz_values_of_searches() {
    let good = [
        "2026",
        "2026-11",
        "2026-11-22T10:00",
        "2026-11-22T10:00:00.5+09:00",
        "5.4",
        "-1.5e-3",
        "100",
        "Patient/1",
    ];
    let mut fuzz = Fuzz::new(
        &good,
        &[
            "T",
            "Z",
            "+09:00",
            "9999-12-31",
            "0000",
            "e",
            "E+",
            "2147483648",
            ".",
            "-00",
        ],
    );
    while let Some(text) = fuzz.next() {
        if let Some((low, high)) = interval(&text) {
            assert!(low <= high, "{low:?} {high:?}");
        }
        if let Some(number) = Number::parse(&text) {
            assert!(number.low() <= number.high());
        }
        if let Some(key) = Key::from_reference(&text) {
            assert_eq!(Key::from_reference(&key.to_string()), Some(key));
        }
        let norm = search::values::norm(&text);
        assert!(norm.len() <= 64 + text.len() * 40);
        drop((
            search::values::bound(&text),
            search::values::phone_key(&text),
        ));
    }
}
