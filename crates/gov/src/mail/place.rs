//! Where an institution reads what is sent to it: said by its administrator or its officers.

use renkei_access::policy::{Action, Facts, permit};
use renkei_base::{Ctx, Id, Refusal};
use renkei_store::{Changes, Failure, Note, Store};

use crate::gate;

/// Whether the caller may say it.
pub fn may(ctx: &Ctx, institution: &Id) -> bool {
    gate_of(ctx, institution).is_ok()
}

fn gate_of(ctx: &Ctx, institution: &Id) -> Result<(), Refusal> {
    let facts = Facts::own(&ctx.caller, institution);
    gate::own(ctx, Action::SurveyAnswer, institution)
        .or_else(|_| permit(&ctx.caller, Action::PeopleManage, &facts))
}

/// The address of the caller's own institution, or empty.
///
/// # Errors
/// `NotFound` to those who may not say it.
pub async fn get(store: &Store, ctx: &Ctx, institution: &Id) -> Result<String, Failure> {
    gate_of(ctx, institution)?;
    Ok(store.mail_address(institution).await?)
}

/// Says where an institution reads; empty is nowhere.
///
/// # Errors
/// `fault-survey-mail` on `address`; `NotFound` to those who may not say it.
pub async fn set(store: &Store, ctx: &Ctx, institution: &Id, typed: &str) -> Result<(), Failure> {
    gate_of(ctx, institution)?;
    let address = super::address("address", typed);
    let address = address.map_err(|fault| Refusal::Invalid(vec![fault]))?;
    let mut changes = Changes::default();
    changes.put_mail_address(ctx, institution, &address);
    changes.note(Note::new("survey.mail-place").detail(institution.as_str()));
    store.commit(ctx, changes).await?;
    Ok(())
}
