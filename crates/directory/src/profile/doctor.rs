//! The section of doctors who wish to be named.

use renkei_base::{Fault, Id};
use renkei_store::profile::DoctorRow;
use renkei_store::{Store, StoreError};

use super::{Edit, Fields, OWN_SOURCE};

const PARTS: [&str; 4] = ["name", "kana", "department", "about"];
/// Doctors on one page.
const MOST: usize = 200;

pub(super) async fn fields(store: &Store, id: &Id) -> Result<Fields, StoreError> {
    let mut fields = Fields::new();
    for row in store.doctors_of(id).await? {
        let values = [row.name, row.kana, row.department, row.about];
        for (part, value) in PARTS.into_iter().zip(values) {
            fields.insert(format!("{part}.{}", row.id), value);
        }
    }
    Ok(fields)
}

pub(super) fn edit(edit: &mut Edit<'_>) {
    let rows = edit.rows();
    if rows.len() > MOST {
        edit.faults
            .push(Fault::new("", "fault-profile-rows").with("limit", MOST));
        return;
    }
    for (row, place) in rows.into_iter().zip(0..) {
        let names = PARTS.map(|part| format!("{part}.{row}"));
        let changed = names.iter().any(|name| edit.differs(name));
        let empty = names.iter().all(|name| edit.new_value(name).is_empty());
        let known = edit.known(&row);
        if let (Some(id), true) = (&known, empty) {
            edit.changes.remove_doctor(edit.institution, id);
            continue;
        }
        if !changed || empty {
            continue;
        }
        let [name, kana, department, about] = names.each_ref().map(|name| edit.line(name));
        if name.is_empty() {
            let [field, ..] = &names;
            edit.faults
                .push(Fault::new(field.as_str(), "fault-profile-doctor-name"));
        }
        if !kana.is_empty() && !renkei_base::name::is_kana(&kana) {
            let [_, field, ..] = &names;
            edit.faults.push(Fault::new(field.as_str(), "fault-kana"));
        }
        edit.changes.put_doctor(&DoctorRow {
            id: known.unwrap_or_else(|| edit.ctx.ids.id()),
            institution: edit.institution.clone(),
            name,
            kana: renkei_base::name::to_katakana(&kana),
            department,
            about,
            place,
            source: OWN_SOURCE.to_owned(),
            source_date: edit.today.clone(),
            updated: edit.ctx.at,
        });
    }
}
