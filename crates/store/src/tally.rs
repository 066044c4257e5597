//! How many institutions there are where, and what they say of their beds: for maps and pages of areas.

use crate::beds::{BedSet, bed_set};
use crate::db::Row;
use crate::{Store, StoreError};

/// Institutions of one kind in one municipality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TallyRow {
    /// Six digits, or empty.
    pub municipality: String,
    pub kind: String,
    pub count: u32,
    /// The newest list that one of them is in, by its day: `2025-06-01`. Empty where all were typed here.
    pub date: String,
}

/// The beds of one institution, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedBeds {
    pub municipality: String,
    pub kind: String,
    pub set: BedSet,
}

const COUNTS: &str = "select municipality, kind, count(*), \
    max(case when source = 'own' then '' else source_date end) from institution where active = 1 group by municipality, kind order by municipality, kind";

const BEDS: &str = "select b.institution, b.source, b.source_date, b.beds, i.municipality, i.kind \
    from institution_beds b join institution i on i.id = b.institution where i.active = 1 \
    order by b.institution, b.source";

impl Store {
    /// Institutions that are open, by municipality and kind.
    pub async fn tally(&self) -> Result<Vec<TallyRow>, StoreError> {
        let rows = self.db().query(COUNTS, vec![]).await?;
        rows.iter().map(count).collect()
    }

    /// The beds of all institutions that are open, by institution and source.
    pub async fn placed_beds(&self) -> Result<Vec<PlacedBeds>, StoreError> {
        let rows = self.db().query(BEDS, vec![]).await?;
        rows.iter().map(beds).collect()
    }
}

fn count(row: &Row) -> Result<TallyRow, StoreError> {
    Ok(TallyRow {
        municipality: row.text(0)?.to_owned(),
        kind: row.text(1)?.to_owned(),
        count: u32::try_from(row.int(2)?).unwrap_or(u32::MAX),
        date: row.text(3)?.to_owned(),
    })
}

fn beds(row: &Row) -> Result<PlacedBeds, StoreError> {
    Ok(PlacedBeds {
        municipality: row.text(4)?.to_owned(),
        kind: row.text(5)?.to_owned(),
        set: bed_set(row)?,
    })
}
