//! Search parameters of MedicationRequest (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "MedicationRequest"
    date "authoredon" ["authoredOn"];
    token "category" ["category"];
    token "code" ["medicationCodeableConcept"];
    date "date" ["dosageInstruction.timing"];
    reference "encounter" ["encounter"] -> ["Encounter"];
    token "identifier" ["identifier"];
    reference "intended-dispenser" ["dispenseRequest.performer"] -> ["Organization"];
    reference "intended-performer" ["performer"]
        -> ["Practitioner", "Organization", "CareTeam", "Device", "Patient", "PractitionerRole",
            "RelatedPerson"];
    token "intent" ["intent"];
    reference "medication" ["medicationReference"] -> ["Medication"];
    reference "patient" ["subject"] -> ["Patient"];
    token "priority" ["priority"];
    reference "requester" ["requester"]
        -> ["Practitioner", "Organization", "Device", "Patient", "PractitionerRole",
            "RelatedPerson"];
    token "status" ["status"];
    reference "subject" ["subject"] -> ["Patient", "Group"];
};
