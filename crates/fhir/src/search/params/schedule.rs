//! Search parameters of Schedule (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Schedule"
    token "active" ["active"];
    reference "actor" ["actor"]
        -> ["Practitioner", "Device", "Patient", "HealthcareService", "PractitionerRole",
            "RelatedPerson", "Location"];
    date "date" ["planningHorizon"];
    token "identifier" ["identifier"];
    token "service-category" ["serviceCategory"];
    token "service-type" ["serviceType"];
    token "specialty" ["specialty"];
};
