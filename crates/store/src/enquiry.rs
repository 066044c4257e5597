//! The table of enquiries: what a desk was asked, without who asked.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// One enquiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnquiryRow {
    pub id: Id,
    pub desk: Id,
    /// `2026-11`
    pub month: String,
    /// The code of a tag of the family `worry`.
    pub theme: String,
    /// What kind of person asked: `person`, `family`, `care-manager` …
    pub asker: String,
    /// What came of it.
    pub outcome: String,
    pub note: String,
    pub done_by: Option<Id>,
    pub done_at: Micros,
}

/// How many enquiries there were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnquiryCount {
    pub desk: Id,
    pub month: String,
    pub theme: String,
    pub count: u64,
}

const PUT: &str = "insert into enquiry (id, desk, month, theme, asker, outcome, note, done_by, done_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const WITHDRAW: &str = "update enquiry set withdrawn_at = $3, note = '' \
    where id = $1 and desk = $2 and withdrawn_at is null";
const OF: &str = "select id, desk, month, theme, asker, outcome, note, done_by, done_at from enquiry \
    where desk = $1 and withdrawn_at is null and month >= $2 and month <= $3 order by month desc, done_at desc, id";
const COUNTS: &str = "select desk, month, theme, count(*) from enquiry \
    where month >= $1 and month <= $2 and withdrawn_at is null group by desk, month, theme order by month, theme, desk";

impl Changes {
    pub fn put_enquiry(&mut self, row: &EnquiryRow) {
        let params = vec![
            Value::from(&row.id),
            Value::from(&row.desk),
            Value::from(row.month.as_str()),
            Value::from(row.theme.as_str()),
            Value::from(row.asker.as_str()),
            Value::from(row.outcome.as_str()),
            Value::from(row.note.as_str()),
            Value::from(row.done_by.as_ref()),
            Value::from(row.done_at),
        ];
        self.steps.push(Step::any(PUT, params));
    }

    /// Takes an enquiry back that was noted by mistake; its text goes. A conflict where it is not there.
    pub fn withdraw_enquiry(&mut self, id: &Id, desk: &Id, at: Micros) {
        let params = vec![Value::from(id), Value::from(desk), Value::from(at)];
        self.steps.push(Step::one(WITHDRAW, params, "enquiry"));
    }
}

impl Store {
    /// The enquiries of a desk in these months, the last first.
    pub async fn enquiries_of(
        &self,
        desk: &Id,
        months: (&str, &str),
    ) -> Result<Vec<EnquiryRow>, StoreError> {
        let params = vec![Value::from(desk), months.0.into(), months.1.into()];
        let rows = self.db().query(OF, params).await?;
        rows.iter().map(enquiry).collect()
    }

    /// How many enquiries each desk had in these months, by theme.
    pub async fn enquiry_counts(
        &self,
        months: (&str, &str),
    ) -> Result<Vec<EnquiryCount>, StoreError> {
        let params = vec![months.0.into(), months.1.into()];
        let rows = self.db().query(COUNTS, params).await?;
        rows.iter().map(count).collect()
    }
}

fn enquiry(row: &Row) -> Result<EnquiryRow, StoreError> {
    Ok(EnquiryRow {
        id: row.id(0)?,
        desk: row.id(1)?,
        month: row.text(2)?.to_owned(),
        theme: row.text(3)?.to_owned(),
        asker: row.text(4)?.to_owned(),
        outcome: row.text(5)?.to_owned(),
        note: row.text(6)?.to_owned(),
        done_by: id_opt(row, 7)?,
        done_at: row.micros(8)?,
    })
}

fn count(row: &Row) -> Result<EnquiryCount, StoreError> {
    Ok(EnquiryCount {
        desk: row.id(0)?,
        month: row.text(1)?.to_owned(),
        theme: row.text(2)?.to_owned(),
        count: u64::try_from(row.int(3)?).unwrap_or(0),
    })
}
