//! Ten-digit codes of institutions: given by an import that is sure, or confirmed by a person.

use std::collections::HashMap;

use renkei_access::policy::Action;
use renkei_base::code::InstitutionCode;
use renkei_base::{Ctx, Id, Refusal};
use renkei_fhir::{Key, Organization};
use renkei_store::import::CodeWait;
use renkei_store::institution::{InstitutionRow, InstitutionValue};
use renkei_store::{Changes, Failure, Note, Store, Stored};

use crate::gate;
use crate::institution::row_of;

/// The source of codes from the regional bureaus' lists.
pub const CODE_SOURCE: &str = "institution-codes";

/// Codes that a person can decide about now: those with candidates.
pub async fn to_confirm(store: &Store, ctx: &Ctx, limit: usize) -> Result<Vec<CodeWait>, Failure> {
    gate::region(ctx, Action::DirectoryConfirm)?;
    Ok(store.code_waits_to_confirm(limit).await?)
}

/// How many codes a person can decide about now, and how many wait for an institution that is not here yet.
pub async fn waiting(store: &Store, ctx: &Ctx) -> Result<(u64, u64), Failure> {
    gate::region(ctx, Action::DirectoryConfirm)?;
    Ok(store.code_wait_counts().await?)
}

/// Says that a waiting code belongs to this institution.
pub async fn confirm(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    institution: &Id,
) -> Result<(), Failure> {
    gate::region(ctx, Action::DirectoryConfirm)?;
    let wait = store.code_wait(code).await?.ok_or(Refusal::NotFound)?;
    let row = store
        .institution(institution)
        .await?
        .ok_or(Refusal::NotFound)?;
    if row.code.is_some() {
        return Err(Refusal::not_now("refuse-institution-has-code").into());
    }
    if store.institution_by_code(code).await?.is_some() {
        return Err(Refusal::not_now("refuse-code-taken").into());
    }
    let parsed = InstitutionCode::read(&wait.code)
        .map_err(|fault| Refusal::Invalid(vec![fault.fault("code")]))?;
    let mut changes = Changes::default();
    let date = ctx.at.in_japan().date().to_string();
    give(
        store,
        ctx,
        &[(parsed, institution.clone())],
        (CODE_SOURCE, &date),
        &mut changes,
    )
    .await?;
    changes.end_code_wait(
        &wait.code,
        Some(institution),
        ctx.caller.account.as_ref(),
        ctx.at,
    );
    changes.note(
        Note::new("institution.code")
            .what(Organization::key(institution))
            .detail(code),
    );
    store.commit(ctx, changes).await?;
    Ok(())
}

/// Says that a waiting code belongs to none of the institutions here. It does not come back with the next list.
pub async fn dismiss(store: &Store, ctx: &Ctx, code: &str) -> Result<(), Failure> {
    gate::region(ctx, Action::DirectoryConfirm)?;
    let wait = store.code_wait(code).await?.ok_or(Refusal::NotFound)?;
    let mut changes = Changes::default();
    changes.end_code_wait(&wait.code, None, ctx.caller.account.as_ref(), ctx.at);
    changes.note(Note::new("institution.code-dismissed").detail(code));
    store.commit(ctx, changes).await?;
    Ok(())
}

/// Writes codes into Organizations and rows, with their source (its name and date).
pub(crate) async fn give(
    store: &Store,
    ctx: &Ctx,
    codes: &[(InstitutionCode, Id)],
    source: (&str, &str),
    changes: &mut Changes,
) -> Result<(), Failure> {
    let keys: Vec<Key> = codes.iter().map(|(_, id)| Organization::key(id)).collect();
    let stored = store.read_many(ctx, &keys).await?;
    let mut stored: HashMap<Key, Stored> = stored
        .into_iter()
        .map(|one| (one.key.clone(), one))
        .collect();
    for (code, id) in codes {
        let read = stored
            .remove(&Organization::key(id))
            .ok_or(Refusal::NotFound)?;
        let row = store.institution(id).await?.ok_or(Refusal::NotFound)?;
        let organization = Organization::from_resource(read.resource.clone());
        let mut organization = organization.ok_or(Refusal::NotFound)?;
        organization.set_code(code.as_str());
        changes.put_institution(&InstitutionRow {
            source: row.source,
            source_date: row.source_date,
            fingerprint: row.fingerprint,
            updated: ctx.at,
            ..row_of(&organization, id)
        });
        changes.put_institution_value(&InstitutionValue {
            institution: id.clone(),
            field: "code".to_owned(),
            value: code.as_str().to_owned(),
            source: source.0.to_owned(),
            source_date: source.1.to_owned(),
            confirmed_by: ctx.caller.account.clone(),
            confirmed_at: ctx.caller.account.as_ref().map(|_| ctx.at),
        });
        changes.update(&read, organization.into_resource());
    }
    Ok(())
}
