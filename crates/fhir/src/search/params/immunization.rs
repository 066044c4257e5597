//! Search parameters of Immunization (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Immunization"
    date "date" ["occurrenceDateTime"];
    token "identifier" ["identifier"];
    reference "location" ["location"] -> ["Location"];
    string "lot-number" ["lotNumber"];
    reference "manufacturer" ["manufacturer"] -> ["Organization"];
    reference "patient" ["patient"] -> ["Patient"];
    reference "performer" ["performer.actor"]
        -> ["Practitioner", "Organization", "PractitionerRole"];
    reference "reaction" ["reaction.detail"] -> ["Observation"];
    date "reaction-date" ["reaction.date"];
    token "reason-code" ["reasonCode"];
    string "series" ["protocolApplied.series"];
    token "status" ["status"];
    token "status-reason" ["statusReason"];
    token "target-disease" ["protocolApplied.targetDisease"];
    token "vaccine-code" ["vaccineCode"];
};
