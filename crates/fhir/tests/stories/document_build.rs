//! Our own letter as a document, and 40 broken copies of it.

use renkei_base::Micros;
use renkei_fhir::Resource;
use renkei_fhir::document::{
    Drug, Enclosed, Identifier, Letter, Section, Sender, Severity, build, check, condition,
    medication, read,
};
use serde_json::{Value, json};

fn section(code: &str, title: &str, text: &str) -> Section {
    Section {
        code: code.to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
        ..Section::default()
    }
}

pub(crate) fn letter() -> Letter {
    Letter {
        identifier: Identifier {
            system: renkei_fhir::system::BUNDLE.to_owned(),
            value: "0412345678^2026^261122-7QX4-MZ3C".to_owned(),
        },
        at: Micros::from_fhir("2026-11-22T01:00:00Z").unwrap(),
        from: Sender {
            code: "0412345678".to_owned(),
            name: "岩田医院".to_owned(),
            doctor: "岩田 一郎".to_owned(),
            postal: "981-3131".to_owned(),
            address: "宮城県仙台市泉区1-2".to_owned(),
            phone: "022-000-0000".to_owned(),
            ..Sender::default()
        },
        to: Sender {
            code: "0412345679".to_owned(),
            name: "市民病院".to_owned(),
            department: "循環器内科".to_owned(),
            ..Sender::default()
        },
        patient: json!({
            "resourceType": "Patient",
            "identifier": [
                {"system": "https://renkei.example/fhir/sid/patient-number/org", "value": "0042"},
                {"system": renkei_fhir::system::INSURED_PERSON, "value": "06123456:12:345:01"},
            ],
            "name": [{
                "extension": [{"url": renkei_fhir::system::NAME_REPRESENTATION, "valueCode": "IDE"}],
                "text": "𠮷田 太郎", "family": "𠮷田", "given": ["太郎"],
            }],
            "gender": "male",
            "birthDate": "1950-04-01",
            "address": [{"text": "宮城県仙台市", "postalCode": "981-3131"}],
        }),
        keeper: "0412345678".to_owned(),
        sections: vec![
            section("950", "紹介目的", "精査 <至急> & お願い\n二行目"),
            section("340", "傷病名・主訴", "狭心症の疑い"),
            section("360", "現病歴", "3日前から胸痛。髙木・﨑・𠮷野家・鷗外・侮"),
            section("220", "備考・連絡情報", "車いす"),
        ],
        pdf: vec![Enclosed {
            title: "診療情報提供書.pdf".to_owned(),
            mime: "application/pdf".to_owned(),
            bytes: b"%PDF-1.7 x".to_vec(),
        }],
        files: vec![Enclosed {
            title: "心電図.png".to_owned(),
            mime: "image/png".to_owned(),
            bytes: vec![0x89, b'P', b'N', b'G'],
        }],
        ..Letter::default()
    }
}

fn built(letter: &Letter) -> Resource {
    build(&"letter-1".parse().unwrap(), letter, [7; 16])
}

#[test]
fn ours_has_nothing_to_find() {
    assert_eq!(check(&built(&letter())), []);
}

#[test]
fn the_least_and_the_most_pass_too() {
    let mut least = letter();
    least.patient = json!({"resourceType": "Patient", "name": [{"text": "名無し　太郎"}], "gender": "unknown", "birthDate": "1950-04-01"});
    least.to = Sender {
        name: "介護老人保健施設".to_owned(),
        ..Sender::default()
    };
    least.pdf.clear();
    least.files.clear();
    assert_eq!(check(&built(&least)), []);
    let mut most = letter();
    for section in &mut most.sections {
        section.text = "長い文。\n".repeat(10_000);
    }
    most.to.doctor = "髙木　誠".to_owned();
    most.answers = Some(Identifier {
        system: "s".to_owned(),
        value: "v".to_owned(),
    });
    assert_eq!(check(&built(&most)), []);
}

#[test]
fn what_is_built_is_read_again() {
    let mut letter = letter();
    letter.answers = Some(Identifier {
        system: "s".to_owned(),
        value: "v".to_owned(),
    });
    let mut back = read(&built(&letter));
    assert_eq!(back.patient["name"], letter.patient["name"]);
    assert_eq!(
        back.patient["identifier"][0]["system"],
        "urn:oid:1.2.392.100495.20.3.51.10412345678"
    );
    back.patient = letter.patient.clone();
    back.keeper = letter.keeper.clone();
    // The order: what stands under 構造情報 comes first.
    assert_eq!(back, letter);
}

/// The letter with what it names in codes too.
pub(crate) fn coded() -> Letter {
    let mut letter = letter();
    let name = |system: &str, code: &str, display: &str| json!({"coding": [{"system": system, "code": code, "display": display}], "text": display});
    let record = json!({
        "resourceType": "Condition", "id": "c1",
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
        "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "provisional"}]},
        "code": name("http://medis.or.jp/CodeSystem/master-disease-keyNumber", "20058911", "狭心症"),
    });
    let drug = Drug {
        name: "アムロジピン5mg 1錠",
        usage: "分1 朝食後 30日分",
        group: (1, 1),
    };
    let known = json!({"medicationCodeableConcept": name("http://capstandard.jp/iyaku.info/CodeSystem/YJ-code", "2171022F1045", "アムロジピン5mg")});
    letter.sections[1].coded = vec![condition(&record).unwrap()];
    let mut lines = section(
        "430",
        "投薬指示",
        "アムロジピン5mg 1錠 分1 朝食後 30日分\n湿布",
    );
    let patch = Drug {
        name: "湿布",
        group: (2, 1),
        ..Drug::default()
    };
    lines.coded = vec![
        medication(&drug, letter.at, Some(&known)),
        medication(&patch, letter.at, None),
    ];
    letter.sections.insert(3, lines);
    letter
}

#[test]
fn codes_break_no_rule_and_say_nothing_twice() {
    let letter = coded();
    let built = built(&letter);
    assert_eq!(check(&built), []);
    let json = built.to_json();
    for said in ["20058911", "2171022F1045", "NOCODED"] {
        assert_eq!(json.matches(said).count(), 1, "{said}");
    }
    let mut back = read(&built);
    for (back, letter) in back.sections.iter_mut().zip(&letter.sections) {
        back.coded.clone_from(&letter.coded);
    }
    assert_eq!(back.sections, letter.sections);
    let mut wrong = built.into_value();
    let entries = wrong["entry"].as_array_mut().unwrap();
    for entry in entries.iter_mut() {
        if entry["resource"]["resourceType"] == "MedicationRequest" {
            entry["resource"]["medicationCodeableConcept"]["coding"] = json!([]);
        }
    }
    let findings = check(&Resource::from_value(wrong).unwrap());
    assert!(
        findings.iter().any(|one| one.rule == "R3010"),
        "{findings:?}"
    );
}

#[test]
fn how_a_reply_goes_on_and_what_is_replaced() {
    let mut letter = letter();
    letter.replaces = Some(letter.identifier.clone());
    letter.closes = true;
    let back = read(&built(&letter));
    assert_eq!(
        (back.closes, back.more, &back.replaces),
        (true, false, &letter.replaces)
    );
    assert_eq!(check(&built(&letter)), []);
}

/// A change that breaks one thing, and the rule that it must break.
type Break = (&'static str, fn(&mut Value));

fn composition(bundle: &mut Value) -> &mut Value {
    &mut bundle["entry"][0]["resource"]
}

fn patient(bundle: &mut Value) -> &mut Value {
    &mut bundle["entry"][1]["resource"]
}

fn remove(value: &mut Value, name: &str) {
    value.as_object_mut().unwrap().remove(name).unwrap();
}

fn sections(bundle: &mut Value) -> &mut Vec<Value> {
    composition(bundle)["section"].as_array_mut().unwrap()
}

#[expect(
    clippy::semicolon_if_nothing_returned,
    reason = "a table: one change a line"
)]
const BREAKS: &[Break] = &[
    ("Bundle.meta.profile", |b| remove(&mut b["meta"], "profile")),
    ("Bundle.meta.profile", |b| {
        b["meta"]["profile"] = json!(["http://example.org/x"])
    }),
    ("Bundle.meta.lastUpdated:min", |b| {
        remove(&mut b["meta"], "lastUpdated")
    }),
    ("Bundle.type:fixed", |b| b["type"] = json!("collection")),
    ("Bundle.timestamp:min", |b| remove(b, "timestamp")),
    ("Bundle.timestamp:form", |b| {
        b["timestamp"] = json!("2026-11-22")
    }),
    ("Bundle.identifier:min", |b| remove(b, "identifier")),
    ("R02151", |b| {
        b["identifier"]["system"] = json!("http://example.org")
    }),
    ("R2152", |b| {
        b["identifier"]["value"] = json!("9912345678^2026^1")
    }),
    ("R2152", |b| {
        b["identifier"]["value"] = json!("0412345678^2026^x_y")
    }),
    ("bdl-11", |b| b["entry"].as_array_mut().unwrap().swap(0, 1)),
    ("entry-patient", |b| {
        let copy = b["entry"][1].clone();
        b["entry"].as_array_mut().unwrap().push(copy);
    }),
    ("bdl-7", |b| {
        b["entry"][2]["fullUrl"] = b["entry"][1]["fullUrl"].clone()
    }),
    ("entry-full-url", |b| remove(&mut b["entry"][3], "fullUrl")),
    ("entry-full-url", |b| {
        b["entry"][3]["fullUrl"] = json!("urn:uuid:1234")
    }),
    ("bdl-3", |b| {
        b["entry"][3]["request"] = json!({"method": "PUT", "url": "x"})
    }),
    ("reference-inside", |b| {
        composition(b)["subject"]["reference"] = json!("Patient/123")
    }),
    ("reference-inside", |b| {
        composition(b)["custodian"]["reference"] = json!("https://elsewhere.example/Organization/1")
    }),
    ("Composition.subject:target", |b| {
        composition(b)["subject"] = composition(b)["custodian"].clone()
    }),
    ("Composition.status:fixed", |b| {
        composition(b)["status"] = json!("preliminary")
    }),
    ("Composition.title:fixed", |b| {
        composition(b)["title"] = json!("紹介状")
    }),
    ("Composition.type.coding.code:fixed", |b| {
        composition(b)["type"]["coding"][0]["code"] = json!("18842-5")
    }),
    ("Composition.category:min", |b| {
        remove(composition(b), "category")
    }),
    ("Composition.category.coding.system:fixed", |b| {
        composition(b)["category"][0]["coding"][0]["system"] =
            json!("http://jpfhir.jp/fhir/Common/CodeSystem/doc-typecodes");
    }),
    ("Composition.identifier.system:fixed", |b| {
        composition(b)["identifier"]["system"] = json!("x")
    }),
    ("Composition.date:form", |b| {
        composition(b)["date"] = json!("昨日")
    }),
    ("Composition.author:min", |b| {
        remove(composition(b), "author")
    }),
    ("Composition.event:min", |b| remove(composition(b), "event")),
    ("Composition.event.code.text:fixed", |b| {
        composition(b)["event"][0]["code"][0]["text"] = json!("発行")
    }),
    ("version-number", |b| remove(composition(b), "extension")),
    ("cda-xor-structured", |b| {
        sections(b).retain(|one| one["title"] != "構造情報")
    }),
    ("cda-xor-structured", |b| {
        let mut cda = sections(b)[0].clone();
        cda["title"] = json!("CDA参照");
        cda["code"]["coding"][0]["code"] = json!("200");
        sections(b).push(cda);
    }),
    ("section-920", |b| {
        sections(b).remove(0);
    }),
    ("section-910", |b| {
        let copy = sections(b)[1].clone();
        sections(b).push(copy);
    }),
    ("section-360", |b| {
        let inner = sections(b)[2]["section"].as_array_mut().unwrap();
        inner.retain(|one| one["title"] != "現病歴");
    }),
    ("section-340-title", |b| {
        sections(b)[2]["section"][1]["title"] = json!("傷病名")
    }),
    ("section-950-text", |b| {
        sections(b)[2]["section"][0]["text"]["status"] = json!("generated")
    }),
    ("section-950-content", |b| {
        remove(&mut sections(b)[2]["section"][0], "text")
    }),
    ("section-920-entry", |b| {
        remove(&mut sections(b)[0], "entry")
    }),
    ("section-910-entry", |b| {
        sections(b)[1]["entry"] = json!([composition(b)["subject"].clone()])
    }),
    ("section-230-text", |b| {
        sections(b).last_mut().unwrap()["text"] =
            json!({"status": "additional", "div": "<div>x</div>"})
    }),
    ("section-system", |b| {
        sections(b)[0]["code"]["coding"][0]["system"] = json!("http://loinc.org")
    }),
    ("section-code", |b| {
        let coding = sections(b)[0]["code"]["coding"][0].clone();
        sections(b)[0]["code"]["coding"] = json!([coding.clone(), coding]);
    }),
    ("R1010", |b| {
        patient(b)["identifier"][0]["system"] = json!("urn:oid:1.2.392.100495.20.3.51.0412345678")
    }),
    ("R1012", |b| {
        patient(b)["identifier"].as_array_mut().unwrap().pop();
    }),
    ("R1013", |b| {
        patient(b)["identifier"][1]["value"] = json!("123456:12:345:01")
    }),
    ("R1113", |b| {
        patient(b)["name"][0]["text"] = json!("𠮷田　太郎")
    }),
    ("Patient.gender:min", |b| remove(patient(b), "gender")),
    ("Patient.gender:code", |b| {
        patient(b)["gender"] = json!("男")
    }),
    ("Patient.birthDate:form", |b| {
        patient(b)["birthDate"] = json!("S25.4.1")
    }),
    ("Patient.name.family:min", |b| {
        remove(&mut patient(b)["name"][0], "family")
    }),
    ("Patient.address:min", |b| remove(patient(b), "address")),
    ("institution-number", |b| {
        b["entry"][2]["resource"]["identifier"][0]["value"] = json!("12345")
    }),
    ("entry-practitioner", |b| {
        let kept = b["entry"].as_array().unwrap().iter();
        let kept: Vec<Value> = kept
            .filter(|one| one["resource"]["resourceType"] != "Practitioner")
            .cloned()
            .collect();
        b["entry"] = json!(kept);
    }),
    ("DocumentReference.content:min", |b| {
        let last = b["entry"].as_array_mut().unwrap().last_mut().unwrap();
        remove(&mut last["resource"], "content");
    }),
];

#[test]
fn every_broken_copy_breaks_its_rule() {
    let whole = serde_json::to_value(built(&letter()).json()).unwrap();
    let only = std::env::var_os("RENKEI_BROKEN_COPIES");
    for (at, (rule, change)) in BREAKS.iter().enumerate() {
        let mut copy = whole.clone();
        change(&mut copy);
        if let Some(folder) = &only {
            let path = std::path::Path::new(folder)
                .join(format!("{at:02}-{}.json", rule.replace([':', '.'], "_")));
            std::fs::write(path, copy.to_string()).unwrap();
        }
        let findings = check(&Resource::from_value(copy).unwrap());
        let errors: Vec<&str> = findings
            .iter()
            .filter(|one| one.severity == Severity::Error)
            .map(|one| one.rule.as_str())
            .collect();
        assert!(errors.contains(rule), "{at} {rule}: {errors:?}");
    }
    if let Some(folder) = &only {
        std::fs::write(
            std::path::Path::new(folder).join("whole.json"),
            whole.to_string(),
        )
        .unwrap();
    }
    assert!(BREAKS.len() >= 50, "{}", BREAKS.len());
}

/// Each of them alone: one mistake does not drown in what follows from it.
#[test]
fn a_mistake_is_told_once_or_with_what_follows() {
    let whole = serde_json::to_value(built(&letter()).json()).unwrap();
    for (rule, change) in BREAKS {
        let mut copy = whole.clone();
        change(&mut copy);
        let findings = check(&Resource::from_value(copy).unwrap());
        assert!(findings.len() <= 5, "{rule}: {findings:#?}");
        for finding in &findings {
            assert!(finding.path.starts_with("Bundle"), "{finding:?}");
        }
    }
}

#[test]
fn both_code_systems_of_sections_are_read() {
    let mut older = built(&letter()).to_json();
    older = older.replace(
        "/clins/CodeSystem/document-section",
        "/eReferral/CodeSystem/document-section",
    );
    let older = Resource::from_json(&older).unwrap();
    let findings = check(&older);
    assert!(
        findings.iter().all(|one| one.severity == Severity::Warning),
        "{findings:#?}"
    );
    assert!(!findings.is_empty());
    assert_eq!(read(&older).sections, letter().sections);
}

#[test]
fn a_newer_version_is_taken_with_a_warning() {
    let newer = built(&letter())
        .to_json()
        .replace("JP_Bundle_eReferral|1", "JP_Bundle_eReferral|9.1");
    let findings = check(&Resource::from_json(&newer).unwrap());
    let rules: Vec<_> = findings
        .iter()
        .map(|one| (one.rule.as_str(), one.severity))
        .collect();
    assert_eq!(rules, [("profile-version", Severity::Warning)]);
}

/// Nonsense of every kind ends in findings, never in a fall.
#[test]
fn anything_at_all_is_only_checked() {
    for text in [
        r#"{"resourceType":"Patient"}"#,
        r#"{"resourceType":"Bundle"}"#,
        r#"{"resourceType":"Bundle","type":"document"}"#,
        r#"{"resourceType":"Bundle","type":"document","entry":[null,1,"x",{},{"resource":null},{"resource":{"resourceType":7}}]}"#,
        r#"{"resourceType":"Bundle","type":"document","meta":{"profile":"x"},"entry":{"resource":{"resourceType":"Composition","section":"x"}}}"#,
        r#"{"resourceType":"Bundle","type":"document","entry":[{"resource":{"resourceType":"Composition","section":[{"code":{"coding":[{"system":"http://jpfhir.jp/fhir/clins/CodeSystem/document-section","code":"300"}]},"section":[1,{"entry":[3,{"reference":4},{"reference":""}]}]}]}}]}"#,
    ] {
        let bundle = Resource::from_json(text).unwrap();
        assert!(!check(&bundle).is_empty(), "{text}");
        let _ = read(&bundle);
    }
}
