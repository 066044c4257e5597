//! Search parameters of Communication (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Communication"
    reference "based-on" ["basedOn"] -> [];
    token "category" ["category"];
    reference "encounter" ["encounter"] -> ["Encounter"];
    token "identifier" ["identifier"];
    token "medium" ["medium"];
    reference "part-of" ["partOf"] -> [];
    reference "patient" ["subject"] -> ["Patient"];
    date "received" ["received"];
    reference "recipient" ["recipient"]
        -> ["Practitioner", "Group", "Organization", "CareTeam", "Device", "Patient",
            "HealthcareService", "PractitionerRole", "RelatedPerson"];
    reference "sender" ["sender"]
        -> ["Practitioner", "Organization", "Device", "Patient", "HealthcareService",
            "PractitionerRole", "RelatedPerson"];
    date "sent" ["sent"];
    token "status" ["status"];
    reference "subject" ["subject"] -> ["Patient", "Group"];
};
