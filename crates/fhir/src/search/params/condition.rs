//! Search parameters of Condition (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Condition"
    date "abatement-date" ["abatementDateTime", "abatementPeriod"];
    reference "asserter" ["asserter"]
        -> ["Practitioner", "Patient", "PractitionerRole", "RelatedPerson"];
    token "body-site" ["bodySite"];
    token "category" ["category"];
    token "clinical-status" ["clinicalStatus"];
    token "code" ["code"];
    reference "encounter" ["encounter"] -> ["Encounter"];
    token "identifier" ["identifier"];
    date "onset-date" ["onsetDateTime", "onsetPeriod"];
    reference "patient" ["subject"] -> ["Patient"];
    date "recorded-date" ["recordedDate"];
    token "severity" ["severity"];
    token "stage" ["stage.summary"];
    reference "subject" ["subject"] -> ["Patient", "Group"];
    token "verification-status" ["verificationStatus"];
};
