//! The steps of a case in the words of the policy.

use renkei_access::{Action, Facts, permit};
use renkei_base::{Ctx, Refusal};

use crate::referral::Verb;
use crate::referral::case::Case;

/// What the policy calls a step.
const fn action(verb: Verb) -> Action {
    match verb {
        Verb::SaveDraft => Action::ReferralEdit,
        Verb::Submit | Verb::Return => Action::ReferralReady,
        Verb::Send => Action::ReferralSend,
        Verb::Receive => Action::ReferralReceive,
        Verb::StartTriage | Verb::Assign => Action::ReferralTriage,
        Verb::Accept => Action::ReferralAccept,
        Verb::Decline => Action::ReferralDecline,
        Verb::Book | Verb::Rebook | Verb::CancelBooking => Action::ReferralBook,
        Verb::Arrive | Verb::UndoArrive => Action::ReferralArrive,
        Verb::SaveReply => Action::ReplyDraft,
        Verb::Reply => Action::ReplyRelease,
        Verb::Close | Verb::Acknowledge => Action::ReferralClose,
        Verb::Cancel => Action::ReferralCancel,
    }
}

/// How the caller's institution stands to a case.
fn facts(ctx: &Ctx, case: &Case) -> Facts {
    let addressee = case.addressee().filter(|_| case.was_sent());
    let home = case.patient.stored.place.owner.as_ref();
    Facts::referral(&ctx.caller, &case.sender, addressee.as_ref(), home)
}

/// Whether the caller may take this step, apart from the state.
pub(crate) fn may(ctx: &Ctx, verb: Verb, case: &Case) -> Result<(), Refusal> {
    permit(&ctx.caller, action(verb), &facts(ctx, case))
}

/// Whether the caller may read the case.
pub(crate) fn may_read(ctx: &Ctx, case: &Case) -> Result<(), Refusal> {
    permit(&ctx.caller, Action::ReferralRead, &facts(ctx, case))
}

/// Whether the caller may add to the case.
pub(crate) fn may_attach(ctx: &Ctx, case: &Case) -> Result<(), Refusal> {
    permit(&ctx.caller, Action::AttachmentAdd, &facts(ctx, case))
}
