//! Search parameters of CareTeam (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "CareTeam"
    token "category" ["category"];
    date "date" ["period"];
    reference "encounter" ["encounter"] -> ["Encounter"];
    token "identifier" ["identifier"];
    reference "participant" ["participant.member"]
        -> ["Practitioner", "Organization", "CareTeam", "Patient", "PractitionerRole",
            "RelatedPerson"];
    reference "patient" ["subject"] -> ["Patient"];
    token "status" ["status"];
    reference "subject" ["subject"] -> ["Patient", "Group"];
};
