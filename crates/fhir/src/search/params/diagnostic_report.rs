//! Search parameters of DiagnosticReport (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "DiagnosticReport"
    reference "based-on" ["basedOn"]
        -> ["CarePlan", "MedicationRequest", "NutritionOrder", "ServiceRequest",
            "ImmunizationRecommendation"];
    token "category" ["category"];
    token "code" ["code"];
    token "conclusion" ["conclusionCode"];
    date "date" ["effectiveDateTime", "effectivePeriod"];
    reference "encounter" ["encounter"] -> ["Encounter", "EpisodeOfCare"];
    token "identifier" ["identifier"];
    date "issued" ["issued"];
    reference "patient" ["subject"] -> ["Patient"];
    reference "performer" ["performer"]
        -> ["Practitioner", "Organization", "CareTeam", "PractitionerRole"];
    reference "result" ["result"] -> ["Observation"];
    reference "results-interpreter" ["resultsInterpreter"]
        -> ["Practitioner", "Organization", "CareTeam", "PractitionerRole"];
    token "status" ["status"];
    reference "subject" ["subject"] -> ["Patient", "Group", "Device", "Location"];
};
