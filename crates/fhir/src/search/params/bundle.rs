//! Search parameters of Bundle (FHIR R4): documents.

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Bundle"
    token "identifier" ["identifier"];
    date "timestamp" ["timestamp"];
    token "type" ["type"];
};
