//! The table, one file per resource type.
//!
//! A line reads: how values are drawn, the parameter's name, the paths they are drawn from, and the types a reference may point to
//! (none: any type).

use super::Param;

mod allergy_intolerance;
mod appointment;
mod bundle;
mod care_team;
mod communication;
mod composition;
mod condition;
mod consent;
mod diagnostic_report;
mod document_reference;
mod encounter;
mod healthcare_service;
mod immunization;
mod location;
mod medication_request;
mod observation;
mod organization;
mod patient;
mod practitioner;
mod practitioner_role;
mod procedure;
mod schedule;
mod service_request;
mod slot;
mod subscription;
mod task;

macro_rules! kind {
    (token) => {
        $crate::search::Kind::Token
    };
    (phone) => {
        $crate::search::Kind::Token
    };
    (email) => {
        $crate::search::Kind::Token
    };
    (telecom) => {
        $crate::search::Kind::Token
    };
    (deceased) => {
        $crate::search::Kind::Token
    };
    (holder) => {
        $crate::search::Kind::Token
    };
    (news) => {
        $crate::search::Kind::Token
    };
    (unread) => {
        $crate::search::Kind::Token
    };
    (watcher) => {
        $crate::search::Kind::Token
    };
    (mark) => {
        $crate::search::Kind::Token
    };
    (string) => {
        $crate::search::Kind::String
    };
    (name) => {
        $crate::search::Kind::String
    };
    (kana) => {
        $crate::search::Kind::String
    };
    (local) => {
        $crate::search::Kind::String
    };
    (order) => {
        $crate::search::Kind::String
    };
    (address) => {
        $crate::search::Kind::String
    };
    (reference) => {
        $crate::search::Kind::Reference
    };
    (date) => {
        $crate::search::Kind::Date
    };
    (end) => {
        $crate::search::Kind::Date
    };
    (quantity) => {
        $crate::search::Kind::Quantity
    };
}

macro_rules! params {
    ($typ:literal $($how:ident $name:literal $paths:tt $(-> $targets:tt)?;)*) => {
        &[$($crate::search::Param {
            typ: $typ,
            name: $name,
            kind: $crate::search::params::kind!($how),
            targets: $crate::search::params::targets!($($targets)?),
            extract: |resource, out| {
                $crate::search::values::$how(resource, &$paths, $(&$targets,)? out);
            },
        },)*]
    };
}

macro_rules! targets {
    () => {
        &[]
    };
    ($targets:tt) => {
        &$targets
    };
}

use {kind, params, targets};

/// The parameters of every type.
const COMMON: &[Param] = params! { "Resource"
    token "_security" ["meta.security"];
    token "_tag" ["meta.tag"];
};

/// The parameters, by resource type.
pub const GROUPS: &[(&str, &[Param])] = &[
    ("Patient", patient::PARAMS),
    ("ServiceRequest", service_request::PARAMS),
    ("Task", task::PARAMS),
    ("Composition", composition::PARAMS),
    ("DocumentReference", document_reference::PARAMS),
    ("Appointment", appointment::PARAMS),
    ("Slot", slot::PARAMS),
    ("Schedule", schedule::PARAMS),
    ("HealthcareService", healthcare_service::PARAMS),
    ("Organization", organization::PARAMS),
    ("Location", location::PARAMS),
    ("Practitioner", practitioner::PARAMS),
    ("PractitionerRole", practitioner_role::PARAMS),
    ("Communication", communication::PARAMS),
    ("Observation", observation::PARAMS),
    ("Condition", condition::PARAMS),
    ("AllergyIntolerance", allergy_intolerance::PARAMS),
    ("MedicationRequest", medication_request::PARAMS),
    ("DiagnosticReport", diagnostic_report::PARAMS),
    ("Immunization", immunization::PARAMS),
    ("Procedure", procedure::PARAMS),
    ("Encounter", encounter::PARAMS),
    ("CareTeam", care_team::PARAMS),
    ("Consent", consent::PARAMS),
    ("Bundle", bundle::PARAMS),
    ("Subscription", subscription::PARAMS),
    ("Resource", COMMON),
];

/// All parameters of all types. The CapabilityStatement, the index and the planner read this table.
pub const PARAMS: &[Param] = &flat::<{ count() }>();

const fn count() -> usize {
    let mut groups = GROUPS;
    let mut count = 0;
    while let [(_, group), rest @ ..] = groups {
        count += group.len();
        groups = rest;
    }
    count
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn flat<const N: usize>() -> [Param; N] {
    let mut all = [COMMON[0]; N];
    let mut at = 0;
    let mut groups = GROUPS;
    while let [(_, group), more @ ..] = groups {
        let mut group: &[Param] = group;
        while let [param, rest @ ..] = group {
            all[at] = *param;
            at += 1;
            group = rest;
        }
        groups = more;
    }
    all
}
