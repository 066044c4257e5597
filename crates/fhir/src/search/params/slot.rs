//! Search parameters of Slot (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Slot"
    token "appointment-type" ["appointmentType"];
    token "identifier" ["identifier"];
    reference "schedule" ["schedule"] -> ["Schedule"];
    token "service-category" ["serviceCategory"];
    token "service-type" ["serviceType"];
    token "specialty" ["specialty"];
    date "start" ["start"];
    token "status" ["status"];
};
