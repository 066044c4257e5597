//! Search parameters of Practitioner (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Practitioner"
    token "active" ["active"];
    address "address" ["address"];
    string "address-city" ["address.city"];
    string "address-country" ["address.country"];
    string "address-postalcode" ["address.postalCode"];
    string "address-state" ["address.state"];
    token "address-use" ["address.use"];
    token "communication" ["communication"];
    email "email" ["telecom"];
    string "family" ["name.family"];
    token "gender" ["gender"];
    string "given" ["name.given"];
    token "identifier" ["identifier"];
    name "name" ["name"];
    phone "phone" ["telecom"];
    kana "phonetic" ["name"];
    telecom "telecom" ["telecom"];
    order "x-order" ["name"];
};
