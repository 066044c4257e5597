//! Search parameters of Location (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Location"
    address "address" ["address"];
    string "address-city" ["address.city"];
    string "address-country" ["address.country"];
    string "address-postalcode" ["address.postalCode"];
    string "address-state" ["address.state"];
    token "address-use" ["address.use"];
    token "identifier" ["identifier"];
    string "name" ["name", "alias"];
    token "operational-status" ["operationalStatus"];
    reference "organization" ["managingOrganization"] -> ["Organization"];
    reference "partof" ["partOf"] -> ["Location"];
    token "status" ["status"];
    token "type" ["type"];
    order "x-order" ["name"];
};
