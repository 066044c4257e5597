//! Table `population`: inhabitants of municipalities and areas at a date.

use renkei_base::Micros;

use crate::db::{Row, Step};
use crate::{Changes, Store, StoreError};

/// How many people lived somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PopulationRow {
    /// `municipality`, or the kind of an area.
    pub kind: String,
    /// Of the municipality or the area.
    pub code: String,
    /// `2020-10-01`
    pub date: String,
    pub people: u32,
    pub source: String,
    pub updated: Micros,
}

const PUT: &str = "insert into population (kind, code, date, people, source, updated) \
    values ($1, $2, $3, $4, $5, $6) on conflict (kind, code, date) do update set people = excluded.people, \
    source = excluded.source, updated = excluded.updated";

const ALL: &str =
    "select kind, code, date, people, source, updated from population order by kind, code, date";

impl Changes {
    /// Writes a population, new or changed.
    pub fn put_population(&mut self, row: &PopulationRow) {
        self.steps.push(Step::any(
            PUT,
            vec![
                row.kind.as_str().into(),
                row.code.as_str().into(),
                row.date.as_str().into(),
                i64::from(row.people).into(),
                row.source.as_str().into(),
                row.updated.into(),
            ],
        ));
    }
}

impl Store {
    /// All populations, by place and date.
    pub async fn populations(&self) -> Result<Vec<PopulationRow>, StoreError> {
        let rows = self.db().query(ALL, vec![]).await?;
        rows.iter().map(population).collect()
    }
}

fn population(row: &Row) -> Result<PopulationRow, StoreError> {
    Ok(PopulationRow {
        kind: row.text(0)?.to_owned(),
        code: row.text(1)?.to_owned(),
        date: row.text(2)?.to_owned(),
        people: u32::try_from(row.int(3)?).unwrap_or_default(),
        source: row.text(4)?.to_owned(),
        updated: row.micros(5)?,
    })
}
