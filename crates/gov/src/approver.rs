//! Who stands for what an institution says. An approver who has left locks nobody out: where an institution has no person
//! left who may approve, its officers do it, and the history says that they did so alone.

use renkei_access::policy::{Action, Facts, permit};
use renkei_base::{Ctx, Id, Refusal, Role};
use renkei_store::{AccountState, Failure, Store, StoreError};

use crate::gate;

/// Whether an institution has a person who may approve and can sign in.
pub async fn has(store: &Store, institution: &Id) -> Result<bool, StoreError> {
    let people = store.accounts_of(institution).await?;
    let approves = |state: AccountState, has: bool| state == AccountState::Active && has;
    Ok(people
        .iter()
        .any(|one| approves(one.state, one.roles.has(Role::Approver))))
}

/// How somebody stands for an institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Approver,
    /// An officer, since there is no approver.
    Alone,
}

/// Asks the policy for an approver's act, and lets an officer do it where there is no approver.
///
/// # Errors
/// Of the policy: `refuse-needs-approver`, or `NotFound` to others.
pub async fn stand(
    store: &Store,
    ctx: &Ctx,
    action: Action,
    institution: &Id,
) -> Result<Standing, Failure> {
    if gate::own(ctx, action, institution).is_ok() {
        return Ok(Standing::Approver);
    }
    let facts = Facts::own(&ctx.caller, institution);
    // Whether the caller works for this institution at all.
    permit(&ctx.caller, Action::SurveyAnswer, &facts)?;
    if has(store, institution).await? {
        return Err(Refusal::forbidden("refuse-needs-approver").into());
    }
    Ok(Standing::Alone)
}
