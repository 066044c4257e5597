//! What comes in goes out: digits, unknown elements, nulls beside `_field`s, the order of keys.

use proptest::prelude::*;
use renkei_base::Micros;
use renkei_fhir::{Key, Malformed, Resource};

const AWKWARD: &str = r#"{"resourceType":"Observation","zzz":{"unknown":[]},"id":"a-1","valueQuantity":{"value":2.50,"unit":"mg"},"referenceRange":[{"low":{"value":0.10},"high":{"value":1234567890.1234567890123}},{"low":{"value":-0.0}}],"code":{"text":"𠮷野家 \"髙\" \\ \n"},"given":["花子",null],"_given":[null,{"id":"x"}],"aaa":true}"#;

#[test]
fn an_awkward_resource_is_kept_byte_by_byte() {
    let resource = Resource::from_json(AWKWARD).unwrap();
    assert_eq!(resource.to_json(), AWKWARD);
}

/// The one thing the parser rewrites: an exponent gets its sign. Value and precision stay.
#[test]
fn an_exponent_gets_its_sign() {
    let resource = Resource::from_json(r#"{"resourceType":"Basic","x":[1e2,1.50E-3]}"#).unwrap();
    assert_eq!(
        resource.to_json(),
        r#"{"resourceType":"Basic","x":[1e+2,1.50e-3]}"#
    );
}

#[test]
fn a_stamp_keeps_order_and_what_else_meta_says() {
    let mut resource = Resource::from_json(
        r#"{"resourceType":"Basic","meta":{"tag":[{"code":"見本"}],"versionId":"7"},"id":"old","x":1.10}"#,
    )
    .unwrap();
    resource.stamp(&"new".parse().unwrap(), 8, Micros(0));
    insta::assert_snapshot!(resource.to_json(), @r#"{"resourceType":"Basic","meta":{"tag":[{"code":"見本"}],"versionId":"8","lastUpdated":"1970-01-01T00:00:00.000000Z"},"id":"new","x":1.10}"#);
    assert_eq!(resource.version(), Some(8));
    assert_eq!(resource.updated(), Some(Micros(0)));
}

#[test]
fn a_meta_of_the_wrong_shape_is_replaced_by_the_stamp() {
    let mut resource = Resource::from_json(r#"{"resourceType":"Basic","meta":"x"}"#).unwrap();
    resource.stamp(&"1".parse().unwrap(), 1, Micros(0));
    assert_eq!(resource.version(), Some(1));
}

#[test]
fn what_is_no_resource_is_refused() {
    let refused = |text: &str| Resource::from_json(text).unwrap_err();
    assert_eq!(refused("[]"), Malformed::NotAnObject);
    for text in [
        "{}",
        r#"{"resourceType":1}"#,
        r#"{"resourceType":""}"#,
        r#"{"resourceType":"patient"}"#,
        r#"{"resourceType":"Pa/tient"}"#,
        r#"{"resourceType":"患者"}"#,
    ] {
        assert_eq!(refused(text), Malformed::NoType, "{text}");
    }
    for text in [
        "",
        "{",
        r#"{"a":1"#,
        r#"{"a":"\ud800"}"#,
        r#"{"resourceType":"Basic",}"#,
        "\u{feff}{}",
    ] {
        assert!(matches!(refused(text), Malformed::Json(_)), "{text}");
    }
    let deep = format!(r#"{{"resourceType":"Basic","a":{}}}"#, "[".repeat(100_000));
    assert_eq!(refused(&deep), Malformed::TooDeep);
    let large = format!(
        r#"{{"resourceType":"Basic","a":"{}"}}"#,
        "a".repeat(3_000_000)
    );
    assert_eq!(refused(&large), Malformed::TooLarge);
}

#[test]
fn references_name_a_type_and_an_id() {
    let key = |text: &str| Key::from_reference(text).map(|key| key.to_string());
    assert_eq!(key("Patient/1").as_deref(), Some("Patient/1"));
    assert_eq!(key("Patient/1/_history/2").as_deref(), Some("Patient/1"));
    for text in [
        "",
        "Patient",
        "Patient/",
        "/1",
        "#p",
        "urn:uuid:1",
        "patient/1",
        "Patient/1/2",
        "Patient/a b",
    ] {
        assert_eq!(key(text), None, "{text}");
    }
}

/// Any JSON a resource may hold, as text: numbers are written out, so that their digits can be compared.
fn json() -> impl Strategy<Value = String> {
    let text = any::<String>().prop_map(|s| s.replace('\0', ""));
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?",
        text.clone()
            .prop_map(|s| serde_json::to_string(&s).unwrap()),
    ];
    leaf.prop_recursive(8, 64, 6, move |inner| {
        let members = prop::collection::vec((text.clone(), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(|list| format!("[{}]", list.join(","))),
            members.prop_map(|members| {
                let mut seen = std::collections::HashSet::new();
                let members: Vec<String> = members
                    .into_iter()
                    .filter(|(name, _)| seen.insert(name.clone()))
                    .map(|(name, value)| {
                        format!("{}:{value}", serde_json::to_string(&name).unwrap())
                    })
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_comes_back_as_it_was(value in json()) {
        let text = format!(r#"{{"resourceType":"Basic","x":{value},"id":"1"}}"#);
        let resource = Resource::from_json(&text).unwrap();
        prop_assert_eq!(resource.to_json(), text);
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        let _ = Resource::from_json(&text);
    }

    #[test]
    fn a_name_given_twice_is_found_wherever_it_is(value in json()) {
        let text = format!(r#"{{"resourceType":"Basic","x":[{{"a":{value},"b":1,"a":2}}]}}"#);
        prop_assert_eq!(Resource::from_json(&text), Err(Malformed::Twice("a".to_owned())));
    }
}

/// The published examples of JP-CLINS, when the test data is there.
#[test]
fn published_examples_come_back_as_they_were() {
    let Some(folder) = std::env::var_os("RENKEI_TEST_DATA") else {
        println!("skipped: RENKEI_TEST_DATA is not set");
        return;
    };
    let mut seen = 0;
    for part in ["clins", "eReferral"] {
        let folder = std::path::Path::new(&folder)
            .join("fhir-examples")
            .join(part);
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let Ok(resource) = Resource::from_json(&text) else {
                continue;
            };
            seen += 1;
            assert_eq!(resource.to_json(), compact(&text));
        }
    }
    assert!(seen >= 10, "{seen} examples");
}

/// Without the blanks between tokens.
fn compact(text: &str) -> String {
    let mut out = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        if quoted || !c.is_whitespace() {
            out.push(c);
        }
        (quoted, escaped) = match (quoted, escaped, c) {
            (true, true, _) => (true, false),
            (true, false, '\\') => (true, true),
            (true, false, '"') => (false, false),
            (false, _, '"') => (true, false),
            (quoted, _, _) => (quoted, false),
        };
    }
    out
}
