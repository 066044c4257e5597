//! Search parameters of Composition (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Composition"
    reference "attester" ["attester.party"]
        -> ["Practitioner", "Organization", "Patient", "PractitionerRole", "RelatedPerson"];
    reference "author" ["author"]
        -> ["Practitioner", "Organization", "Device", "Patient", "PractitionerRole",
            "RelatedPerson"];
    token "category" ["category"];
    token "confidentiality" ["confidentiality"];
    token "context" ["event.code"];
    date "date" ["date"];
    reference "encounter" ["encounter"] -> ["Encounter", "EpisodeOfCare"];
    reference "entry" ["section.entry"] -> [];
    token "identifier" ["identifier"];
    reference "patient" ["subject"] -> ["Patient"];
    date "period" ["event.period"];
    token "related-id" ["relatesTo.targetIdentifier"];
    reference "related-ref" ["relatesTo.targetReference"] -> ["Composition"];
    token "section" ["section.code"];
    token "status" ["status"];
    reference "subject" ["subject"] -> [];
    string "title" ["title"];
    token "type" ["type"];
};
