//! The letter as a document: the published examples, and what our own looks like.

use renkei_fhir::Resource;
use renkei_fhir::document::{Severity, check};

/// An example of the test data, or nothing where there are none.
pub(crate) fn example(path: &str) -> Option<Resource> {
    let Some(folder) = std::env::var_os("RENKEI_TEST_DATA") else {
        println!("skipped: RENKEI_TEST_DATA is not set");
        return None;
    };
    let path = std::path::Path::new(&folder)
        .join("fhir-examples")
        .join(path);
    let text = std::fs::read_to_string(path).unwrap();
    Some(Resource::from_json(&text).unwrap())
}

pub(crate) const LETTER: &str = "clins/Bundle-Bundle-CLINS-Referral-Example-01.json";
const OLDER: &str = "eReferral/Bundle-BundleReferralExample01.json";
const COLLECTION: &str = "clins/Bundle-Bundle-CLINS-Observations-Example-01.json";

fn broken(bundle: &Resource) -> Vec<String> {
    let findings = check(bundle).into_iter();
    findings
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| format!("{} at {}", finding.rule, finding.path))
        .collect()
}

#[test]
fn the_published_letter_passes() {
    if let Some(letter) = example(LETTER) {
        assert_eq!(check(&letter), []);
    }
}

#[test]
fn the_older_one_breaks_two_rules() {
    if let Some(older) = example(OLDER) {
        assert_eq!(
            broken(&older),
            [
                "R1012 at Bundle.entry[1].resource.identifier",
                "R1013 at Bundle.entry[1].resource.identifier"
            ]
        );
    }
}

#[test]
fn a_collection_is_no_letter() {
    if let Some(collection) = example(COLLECTION) {
        assert_eq!(
            broken(&collection),
            ["Bundle.meta.profile at Bundle.meta.profile"]
        );
    }
}
