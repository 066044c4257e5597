//! The resource that is written and read: a laboratory result of about 1.5 kB with a note in Japanese, and the rows
//! that the store makes of it (one of the resource, nine of the index in four tables).

use std::sync::Arc;

use renkei_base::{Grantee, Id, Micros, Scope};
use renkei_fhir::patient::{Patient, Script};
use renkei_fhir::search::{self, Indexed, Kind};
use renkei_fhir::{Key, Resource};
use renkei_store::{Access, Changes, Place};
use serde_json::json;

use crate::Done;

pub(crate) const TYPE: &str = "Observation";
/// Index rows of one resource; asserted against the database.
pub(crate) const INDEX_ROWS: usize = 9;

const NOTE: &str = "前回に比べて空腹時血糖、HbA1cともに改善している。食事療法と運動療法を続け、内服は変更しない。\
    立ちくらみの訴えがあるため降圧薬の量を次回に見直す。下肢の浮腫は認めない。眼底検査は半年以内に眼科へ依頼する。";

/// The text of a result of a patient, as an outside program sends it.
pub(crate) fn body(patient: &Id, institution: &Id, number: usize) -> String {
    let value = format!("{}.{}", 5 + number % 5, number % 10);
    let value: serde_json::Number = serde_json::from_str(&value).unwrap_or_else(|_| 6.into());
    let day = 1 + number % 28;
    let observation = json!({
        "resourceType": TYPE,
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
        "code": {
            "coding": [{"system": "urn:oid:1.2.392.200119.4.504", "code": format!("3D01000000192{:04}", number % 200), "display": "HbA1c"}],
            "text": "ヘモグロビンA1c (NGSP)",
        },
        "subject": {"reference": format!("Patient/{patient}")},
        "effectiveDateTime": format!("2026-10-{day:02}T09:30:00+09:00"),
        "performer": [{"reference": format!("Organization/{institution}"), "display": "見本市立中央病院"}],
        "valueQuantity": {"value": value, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
        "note": [{"text": NOTE}, {"text": NOTE}],
    });
    observation.to_string()
}

/// Patients of one institution, which may see all of each.
pub(crate) fn patients(ids: &[Id], institution: &Id) -> Changes {
    let mut changes = Changes::default();
    for (number, id) in ids.iter().enumerate() {
        let mut patient = Patient::new(id);
        patient.set_name(Script::Kanji, "見本", &format!("患者{number}"));
        patient.set_birthday("1950-04-01");
        patient.set_institution(institution, "見本市立中央病院");
        changes.create(
            patient.into_resource(),
            place(id, institution, Scope::Identity),
        );
        changes.grants.push(Access {
            patient: id.clone(),
            grantee: Grantee::Institution(institution.clone()),
            scope: Scope::Record,
            until: Micros::NEVER,
        });
    }
    changes
}

pub(crate) fn place(patient: &Id, institution: &Id, scope: Scope) -> Place {
    Place {
        patient: Some(patient.clone()),
        scope,
        owner: Some(institution.clone()),
    }
}

/// A value of a row.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Int(i64),
    Real(f64),
    Text(String),
}

/// One insert. Texts of statements are few and shared.
#[derive(Clone, Debug)]
pub(crate) struct Insert {
    pub(crate) sql: Arc<str>,
    pub(crate) cells: Vec<Cell>,
}

const RESOURCE: &str = "insert into resource (patient, typ, id, version, scope, owner, updated, deleted, author, body) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const TOKEN: &str =
    "insert into ix_token (patient, typ, id, scope, updated, param, system, code) values ";
const REFERENCE: &str = "insert into ix_reference (patient, typ, id, scope, updated, param, target_type, target_id) values ";
const DATE: &str =
    "insert into ix_date (patient, typ, id, scope, updated, param, low, high) values ";
const QUANTITY: &str = "insert into ix_quantity (patient, typ, id, scope, updated, param, value, system, code) values ";
const STRING: &str =
    "insert into ix_string (patient, typ, id, scope, updated, param, norm) values ";

/// All rows of a new resource, as the store would write them: made beforehand, so that the floor does nothing but write.
pub(crate) fn rows(
    text: &str,
    id: &Id,
    patient: &Id,
    institution: &Id,
    at: Micros,
) -> Done<Vec<Insert>> {
    let mut resource = Resource::from_json(text)?;
    resource.stamp(id, 1, at);
    let shared = [
        Cell::Text(patient.to_string()),
        Cell::Text(resource.typ().to_owned()),
        Cell::Text(id.to_string()),
    ];
    let mut cells = shared.to_vec();
    cells.extend([
        Cell::Int(1),
        Cell::Text("record".to_owned()),
        Cell::Text(institution.to_string()),
        Cell::Int(at.0),
        Cell::Int(0),
        Cell::Text(institution.to_string()),
        Cell::Text(resource.to_json()),
    ]);
    let mut inserts = vec![Insert {
        sql: RESOURCE.into(),
        cells,
    }];
    let index = search::index(&resource);
    for kind in [
        Kind::Token,
        Kind::Reference,
        Kind::Date,
        Kind::Quantity,
        Kind::String,
    ] {
        let of_kind: Vec<Vec<Cell>> = index
            .iter()
            .filter(|(param, _)| param.kind == kind)
            .map(|(param, value)| own(param.name, value))
            .collect();
        if !of_kind.is_empty() {
            let mut cells = shared.to_vec();
            cells.extend([Cell::Text("record".to_owned()), Cell::Int(at.0)]);
            let sql = text_of(kind, of_kind.len(), of_kind.first().map_or(0, Vec::len));
            cells.extend(of_kind.into_iter().flatten());
            inserts.push(Insert {
                sql: sql.into(),
                cells,
            });
        }
    }
    Ok(inserts)
}

fn text_of(kind: Kind, rows: usize, own: usize) -> String {
    let table = match kind {
        Kind::Token => TOKEN,
        Kind::Reference => REFERENCE,
        Kind::Date => DATE,
        Kind::Quantity => QUANTITY,
        Kind::String => STRING,
    };
    let row = |row: usize| {
        let places: Vec<String> = (0..own)
            .map(|at| format!("${}", 6 + row * own + at))
            .collect();
        format!("($1, $2, $3, $4, $5, {})", places.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("{table}{}", rows.join(", "))
}

fn own(param: &str, value: &Indexed) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let mut cells = vec![text(param)];
    match value {
        Indexed::Token { system, code } => cells.extend([text(system), text(code)]),
        Indexed::String { norm } => cells.push(text(norm)),
        Indexed::Reference { typ, id } => cells.extend([text(typ), text(id)]),
        Indexed::Date { low, high } => cells.extend([Cell::Int(low.0), Cell::Int(high.0)]),
        Indexed::Quantity {
            value,
            system,
            code,
        } => {
            cells.extend([Cell::Real(*value), text(system), text(code)]);
        }
    }
    cells
}

pub(crate) fn key(id: &Id) -> Key {
    Key::new(TYPE, id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_has_its_size_and_its_rows() {
        // As long as ids are.
        let [patient, institution, id] = [1, 2, 3].map(|n| {
            format!("01999999-0000-7000-8000-00000000000{n}")
                .parse()
                .unwrap()
        });
        let text = body(&patient, &institution, 7);
        assert!((1_200..1_800).contains(&text.len()), "{}", text.len());
        let rows = rows(&text, &id, &patient, &institution, Micros(1)).unwrap();
        let index: usize = search::index(&Resource::from_json(&text).unwrap()).len();
        assert_eq!((rows.len(), index), (5, INDEX_ROWS));
        assert!(
            rows.iter()
                .all(|row| row.sql.contains(&format!("${}", row.cells.len())))
        );
    }
}
