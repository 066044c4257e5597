//! The section of tags: a field for each, ticked or not.

use renkei_base::{Fault, Id};
use renkei_store::tag::InstitutionTag;
use renkei_store::{Store, StoreError};

use super::{Edit, Fields, OWN_SOURCE, of};
use crate::tag::Tag;

const ON: &str = "on";

pub(super) async fn fields(store: &Store, id: &Id) -> Result<Fields, StoreError> {
    let carried = store.tags_of(id).await?;
    let each = carried.into_iter();
    Ok(each.map(|one| (one.tag, ON.to_owned())).collect())
}

pub(super) fn edit(edit: &mut Edit<'_>, known: &[Tag]) {
    for (code, value) in edit.new {
        if !edit.differs(code) {
            continue;
        }
        if value.is_empty() {
            edit.changes.remove_institution_tag(edit.institution, code);
        } else if known.iter().any(|tag| tag.code == *code && tag.active) {
            edit.changes.put_institution_tag(&InstitutionTag {
                institution: edit.institution.clone(),
                tag: code.clone(),
                source: OWN_SOURCE.to_owned(),
                source_date: edit.today.clone(),
                confirmed_by: edit.ctx.caller.account.clone(),
                confirmed_at: Some(edit.ctx.at),
            });
        } else if of(edit.old, code).is_empty() {
            edit.faults
                .push(Fault::new(code.as_str(), "fault-profile-tag"));
        }
    }
}
