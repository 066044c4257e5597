//! The pages of the care plane, one file per noun.

pub(crate) mod addressee;
pub(crate) mod attachment;
pub(crate) mod document;
pub(crate) mod draft;
pub(crate) mod home;
pub(crate) mod issuing;
pub(crate) mod medication;
pub(crate) mod patient;
pub(crate) mod referral;
pub(crate) mod reply;
pub(crate) mod slot;
mod writing;
