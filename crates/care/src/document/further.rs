//! What a letter from outside says beyond our fields: further sections, shown and printed like the others.

use renkei_fhir::composition::SECTION;

use super::map::has_field;
use crate::referral::case::Case;

/// A section that has no field of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Further {
    /// As the document calls it: アレルギー・不耐性反応.
    pub title: String,
    pub text: String,
}

/// The further sections of a case's letter, in their order.
pub(crate) fn further(case: &Case) -> Vec<Further> {
    let sections = case.letter.view.sections(SECTION).into_iter();
    sections
        .filter(|one| !has_field(&one.code))
        .map(|one| Further {
            title: one.title,
            text: one.text,
        })
        .collect()
}
