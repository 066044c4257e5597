//! Rows that wait for a person: which institution is meant, or that none here is.

use renkei_access::policy::Action;
use renkei_base::{Ctx, Id, Refusal};
use renkei_store::import_wait::{ImportWait, InstitutionAlias};
use renkei_store::{Changes, Failure, Note, Store};
use sha2::{Digest, Sha256};

use super::{bed_run, member_run};
use crate::gate;

/// Of what a row is known by.
pub(super) fn key(name: &str, place: &str, prefecture: &str) -> String {
    let mut hash = Sha256::new();
    for text in [name, place, prefecture] {
        hash.update(text.trim().as_bytes());
        hash.update([0]);
    }
    let digest = hash.finalize();
    hex::encode(digest.get(..16).unwrap_or_default())
}

/// The rows that wait.
pub async fn waiting(store: &Store, ctx: &Ctx, limit: usize) -> Result<Vec<ImportWait>, Failure> {
    gate::region(ctx, Action::DirectoryConfirm)?;
    Ok(store.import_waits(limit).await?)
}

/// Says which institution a row means. What the row says is written, and the next list knows it by the text that was typed.
pub async fn confirm(
    store: &Store,
    ctx: &Ctx,
    kind: &str,
    key: &str,
    institution: &Id,
) -> Result<(), Failure> {
    gate::region(ctx, Action::DirectoryConfirm)?;
    let wait = store.import_wait(kind, key).await?;
    let wait = wait.ok_or(Refusal::NotFound)?;
    store
        .institution(institution)
        .await?
        .ok_or(Refusal::NotFound)?;
    let by = ctx.caller.account.as_ref();
    let mut changes = Changes::default();
    let (first, rest) = wait.detail.split_once('\n').unwrap_or((&wait.detail, ""));
    match wait.kind.as_str() {
        bed_run::SOURCE => {
            let when = (wait.source_date.as_str(), ctx.at);
            bed_run::give(&mut changes, institution, rest, first, when);
        }
        _ => member_run::give(&mut changes, institution, (first, rest), &wait.source_date),
    }
    changes.put_institution_alias(&InstitutionAlias {
        name: wait.name.clone(),
        place: wait.place.clone(),
        prefecture: wait.prefecture.clone(),
        institution: institution.clone(),
        source: wait.source.clone(),
        since: ctx.at,
        by: by.cloned(),
    });
    changes.end_import_wait(&wait, Some(institution), by, ctx.at);
    changes.note(Note::new("institution.import-wait").detail(format!("{kind} {key}")));
    store.commit(ctx, changes).await?;
    Ok(())
}

/// Says that a row means no institution here. It does not come back with the next file.
pub async fn dismiss(store: &Store, ctx: &Ctx, kind: &str, key: &str) -> Result<(), Failure> {
    gate::region(ctx, Action::DirectoryConfirm)?;
    let wait = store.import_wait(kind, key).await?;
    let wait = wait.ok_or(Refusal::NotFound)?;
    let mut changes = Changes::default();
    changes.end_import_wait(&wait, None, ctx.caller.account.as_ref(), ctx.at);
    changes.note(Note::new("institution.import-wait-dismissed").detail(format!("{kind} {key}")));
    store.commit(ctx, changes).await?;
    Ok(())
}
