//! Search parameters of HealthcareService (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "HealthcareService"
    token "active" ["active"];
    token "characteristic" ["characteristic"];
    reference "coverage-area" ["coverageArea"] -> ["Location"];
    token "identifier" ["identifier"];
    reference "location" ["location"] -> ["Location"];
    string "name" ["name"];
    reference "organization" ["providedBy"] -> ["Organization"];
    token "program" ["program"];
    token "service-category" ["category"];
    token "service-type" ["type"];
    token "specialty" ["specialty"];
    order "x-order" ["name"];
};
