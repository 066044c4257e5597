//! Table `survey_override`: lines of sheets that count otherwise than was answered, with the reason.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// That one line of one sheet counts as something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverrideRow {
    pub survey: String,
    pub respondent: Id,
    /// `h1`, or `g3.pamphlet` for a choice.
    pub line: String,
    /// `yes` or `no`.
    pub class: String,
    pub reason: String,
    pub done_by: Option<Id>,
    pub done_at: Micros,
}

/// Only while the survey is not locked.
const PUT: &str = "insert into survey_override (survey, respondent, line, class, reason, done_by, done_at) \
    select $1, $2, $3, $4, $5, $6, $7 where exists (select 1 from survey where code = $1 \
    and state in ('open', 'closed')) on conflict (survey, respondent, line) do update set \
    class = excluded.class, reason = excluded.reason, done_by = excluded.done_by, done_at = excluded.done_at";
const DROP: &str = "delete from survey_override where survey = $1 and respondent = $2 and line = $3 \
    and exists (select 1 from survey where code = $1 and state in ('open', 'closed'))";
const ALL: &str = "select survey, respondent, line, class, reason, done_by, done_at from survey_override \
    where survey = $1 order by respondent, line";

impl Changes {
    /// Writes an override, new or changed. A conflict where the survey is locked.
    pub fn put_override(&mut self, row: &OverrideRow) {
        let params = vec![
            Value::from(row.survey.as_str()),
            Value::from(&row.respondent),
            Value::from(row.line.as_str()),
            Value::from(row.class.as_str()),
            Value::from(row.reason.as_str()),
            Value::from(row.done_by.as_ref()),
            Value::from(row.done_at),
        ];
        self.steps.push(Step::one(PUT, params, "survey_override"));
    }

    /// Takes an override back. A conflict where there is none, or the survey is locked.
    pub fn drop_override(&mut self, survey: &str, respondent: &Id, line: &str) {
        let params = vec![survey.into(), respondent.into(), line.into()];
        self.steps.push(Step::one(DROP, params, "survey_override"));
    }
}

impl Store {
    /// The overrides of a survey, by respondent and line.
    pub async fn overrides(&self, survey: &str) -> Result<Vec<OverrideRow>, StoreError> {
        let rows = self.db().query(ALL, vec![survey.into()]).await?;
        rows.iter().map(one).collect()
    }
}

fn one(row: &Row) -> Result<OverrideRow, StoreError> {
    Ok(OverrideRow {
        survey: row.text(0)?.to_owned(),
        respondent: row.id(1)?,
        line: row.text(2)?.to_owned(),
        class: row.text(3)?.to_owned(),
        reason: row.text(4)?.to_owned(),
        done_by: id_opt(row, 5)?,
        done_at: row.micros(6)?,
    })
}
