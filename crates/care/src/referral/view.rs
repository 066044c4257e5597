//! A case as a page shows it.

use renkei_base::{Ctx, Id, Micros};
use renkei_store::Failure;

use super::{DraftForm, Side, State, Verb};
use crate::attachment::AttachmentView;
use crate::booking::AppointmentView;
use crate::patient::PatientView;
use crate::reply::ReplyView;
use crate::{Care, Party, Priority};

/// One line of a case's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub at: Micros,
    /// Code of a [`Verb`]; the message key is `event-` and this.
    pub code: String,
    /// Who did it.
    pub by: String,
    /// Which institution did it.
    pub side: Side,
    /// What they wrote to it; for `decline` after the reason.
    pub text: String,
    /// For `decline` the code of a [`super::DeclineReason`], else empty.
    pub reason: String,
}

/// Everything that the page of a case needs, filtered by who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferralView {
    pub case: Id,
    /// The version to send back as `base` or `seen`.
    pub version: u32,
    /// 紹介番号; empty until sent.
    pub number: String,
    pub state: State,
    /// Which end the caller's institution is; `None` for one that only shares the record.
    pub side: Option<Side>,
    pub priority: Priority,
    pub patient: PatientView,
    pub sender: Party,
    pub addressee: Party,
    /// The letter's texts.
    pub letter: DraftForm,
    pub attachments: Vec<AttachmentView>,
    pub appointment: Option<AppointmentView>,
    /// Released replies, oldest first.
    pub replies: Vec<ReplyView>,
    /// The reply being written; only for the receiver.
    pub reply_draft: Option<ReplyView>,
    /// Oldest first.
    pub timeline: Vec<Event>,
    /// Why it was declined.
    pub declined: Option<Event>,
    /// Whose turn it is, `None` when nobody's.
    pub holder: Option<Side>,
    /// Until when.
    pub due: Option<Micros>,
    pub overdue: bool,
    pub drafted_by: String,
    /// The doctor who approved and sent; empty before.
    pub approved_by: String,
    pub created: Micros,
    pub sent: Option<Micros>,
    pub arrived: Option<Micros>,
    /// What this caller may do next, in the order to show it. [`Verb::SaveDraft`]: the letter may be edited; [`Verb::SaveReply`]:
    /// the reply may be written; [`Verb::Reply`]: and released.
    pub offers: Vec<Verb>,
}

impl ReferralView {
    pub fn may(&self, verb: Verb) -> bool {
        self.offers.contains(&verb)
    }
}

/// Reads a case.
///
/// # Errors
/// `NotFound` for what the caller may not see.
pub async fn view(_care: &Care, _ctx: &Ctx, _case: &Id) -> Result<ReferralView, Failure> {
    crate::text::unbuilt()
}
