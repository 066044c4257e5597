//! Search parameters of Encounter (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Encounter"
    reference "appointment" ["appointment"] -> ["Appointment"];
    reference "based-on" ["basedOn"] -> ["ServiceRequest"];
    token "class" ["class"];
    date "date" ["period"];
    reference "diagnosis" ["diagnosis.condition"] -> ["Condition", "Procedure"];
    reference "episode-of-care" ["episodeOfCare"] -> ["EpisodeOfCare"];
    token "identifier" ["identifier"];
    quantity "length" ["length"];
    reference "location" ["location.location"] -> ["Location"];
    date "location-period" ["location.period"];
    reference "part-of" ["partOf"] -> ["Encounter"];
    reference "participant" ["participant.individual"]
        -> ["Practitioner", "PractitionerRole", "RelatedPerson"];
    token "participant-type" ["participant.type"];
    reference "patient" ["subject"] -> ["Patient"];
    reference "practitioner" ["participant.individual"] -> ["Practitioner"];
    token "reason-code" ["reasonCode"];
    reference "reason-reference" ["reasonReference"]
        -> ["Condition", "Observation", "Procedure", "ImmunizationRecommendation"];
    reference "service-provider" ["serviceProvider"] -> ["Organization"];
    token "status" ["status"];
    reference "subject" ["subject"] -> ["Patient", "Group"];
    token "type" ["type"];
};
