//! Table `municipality`: names, kinds, times and successors of 区市町村.

use renkei_base::Micros;

use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A municipality. Dates are `2026-04-01` or empty for open; the last day still counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MunicipalityRow {
    /// Six digits with check digit.
    pub code: String,
    pub name: String,
    pub kana: String,
    /// `ward`, `city`, `town`, `village`
    pub kind: String,
    pub valid_from: String,
    pub valid_to: String,
    /// Codes of those that it became part of.
    pub successors: Vec<String>,
    pub updated: Micros,
}

const PUT: &str = "insert into municipality (code, name, kana, kind, valid_from, valid_to, successors, updated) \
    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (code) do update set name = excluded.name, \
    kana = excluded.kana, kind = excluded.kind, valid_from = excluded.valid_from, valid_to = excluded.valid_to, \
    successors = excluded.successors, updated = excluded.updated";

const ADD: &str = "insert into municipality (code, name, kana, kind, valid_from, valid_to, successors, updated) \
    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (code) do nothing";

const CHANGE: &str = "update municipality set name = $2, kana = $3, kind = $4, valid_from = $5, valid_to = $6, \
    successors = $7, updated = $8 where code = $1 and updated = $9";

const REMOVE: &str = "delete from municipality where code = $1";

const ALL: &str = "select code, name, kana, kind, valid_from, valid_to, successors, updated from municipality \
    order by code";

impl Changes {
    /// Writes a municipality, new or changed.
    pub fn put_municipality(&mut self, row: &MunicipalityRow) {
        self.steps.push(Step::any(PUT, values(row)));
    }

    /// Writes a new municipality; a conflict where it is there already.
    pub fn add_municipality(&mut self, row: &MunicipalityRow) {
        self.steps.push(Step::one(
            ADD,
            values(row),
            format!("municipality {}", row.code),
        ));
    }

    /// Changes a municipality; a conflict where it is not as it was at this time.
    pub fn change_municipality(&mut self, row: &MunicipalityRow, base: Micros) {
        let mut params = values(row);
        params.push(base.into());
        self.steps.push(Step::one(
            CHANGE,
            params,
            format!("municipality {}", row.code),
        ));
    }

    /// Takes back a municipality: it was a mistake. One that ends gets its last day instead.
    pub fn remove_municipality(&mut self, code: &str) {
        self.steps.push(Step::any(REMOVE, vec![code.into()]));
    }
}

impl Store {
    /// All municipalities of all times, by code.
    pub async fn municipalities(&self) -> Result<Vec<MunicipalityRow>, StoreError> {
        let rows = self.db().query(ALL, vec![]).await?;
        rows.iter().map(municipality).collect()
    }
}

fn values(row: &MunicipalityRow) -> Vec<Value> {
    vec![
        row.code.as_str().into(),
        row.name.as_str().into(),
        row.kana.as_str().into(),
        row.kind.as_str().into(),
        row.valid_from.as_str().into(),
        row.valid_to.as_str().into(),
        row.successors.join(" ").into(),
        row.updated.into(),
    ]
}

fn municipality(row: &Row) -> Result<MunicipalityRow, StoreError> {
    let successors = row.text(6)?.split_whitespace().map(str::to_owned);
    Ok(MunicipalityRow {
        code: row.text(0)?.to_owned(),
        name: row.text(1)?.to_owned(),
        kana: row.text(2)?.to_owned(),
        kind: row.text(3)?.to_owned(),
        valid_from: row.text(4)?.to_owned(),
        valid_to: row.text(5)?.to_owned(),
        successors: successors.collect(),
        updated: row.micros(7)?,
    })
}
