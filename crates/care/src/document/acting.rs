//! In whose name the program acts when a document comes or goes.

use renkei_base::{Caller, Ctx, Id, Reach, Role, Roles};

/// The caller's act, done by the program: it sees what the rule needs, and nothing of that is shown to the caller.
pub(crate) fn beyond(ctx: &Ctx) -> Ctx {
    Ctx {
        reach: Reach::Everything,
        ..ctx.clone()
    }
}

/// An act of an institution's doctor that reached us in a document: it was signed there.
pub(super) fn signed(ctx: &Ctx, institution: &Id, doctor: &str) -> Ctx {
    let account = ctx.caller.account.clone();
    Ctx {
        caller: Caller {
            account: account.or_else(|| "renkei".parse().ok()),
            name: doctor.to_owned(),
            institution: Some(institution.clone()),
            roles: Roles::new([Role::Doctor]),
            machine: ctx.caller.machine,
        },
        ..beyond(ctx)
    }
}
