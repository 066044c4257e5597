//! Builds the document Bundle of a letter: JP-CLINS eReferral 1.x, everything that it points to inside.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use renkei_base::{Id, Micros};
use serde_json::{Map, Value, json};

use super::letter::{Enclosed, Letter, Section, Sender};
use super::rules::{SectionRule, rules};
use crate::Resource;
use crate::composition::{CLOSES, DOCUMENT_TYPE, MORE, REFERRAL_LETTER, SECTION};
use crate::element::narrative;
use crate::patient::Patient;
use crate::system::{
    ABSENT, INSTITUTION_NO, INSURED_PERSON, NAME_REPRESENTATION, PATIENT_LOCAL_PREFIX,
    RESOURCE_INSTANCE,
};

const PROFILE: &str = "http://jpfhir.jp/fhir/clins/StructureDefinition/JP_Bundle_eReferral|1";
const COMPOSITION: &str =
    "http://jpfhir.jp/fhir/eReferral/StructureDefinition/JP_Composition_eReferral|1";
const ECS: &str = "http://jpfhir.jp/fhir/eCS/StructureDefinition/";
const SUBTYPE: &str = "http://jpfhir.jp/fhir/Common/CodeSystem/doc-subtypecodes";
const VERSION_NUMBER: &str =
    "http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber";
/// Written for who has no insurance: the identifier must be there with eight digits (R1012, R1013).
const NO_INSURANCE: &str = "00000000:::";
const DEPARTMENT: &str =
    "http://jpfhir.jp/fhir/eCS/Extension/StructureDefinition/JP_eCS_Department";
const TITLE: &str = "診療情報提供書";

/// The entries in the making: each gets a full URL of its own.
struct Entries {
    seed: [u8; 16],
    at: Micros,
    list: Vec<Value>,
}

impl Entries {
    /// The full URL of the next entry.
    fn url(&self, at: usize) -> String {
        let mut bytes = self.seed;
        let number = u16::try_from(at).unwrap_or(u16::MAX).to_be_bytes();
        if let Some(last) = bytes.last_chunk_mut::<2>() {
            *last = number;
        }
        // Version 4, variant 1 (RFC 9562).
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!(
            "urn:uuid:{}-{}-{}-{}-{}",
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32)
        )
    }

    fn push(&mut self, typ: &str, profile: &str, rest: Value) -> String {
        let url = self.url(self.list.len());
        let mut map = Map::new();
        map.insert("resourceType".to_owned(), Value::from(typ));
        map.insert(
            "meta".to_owned(),
            json!({"lastUpdated": self.at.to_fhir(), "profile": [profile]}),
        );
        if let Value::Object(rest) = rest {
            map.extend(rest);
        }
        self.list.push(json!({"fullUrl": url, "resource": map}));
        url
    }

    fn ecs(&mut self, typ: &str, rest: Value) -> String {
        self.push(typ, &format!("{ECS}JP_{typ}_eCS"), rest)
    }
}

/// The Bundle of a letter, with that id. `seed` is 16 unguessable bytes for the entries' full URLs.
///
/// Sections without text are left out; 紹介目的, 傷病名 and 現病歴 must be among them. An institution without a number is
/// said to have an unknown one, a patient without insurance gets the identifier of nobody, and an absent given name or
/// address is said to be absent.
pub fn build(id: &Id, letter: &Letter, seed: [u8; 16]) -> Resource {
    let mut entries = Entries {
        seed,
        at: letter.at,
        list: vec![Value::Null],
    };
    let patient = entries.ecs("Patient", patient(&letter.patient, &letter.keeper));
    let (from, author) = party(&mut entries, &letter.from);
    let (to, addressed) = party(&mut entries, &letter.to);
    let mut sections = vec![
        pointing("920", &letter.from.name, &[Some(&from), author.as_ref()]),
        pointing("910", &letter.to.name, &[Some(&to), addressed.as_ref()]),
    ];
    sections.push(structured(&mut entries, &letter.sections, &patient));
    sections.extend(
        letter
            .sections
            .iter()
            .filter(|one| one.code == "220")
            .map(plain),
    );
    for (code, files) in [("210", &letter.files), ("230", &letter.pdf)] {
        sections.extend(enclosed(&mut entries, code, files, &patient));
    }
    let authors: Vec<Value> = author
        .iter()
        .chain([&from])
        .map(|url| points(url))
        .collect();
    let composition = composition(letter, &patient, &from, &authors, &sections);
    let url = entries.url(0);
    if let Some(first) = entries.list.first_mut() {
        *first = json!({"fullUrl": url, "resource": composition});
    }
    bundle(id, letter, entries.list)
}

fn bundle(id: &Id, letter: &Letter, entries: Vec<Value>) -> Resource {
    let mut bundle = Resource::new("Bundle", id);
    let at = letter.at.to_fhir();
    bundle.set("meta", json!({"lastUpdated": at, "profile": [PROFILE]}));
    bundle.set("language", Value::from("ja"));
    let identifier = &letter.identifier;
    bundle.set(
        "identifier",
        json!({"system": identifier.system, "value": identifier.value}),
    );
    bundle.set("type", Value::from("document"));
    bundle.set("timestamp", Value::from(at));
    bundle.set("entry", Value::Array(entries));
    bundle
}

fn points(url: &str) -> Value {
    json!({"reference": url})
}

fn composition(
    letter: &Letter,
    patient: &str,
    from: &str,
    authors: &[Value],
    sections: &[Value],
) -> Value {
    let at = letter.at.to_fhir();
    let mut composition = json!({
        "resourceType": "Composition",
        "meta": {"lastUpdated": at, "profile": [COMPOSITION]},
        "language": "ja",
        "extension": [{"url": VERSION_NUMBER, "valueString": "1.0"}],
        "identifier": {"system": RESOURCE_INSTANCE, "value": letter.identifier.value.replace('^', "-")},
        "status": "final",
        "type": {"coding": [{"system": DOCUMENT_TYPE, "code": REFERRAL_LETTER, "display": TITLE}]},
        "category": [{"coding": [{"system": SUBTYPE, "code": "OUTPATIENT", "display": "外来文書"}]}],
        "subject": points(patient),
        "date": at,
        "author": authors,
        "title": TITLE,
        "custodian": points(from),
        "event": [{"code": [{"text": "診療情報提供書発行"}], "period": {"start": at}}],
        "section": sections,
    });
    let mut related = Vec::new();
    for (code, one) in [("appends", &letter.answers), ("replaces", &letter.replaces)] {
        if let Some(one) = one {
            let target = json!({"system": one.system, "value": one.value});
            related.push(json!({"code": code, "targetIdentifier": target}));
        }
    }
    if let (false, Value::Object(map)) = (related.is_empty(), &mut composition) {
        map.insert("relatesTo".to_owned(), Value::Array(related));
    }
    // How it goes on: the standard has no word for it.
    for (url, says) in [(CLOSES, letter.closes), (MORE, letter.more)] {
        if let (true, Some(Value::Array(list))) = (says, composition.get_mut("extension")) {
            list.push(json!({"url": url, "valueBoolean": true}));
        }
    }
    composition
}

/// Says of an element that its value is not known.
fn absent() -> Value {
    json!({"extension": [{"url": ABSENT, "valueCode": "unknown"}]})
}

fn set(map: &mut Map<String, Value>, name: &str, text: &str) {
    if !text.is_empty() {
        map.insert(name.to_owned(), Value::from(text));
    }
}

fn set_or_absent(map: &mut Map<String, Value>, name: &str, text: &str) {
    if text.is_empty() {
        map.insert(format!("_{name}"), absent());
    } else {
        map.insert(name.to_owned(), Value::from(text));
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The patient as the profile wants it, from a Patient of ours that the institution with this number keeps.
fn patient(patient: &Value, keeper: &str) -> Value {
    let mut map = Map::new();
    let typed = Resource::from_value(patient.clone()).ok();
    let typed = typed.and_then(Patient::from_resource);
    let local = typed.as_ref().map_or("", Patient::local_id).to_owned();
    let mut identifiers = Vec::new();
    // The number's system is made of the institution's.
    if !local.is_empty() && !keeper.is_empty() {
        let system = format!("{PATIENT_LOCAL_PREFIX}{keeper}");
        identifiers.push(json!({"system": system, "value": local}));
    }
    let member = typed.as_ref().map_or("", Patient::member_id).to_owned();
    let member = if super::form::is_member_id(&member) {
        member
    } else {
        NO_INSURANCE.to_owned()
    };
    identifiers.push(json!({"system": INSURED_PERSON, "value": member}));
    map.insert("identifier".to_owned(), Value::Array(identifiers));
    let names: Vec<Value> = list(patient, "name").iter().map(name).collect();
    map.insert("name".to_owned(), Value::Array(names));
    for copied in ["telecom", "gender", "birthDate"] {
        if let Some(value) = patient.get(copied) {
            map.insert(copied.to_owned(), value.clone());
        }
    }
    let mut address = list(patient, "address")
        .first()
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let text = address
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    set_or_absent(&mut address, "text", &text);
    map.insert("address".to_owned(), json!([address]));
    Value::Object(map)
}

/// A name in one script, without the full-width blanks that R1113 forbids.
fn name(name: &Value) -> Value {
    let mut name = name.as_object().cloned().unwrap_or_default();
    let text = name.get("text").and_then(Value::as_str).unwrap_or_default();
    let text = text.replace('\u{3000}', " ");
    let family = name
        .get("family")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    set_or_absent(&mut name, "text", &text);
    set_or_absent(
        &mut name,
        "family",
        if family.is_empty() { &text } else { &family },
    );
    if list(&Value::Object(name.clone()), "given").is_empty() {
        name.remove("given");
        name.insert("_given".to_owned(), json!([absent()]));
    }
    Value::Object(name)
}

/// An institution and its doctor, where one is named.
fn party(entries: &mut Entries, party: &Sender) -> (String, Option<String>) {
    let mut number = Map::new();
    set(&mut number, "system", INSTITUTION_NO);
    set_or_absent(&mut number, "value", &party.code);
    let mut map = Map::new();
    map.insert("identifier".to_owned(), json!([number]));
    map.insert(
        "type".to_owned(),
        json!([{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/organization-type", "code": "prov"}]}]),
    );
    if !party.department.is_empty() {
        let department =
            json!({"url": DEPARTMENT, "valueCodeableConcept": {"text": party.department}});
        map.insert("extension".to_owned(), json!([department]));
    }
    set_or_absent(&mut map, "name", &party.name);
    let telecom: Vec<Value> = [("phone", &party.phone), ("fax", &party.fax)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(system, value)| json!({"system": system, "value": value}))
        .collect();
    if !telecom.is_empty() {
        map.insert("telecom".to_owned(), Value::Array(telecom));
    }
    if !party.address.is_empty() {
        let mut address = Map::new();
        set(&mut address, "text", &party.address);
        set(&mut address, "postalCode", &party.postal);
        map.insert("address".to_owned(), json!([address]));
    }
    let organization = entries.ecs("Organization", Value::Object(map));
    let doctor = (!party.doctor.is_empty()).then(|| {
        let script = json!([{"url": NAME_REPRESENTATION, "valueCode": "IDE"}]);
        let text = party.doctor.replace('\u{3000}', " ");
        entries.ecs(
            "Practitioner",
            json!({"name": [{"extension": script, "text": text}]}),
        )
    });
    (organization, doctor)
}

fn coded(rule: &SectionRule) -> Map<String, Value> {
    let mut map = Map::new();
    set(&mut map, "title", &rule.title);
    map.insert(
        "code".to_owned(),
        json!({"coding": [{
            "system": SECTION,
            "code": rule.code,
            "display": format!("{}セクション", rule.title),
        }]}),
    );
    map
}

fn section(code: &str) -> Map<String, Value> {
    rules().section(code).map(coded).unwrap_or_default()
}

fn pointing(code: &str, text: &str, urls: &[Option<&String>]) -> Value {
    let mut map = section(code);
    if !text.is_empty() {
        map.insert("text".to_owned(), narrative(text));
    }
    let entries: Vec<Value> = urls.iter().flatten().map(|url| points(url)).collect();
    map.insert("entry".to_owned(), Value::Array(entries));
    Value::Object(map)
}

fn plain(one: &Section) -> Value {
    let mut map = section(&one.code);
    map.insert("text".to_owned(), narrative(&one.text));
    Value::Object(map)
}

/// 構造情報 with what stands in it, in the order of the letter, in words and in codes.
fn structured(entries: &mut Entries, sections: &[Section], patient: &str) -> Value {
    let mut map = section("300");
    let inside = |one: &&Section| {
        !one.text.is_empty() && rules().section(&one.code).is_some_and(|rule| rule.inside)
    };
    let mut inner = Vec::new();
    for one in sections.iter().filter(inside) {
        let mut said = plain(one);
        let urls: Vec<Value> = one
            .coded
            .iter()
            .filter_map(|coded| coded_as(entries, coded, patient))
            .map(|url| points(&url))
            .collect();
        if let (false, Value::Object(said)) = (urls.is_empty(), &mut said) {
            said.insert("entry".to_owned(), Value::Array(urls));
        }
        inner.push(said);
    }
    map.insert("section".to_owned(), Value::Array(inner));
    Value::Object(map)
}

/// A coded resource of the document's patient.
fn coded_as(entries: &mut Entries, coded: &Value, patient: &str) -> Option<String> {
    let mut map = coded.as_object()?.clone();
    let typ = map.shift_remove("resourceType")?;
    map.insert("subject".to_owned(), points(patient));
    Some(entries.ecs(typ.as_str()?, Value::Object(map)))
}

/// A section of files: one DocumentReference each, its bytes inside.
fn enclosed(entries: &mut Entries, code: &str, files: &[Enclosed], patient: &str) -> Option<Value> {
    let mut urls = Vec::new();
    for file in files {
        let attachment = json!({
            "contentType": file.mime,
            "data": STANDARD.encode(&file.bytes),
            "size": file.bytes.len(),
            "title": file.title,
        });
        urls.push(entries.ecs(
            "DocumentReference",
            json!({
                "status": "current",
                "subject": points(patient),
                "description": file.title,
                "content": [{"attachment": attachment}],
            }),
        ));
    }
    let urls: Vec<Option<&String>> = urls.iter().map(Some).collect();
    let titles: Vec<&str> = files.iter().map(|file| file.title.as_str()).collect();
    // The section of the letter's own PDF has no text.
    let text = if code == "230" {
        String::new()
    } else {
        titles.join("\n")
    };
    (!files.is_empty()).then(|| pointing(code, &text, &urls))
}
