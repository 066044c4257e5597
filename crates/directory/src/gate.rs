//! Who may do what in the directory: the policy, and the program's own work (sample region, command line), which is let through.

use renkei_access::policy::{Action, Facts, permit};
use renkei_base::{Ctx, Id, Purpose, Refusal};

/// Acts of the region: imports, confirmation of codes, registration by hand.
pub(crate) fn region(ctx: &Ctx, action: Action) -> Result<(), Refusal> {
    if is_program(ctx) {
        Ok(())
    } else {
        permit(&ctx.caller, action, &Facts::NONE)
    }
}

/// What an institution says of itself: its administrator, or the region for it.
pub(crate) fn own(ctx: &Ctx, institution: &Id) -> Result<(), Refusal> {
    region(ctx, Action::DirectoryEdit).or_else(|_| {
        permit(
            &ctx.caller,
            Action::InstitutionEdit,
            &Facts::own(&ctx.caller, institution),
        )
    })
}

/// Departments belong to those who keep the slots in them.
pub(crate) fn departments(ctx: &Ctx, institution: &Id) -> Result<(), Refusal> {
    own(ctx, institution).or_else(|_| {
        permit(
            &ctx.caller,
            Action::SlotsManage,
            &Facts::own(&ctx.caller, institution),
        )
    })
}

fn is_program(ctx: &Ctx) -> bool {
    ctx.purpose == Purpose::System && ctx.caller.account.is_none()
}
