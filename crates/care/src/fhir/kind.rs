//! The one table of resource types: what an outside program may do with each.
//!
//! The CapabilityStatement is printed from it, and the door asks it.

use renkei_fhir::search;

/// What is offered for one type. Every type here is read, searched and has its history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub name: &'static str,
    /// `POST`, with and without `If-None-Exist`.
    pub create: bool,
    /// `PUT` by id and by search. Only what is there: ids are given by this program.
    pub update: bool,
    /// `DELETE` by id and by search.
    pub delete: bool,
    /// The message key that says why something is not offered; empty where everything is.
    pub why: &'static str,
}

const fn row(
    name: &'static str,
    create: bool,
    update: bool,
    delete: bool,
    why: &'static str,
) -> Kind {
    Kind {
        name,
        create,
        update,
        delete,
        why,
    }
}

const KINDS: &[Kind] = &[
    row("Patient", true, true, false, "refuse-fhir-stays"),
    row("ServiceRequest", true, true, false, "refuse-fhir-stays"),
    row("Task", true, true, false, "refuse-fhir-stays"),
    row("Composition", true, true, false, "refuse-fhir-stays"),
    row("DocumentReference", true, true, true, ""),
    row("Appointment", true, true, false, "refuse-fhir-stays"),
    row("Slot", true, true, false, "refuse-fhir-stays"),
    row("Schedule", true, true, false, "refuse-fhir-stays"),
    row("Communication", true, false, false, "refuse-fhir-message"),
    row("Bundle", true, false, false, "refuse-fhir-document"),
    row("Observation", true, true, true, ""),
    row("Condition", true, true, true, ""),
    row("AllergyIntolerance", true, true, true, ""),
    row("MedicationRequest", true, true, true, ""),
    row("DiagnosticReport", true, true, true, ""),
    row("Immunization", true, true, true, ""),
    row("Procedure", true, true, true, ""),
    row("Subscription", true, true, true, ""),
    row("Organization", false, false, false, "refuse-fhir-directory"),
    row("Location", false, false, false, "refuse-fhir-directory"),
    row(
        "HealthcareService",
        false,
        false,
        false,
        "refuse-fhir-directory",
    ),
    row("Practitioner", false, false, false, "refuse-fhir-people"),
    row(
        "PractitionerRole",
        false,
        false,
        false,
        "refuse-fhir-people",
    ),
];

/// All types that are kept, in the order of the CapabilityStatement.
pub const fn kinds() -> &'static [Kind] {
    KINDS
}

/// A type that is kept.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

impl Kind {
    /// Its search parameters, without those of every type.
    pub fn params(&self) -> impl Iterator<Item = &'static search::Param> {
        search::params(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_can_be_searched() {
        for kind in kinds() {
            assert!(kind.params().count() > 0, "{}", kind.name);
            let whole = kind.create && kind.update && kind.delete;
            assert_eq!(kind.why.is_empty(), whole, "{}", kind.name);
        }
    }
}
