//! Search parameters of AllergyIntolerance (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "AllergyIntolerance"
    reference "asserter" ["asserter"]
        -> ["Practitioner", "Patient", "PractitionerRole", "RelatedPerson"];
    token "category" ["category"];
    token "clinical-status" ["clinicalStatus"];
    token "code" ["code", "reaction.substance"];
    token "criticality" ["criticality"];
    date "date" ["recordedDate"];
    token "identifier" ["identifier"];
    date "last-date" ["lastOccurrence"];
    token "manifestation" ["reaction.manifestation"];
    date "onset" ["reaction.onset"];
    reference "patient" ["patient"] -> ["Patient"];
    reference "recorder" ["recorder"]
        -> ["Practitioner", "Patient", "PractitionerRole", "RelatedPerson"];
    token "severity" ["reaction.severity"];
    token "type" ["type"];
    token "verification-status" ["verificationStatus"];
};
