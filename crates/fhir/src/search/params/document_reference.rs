//! Search parameters of DocumentReference (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "DocumentReference"
    reference "authenticator" ["authenticator"]
        -> ["Practitioner", "Organization", "PractitionerRole"];
    reference "author" ["author"]
        -> ["Practitioner", "Organization", "Device", "Patient", "PractitionerRole",
            "RelatedPerson"];
    token "category" ["category"];
    token "contenttype" ["content.attachment.contentType"];
    reference "custodian" ["custodian"] -> ["Organization"];
    date "date" ["date"];
    string "description" ["description"];
    reference "encounter" ["context.encounter"] -> ["Encounter", "EpisodeOfCare"];
    token "event" ["context.event"];
    token "facility" ["context.facilityType"];
    token "format" ["content.format"];
    token "identifier" ["masterIdentifier", "identifier"];
    token "language" ["content.attachment.language"];
    reference "patient" ["subject"] -> ["Patient"];
    date "period" ["context.period"];
    reference "related" ["context.related"] -> [];
    reference "relatesto" ["relatesTo.target"] -> ["DocumentReference"];
    token "relation" ["relatesTo.code"];
    token "security-label" ["securityLabel"];
    token "setting" ["context.practiceSetting"];
    token "status" ["status"];
    reference "subject" ["subject"] -> ["Patient", "Practitioner", "Group", "Device"];
    token "type" ["type"];
};
