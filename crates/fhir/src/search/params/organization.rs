//! Search parameters of Organization (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Organization"
    token "active" ["active"];
    address "address" ["address"];
    string "address-city" ["address.city"];
    string "address-country" ["address.country"];
    string "address-postalcode" ["address.postalCode"];
    string "address-state" ["address.state"];
    token "address-use" ["address.use"];
    token "identifier" ["identifier"];
    string "name" ["name", "alias"];
    reference "partof" ["partOf"] -> ["Organization"];
    string "phonetic" ["name", "alias"];
    token "type" ["type"];
    order "x-order" ["name"];
};
