//! Writing a letter of referral: saved while typing, version-checked.

use renkei_base::{Ctx, Id, Micros};
use renkei_store::Failure;

use crate::Care;

/// Everything of a letter that people type, as typed. Empty text means nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct DraftForm {
    /// Patient id. Fixed after the first save.
    pub patient: String,
    /// Organization id of the addressee.
    pub addressee: String,
    /// HealthcareService id of the addressee's department.
    pub department: String,
    /// 担当医 of the addressee, free text.
    pub addressee_doctor: String,
    /// Code of a [`crate::Priority`]; routine when empty.
    pub priority: String,
    /// 紹介目的 (950)
    pub purpose: String,
    /// 傷病名・主訴 (340)
    pub diagnosis: String,
    /// 現病歴: 症状経過及び検査結果 (360)
    pub course: String,
    /// 既往歴 (370)
    pub past_history: String,
    /// 家族歴 (550)
    pub family_history: String,
    /// 臨床経過: 治療経過 (330)
    pub treatment: String,
    /// 投薬指示 (430): the text as pasted.
    pub medication: String,
    /// The same, split and confirmed, one line each. When empty, [`crate::letter::split_medication`] of `medication` stands.
    pub medication_lines: Vec<String>,
    /// 備考 (220)
    pub remarks: String,
}

/// What somebody else wrote meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftConflict {
    /// The stored letter.
    pub theirs: DraftForm,
    /// Who stored it, and when.
    pub by: String,
    pub at: Micros,
    /// The version to stand on when saving again.
    pub version: u32,
    /// Fields of [`DraftForm`] that differ between the two.
    pub differs: Vec<&'static str>,
}

/// What became of a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftSaved {
    /// Stored (or nothing had changed); the next save stands on `version`.
    Saved { version: u32 },
    /// Not stored: somebody else wrote. The typed text is with the caller, theirs is here.
    Conflict(Box<DraftConflict>),
}

/// Saves a draft. `case` is made by the page (`ctx.ids.id()`) when the form is first shown, so that a double click stays one;
/// `base` is the version that the page shows, 0 for a new draft.
///
/// Incomplete drafts are fine; only what could not be kept is refused.
///
/// # Errors
/// `Invalid` (too long, unknown patient, addressee or department), `NotNow` (already sent), `Forbidden`, `NotFound`.
pub async fn save_draft(
    _care: &Care,
    _ctx: &Ctx,
    _case: &Id,
    _base: u32,
    _form: &DraftForm,
) -> Result<DraftSaved, Failure> {
    crate::text::unbuilt()
}
