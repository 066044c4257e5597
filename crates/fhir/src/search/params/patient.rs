//! Search parameters of Patient (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Patient"
    token "active" ["active"];
    address "address" ["address"];
    string "address-city" ["address.city"];
    string "address-country" ["address.country"];
    string "address-postalcode" ["address.postalCode"];
    string "address-state" ["address.state"];
    token "address-use" ["address.use"];
    date "birthdate" ["birthDate"];
    date "death-date" ["deceasedDateTime"];
    deceased "deceased" [];
    email "email" ["telecom"];
    string "family" ["name.family"];
    token "gender" ["gender"];
    reference "general-practitioner" ["generalPractitioner"]
        -> ["Practitioner", "Organization", "PractitionerRole"];
    string "given" ["name.given"];
    token "identifier" ["identifier"];
    token "language" ["communication.language"];
    reference "link" ["link.other"] -> ["Patient", "RelatedPerson"];
    name "name" ["name"];
    reference "organization" ["managingOrganization"] -> ["Organization"];
    phone "phone" ["telecom"];
    kana "phonetic" ["name"];
    telecom "telecom" ["telecom"];
    local "x-local" ["identifier"];
    order "x-order" ["name"];
};
