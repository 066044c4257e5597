//! Search parameters of Consent (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Consent"
    token "action" ["provision.action"];
    reference "actor" ["provision.actor.reference"]
        -> ["Practitioner", "Group", "Organization", "CareTeam", "Device", "Patient",
            "PractitionerRole", "RelatedPerson"];
    token "category" ["category"];
    reference "consentor" ["performer"]
        -> ["Practitioner", "Organization", "Patient", "PractitionerRole", "RelatedPerson"];
    reference "data" ["provision.data.reference"] -> [];
    date "date" ["dateTime"];
    token "identifier" ["identifier"];
    reference "organization" ["organization"] -> ["Organization"];
    reference "patient" ["patient"] -> ["Patient"];
    date "period" ["provision.period"];
    token "purpose" ["provision.purpose"];
    token "scope" ["scope"];
    token "security-label" ["provision.securityLabel"];
    reference "source-reference" ["sourceReference"]
        -> ["Consent", "Contract", "QuestionnaireResponse", "DocumentReference"];
    token "status" ["status"];
};
