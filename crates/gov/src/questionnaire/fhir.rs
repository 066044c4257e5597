//! FHIR Questionnaire, out and in.
//!
//! What renkei knows comes back as it went out. A section is a group at the top, a table a group of columns; several
//! conditions of which one has several choices stand on groups without a text around their question, since R4 knows only
//! "all" or "any" for one item. What has no place in FHIR is in extensions of ours.

mod options;
mod patient;
mod read;
mod write;

pub use self::patient::patient_in;
pub use self::read::{Arrived, read};
pub use self::write::write;

/// Extensions of the standard.
mod standard {
    pub(super) const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";
    pub(super) const UNIT: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit";
    pub(super) const LEAST: &str = "http://hl7.org/fhir/StructureDefinition/minValue";
    pub(super) const MOST: &str = "http://hl7.org/fhir/StructureDefinition/maxValue";
    pub(super) const DECIMALS: &str = "http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces";
    pub(super) const TIMES: &str =
        "http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs";
    pub(super) const CONTROL: &str =
        "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl";
    pub(super) const CONTROLS: &str = "http://hl7.org/fhir/questionnaire-item-control";
}

/// Extensions of ours.
mod ours {
    /// What a choice counts as: `valueCode` yes, no.
    pub(super) const CLASS: &str =
        "https://renkei.example/fhir/StructureDefinition/questionnaire-class";
    /// What a choice is called in tables: `valueString`.
    pub(super) const LABEL: &str =
        "https://renkei.example/fhir/StructureDefinition/questionnaire-label";
    /// A choice that is no longer offered: `valueBoolean`.
    pub(super) const RETIRED: &str =
        "https://renkei.example/fhir/StructureDefinition/questionnaire-retired";
    /// What exactly is meant: `valueString`.
    pub(super) const DEFINITION: &str =
        "https://renkei.example/fhir/StructureDefinition/questionnaire-definition";
    /// Where the question comes from: `valueString`.
    pub(super) const SOURCE: &str =
        "https://renkei.example/fhir/StructureDefinition/questionnaire-source";
    /// What to explain: `valueString`, or `valueBoolean` where it is not said what.
    pub(super) const EXPLAIN: &str =
        "https://renkei.example/fhir/StructureDefinition/questionnaire-explain";
    /// That it stands in the table of counts: `valueBoolean`.
    pub(super) const COUNTED: &str =
        "https://renkei.example/fhir/StructureDefinition/questionnaire-counted";
    /// Lines of a text field: `valueInteger`.
    pub(super) const LINES: &str =
        "https://renkei.example/fhir/StructureDefinition/questionnaire-lines";
    /// A row that a table has: `valueString`.
    pub(super) const ROW: &str =
        "https://renkei.example/fhir/StructureDefinition/questionnaire-row";
}
