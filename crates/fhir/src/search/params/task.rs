//! Search parameters of Task (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Task"
    date "authored-on" ["authoredOn"];
    reference "based-on" ["basedOn"] -> [];
    token "business-status" ["businessStatus"];
    token "code" ["code"];
    reference "encounter" ["encounter"] -> ["Encounter"];
    reference "focus" ["focus"] -> [];
    token "group-identifier" ["groupIdentifier"];
    token "identifier" ["identifier"];
    token "intent" ["intent"];
    date "modified" ["lastModified"];
    reference "owner" ["owner"]
        -> ["Practitioner", "PractitionerRole", "Organization", "CareTeam", "Device", "Patient",
            "HealthcareService", "RelatedPerson"];
    reference "part-of" ["partOf"] -> ["Task"];
    reference "patient" ["for"] -> ["Patient"];
    token "performer" ["performerType"];
    date "period" ["executionPeriod"];
    token "priority" ["priority"];
    reference "requester" ["requester"]
        -> ["Practitioner", "Organization", "Device", "Patient", "PractitionerRole",
            "RelatedPerson"];
    token "status" ["status"];
    reference "subject" ["for"] -> [];
    end "x-due" ["restriction.period"];
    holder "x-holder" ["extension"];
    mark "x-mark" ["extension"];
    news "x-news" ["extension"];
    unread "x-unread" ["extension"];
    watcher "x-watcher" ["extension"];
};
