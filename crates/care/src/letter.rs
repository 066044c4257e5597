//! 診療情報提供書 and 予約票: what their PDFs need, and the lines of a medication text.

use renkei_base::{Ctx, Id, Micros};
use renkei_store::Failure;

use crate::patient::PatientView;
use crate::{Care, Party, Priority};

/// A letter of referral in plain strings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterData {
    pub case: Id,
    /// 紹介番号; empty on a draft.
    pub number: String,
    /// Day of sending; of the last change on a draft.
    pub date: Micros,
    pub draft: bool,
    pub to: Party,
    pub from: Party,
    pub patient: PatientView,
    pub priority: Priority,
    pub purpose: String,
    pub diagnosis: String,
    pub past_history: String,
    pub family_history: String,
    pub course: String,
    pub treatment: String,
    pub medication: Vec<String>,
    pub remarks: String,
    /// Titles of the attachments.
    pub attachments: Vec<String>,
    pub drafted_by: String,
    /// Empty on a draft.
    pub approved_by: String,
}

/// 予約票 in plain strings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketData {
    pub case: Id,
    pub number: String,
    pub patient: PatientView,
    /// Where to go; `doctor` is whom the appointment is with.
    pub at: Party,
    /// Where in the building.
    pub place: String,
    pub start: Micros,
    pub end: Micros,
    /// Who referred.
    pub from: Party,
    /// Who made the appointment, and when.
    pub booked_by: String,
    pub booked_at: Micros,
}

/// The letter of a case.
///
/// # Errors
/// `NotFound`.
pub async fn letter(_care: &Care, _ctx: &Ctx, _case: &Id) -> Result<LetterData, Failure> {
    crate::text::unbuilt()
}

/// The ticket of a case's appointment.
///
/// # Errors
/// `NotFound`, also where nothing is booked.
pub async fn ticket(_care: &Care, _ctx: &Ctx, _case: &Id) -> Result<TicketData, Failure> {
    crate::text::unbuilt()
}

/// Splits a pasted medication text into lines to confirm: one drug with its dose and usage each.
pub fn split_medication(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .map(str::to_owned)
        .collect()
}
