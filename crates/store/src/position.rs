//! Table `institution_position`: where institutions lie.

use renkei_base::{Id, Micros};

use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// Where an institution lies, in degrees (JGD2011, which is WGS 84 for our purposes).
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    pub institution: Id,
    pub latitude: f64,
    pub longitude: f64,
    /// `medical-information-net`, `own` …
    pub source: String,
    /// `2025-06-01`, or empty.
    pub source_date: String,
}

const PUT: &str = "insert into institution_position (institution, latitude, longitude, source, source_date, updated) \
    values ($1, $2, $3, $4, $5, $6) on conflict (institution) do update set latitude = excluded.latitude, \
    longitude = excluded.longitude, source = excluded.source, source_date = excluded.source_date, \
    updated = excluded.updated";

const REMOVE: &str = "delete from institution_position where institution = $1";

const ALL: &str = "select institution, latitude, longitude, source, source_date from institution_position \
    where institution > $1 order by institution limit $2";

const OF: &str = "select institution, latitude, longitude, source, source_date from institution_position \
    where institution = $1";

/// Rows read at a time.
const PAGE: i64 = 5_000;
const MILLION: f64 = 1_000_000.0;

impl Changes {
    /// Writes where an institution lies.
    pub fn put_position(&mut self, position: &Position, at: Micros) {
        self.steps.push(Step::any(
            PUT,
            vec![
                Value::from(&position.institution),
                Value::from(millionths(position.latitude)),
                Value::from(millionths(position.longitude)),
                Value::from(position.source.as_str()),
                Value::from(position.source_date.as_str()),
                Value::from(at),
            ],
        ));
    }

    /// Forgets where an institution lies.
    pub fn remove_position(&mut self, institution: &Id) {
        self.steps
            .push(Step::any(REMOVE, vec![Value::from(institution)]));
    }
}

impl Store {
    /// The institutions that say where they lie, by id. Those without coordinates (0/0 in the lists) are not among them.
    pub async fn positions(&self) -> Result<Vec<Position>, StoreError> {
        let mut all: Vec<Position> = Vec::new();
        loop {
            let page = self.positions_after(all.last()).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// The next of these after one: for those who do not want all of them in memory.
    pub async fn positions_after(
        &self,
        last: Option<&Position>,
    ) -> Result<Vec<Position>, StoreError> {
        let last = last.map_or("", |one| one.institution.as_str());
        let rows = self.db().query(ALL, vec![last.into(), PAGE.into()]).await?;
        rows.iter().map(position).collect()
    }

    pub async fn position_of(&self, institution: &Id) -> Result<Option<Position>, StoreError> {
        let rows = self.db().query(OF, vec![institution.into()]).await?;
        rows.first().map(position).transpose()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "degrees in millionths are far below the limit; beyond it the cast stops at the limit"
)]
fn millionths(degrees: f64) -> i64 {
    (degrees * MILLION).round() as i64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "degrees in millionths have nine digits"
)]
fn degrees(millionths: i64) -> f64 {
    millionths as f64 / MILLION
}

fn position(row: &Row) -> Result<Position, StoreError> {
    Ok(Position {
        institution: row.id(0)?,
        latitude: degrees(row.int(1)?),
        longitude: degrees(row.int(2)?),
        source: row.text(3)?.to_owned(),
        source_date: row.text(4)?.to_owned(),
    })
}
