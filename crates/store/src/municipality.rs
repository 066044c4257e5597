//! Table `municipality`: names, kinds, times and successors of 区市町村.

use renkei_base::Micros;

use crate::db::{Row, Step};
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

const ALL: &str = "select code, name, kana, kind, valid_from, valid_to, successors, updated from municipality \
    order by code";

impl Changes {
    /// Writes a municipality, new or changed.
    pub fn put_municipality(&mut self, row: &MunicipalityRow) {
        self.steps.push(Step::any(
            PUT,
            vec![
                row.code.as_str().into(),
                row.name.as_str().into(),
                row.kana.as_str().into(),
                row.kind.as_str().into(),
                row.valid_from.as_str().into(),
                row.valid_to.as_str().into(),
                row.successors.join(" ").into(),
                row.updated.into(),
            ],
        ));
    }
}

impl Store {
    /// All municipalities of all times, by code.
    pub async fn municipalities(&self) -> Result<Vec<MunicipalityRow>, StoreError> {
        let rows = self.db().query(ALL, vec![]).await?;
        rows.iter().map(municipality).collect()
    }
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
