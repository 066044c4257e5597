//! FHIR R4 as data: lossless resources and typed views. Pure: no clock, no ids, no I/O.
//!
//! | file | holds |
//! |---|---|
//! | [`resource`] | [`Resource`]: JSON kept as it came (digits, unknown elements, key order) |
//! | [`issue`] | whether a resource is still a draft, by its status |
//! | [`bundle`], [`operation_outcome`], [`capability`], [`summary`] | what the REST door answers with, and requests in Bundles |
//! | [`search`] | the one table of search parameters, and the index values drawn from a resource |
//! | [`document`] | the letter as a document Bundle (JP-CLINS): checked by a data file of rules, read, built |
//! | [`system`] | the identifier systems and the extensions of ours |
//! | one file per noun | typed views: thin newtypes over the JSON with accessors |

pub mod appointment;
pub mod bundle;
pub mod capability;
pub mod composition;
pub mod document;
pub mod document_reference;
pub mod element;
pub mod healthcare_service;
pub mod issue;
pub mod location;
pub mod medication_request;
pub mod operation_outcome;
pub mod organization;
pub mod patient;
pub mod practitioner;
pub mod resource;
mod scan;
pub mod schedule;
pub mod search;
pub mod service_request;
pub mod slot;
pub mod subscription;
pub mod summary;
pub mod system;
pub mod task;

pub use healthcare_service::HealthcareService;
pub use location::Location;
pub use organization::Organization;
pub use resource::{Key, Malformed, Resource};
