//! What only members see: a direct number, room for new patients now, a note to the other institutions.

use renkei_base::code::telephone;
use renkei_base::limits::NOTE_CHARS;
use renkei_base::{Fault, Id, text};
use renkei_store::institution::InstitutionValue;
use renkei_store::{Store, StoreError};

use super::{Edit, Fields, OWN_SOURCE, of};

/// Names of the values, also in `institution_value`.
pub const MEMBER_FIELDS: [&str; 3] = ["member_phone", "member_capacity", "member_note"];

pub(super) async fn fields(store: &Store, id: &Id) -> Result<Fields, StoreError> {
    let values = store.institution_values(id).await?;
    let own = values
        .into_iter()
        .filter(|value| MEMBER_FIELDS.contains(&value.field.as_str()));
    Ok(own.map(|value| (value.field, value.value)).collect())
}

pub(super) fn edit(edit: &mut Edit<'_>) {
    for field in MEMBER_FIELDS {
        if !edit.differs(field) {
            continue;
        }
        let typed = of(edit.new, field);
        let value = match field {
            "member_phone" if !typed.trim().is_empty() => {
                telephone(typed).map_err(|fault| fault.fault(field))
            }
            _ => text::long_text(field, typed),
        };
        match value {
            Ok(value) if value.chars().count() > NOTE_CHARS => edit
                .faults
                .push(Fault::new(field, "fault-institution-too-long").with("limit", NOTE_CHARS)),
            Ok(value) if value.is_empty() => {
                edit.changes
                    .remove_institution_value(edit.institution, field);
            }
            Ok(value) => edit.changes.put_institution_value(&InstitutionValue {
                institution: edit.institution.clone(),
                field: field.to_owned(),
                value,
                source: OWN_SOURCE.to_owned(),
                source_date: edit.today.clone(),
                confirmed_by: edit.ctx.caller.account.clone(),
                confirmed_at: Some(edit.ctx.at),
            }),
            Err(fault) => edit.faults.push(fault),
        }
    }
}
