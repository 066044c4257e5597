//! Who may do what in the directory. In one place until the policy names the directory's acts.

use renkei_base::{Ctx, Id, Purpose, Refusal, Role};

/// Imports, registration by hand, confirmation of codes: the region's administrator, and the program itself.
pub(crate) fn region(ctx: &Ctx) -> Result<(), Refusal> {
    if is_program(ctx) || ctx.caller.has(Role::RegionAdmin) {
        Ok(())
    } else {
        Err(Refusal::forbidden("refuse-region-admin-only"))
    }
}

/// What an institution says of itself: its own people; the region's administrator where it has none yet.
pub(crate) fn own(ctx: &Ctx, institution: &Id) -> Result<(), Refusal> {
    let theirs = ctx.caller.institution.as_ref() == Some(institution);
    let may = [Role::InstitutionAdmin, Role::LiaisonClerk, Role::Nurse, Role::Doctor];
    if region(ctx).is_ok() || (theirs && ctx.caller.roles.any(&may)) {
        Ok(())
    } else {
        Err(Refusal::forbidden("refuse-own-institution-only"))
    }
}

fn is_program(ctx: &Ctx) -> bool {
    ctx.purpose == Purpose::System && ctx.caller.account.is_none()
}
