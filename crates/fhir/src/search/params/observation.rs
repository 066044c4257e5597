//! Search parameters of Observation (FHIR R4).

use super::params;
use crate::search::Param;

pub(super) const PARAMS: &[Param] = params! { "Observation"
    reference "based-on" ["basedOn"]
        -> ["CarePlan", "MedicationRequest", "NutritionOrder", "DeviceRequest", "ServiceRequest",
            "ImmunizationRecommendation"];
    token "category" ["category"];
    token "code" ["code"];
    token "combo-code" ["code", "component.code"];
    token "component-code" ["component.code"];
    quantity "component-value-quantity" ["component.valueQuantity"];
    token "data-absent-reason" ["dataAbsentReason"];
    date "date" ["effectiveDateTime", "effectivePeriod", "effectiveTiming", "effectiveInstant"];
    reference "derived-from" ["derivedFrom"]
        -> ["Observation", "DocumentReference", "ImagingStudy", "Media", "MolecularSequence",
            "QuestionnaireResponse"];
    reference "encounter" ["encounter"] -> ["Encounter", "EpisodeOfCare"];
    reference "has-member" ["hasMember"]
        -> ["Observation", "MolecularSequence", "QuestionnaireResponse"];
    token "identifier" ["identifier"];
    token "method" ["method"];
    reference "patient" ["subject"] -> ["Patient"];
    reference "performer" ["performer"]
        -> ["Practitioner", "Organization", "CareTeam", "Patient", "PractitionerRole",
            "RelatedPerson"];
    token "status" ["status"];
    reference "subject" ["subject"] -> ["Patient", "Group", "Device", "Location"];
    token "value-concept" ["valueCodeableConcept"];
    date "value-date" ["valueDateTime", "valuePeriod"];
    quantity "value-quantity" ["valueQuantity"];
    string "value-string" ["valueString", "valueCodeableConcept.text"];
};
