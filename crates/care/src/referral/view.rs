//! A case as a page shows it.

use renkei_base::{Ctx, Id, Micros};
use renkei_fhir::HealthcareService;
use renkei_fhir::composition::Mode;
use renkei_fhir::task::Entry;
use renkei_store::Failure;

use super::case::Case;
use super::rules::{early, has_news, has_to_read};
use super::table::cell;
use super::{DraftForm, Side, State, Step, draft};
use crate::attachment::{self, AttachmentView};
use crate::booking::{self, AppointmentView};
use crate::document::{Further, further};
use crate::patient::PatientView;
use crate::reply::{self, ReplyView};
use crate::{Care, Party, Priority, message, party, policy};

/// One line of a case's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub at: Micros,
    /// Code of a [`Step`]; the message key is `event-` and this.
    pub code: String,
    /// Who did it.
    pub by: String,
    /// Which institution did it.
    pub side: Side,
    /// What they wrote to it; for `decline` after the reason.
    pub text: String,
    /// For `decline` the code of a [`super::DeclineReason`], for `cancel` and `cancel-booking` of a [`super::CancelReason`].
    pub reason: String,
}

impl Event {
    /// The message key of the reason; empty where there is none.
    pub fn reason_key(&self) -> String {
        reason_key(&self.code, &self.reason)
    }
}

/// The message key of a step's reason; empty where there is none.
pub(crate) fn reason_key(step: &str, reason: &str) -> String {
    match reason {
        "" => String::new(),
        _ if step == Step::Decline.code() => format!("decline-{reason}"),
        _ => format!("cancel-reason-{reason}"),
    }
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
    /// With the department that takes the case.
    pub addressee: Party,
    /// The department that the letter was written to; empty for any.
    pub asked_department: String,
    /// The letter's texts.
    pub letter: DraftForm,
    /// What a letter from outside says beyond them.
    pub further: Vec<Further>,
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
    /// The start of an appointment whose day has not come: who arrives now is early.
    pub early: Option<Micros>,
    /// The receiver has said that another reply follows.
    pub more: bool,
    /// The caller's side has something to read.
    pub news: bool,
    /// There is a message among it,
    pub unread: bool,
    /// and nothing else.
    pub only_message: bool,
    /// The caller may write to the other side.
    pub writes: bool,
    /// What this caller may do next, in the order to show it. [`Step::SaveDraft`]: the letter may be edited; [`Step::SaveReply`]:
    /// the reply may be written; [`Step::Reply`]: and released.
    pub offers: Vec<Step>,
}

impl ReferralView {
    pub fn may(&self, step: Step) -> bool {
        self.offers.contains(&step)
    }
}

/// Reads a case.
///
/// # Errors
/// `NotFound` for what the caller may not see.
pub async fn view(care: &Care, ctx: &Ctx, case: &Id) -> Result<ReferralView, Failure> {
    let case = Case::load(care, ctx, case, "referral.read").await?;
    let (sender, addressee) = party::parties(care, ctx, &case).await?;
    let timeline = timeline(ctx, &case);
    let letter = &case.letter.view;
    let name = |mode| {
        letter
            .attester(mode)
            .map_or("", |(name, _)| name)
            .to_owned()
    };
    let (reply_draft, replies) = reply::views(&case, ctx);
    let due = case.task.view.due();
    Ok(ReferralView {
        case: case.id.clone(),
        version: case.version(),
        number: case.task.view.number().to_owned(),
        state: case.state,
        side: case.side(ctx),
        priority: case.priority(),
        patient: PatientView::of(&case.patient.view, case.patient.stored.version, ctx.at),
        sender,
        addressee,
        asked_department: asked_department(&case),
        letter: draft::form_of(&case),
        further: further(&case),
        attachments: attachment::views(&case, attachment::Of::Letter),
        appointment: case
            .appointment()
            .and_then(|held| booking::appointment_view(&case, held)),
        replies,
        reply_draft,
        declined: timeline
            .iter()
            .rev()
            .find(|event| event.code == Step::Decline.code())
            .cloned(),
        holder: case.holder(),
        due,
        overdue: due.is_some_and(|due| due < ctx.at),
        drafted_by: name(Mode::Drafted),
        approved_by: name(Mode::Approved),
        created: case
            .task
            .view
            .authored()
            .unwrap_or(case.task.stored.updated),
        sent: case.task.view.started(),
        arrived: case.arrived(),
        early: early(&case, ctx),
        more: case.state.is_replied() && case.last_reply().is_some_and(|reply| reply.view.more()),
        news: has_to_read(&case, ctx),
        unread: message::is_unread(ctx, &case),
        only_message: message::is_unread(ctx, &case) && !has_news(&case, ctx),
        writes: message::may_write(ctx, &case).is_ok(),
        offers: offers(ctx, &case),
        timeline,
    })
}

pub(crate) fn asked_department(case: &Case) -> String {
    let asked = case.request.view.performer(HealthcareService::TYPE);
    asked.map_or("", |(_, name)| name).to_owned()
}

/// The history. The addressee's begins with the sending.
fn timeline(ctx: &Ctx, case: &Case) -> Vec<Event> {
    let inside = case.side(ctx) == Some(Side::Sender);
    let entries = case.task.view.entries().into_iter();
    let sent = case.task.view.started();
    entries
        .filter(|entry| {
            inside || sent.is_some_and(|sent| entry.at >= sent && !is_drafting(&entry.code))
        })
        .map(|entry| event(case, entry))
        .collect()
}

fn is_drafting(code: &str) -> bool {
    [Step::SaveDraft, Step::Submit, Step::Return]
        .iter()
        .any(|step| step.code() == code)
}

fn event(case: &Case, entry: Entry) -> Event {
    let sender = entry
        .institution
        .as_ref()
        .is_none_or(|id| *id == case.sender);
    // Of older cases only the Task itself says why they were declined.
    let declined = entry.code == Step::Decline.code() && entry.reason.is_empty();
    let on_record = case.task.view.reason().filter(|_| declined);
    let reason = on_record.map_or(entry.reason.clone(), |(code, _)| code.to_owned());
    Event {
        at: entry.at,
        reason,
        code: entry.code,
        by: entry.by,
        side: if sender { Side::Sender } else { Side::Receiver },
        text: entry.text,
    }
}

/// What the caller may do next: what the table, the policy and whose turn it is allow.
fn offers(ctx: &Ctx, case: &Case) -> Vec<Step> {
    let may = |step: Step| match step {
        Step::SaveDraft => draft::may_write(ctx, case).is_ok(),
        Step::Acknowledge => has_to_read(case, ctx),
        _ => true,
    };
    let possible = Step::ALL
        .into_iter()
        .filter(|step| cell(case.state, *step).is_possible());
    possible
        .filter(|step| policy::may(ctx, *step, case).is_ok() && may(*step))
        .collect()
}
