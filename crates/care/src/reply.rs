//! 返書: the receiver's answer. Now the first reply; interim and final ones come later.

use renkei_base::{Ctx, Id, Micros};
use renkei_store::Failure;

use crate::attachment::AttachmentView;
use crate::patient::PatientView;
use crate::referral::Done;
use crate::{Care, Party};

/// The fields of a reply, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct ReplyForm {
    /// 診断名 (required to release)
    pub diagnosis: String,
    /// 所見・検査結果 (required to release)
    pub findings: String,
    /// 治療方針 (required to release)
    pub plan: String,
    /// 処方の変更
    pub medication: String,
    /// 次回受診
    pub next_visit: String,
    /// かかりつけ医へのお願い
    pub request: String,
    /// Whether this reply ends the case (`on`, `true` or `1`).
    pub closes: String,
}

impl ReplyForm {
    pub fn closes(&self) -> bool {
        matches!(self.closes.as_str(), "on" | "true" | "1")
    }
}

/// A reply as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyView {
    pub id: Id,
    /// The version to send back as `base`.
    pub version: u32,
    /// `first`; the message key is `reply-` and this.
    pub kind: String,
    pub form: ReplyForm,
    /// When it was released; on a draft when it was last written.
    pub at: Micros,
    pub released: bool,
    pub drafted_by: String,
    /// The doctor who released it; empty on a draft.
    pub approved_by: String,
    pub attachments: Vec<AttachmentView>,
}

/// What became of a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplySaved {
    Saved {
        version: u32,
    },
    /// Not stored: somebody else wrote.
    Conflict(Box<ReplyView>),
}

/// A reply in plain strings, for its PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyData {
    pub case: Id,
    /// 紹介番号
    pub number: String,
    pub kind: String,
    pub date: Micros,
    pub draft: bool,
    /// The institution that referred.
    pub to: Party,
    pub from: Party,
    pub patient: PatientView,
    pub referred: Micros,
    pub visited: Option<Micros>,
    pub form: ReplyForm,
    pub medication: Vec<String>,
    pub attachments: Vec<String>,
    pub drafted_by: String,
    pub approved_by: String,
}

/// Saves the draft of the first reply; `base` is the version that the page shows, 0 for a new one.
///
/// # Errors
/// `Invalid` (too long), `NotNow` (not arrived, or replied already), `Forbidden`, `NotFound`.
pub async fn save(
    _care: &Care,
    _ctx: &Ctx,
    _case: &Id,
    _base: u32,
    _form: &ReplyForm,
) -> Result<ReplySaved, Failure> {
    crate::text::unbuilt()
}

/// Releases the first reply with these texts: the referring institution sees it from now on. Only a doctor.
/// With `closes` the case is closed as well. `base` as in [`save`].
///
/// # Errors
/// `Invalid` (incomplete: faults name the fields), `NotNow`, `Forbidden`, `NotFound`, `Conflict` (somebody else wrote).
pub async fn release(
    _care: &Care,
    _ctx: &Ctx,
    _case: &Id,
    _base: u32,
    _form: &ReplyForm,
) -> Result<Done, Failure> {
    crate::text::unbuilt()
}

/// A reply for its PDF; `reply` is its id in the view. Drafts only for the institution that writes them.
///
/// # Errors
/// `NotFound`.
pub async fn data(_care: &Care, _ctx: &Ctx, _case: &Id, _reply: &Id) -> Result<ReplyData, Failure> {
    crate::text::unbuilt()
}
