//! Search parameters of PractitionerRole (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "PractitionerRole"
    token "active" ["active"];
    date "date" ["period"];
    email "email" ["telecom"];
    token "identifier" ["identifier"];
    reference "location" ["location"] -> ["Location"];
    reference "organization" ["organization"] -> ["Organization"];
    phone "phone" ["telecom"];
    reference "practitioner" ["practitioner"] -> ["Practitioner"];
    token "role" ["code"];
    reference "service" ["healthcareService"] -> ["HealthcareService"];
    token "specialty" ["specialty"];
    telecom "telecom" ["telecom"];
};
