//! `_summary` and `_elements`: a resource without some of its elements (FHIR R4, search).

use serde_json::{Map, Value};

use crate::{Resource, bundle};

/// Which elements of a resource are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Elements {
    #[default]
    All,
    /// `_summary=true`
    Summary,
    /// `_summary=text`: the narrative, and what a resource cannot be without.
    Text,
    /// `_summary=data`: all but the narrative.
    Data,
    /// `_elements`: these of the first level, and what a resource cannot be without.
    Named(Vec<String>),
}

/// Elements that every resource keeps.
const KEPT: [&str; 3] = ["resourceType", "id", "meta"];

impl Elements {
    /// The resource with these elements, marked as not whole; as it is when all are wanted.
    pub fn of(&self, resource: Resource) -> Resource {
        if *self == Self::All {
            return resource;
        }
        let (summary, needed) = row(resource.typ());
        let Value::Object(json) = resource.clone().into_value() else {
            return resource;
        };
        let kept = json.into_iter().filter(|(name, _)| {
            let plain = name.strip_prefix('_').unwrap_or(name);
            KEPT.contains(&plain) || self.wants(plain, summary, needed)
        });
        let mut json: Map<String, Value> = kept.collect();
        mark(&mut json);
        Resource::from_value(Value::Object(json)).unwrap_or(resource)
    }

    fn wants(&self, name: &str, summary: &str, needed: &str) -> bool {
        let among = |list: &str| list.split(' ').any(|one| one == name);
        // An extension of this kind changes what the rest means.
        let must = name == "modifierExtension" || among(needed);
        match self {
            Self::All => true,
            Self::Summary => must || among(summary),
            Self::Text => must || name == "text",
            Self::Data => name != "text",
            Self::Named(names) => must || names.iter().any(|one| named(one, name)),
        }
    }
}

/// `value` names `valueQuantity` too.
fn named(wanted: &str, name: &str) -> bool {
    match name.strip_prefix(wanted) {
        Some("") => true,
        Some(rest) => {
            rest.starts_with(|c: char| c.is_ascii_uppercase()) && CHOICES.contains(&wanted)
        }
        None => false,
    }
}

/// Elements with a choice of types.
const CHOICES: [&str; 11] = [
    "asNeeded",
    "deceased",
    "effective",
    "medication",
    "multipleBirth",
    "occurrence",
    "onset",
    "performed",
    "quantity",
    "reported",
    "value",
];

fn mark(json: &mut Map<String, Value>) {
    let meta = json
        .entry("meta")
        .or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(meta) = meta else { return };
    let tags = meta
        .entry("tag")
        .or_insert_with(|| Value::Array(Vec::new()));
    if let (Value::Array(tags), Ok(tag)) = (tags, serde_json::from_str(bundle::SUBSETTED)) {
        tags.push(tag);
    }
}

/// The summary's elements and the needed ones (mandatory, or a modifier) of a type.
fn row(typ: &str) -> (&'static str, &'static str) {
    let row = TABLE.iter().find(|(name, _, _)| *name == typ);
    row.map_or(("", ""), |(_, summary, needed)| (*summary, *needed))
}

/// Type, elements of the summary, needed elements: from the StructureDefinitions of FHIR R4 (4.0.1).
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str)] = &[
    ("Patient", "implicitRules identifier active name telecom gender birthDate deceasedBoolean deceasedDateTime address managingOrganization link", "implicitRules active deceasedBoolean deceasedDateTime link"),
    ("ServiceRequest", "implicitRules identifier instantiatesCanonical instantiatesUri basedOn replaces requisition status intent category priority doNotPerform code orderDetail quantityQuantity quantityRatio quantityRange subject encounter occurrenceDateTime occurrencePeriod occurrenceTiming asNeededBoolean asNeededCodeableConcept authoredOn requester performerType performer locationCode locationReference reasonCode reasonReference specimen bodySite patientInstruction", "implicitRules status intent doNotPerform subject"),
    ("Task", "implicitRules instantiatesCanonical instantiatesUri basedOn groupIdentifier partOf status statusReason businessStatus intent code description focus for encounter executionPeriod lastModified requester owner location", "implicitRules status intent"),
    ("Composition", "implicitRules identifier status type category subject encounter date author title confidentiality custodian event", "implicitRules status type date author title"),
    ("DocumentReference", "implicitRules masterIdentifier identifier status docStatus type category subject date author relatesTo description securityLabel content context", "implicitRules status content"),
    ("Appointment", "implicitRules identifier status cancelationReason serviceCategory serviceType specialty appointmentType reasonCode start end", "implicitRules status participant"),
    ("Slot", "implicitRules identifier serviceCategory serviceType specialty appointmentType schedule status start end", "implicitRules schedule status start end"),
    ("Schedule", "implicitRules identifier active serviceCategory serviceType specialty actor planningHorizon", "implicitRules active actor"),
    ("HealthcareService", "implicitRules identifier active providedBy category type specialty location name comment photo", "implicitRules active"),
    ("Organization", "implicitRules identifier active type name partOf", "implicitRules active"),
    ("Location", "implicitRules identifier status operationalStatus name description mode type physicalType managingOrganization", "implicitRules status"),
    ("Practitioner", "implicitRules identifier active name telecom address gender birthDate", "implicitRules"),
    ("PractitionerRole", "implicitRules identifier active period practitioner organization code specialty location telecom", "implicitRules"),
    ("Communication", "implicitRules identifier instantiatesCanonical instantiatesUri basedOn partOf status statusReason priority subject encounter reasonCode reasonReference", "implicitRules status"),
    ("Observation", "implicitRules identifier basedOn partOf status code subject focus encounter effectiveDateTime effectivePeriod effectiveTiming effectiveInstant issued performer valueQuantity valueCodeableConcept valueString valueBoolean valueInteger valueRange valueRatio valueSampledData valueTime valueDateTime valuePeriod hasMember derivedFrom component", "implicitRules status code"),
    ("Condition", "implicitRules identifier clinicalStatus verificationStatus code bodySite subject encounter onsetDateTime onsetAge onsetPeriod onsetRange onsetString recordedDate recorder asserter", "implicitRules clinicalStatus verificationStatus subject"),
    ("AllergyIntolerance", "implicitRules identifier clinicalStatus verificationStatus type category criticality code patient asserter", "implicitRules clinicalStatus verificationStatus patient"),
    ("MedicationRequest", "implicitRules status intent priority doNotPerform reportedBoolean reportedReference medicationCodeableConcept medicationReference subject authoredOn requester performerType instantiatesCanonical instantiatesUri basedOn groupIdentifier", "implicitRules status intent doNotPerform medicationCodeableConcept medicationReference subject"),
    ("DiagnosticReport", "implicitRules identifier status category code subject encounter effectiveDateTime effectivePeriod issued performer resultsInterpreter media", "implicitRules status code"),
    ("Immunization", "implicitRules status vaccineCode patient occurrenceDateTime occurrenceString primarySource performer note isSubpotent", "implicitRules status vaccineCode patient occurrenceDateTime occurrenceString isSubpotent"),
    ("Procedure", "implicitRules identifier instantiatesCanonical instantiatesUri basedOn partOf status statusReason category code subject encounter performedDateTime performedPeriod performedString performedAge performedRange recorder asserter performer location reasonCode reasonReference bodySite outcome", "implicitRules status subject"),
    ("Encounter", "implicitRules identifier status class type serviceType subject episodeOfCare participant appointment reasonCode reasonReference diagnosis", "implicitRules status class"),
    ("CareTeam", "implicitRules identifier status category name subject encounter period managingOrganization", "implicitRules status"),
    ("Consent", "implicitRules identifier status scope category patient dateTime performer organization sourceAttachment sourceReference policyRule verification provision", "implicitRules status scope category"),
    ("Subscription", "implicitRules status contact end reason criteria error channel", "implicitRules status reason criteria channel"),
    ("Bundle", "implicitRules identifier type timestamp total link entry signature", "implicitRules type"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn narrowed(elements: &Elements) -> String {
        let json = r#"{"resourceType":"Observation","id":"1","meta":{"versionId":"3"},"text":{"div":"x"},"status":"final","_status":{"id":"a"},"code":{"text":"c"},"valueQuantity":{"value":1.50},"note":[{"text":"n"}]}"#;
        let whole = Resource::from_json(json).unwrap();
        elements.of(whole).to_json()
    }

    #[test]
    fn every_type_of_the_search_has_its_row() {
        for (typ, _) in crate::search::GROUPS
            .iter()
            .filter(|(typ, _)| *typ != "Resource")
        {
            assert_ne!(row(typ), ("", ""), "{typ}");
        }
    }

    #[test]
    fn what_is_not_wanted_is_left_out_and_said() {
        insta::assert_snapshot!(narrowed(&Elements::Summary), @r#"{"resourceType":"Observation","id":"1","meta":{"versionId":"3","tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]},"status":"final","_status":{"id":"a"},"code":{"text":"c"},"valueQuantity":{"value":1.50}}"#);
        insta::assert_snapshot!(narrowed(&Elements::Text), @r#"{"resourceType":"Observation","id":"1","meta":{"versionId":"3","tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]},"text":{"div":"x"},"status":"final","_status":{"id":"a"},"code":{"text":"c"}}"#);
        let named = narrowed(&Elements::Named(vec!["value".to_owned()]));
        assert!(
            named.contains("1.50") && named.contains("status") && !named.contains("note"),
            "{named}"
        );
        let data = narrowed(&Elements::Data);
        assert!(data.contains("note") && !data.contains("div"), "{data}");
        assert!(!narrowed(&Elements::All).contains("SUBSETTED"));
    }
}
