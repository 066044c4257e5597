//! Who may do what in the governance plane: the policy, and the program's own work (sample region, command line), which
//! is let through.

use renkei_access::policy::{Action, Facts, permit};
use renkei_base::{Ctx, Id, Purpose, Refusal};

/// An act on something that belongs to this institution: its questionnaire, its survey, its sheet.
pub(crate) fn own(ctx: &Ctx, action: Action, institution: &Id) -> Result<(), Refusal> {
    if is_program(ctx) {
        return Ok(());
    }
    permit(&ctx.caller, action, &Facts::own(&ctx.caller, institution))
}

pub(crate) fn is_program(ctx: &Ctx) -> bool {
    ctx.purpose == Purpose::System && ctx.caller.account.is_none()
}
