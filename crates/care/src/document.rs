//! The standard letter (JP-CLINS eReferral): a document Bundle that comes in becomes a referral, one that is sent goes out as one.

use renkei_base::{Ctx, Id, Refusal};
pub use renkei_fhir::document::{Finding, Severity};
use renkei_store::Failure;

use crate::Care;

/// A document that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The id of the stored Bundle.
    pub bundle: Id,
    /// Its version: always 1.
    pub version: u32,
    /// First time: 201. The same again: 200, and nothing was written.
    pub created: bool,
    /// What is not quite right with it.
    pub warnings: Vec<Finding>,
}

/// Why a document was not taken. Nothing was stored.
#[derive(Debug)]
pub enum Refused {
    /// It breaks rules: 422 (400 where it is no JSON). Errors first, warnings after.
    Faulty(Vec<Finding>),
    /// Its identifier belongs to a document with other content: 409.
    Differs(Finding),
    /// The caller may not (`Forbidden`, `NotFound`), or the store does not.
    Failure(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Takes a document in: a letter becomes a referral in the addressee's inbox, a reply the reply of its referral.
///
/// # Errors
/// As [`Refused`] says.
pub async fn receive(_care: &Care, _ctx: &Ctx, _text: &str) -> Result<Received, Refused> {
    Err(Refused::Failure(Refusal::NotFound.into()))
}
