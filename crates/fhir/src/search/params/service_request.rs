//! Search parameters of ServiceRequest (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "ServiceRequest"
    date "authored" ["authoredOn"];
    reference "based-on" ["basedOn"] -> ["CarePlan", "MedicationRequest", "ServiceRequest"];
    token "body-site" ["bodySite"];
    token "category" ["category"];
    token "code" ["code"];
    reference "encounter" ["encounter"] -> ["Encounter", "EpisodeOfCare"];
    token "identifier" ["identifier"];
    token "intent" ["intent"];
    date "occurrence" ["occurrenceDateTime", "occurrencePeriod", "occurrenceTiming"];
    reference "patient" ["subject"] -> ["Patient"];
    reference "performer" ["performer"]
        -> ["Practitioner", "PractitionerRole", "Organization", "CareTeam", "Device", "Patient",
            "HealthcareService", "RelatedPerson"];
    token "performer-type" ["performerType"];
    token "priority" ["priority"];
    reference "replaces" ["replaces"] -> ["ServiceRequest"];
    reference "requester" ["requester"]
        -> ["Practitioner", "Organization", "Device", "Patient", "PractitionerRole",
            "RelatedPerson"];
    token "requisition" ["requisition"];
    token "status" ["status"];
    reference "subject" ["subject"] -> ["Patient", "Group", "Device", "Location"];
};
