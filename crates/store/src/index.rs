//! The search index: the rows of a resource, drawn by the table of search parameters, as steps of its commit.

use renkei_fhir::search::{self, Indexed, Kind};

use crate::changes::Stored;
use crate::db::{Expect, Step, Value};
use crate::resource::draft_of;
use crate::slot;

/// Rows of one insert at most, so that few texts of statements exist.
const ROWS: usize = 16;

/// Parameters that all rows of a resource share: patient, typ, id, scope, draft_of, updated.
const SHARED: usize = 6;

/// One index table: how it is written.
struct Table {
    kind: Kind,
    /// Up to `values`.
    insert: &'static str,
    /// Columns of a row's own: the parameter's name and its value.
    own: usize,
    /// The rows of one resource stand together in the table's key.
    clear: &'static str,
}

const TABLES: [Table; 5] = [
    Table {
        kind: Kind::Token,
        insert: "insert into ix_token (patient, typ, id, scope, draft_of, updated, param, system, code) values ",
        own: 3,
        clear: "delete from ix_token where patient = $1 and typ = $2 and id = $3",
    },
    Table {
        kind: Kind::String,
        insert: "insert into ix_string (patient, typ, id, scope, draft_of, updated, param, norm) values ",
        own: 2,
        clear: "delete from ix_string where patient = $1 and typ = $2 and id = $3",
    },
    Table {
        kind: Kind::Reference,
        insert: "insert into ix_reference (patient, typ, id, scope, draft_of, updated, param, target_type, target_id) values ",
        own: 3,
        clear: "delete from ix_reference where patient = $1 and typ = $2 and id = $3",
    },
    Table {
        kind: Kind::Date,
        insert: "insert into ix_date (patient, typ, id, scope, draft_of, updated, param, low, high) values ",
        own: 3,
        clear: "delete from ix_date where patient = $1 and typ = $2 and id = $3",
    },
    Table {
        kind: Kind::Quantity,
        insert: "insert into ix_quantity (patient, typ, id, scope, draft_of, updated, param, value, system, code) values ",
        own: 4,
        clear: "delete from ix_quantity where patient = $1 and typ = $2 and id = $3",
    },
];

/// Inserts the index rows of a resource that has none yet. Nothing for a deleted one.
pub(crate) fn insert(stored: &Stored) -> Vec<Step> {
    if stored.deleted {
        return Vec::new();
    }
    let rows = search::index(&stored.resource);
    let mut steps = Vec::new();
    for table in &TABLES {
        let own: Vec<Vec<Value>> = rows
            .iter()
            .filter(|(param, _)| param.kind == table.kind)
            .map(|(param, value)| own_values(param.name, value))
            .collect();
        steps.extend(own.chunks(ROWS).map(|rows| table.insert(stored, rows)));
    }
    steps.extend(slot::insert(stored));
    steps
}

/// Deletes the index rows of a resource, before its next version's are inserted. Tables that its type never fills are left out.
pub(crate) fn remove(stored: &Stored) -> Vec<Step> {
    TABLES
        .iter()
        .filter(|table| fills(&stored.key.typ, table.kind))
        .map(|table| Step::any(table.clear, key(stored)))
        .chain(slot::clear(&stored.key.typ, stored.key.id.as_str()))
        .collect()
}

/// Deletes whatever any table of the index has of a resource.
pub(crate) fn clear(patient: &str, typ: &str, id: &str) -> Vec<Step> {
    let key: Vec<Value> = vec![patient.into(), typ.into(), id.into()];
    let tables = TABLES.iter();
    tables
        .map(|table| Step::any(table.clear, key.clone()))
        .chain(slot::clear(typ, id))
        .collect()
}

fn key(stored: &Stored) -> Vec<Value> {
    vec![
        patient(stored),
        Value::from(stored.key.typ.as_str()),
        Value::from(&stored.key.id),
    ]
}

fn fills(typ: &str, kind: Kind) -> bool {
    search::params(typ)
        .chain(search::common())
        .any(|param| param.kind == kind)
}

fn patient(stored: &Stored) -> Value {
    let patient = stored.place.patient.as_ref();
    Value::from(patient.map_or("", |id| id.as_str()))
}

fn own_values(param: &str, value: &Indexed) -> Vec<Value> {
    let mut own = vec![Value::from(param)];
    match value {
        Indexed::Token { system, code } => {
            own.extend([Value::from(system.as_str()), Value::from(code.as_str())]);
        }
        Indexed::String { norm } => own.push(Value::from(norm.as_str())),
        Indexed::Reference { typ, id } => {
            own.extend([Value::from(typ.as_str()), Value::from(id.as_str())]);
        }
        Indexed::Date { low, high } => own.extend([Value::from(*low), Value::from(*high)]),
        Indexed::Quantity {
            value,
            system,
            code,
        } => own.extend([
            Value::Real(*value),
            Value::from(system.as_str()),
            Value::from(code.as_str()),
        ]),
    }
    own
}

impl Table {
    /// One insert of several rows, which share their first parameters.
    fn insert(&self, stored: &Stored, rows: &[Vec<Value>]) -> Step {
        let mut params = vec![
            patient(stored),
            Value::from(stored.key.typ.as_str()),
            Value::from(&stored.key.id),
            Value::from(stored.place.scope.as_str()),
            Value::from(draft_of(stored)),
            Value::from(stored.updated),
        ];
        let mut sql = self.insert.to_owned();
        for (number, row) in rows.iter().enumerate() {
            sql.push_str(if number == 0 { "" } else { ", " });
            sql.push_str("($1, $2, $3, $4, $5, $6");
            for column in 1..=self.own {
                sql.push_str(&format!(", ${}", SHARED + number * self.own + column));
            }
            sql.push(')');
            params.extend(row.iter().cloned());
        }
        Step {
            sql: sql.into(),
            params,
            expect: Expect::Any,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::Place;
    use renkei_base::{Micros, Scope};
    use renkei_fhir::Resource;

    fn stored(json: &str) -> Stored {
        let resource = Resource::from_json(json).unwrap();
        Stored {
            key: resource.key().unwrap(),
            version: 1,
            updated: Micros(7),
            deleted: false,
            draft: false,
            place: Place {
                patient: Some("p1".parse().unwrap()),
                scope: Scope::Record,
                owner: None,
            },
            resource,
        }
    }

    #[test]
    fn rows_of_one_table_share_a_statement() {
        let slot = stored(
            r#"{"resourceType":"Slot","id":"s","status":"free","schedule":{"reference":"Schedule/1"},
                "specialty":[{"coding":[{"code":"01"},{"code":"02"}]}]}"#,
        );
        let shown: Vec<String> = insert(&slot)
            .iter()
            .map(|step| format!("{} {}", step.sql, step.params.len()))
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r"
        insert into ix_token (patient, typ, id, scope, draft_of, updated, param, system, code) values ($1, $2, $3, $4, $5, $6, $7, $8, $9), ($1, $2, $3, $4, $5, $6, $10, $11, $12), ($1, $2, $3, $4, $5, $6, $13, $14, $15) 15
        insert into ix_reference (patient, typ, id, scope, draft_of, updated, param, target_type, target_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) 9
    ");
    }

    #[test]
    fn many_rows_are_several_statements_and_none_is_lost() {
        let codes: Vec<String> = (0..40).map(|n| format!(r#"{{"code":"{n}"}}"#)).collect();
        let slot = stored(&format!(
            r#"{{"resourceType":"Slot","id":"s","specialty":[{{"coding":[{}]}}]}}"#,
            codes.join(",")
        ));
        let steps = insert(&slot);
        assert_eq!(steps.len(), 3);
        let own: usize = steps.iter().map(|step| step.params.len() - SHARED).sum();
        assert_eq!(own, 40 * 3);
    }

    #[test]
    fn a_deleted_resource_has_no_rows() {
        let mut slot = stored(r#"{"resourceType":"Slot","id":"s","status":"free"}"#);
        slot.deleted = true;
        assert!(insert(&slot).is_empty());
        assert_eq!(remove(&slot).len(), 4, "three tables, and the free slots");
    }
}
