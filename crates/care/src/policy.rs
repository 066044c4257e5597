//! The steps of a case in the words of the policy.

use renkei_access::{Action, Facts, permit};
use renkei_base::{Ctx, Refusal};

use crate::referral::Step;
use crate::referral::case::Case;

/// What the policy calls a step.
const fn action(step: Step) -> Action {
    match step {
        Step::SaveDraft => Action::ReferralEdit,
        Step::Submit | Step::Return => Action::ReferralReady,
        Step::Send => Action::ReferralSend,
        Step::Receive => Action::ReferralReceive,
        Step::StartTriage | Step::Assign => Action::ReferralTriage,
        Step::Accept => Action::ReferralAccept,
        Step::Decline => Action::ReferralDecline,
        Step::Book | Step::Rebook | Step::CancelBooking => Action::ReferralBook,
        Step::Arrive | Step::UndoArrive => Action::ReferralArrive,
        Step::SaveReply => Action::ReplyDraft,
        Step::Reply => Action::ReplyRelease,
        Step::Close | Step::Acknowledge => Action::ReferralClose,
        Step::Cancel => Action::ReferralCancel,
    }
}

/// How the caller's institution stands to a case.
fn facts(ctx: &Ctx, case: &Case) -> Facts {
    let addressee = case.addressee().filter(|_| case.was_sent());
    let home = case.patient.stored.place.owner.as_ref();
    Facts::referral(&ctx.caller, &case.sender, addressee.as_ref(), home)
}

/// Whether the caller may take this step, apart from the state.
pub(crate) fn may(ctx: &Ctx, step: Step, case: &Case) -> Result<(), Refusal> {
    permit(&ctx.caller, action(step), &facts(ctx, case))
}

/// Whether the caller may read the case.
pub(crate) fn may_read(ctx: &Ctx, case: &Case) -> Result<(), Refusal> {
    permit(&ctx.caller, Action::ReferralRead, &facts(ctx, case))
}

/// Whether the caller may add to the case.
pub(crate) fn may_attach(ctx: &Ctx, case: &Case) -> Result<(), Refusal> {
    permit(&ctx.caller, Action::AttachmentAdd, &facts(ctx, case))
}
