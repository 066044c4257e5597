//! Who may take which step. One place until the policy of `renkei_access` decides it.

use renkei_base::{Ctx, Refusal, Role};

use crate::referral::{Side, State, Verb};

/// Whether a person of this side may take this step, apart from the state.
pub(crate) fn may(ctx: &Ctx, verb: Verb, side: Option<Side>, state: State) -> Result<(), Refusal> {
    let Some(side) = side else {
        return Err(Refusal::forbidden("refuse-not-your-referral"));
    };
    if verb.side().is_some_and(|wanted| wanted != side) {
        return Err(Refusal::forbidden("refuse-other-side"));
    }
    may_care(ctx)?;
    // A letter that waits for the doctor is changed by the doctor alone; others take it back by asking.
    let doctor = verb.needs_doctor() || (verb == Verb::SaveDraft && state == State::Ready);
    if doctor && !ctx.caller.has(Role::Doctor) {
        return Err(Refusal::forbidden("refuse-doctor-only"));
    }
    Ok(())
}

/// Whether the caller works with patients at all.
pub(crate) fn may_care(ctx: &Ctx) -> Result<(), Refusal> {
    ctx.institution()?;
    if ctx.caller.roles.iter().any(Role::cares) {
        Ok(())
    } else {
        Err(Refusal::forbidden("refuse-no-care-role"))
    }
}
