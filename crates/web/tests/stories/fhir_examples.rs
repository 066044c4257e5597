//! The published examples of JP-CLINS walk through the door: each comes in and goes out without loss, or is refused with what
//! it breaks.

use axum::http::Method;
use renkei_testkit::{Backend, each_backend, test_data};
use serde_json::{Value, json};

use crate::common::World;
use crate::fhir::{BASE, Program, code, json_of};

each_backend!(published_examples_walk_through_the_door);

/// What becomes of an example.
enum Comes {
    /// As it is published.
    In,
    /// Once its patient and what else it points to is there: our patient's reference stands in the place of the one that
    /// leads nowhere, and these elements, which point to what is not there, are left out. As it is published it is
    /// refused with this.
    With(&'static str, &'static [&'static str]),
    /// Refused: status, and keys or rules with their elements.
    Refused(u16, &'static str),
}
use Comes::{In, Refused, With};

/// Its subject names nobody: no reference, only words or an identifier.
const NO_PATIENT: &str = "422 fault-fhir-patient";
/// Its patient is another server's.
const ELSEWHERE: &str = "422 fault-fhir-reference-unknown";
const NO_SUBJECT: &str = "422 fault-required";
const NOT_KEPT: Comes = Refused(404, "refuse-fhir-not-kept");
/// The same person with the same 患者番号 once more.
const SAME_NUMBER: Comes = Refused(409, "fault-fhir-number-taken");
const DIRECTORY: Comes = Refused(405, "refuse-fhir-directory");
const PEOPLE: Comes = Refused(405, "refuse-fhir-people");

/// Every file of the folder, by its name without `.json`.
const EXAMPLES: [(&str, Comes); 27] = [
    (
        "clins/AllergyIntolerance-Example-JP-Allergy-eCS-01",
        With(ELSEWHERE, &["encounter"]),
    ),
    (
        "clins/AllergyIntolerance-Example-JP-Allergy-eCS-02",
        With(ELSEWHERE, &["encounter"]),
    ),
    (
        "clins/Bundle-Bundle-CLINS-Observations-Example-01",
        Refused(422, "Bundle.meta.profile"),
    ),
    ("clins/Bundle-Bundle-CLINS-Referral-Example-01", In),
    ("clins/CarePlan-Example-JP-CarePlan-eCS-HT", NOT_KEPT),
    (
        "clins/Condition-Example-JP-Condition-eCS-01",
        With(NO_PATIENT, &[]),
    ),
    (
        "clins/Condition-Example-JP-Condition-eCS-02",
        With(NO_PATIENT, &[]),
    ),
    (
        "clins/Condition-Example-JP-Condition-eCS-03",
        With(NO_PATIENT, &[]),
    ),
    (
        "clins/DocumentReference-Example-JP-DocRef-eCS-clinical-ccourse-Referral01",
        With(NO_SUBJECT, &[]),
    ),
    ("clins/Encounter-Example-JP-Encounter-eCS-01", NOT_KEPT),
    ("clins/Encounter-Example-JP-Encounter-eCS-AMB-01", NOT_KEPT),
    (
        "clins/Encounter-Example-JP-Encounter-eCS-purpose-Referral01",
        NOT_KEPT,
    ),
    (
        "clins/MedicationRequest-Example-JP-MedReq-PO-TID-2days",
        With(NO_PATIENT, &[]),
    ),
    (
        "clins/Observation-Example-JP-Obs-LabResult-eCS-Alb",
        With(NO_PATIENT, &[]),
    ),
    (
        "clins/Observation-Example-JP-Obs-LabResult-eCS-K",
        With(NO_PATIENT, &[]),
    ),
    (
        "clins/Observation-Example-JP-Obs-LabResult-eCS-eGFR",
        With(NO_PATIENT, &[]),
    ),
    (
        "clins/Organization-Example-JP-Org-eCS-Inst-Referral01",
        DIRECTORY,
    ),
    (
        "clins/Organization-Example-JP-Org-eCS-InstWithDepartment",
        DIRECTORY,
    ),
    (
        "clins/Organization-Example-JP-Org-eCS-ReferralTo01",
        DIRECTORY,
    ),
    ("clins/Patient-Example-JP-Patient-eCS-MAKINO", In),
    (
        "clins/Patient-Example-JP-Patient-minimun",
        Refused(422, "fault-required"),
    ),
    ("clins/Patient-Example-JP-Patient-standard", SAME_NUMBER),
    (
        "clins/Practitioner-Example-JP-Practitioner-eCS-PCS-Author",
        PEOPLE,
    ),
    (
        "clins/Practitioner-Example-JP-Practitioner-eCS-ReferralFrom01",
        PEOPLE,
    ),
    (
        "clins/Practitioner-Example-JP-Practitioner-eCS-ReferralFrom02",
        PEOPLE,
    ),
    (
        "clins/Practitioner-Example-JP-Practitioner-eCS-ReferralTo01",
        PEOPLE,
    ),
    (
        "clins/Practitioner-Example-JP-Practitioner-eCS-ReferralTo02",
        PEOPLE,
    ),
];
/// The older one, of the guide before: it breaks two rules.
const OLDER: (&str, Comes) = (
    "eReferral/Bundle-BundleReferralExample01",
    Refused(422, "R1012 R1013"),
);

async fn published_examples_walk_through_the_door(backend: Backend) {
    let Some(folder) = test_data("fhir-examples") else {
        return;
    };
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let clinic = Program::of(&world, "his", &clinic).await;
    let gateway = Program::gateway(&world, "relay").await;
    let patient = clinic.made(&crate::fhir::patient("1", "佐藤")).await;
    let mut there: Vec<String> = Vec::new();
    for part in ["clins", "eReferral"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            there.push(format!("{part}/{}", name.trim_end_matches(".json")));
        }
    }
    for (name, comes) in EXAMPLES.iter().chain([&OLDER]) {
        assert!(there.iter().any(|one| one == name), "{name} is not there");
        there.retain(|one| one != name);
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        let kind = serde_json::from_str::<Value>(&text).unwrap();
        let kind = kind["resourceType"].as_str().unwrap().to_owned();
        let program = if kind == "Bundle" { &gateway } else { &clinic };
        match comes {
            In => comes_in(program, name, &kind, &text).await,
            Refused(status, words) => {
                let wanted = format!("{status} {words}");
                assert_eq!(refused(program, &kind, &text).await, wanted, "{name}");
            }
            With(words, left_out) => {
                assert_eq!(refused(program, &kind, &text).await, *words, "{name}");
                let text = joined(&text, &kind, &patient, left_out);
                comes_in(program, name, &kind, &text).await;
            }
        }
    }
    assert_eq!(there, [""; 0], "examples without an expectation");
}

/// With our patient's reference, without the elements that lead nowhere.
fn joined(text: &str, kind: &str, patient: &str, left_out: &[&str]) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap();
    let element = match kind {
        "AllergyIntolerance" => "patient",
        _ => "subject",
    };
    value[element]["reference"] = json!(format!("Patient/{patient}"));
    for element in left_out {
        assert!(value.as_object_mut().unwrap().remove(*element).is_some());
    }
    value.to_string()
}

/// Status, and the rules or keys that are named.
async fn refused(program: &Program<'_>, kind: &str, text: &str) -> String {
    let answer = program
        .send(Method::POST, &format!("/{kind}"), Some(text))
        .await;
    let outcome = json_of(&answer);
    assert_eq!(outcome["resourceType"], "OperationOutcome", "{outcome}");
    let issues = outcome["issue"].as_array().unwrap().iter();
    let mut said: Vec<&str> = issues
        .map(|issue| {
            let codings = issue["details"]["coding"].as_array().unwrap();
            codings.last().unwrap()["code"].as_str().unwrap()
        })
        .collect();
    said.dedup();
    format!("{} {}", code(&answer), said.join(" "))
}

/// It is taken, and what is read is what was sent, to the last digit.
async fn comes_in(program: &Program<'_>, name: &str, kind: &str, text: &str) {
    let answer = program
        .send(Method::POST, &format!("/{kind}"), Some(text))
        .await;
    assert_eq!(code(&answer), 201, "{name}: {}", answer.text());
    let place = answer.header("location").to_str().unwrap().to_owned();
    let path = place.strip_prefix(BASE).unwrap();
    let version = program.get(path).await;
    let (own, _) = path.split_once("/_history/").unwrap();
    for read in [program.get(own).await, version] {
        let (mut sent, mut read) = (serde_json::from_str(text).unwrap(), json_of(&read));
        tidy(&mut sent, None);
        let with = |element: &str| sent.get(element).is_some();
        let added = (!with("managingOrganization")).then_some("managingOrganization");
        tidy(&mut read, added.filter(|_| kind == "Patient"));
        assert_eq!(read, sent, "{name}");
    }
    if kind == "Bundle" {
        let original = program.get(&format!("{own}/$original")).await;
        assert_eq!(original.text(), text);
    }
}

/// Without what the server gives: id, version and time; and the institution that manages a patient.
fn tidy(value: &mut Value, added: Option<&str>) {
    let map = value.as_object_mut().unwrap();
    map.remove("id");
    if let Some(added) = added {
        map.remove(added);
    }
    if let Some(meta) = map.get_mut("meta").and_then(Value::as_object_mut) {
        meta.remove("versionId");
        meta.remove("lastUpdated");
    }
}
