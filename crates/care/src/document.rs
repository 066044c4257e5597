//! The standard letter (JP-CLINS eReferral): a document Bundle that comes in becomes a referral, one that is sent goes out as one.
//!
//! | file | holds |
//! |---|---|
//! | `arrive` | [`receive`]: checked, known already or not, whose it is |
//! | `letter` | a letter that came in as a case: patient, request, task, texts, files |
//! | `answer` | a reply that came in: the steps of its case |
//! | `correct` | a corrected letter: new words for its case |
//! | `issue` | [`issue`]: a sent letter and a released reply as documents, frozen |
//! | `coded` | what a letter names, in codes too |
//! | `map` | our fields and the sections of the standard, both ways |
//! | `further` | what has no field of ours, for pages and print |
//! | `acting` | in whose name the program acts |
//!
//! A letter whose institutions the directory does not know waits: see [`crate::arrival`].

mod acting;
mod answer;
mod arrive;
mod coded;
mod correct;
mod further;
mod issue;
pub(crate) mod letter;
mod map;

use renkei_base::Id;
pub use renkei_fhir::document::{Finding, Severity};
use renkei_store::{Failure, StoreError};

pub(crate) use self::acting::beyond;
pub use self::arrive::{original, receive};
pub use self::further::Further;
pub(crate) use self::further::further;
pub use self::issue::{Issued, Paper, due, issue, keep_place, place};

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

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Failure(error.into())
    }
}

impl From<renkei_base::Refusal> for Refused {
    fn from(refusal: renkei_base::Refusal) -> Self {
        Self::Failure(refusal.into())
    }
}
