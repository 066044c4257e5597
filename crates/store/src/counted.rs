//! Counts as they stand, for indicators and tests. No path leads back to a person.

use renkei_base::Id;

use crate::db::{Row, Value};
use crate::{Store, StoreError};

const OF: &str = "select indicator, period, area, numerator, denominator from count \
    where institution = $1 order by indicator, period, area";

/// One count of an institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub indicator: String,
    /// `2026-11`
    pub period: String,
    pub area: String,
    pub numerator: i64,
    pub denominator: i64,
}

impl Store {
    /// Everything counted for an institution.
    pub async fn counts(&self, institution: &Id) -> Result<Vec<Counted>, StoreError> {
        let rows = self
            .db()
            .query(OF.to_owned(), vec![Value::from(institution)])
            .await?;
        rows.iter().map(counted).collect()
    }
}

fn counted(row: &Row) -> Result<Counted, StoreError> {
    Ok(Counted {
        indicator: row.text(0)?.to_owned(),
        period: row.text(1)?.to_owned(),
        area: row.text(2)?.to_owned(),
        numerator: row.int(3)?,
        denominator: row.int(4)?,
    })
}
