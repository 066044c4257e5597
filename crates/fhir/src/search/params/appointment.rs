//! Search parameters of Appointment (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Appointment"
    reference "actor" ["participant.actor"]
        -> ["Practitioner", "Device", "Patient", "HealthcareService", "PractitionerRole",
            "RelatedPerson", "Location"];
    token "appointment-type" ["appointmentType"];
    reference "based-on" ["basedOn"] -> ["ServiceRequest"];
    date "date" ["start"];
    token "identifier" ["identifier"];
    reference "location" ["participant.actor"] -> ["Location"];
    token "part-status" ["participant.status"];
    reference "patient" ["participant.actor"] -> ["Patient"];
    reference "practitioner" ["participant.actor"] -> ["Practitioner"];
    token "reason-code" ["reasonCode"];
    reference "reason-reference" ["reasonReference"]
        -> ["Condition", "Observation", "Procedure", "ImmunizationRecommendation"];
    token "service-category" ["serviceCategory"];
    token "service-type" ["serviceType"];
    reference "slot" ["slot"] -> ["Slot"];
    token "specialty" ["specialty"];
    token "status" ["status"];
    reference "supporting-info" ["supportingInformation"] -> [];
};
