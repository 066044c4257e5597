//! Institutions: who there is in the region, what they are called, where they are, what they offer.
//!
//! | file | holds |
//! |---|---|
//! | [`kind`], [`municipality`] | kinds of institution, names of municipalities |
//! | [`institution`], [`contact`] | registration by hand, what an institution says of itself |
//! | [`department`] | the departments of an institution and how to refer to them |
//! | [`opening`] | when an institution is open |
//! | [`import`] | 医療情報ネット and code lists: files in, counts and rejects out |
//! | [`matching`] | which institution a row of a code list means; pure |
//! | [`code`] | codes that wait for a person to confirm them |
//! | [`finder`] | search over all institutions, in memory |

pub mod code;
pub mod contact;
pub mod department;
pub mod finder;
mod gate;
pub mod import;
pub mod institution;
pub mod kind;
pub mod matching;
pub mod municipality;
pub mod opening;

pub use finder::{Filter, Finder, Found, Search};
pub use kind::Kind;
