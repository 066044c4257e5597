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
    and state in ('open', 'closed')) on conflict (survey, respondent, line) do nothing";
const CHANGE: &str = "update survey_override set class = $4, reason = $5, done_by = $6, done_at = $7 \
    where survey = $1 and respondent = $2 and line = $3 and done_at = $8 \
    and exists (select 1 from survey where code = $1 and state in ('open', 'closed'))";
const DROP: &str = "delete from survey_override where survey = $1 and respondent = $2 and line = $3 and done_at = $4 \
    and exists (select 1 from survey where code = $1 and state in ('open', 'closed'))";
const ALL: &str = "select survey, respondent, line, class, reason, done_by, done_at from survey_override \
    where survey = $1 order by respondent, line";

impl Changes {
    /// Writes an override: a new one where `was` is none, else in place of the one of that moment. A conflict where somebody
    /// else wrote it meanwhile, or the survey is locked.
    pub fn put_override(&mut self, row: &OverrideRow, was: Option<Micros>) {
        let mut params = vec![
            Value::from(row.survey.as_str()),
            Value::from(&row.respondent),
            Value::from(row.line.as_str()),
            Value::from(row.class.as_str()),
            Value::from(row.reason.as_str()),
            Value::from(row.done_by.as_ref()),
            Value::from(row.done_at),
        ];
        let sql = match was {
            None => PUT,
            Some(was) => {
                params.push(was.into());
                CHANGE
            }
        };
        self.steps.push(Step::one(sql, params, "survey_override"));
    }

    /// Takes the override of that moment back. A conflict where it is not there any more, or the survey is locked.
    pub fn drop_override(&mut self, row: &OverrideRow) {
        let params = vec![
            row.survey.as_str().into(),
            (&row.respondent).into(),
            row.line.as_str().into(),
            row.done_at.into(),
        ];
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
