//! Search parameters of Subscription (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Subscription"
    string "criteria" ["criteria"];
    token "payload" ["channel.payload"];
    token "status" ["status"];
    token "type" ["channel.type"];
};
