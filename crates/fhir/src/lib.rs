//! FHIR R4 as data: lossless resources and typed views. Pure: no clock, no ids, no I/O.
//!
//! | file | holds |
//! |---|---|
//! | [`resource`] | [`Resource`]: JSON kept as it came (digits, unknown elements, key order) |
//! | [`search`] | the one table of search parameters, and the index values drawn from a resource |
//! | one file per noun | typed views: thin newtypes over the JSON with accessors |

pub mod resource;
pub mod search;

pub use resource::{Key, Malformed, Resource};
