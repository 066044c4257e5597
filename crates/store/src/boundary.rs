//! Table `boundary`: the outline of each municipality, packed.

use renkei_base::Micros;

use crate::db::{Row, Step};
use crate::{Changes, Store, StoreError};

/// The outline of a municipality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundaryRow {
    /// Six digits.
    pub municipality: String,
    /// Packed by the directory; all rows lie on one grid.
    pub rings: Vec<u8>,
    /// Where it comes from, as it must be named beside a map.
    pub source: String,
    /// `2021-01-01`, or empty.
    pub source_date: String,
    pub updated: Micros,
}

const PUT: &str = "insert into boundary (municipality, rings, source, source_date, updated) \
    values ($1, $2, $3, $4, $5) on conflict (municipality) do update set rings = excluded.rings, \
    source = excluded.source, source_date = excluded.source_date, updated = excluded.updated";

const ALL: &str =
    "select municipality, rings, source, source_date, updated from boundary order by municipality";

impl Changes {
    /// Writes an outline, new or changed.
    pub fn put_boundary(&mut self, row: &BoundaryRow) {
        self.steps.push(Step::any(
            PUT,
            vec![
                row.municipality.as_str().into(),
                row.rings.clone().into(),
                row.source.as_str().into(),
                row.source_date.as_str().into(),
                row.updated.into(),
            ],
        ));
    }
}

impl Store {
    /// All outlines, by municipality.
    pub async fn boundaries(&self) -> Result<Vec<BoundaryRow>, StoreError> {
        let rows = self.db().query(ALL, vec![]).await?;
        rows.iter().map(boundary).collect()
    }
}

fn boundary(row: &Row) -> Result<BoundaryRow, StoreError> {
    Ok(BoundaryRow {
        municipality: row.text(0)?.to_owned(),
        rings: row.bytes(1)?.to_vec(),
        source: row.text(2)?.to_owned(),
        source_date: row.text(3)?.to_owned(),
        updated: row.micros(4)?,
    })
}
