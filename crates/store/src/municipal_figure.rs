//! Table `municipal_figure`: figures of municipalities, by year.

use renkei_base::Micros;

use crate::db::{Row, Step};
use crate::{Changes, Store, StoreError};

/// One figure of one municipality in one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MunicipalFigureRow {
    /// Six digits with check digit.
    pub municipality: String,
    /// `population`, `population-65` …
    pub figure: String,
    /// Of the Western calendar.
    pub year: i16,
    pub value: i64,
    /// The day that it is of, `2025-01-01`, or only the year, `2025`.
    pub date: String,
    pub source: String,
    pub updated: Micros,
}

const PUT: &str = "insert into municipal_figure (municipality, figure, year, value, date, source, updated) \
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (municipality, figure, year) do update set \
    value = excluded.value, date = excluded.date, source = excluded.source, updated = excluded.updated";

const ALL: &str = "select municipality, figure, year, value, date, source, updated from municipal_figure \
    order by municipality, figure, year";

impl Changes {
    /// Writes a figure, new or changed.
    pub fn put_municipal_figure(&mut self, row: &MunicipalFigureRow) {
        self.steps.push(Step::any(
            PUT,
            vec![
                row.municipality.as_str().into(),
                row.figure.as_str().into(),
                i64::from(row.year).into(),
                row.value.into(),
                row.date.as_str().into(),
                row.source.as_str().into(),
                row.updated.into(),
            ],
        ));
    }
}

impl Store {
    /// All figures of all years, by municipality, figure and year: two rows for each municipality and year.
    pub async fn municipal_figures(&self) -> Result<Vec<MunicipalFigureRow>, StoreError> {
        let rows = self.db().query(ALL, vec![]).await?;
        rows.iter().map(figure).collect()
    }
}

fn figure(row: &Row) -> Result<MunicipalFigureRow, StoreError> {
    Ok(MunicipalFigureRow {
        municipality: row.text(0)?.to_owned(),
        figure: row.text(1)?.to_owned(),
        year: i16::try_from(row.int(2)?).unwrap_or_default(),
        value: row.int(3)?,
        date: row.text(4)?.to_owned(),
        source: row.text(5)?.to_owned(),
        updated: row.micros(6)?,
    })
}
