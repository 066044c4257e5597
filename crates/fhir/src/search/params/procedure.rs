//! Search parameters of Procedure (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Procedure"
    reference "based-on" ["basedOn"] -> ["CarePlan", "ServiceRequest"];
    token "category" ["category"];
    token "code" ["code"];
    date "date" ["performedDateTime", "performedPeriod"];
    reference "encounter" ["encounter"] -> ["Encounter", "EpisodeOfCare"];
    token "identifier" ["identifier"];
    reference "location" ["location"] -> ["Location"];
    reference "part-of" ["partOf"] -> ["Observation", "Procedure", "MedicationAdministration"];
    reference "patient" ["subject"] -> ["Patient"];
    reference "performer" ["performer.actor"]
        -> ["Practitioner", "Organization", "Device", "Patient", "PractitionerRole",
            "RelatedPerson"];
    token "reason-code" ["reasonCode"];
    reference "reason-reference" ["reasonReference"]
        -> ["Condition", "Observation", "Procedure", "DiagnosticReport", "DocumentReference"];
    token "status" ["status"];
    reference "subject" ["subject"] -> ["Patient", "Group"];
};
