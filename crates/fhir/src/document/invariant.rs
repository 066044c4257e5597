//! Rules that are more than one element: the numbered invariants of JP-CLINS 1.5.2, in our own words.

use serde_json::Value;

use super::Finding;
use super::form::{is_institution_number, is_member_id};
use super::node::Node;
use crate::element::text_of;
use crate::system::{INSTITUTION_NO, INSURED_PERSON, NAME_REPRESENTATION};

/// The names that the data file may use.
#[cfg(test)]
pub(super) const NAMES: &[&str] = &[
    "version-number",
    "R1010",
    "R1012",
    "R1013",
    "R1113",
    "institution-number",
    "medis-record-number",
    "R3010",
    "R5020",
    "R901101",
];

const VERSION_NUMBER: &str =
    "http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber";
/// 施設内患者番号, up to the digit that says which kind of number follows.
const LOCAL_PATIENT: &str = "urn:oid:1.2.392.100495.20.3.51.";
const MEDIS_RECORD: &str = "http://medis.or.jp/CodeSystem/master-disease-keyNumber";
/// YJ code, general name of the ministry, no code.
const MEDICATION: [&str; 3] = [
    "http://capstandard.jp/iyaku.info/CodeSystem/YJ-code",
    "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationGeneralOrderCode",
    "http://jpfhir.jp/fhir/eCS/CodeSystem/MedicationCodeNocoded_CS",
];
const USAGE: &str = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationUsage_ePrescription";
const USAGE_UNCODED: &str =
    "http://jpfhir.jp/fhir/clins/CodeSystem/JP_CLINS_MedicationUsage_Uncoded_CS";
const USAGE_DUMMY: &str = "0X0XXXXXXXXX0000";
const INSTITUTION_EXTENSION: &str =
    "http://jpfhir.jp/fhir/clins/Extension/StructureDefinition/JP_eCS_InstitutionNumber";

/// Checks one rule, by name, on a resource.
pub(super) fn check(name: &str, node: &Node<'_>, findings: &mut Vec<Finding>) {
    let broken = match name {
        "version-number" => version_number(node),
        "R1010" => local_patient(node),
        "R1012" => one_member_id(node),
        "R1013" => member_id(node),
        "R1113" => names(node),
        "institution-number" => institution_number(node),
        "medis-record-number" => medis_record(node),
        "R3010" => medication(node),
        "R5020" => usage(node),
        "R901101" => institution_extension(node),
        _ => None,
    };
    if let Some(path) = broken {
        let key = format!("rule-{}", name.to_ascii_lowercase());
        findings.push(Finding::error(name, path, &key));
    }
}

/// The path of what breaks the rule.
type Broken = Option<String>;

fn under(node: &Node<'_>, element: &str) -> String {
    format!("{}.{element}", node.path)
}

fn version_number(node: &Node<'_>) -> Broken {
    if node.text("resourceType") != "Composition" {
        return None;
    }
    let extensions = node.list("extension").iter();
    let found: Vec<&Value> = extensions
        .filter(|one| text_of(one, "url") == VERSION_NUMBER)
        .collect();
    let holds = matches!(found.as_slice(), [one] if !text_of(one, "valueString").is_empty());
    (!holds).then(|| under(node, "extension"))
}

fn identifiers<'a>(node: &Node<'a>) -> Vec<Node<'a>> {
    node.children("identifier")
}

/// 施設患者ID, where there is one: the institution's number is in its system.
fn local_patient(node: &Node<'_>) -> Broken {
    let local: Vec<Node<'_>> = identifiers(node)
        .into_iter()
        .filter(|one| one.text("system").starts_with(LOCAL_PATIENT))
        .collect();
    match local.as_slice() {
        [] => None,
        [one] => {
            let rest = one
                .text("system")
                .strip_prefix(LOCAL_PATIENT)
                .unwrap_or_default();
            let holds = rest.strip_prefix('1').is_some_and(is_institution_number);
            (!holds).then(|| format!("{}.system", one.path))
        }
        _ => Some(under(node, "identifier")),
    }
}

fn member_ids<'a>(node: &Node<'a>) -> Vec<Node<'a>> {
    let mut list = identifiers(node);
    list.retain(|one| one.text("system") == INSURED_PERSON);
    list
}

fn one_member_id(node: &Node<'_>) -> Broken {
    (member_ids(node).len() != 1).then(|| under(node, "identifier"))
}

fn member_id(node: &Node<'_>) -> Broken {
    match member_ids(node).as_slice() {
        [one] if is_member_id(one.text("value")) => None,
        [one] => Some(format!("{}.value", one.path)),
        _ => Some(under(node, "identifier")),
    }
}

/// No full-width blank in a name that says how it is written.
fn names(node: &Node<'_>) -> Broken {
    let broken = node.children("name").into_iter().find(|name| {
        let said = name.list("extension").iter();
        let said = said
            .filter(|one| text_of(one, "url") == NAME_REPRESENTATION)
            .count();
        said > 0 && name.text("text").contains('\u{3000}')
    });
    broken.map(|name| format!("{}.text", name.path))
}

/// 保険医療機関番号: exactly one, ten digits, or said to be unknown.
fn institution_number(node: &Node<'_>) -> Broken {
    let mut list = identifiers(node);
    list.retain(|one| one.text("system") == INSTITUTION_NO);
    match list.as_slice() {
        [one] if one.value.get("_value").is_some() => None,
        [one] if is_institution_number(one.text("value")) => None,
        [one] => Some(format!("{}.value", one.path)),
        _ => Some(under(node, "identifier")),
    }
}

fn systems<'a>(node: &Node<'a>, path: &[&str]) -> Vec<&'a str> {
    let codings = node.walk(path);
    codings.iter().map(|one| one.text("system")).collect()
}

fn medis_record(node: &Node<'_>) -> Broken {
    let found = systems(node, &["code", "coding"]).contains(&MEDIS_RECORD);
    (!found).then(|| under(node, "code"))
}

fn medication(node: &Node<'_>) -> Broken {
    let systems = systems(node, &["medicationCodeableConcept", "coding"]);
    let once = |wanted: &&str| systems.iter().filter(|one| *one == wanted).count() == 1;
    (!MEDICATION.iter().any(once)).then(|| under(node, "medicationCodeableConcept"))
}

fn usage(node: &Node<'_>) -> Broken {
    let broken = node
        .children("dosageInstruction")
        .into_iter()
        .find(|dosage| {
            let codings = dosage.walk(&["timing", "code", "coding"]);
            let coded = codings.iter().any(|one| one.text("system") == USAGE);
            let dummy = codings
                .iter()
                .any(|one| one.text("system") == USAGE_UNCODED && one.text("code") == USAGE_DUMMY);
            coded == dummy
        });
    broken.map(|dosage| format!("{}.timing.code", dosage.path))
}

fn institution_extension(node: &Node<'_>) -> Broken {
    let mut list = node.list("extension").iter();
    let found = list.any(|one| text_of(one, "url") == INSTITUTION_EXTENSION);
    (!found).then(|| under(node, "extension"))
}
