//! Where an institution reads what is sent to it, said by its administrator or its officers; and where one of its people
//! reads what is sent to it alone.

use renkei_access::policy::{Action, Facts, permit};
use renkei_base::{Ctx, Id, Refusal};
use renkei_store::{Changes, Failure, Note, RespondentRow, Store, StoreError};

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
    let done = set_tried(store, ctx, institution, typed).await;
    let note = Note::new("survey.mail-place").detail(institution.as_str());
    store.noted(ctx, note, done).await
}

async fn set_tried(store: &Store, ctx: &Ctx, institution: &Id, typed: &str) -> Result<(), Failure> {
    gate_of(ctx, institution)?;
    let address = super::address("address", typed);
    let address = address.map_err(|fault| Refusal::Invalid(vec![fault]))?;
    let mut changes = Changes::default();
    changes.put_mail_address(ctx, institution, &address);
    changes.note(Note::new("survey.mail-place").detail(institution.as_str()));
    store.commit(ctx, changes).await?;
    Ok(())
}

/// The caller's own address, or empty.
pub async fn own(store: &Store, ctx: &Ctx) -> Result<String, Failure> {
    let account = ctx.caller.account.as_ref().ok_or(Refusal::NotFound)?;
    Ok(store.account_mail(account).await?)
}

/// Says where the caller reads; empty is where its institution reads.
///
/// # Errors
/// `fault-survey-mail` on `own`.
pub async fn set_own(store: &Store, ctx: &Ctx, typed: &str) -> Result<(), Failure> {
    let account = ctx.caller.account.as_ref().ok_or(Refusal::NotFound)?;
    let address = super::address("own", typed).map_err(|fault| Refusal::Invalid(vec![fault]))?;
    let mut changes = Changes::default();
    changes.put_account_mail(account, &address, ctx.at);
    changes.note(Note::new("survey.mail-place").detail(account.as_str()));
    store.commit(ctx, changes).await?;
    Ok(())
}

/// Where a person of an institution is reached: at its own address, else where the sheet's contact reads, else where the
/// institution does. Empty where it cannot be.
pub(crate) async fn of_person(
    store: &Store,
    person: &Id,
    sheet: &RespondentRow,
) -> Result<String, StoreError> {
    let own = store.account_mail(person).await?;
    if !own.is_empty() {
        return Ok(own);
    }
    if !sheet.contact_mail.is_empty() {
        return Ok(sheet.contact_mail.clone());
    }
    store.mail_address(&sheet.respondent).await
}
