//! Table `survey_snapshot`: counts as they were presented or published. Written once.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A snapshot without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotRow {
    pub survey: String,
    /// For each survey: published ones from 1, presented ones from -1 downwards.
    pub number: i64,
    /// `presented` or `published`.
    pub kind: String,
    /// As people call it: 意見交換会 資料5.
    pub label: String,
    /// `2015-10-20`
    pub day: String,
    /// SHA-256 of the body, in hexadecimal digits.
    pub digest: String,
    pub note: String,
    pub done_by: Option<Id>,
    pub done_at: Micros,
}

const PUT: &str = "insert into survey_snapshot (survey, number, kind, label, day, body, digest, note, done_by, done_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing";
const ALL: &str = "select survey, number, kind, label, day, digest, note, done_by, done_at from survey_snapshot \
    where survey = $1 order by done_at desc, abs(number) desc";
const ONE: &str = "select survey, number, kind, label, day, digest, note, done_by, done_at, body from survey_snapshot \
    where survey = $1 and number = $2";
const NEWEST: &str = "select survey, number, kind, label, day, digest, note, done_by, done_at, body from survey_snapshot \
    where survey = $1 and kind = $2 order by abs(number) desc limit 1";

impl Changes {
    /// Keeps a snapshot. A conflict where there is one of this number.
    pub fn put_snapshot(&mut self, row: &SnapshotRow, body: &str) {
        let params = vec![
            Value::from(row.survey.as_str()),
            Value::from(row.number),
            Value::from(row.kind.as_str()),
            Value::from(row.label.as_str()),
            Value::from(row.day.as_str()),
            Value::from(body),
            Value::from(row.digest.as_str()),
            Value::from(row.note.as_str()),
            Value::from(row.done_by.as_ref()),
            Value::from(row.done_at),
        ];
        self.steps.push(Step::one(PUT, params, "survey_snapshot"));
    }
}

impl Store {
    /// The snapshots of a survey, the newest first.
    pub async fn snapshots(&self, survey: &str) -> Result<Vec<SnapshotRow>, StoreError> {
        let rows = self.db().query(ALL, vec![survey.into()]).await?;
        rows.iter().map(snapshot).collect()
    }

    /// One snapshot with its body, JSON.
    pub async fn snapshot(
        &self,
        survey: &str,
        number: i64,
    ) -> Result<Option<(SnapshotRow, String)>, StoreError> {
        let params = vec![survey.into(), number.into()];
        let rows = self.db().query(ONE, params).await?;
        rows.first().map(with_body).transpose()
    }

    /// The newest one of a kind, with its body.
    pub async fn newest_snapshot(
        &self,
        survey: &str,
        kind: &str,
    ) -> Result<Option<(SnapshotRow, String)>, StoreError> {
        let params = vec![survey.into(), kind.into()];
        let rows = self.db().query(NEWEST, params).await?;
        rows.first().map(with_body).transpose()
    }
}

fn snapshot(row: &Row) -> Result<SnapshotRow, StoreError> {
    Ok(SnapshotRow {
        survey: row.text(0)?.to_owned(),
        number: row.int(1)?,
        kind: row.text(2)?.to_owned(),
        label: row.text(3)?.to_owned(),
        day: row.text(4)?.to_owned(),
        digest: row.text(5)?.to_owned(),
        note: row.text(6)?.to_owned(),
        done_by: id_opt(row, 7)?,
        done_at: row.micros(8)?,
    })
}

fn with_body(row: &Row) -> Result<(SnapshotRow, String), StoreError> {
    Ok((snapshot(row)?, row.text(9)?.to_owned()))
}
