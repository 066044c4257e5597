//! What a letter says in words, said in codes too: Conditions (JP_Condition_eCS) and MedicationRequests
//! (JP_MedicationRequest_eCS) for the sections of a document. Without `meta` and `subject`: those are the Bundle's.

use renkei_base::Micros;
use serde_json::{Map, Value, json};

use crate::element::text_of;
use crate::system::{ABSENT, RESOURCE_INSTANCE};

const MEDIS_RECORD: &str = "http://medis.or.jp/CodeSystem/master-disease-keyNumber";
const NOT_CODED: &str = "http://jpfhir.jp/fhir/eCS/CodeSystem/MedicationCodeNocoded_CS";
/// YJ code, general name of the ministry.
const DRUGS: [&str; 2] = [
    "http://capstandard.jp/iyaku.info/CodeSystem/YJ-code",
    "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationGeneralOrderCode",
];
const USAGE_UNCODED: &str =
    "http://jpfhir.jp/fhir/clins/CodeSystem/JP_CLINS_MedicationUsage_Uncoded_CS";
const PERIOD: &str =
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_MedicationDosage_PeriodOfUse";
/// Where a letter names a drug without its usage.
pub(super) const NO_USAGE: &str = "用法の記載なし";
const GROUP: &str = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/Medication-RPGroupNumber";
const ORDER: &str = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/MedicationAdministrationIndex";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";
const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const CERTAIN: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";

/// One line of a letter's medication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drug<'a> {
    /// The drug with its quantity.
    pub name: &'a str,
    /// `分3 毎食後 7日分`; empty where nothing is said.
    pub usage: &'a str,
    /// RP number and place in it, both from 1.
    pub group: (u32, u32),
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    let list = value.get(name).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

/// Codings that say their system, code and name.
fn whole(concept: &Value) -> impl Iterator<Item = &Value> {
    let named = |one: &&Value| {
        ["system", "code", "display"]
            .iter()
            .all(|name| !text_of(one, name).is_empty())
    };
    list(concept, "coding").iter().filter(named)
}

fn code_in<'a>(resource: &'a Value, name: &str, system: &str) -> &'a str {
    let concept = resource.get(name);
    let mut codings = concept.map_or(&[][..], |one| list(one, "coding")).iter();
    let found = codings.find(|one| text_of(one, "system") == system);
    found.map_or("", |one| text_of(one, "code"))
}

/// The words by which a coded resource is called: its text, and the names of its codes.
pub fn names<'a>(resource: &'a Value, element: &str) -> Vec<&'a str> {
    let Some(concept) = resource.get(element) else {
        return Vec::new();
    };
    let displays = whole(concept).map(|one| text_of(one, "display"));
    let mut names: Vec<&str> = std::iter::once(text_of(concept, "text"))
        .chain(displays)
        .collect();
    names.retain(|name| !name.is_empty());
    names
}

/// A Condition of the record, as a document states it; `None` for what the profile cannot say (no 病名管理番号, no
/// verification status) and for what was refuted.
pub fn condition(record: &Value) -> Option<Value> {
    let code = record.get("code")?;
    let certain = code_in(record, "verificationStatus", CERTAIN);
    let medis = whole(code).find(|one| text_of(one, "system") == MEDIS_RECORD)?;
    if matches!(certain, "" | "refuted" | "entered-in-error") {
        return None;
    }
    let mut said = code.as_object()?.clone();
    let codings: Vec<Value> = whole(code).cloned().collect();
    said.insert("coding".to_owned(), Value::Array(codings));
    if text_of(code, "text").is_empty() {
        said.insert("text".to_owned(), json!(text_of(medis, "display")));
    }
    let mut map = Map::new();
    map.insert("resourceType".to_owned(), json!("Condition"));
    let identifier = json!([{"system": RESOURCE_INSTANCE, "value": text_of(record, "id")}]);
    map.insert("identifier".to_owned(), identifier);
    let clinical = code_in(record, "clinicalStatus", CLINICAL);
    if !clinical.is_empty() {
        let clinical = json!({"coding": [{"system": CLINICAL, "code": clinical}]});
        map.insert("clinicalStatus".to_owned(), clinical);
    }
    let certain = json!({"coding": [{"system": CERTAIN, "code": certain}]});
    map.insert("verificationStatus".to_owned(), certain);
    let category = list(record, "category").first().cloned();
    let category = category
        .unwrap_or_else(|| json!({"coding": [{"system": CATEGORY, "code": "problem-list-item"}]}));
    map.insert("category".to_owned(), json!([category]));
    map.insert("code".to_owned(), Value::Object(said));
    if let Some(onset) = record.get("onsetDateTime") {
        map.insert("onsetDateTime".to_owned(), onset.clone());
    }
    Some(Value::Object(map))
}

/// A line of medication. `record` is the same drug in the record, for its code; without one it is said not to be coded.
pub fn medication(drug: &Drug<'_>, at: Micros, record: Option<&Value>) -> Value {
    let concept = record.and_then(|one| one.get("medicationCodeableConcept"));
    let mut codings: Vec<Value> = Vec::new();
    for system in DRUGS {
        let mut known = concept.into_iter().flat_map(whole);
        codings.extend(known.find(|one| text_of(one, "system") == system).cloned());
    }
    if codings.is_empty() {
        codings.push(json!({"system": NOT_CODED, "code": "NOCODED", "display": "標準コードなし"}));
    }
    let usage = if drug.usage.is_empty() {
        NO_USAGE
    } else {
        drug.usage
    };
    // A letter does not say since when: the profile wants the element, and lets it say that its value is not known.
    let since = json!({"extension": [{"url": ABSENT, "valueCode": "unknown"}]});
    let dosage = json!({
        "extension": [{"url": PERIOD, "valuePeriod": {"_start": since}}],
        "text": usage,
        "timing": {"code": {
            "coding": [{
                "system": USAGE_UNCODED, "code": "0X0XXXXXXXXX0000", "display": "ダミー用法コード",
            }],
            "text": usage,
        }},
    });
    json!({
        "resourceType": "MedicationRequest",
        "identifier": [
            {"system": GROUP, "value": drug.group.0.to_string()},
            {"system": ORDER, "value": drug.group.1.to_string()},
        ],
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": {"coding": codings, "text": drug.name},
        "authoredOn": at.to_fhir(),
        "dosageInstruction": [dosage],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_says_what_the_profile_can() {
        let mut record = json!({
            "resourceType": "Condition", "id": "c1",
            "code": {"coding": [
                {"system": MEDIS_RECORD, "code": "20058911", "display": "狭心症"},
                {"system": "http://loinc.org", "code": "x"}]},
            "verificationStatus": {"coding": [{"system": CERTAIN, "code": "confirmed"}]},
            "subject": {"reference": "Patient/p"}, "note": [{"text": "家族のこと"}],
        });
        let said = condition(&record).unwrap();
        insta::assert_snapshot!(said, @r#"{"resourceType":"Condition","identifier":[{"system":"http://jpfhir.jp/fhir/core/IdSystem/resourceInstance-identifier","value":"c1"}],"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"problem-list-item"}]}],"code":{"coding":[{"system":"http://medis.or.jp/CodeSystem/master-disease-keyNumber","code":"20058911","display":"狭心症"}],"text":"狭心症"}}"#);
        assert_eq!(names(&record, "code"), ["狭心症"]);
        record["verificationStatus"]["coding"][0]["code"] = json!("refuted");
        assert_eq!(condition(&record), None);
        assert_eq!(condition(&json!({"code": {"text": "狭心症"}})), None);
    }

    #[test]
    fn a_drug_is_coded_or_said_not_to_be() {
        let drug = Drug {
            name: "アムロジピン5mg 1錠",
            usage: "朝食後",
            group: (1, 1),
        };
        let said = medication(&drug, Micros(0), None);
        assert_eq!(
            said["medicationCodeableConcept"]["coding"][0]["code"],
            "NOCODED"
        );
        let dosage = &said["dosageInstruction"][0];
        assert_eq!(dosage["text"], "朝食後");
        assert_eq!(dosage["timing"]["code"]["text"], "朝食後");
        assert!(dosage["extension"][0]["valuePeriod"]["_start"].is_object());
        let silent = medication(&Drug { usage: "", ..drug }, Micros(0), None);
        assert_eq!(silent["dosageInstruction"][0]["text"], NO_USAGE);
        let record = json!({"medicationCodeableConcept": {"coding": [{"system": DRUGS[0], "code": "2171022F1", "display": "アムロジピン5mg"}]}});
        let said = medication(&drug, Micros(0), Some(&record));
        assert_eq!(
            said["medicationCodeableConcept"]["coding"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        assert_eq!(
            said["medicationCodeableConcept"]["coding"][0]["code"],
            "2171022F1"
        );
    }
}
