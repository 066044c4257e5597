//! Table `survey_withdrawal`: documents and explanations of a survey's versions that are shown no more, with the reason.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// That something which a version holds is shown no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithdrawalRow {
    pub survey: String,
    pub respondent: Id,
    pub question: String,
    /// The digest of a document; empty for what was explained to the question.
    pub blob: String,
    pub reason: String,
    pub done_by: Option<Id>,
    pub done_at: Micros,
}

const PUT: &str = "insert into survey_withdrawal (survey, respondent, question, blob, reason, done_by, done_at) \
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (survey, respondent, question, blob) do nothing";
const DROP: &str = "delete from survey_withdrawal where survey = $1 and respondent = $2 and question = $3 and blob = $4";
const ALL: &str = "select survey, respondent, question, blob, reason, done_by, done_at from survey_withdrawal \
    where survey = $1 order by done_at, respondent, question, blob";

impl Changes {
    /// Withdraws a document or an explanation. A conflict where it is withdrawn already.
    pub fn put_withdrawal(&mut self, row: &WithdrawalRow) {
        let params = vec![
            Value::from(row.survey.as_str()),
            Value::from(&row.respondent),
            Value::from(row.question.as_str()),
            Value::from(row.blob.as_str()),
            Value::from(row.reason.as_str()),
            Value::from(row.done_by.as_ref()),
            Value::from(row.done_at),
        ];
        self.steps.push(Step::one(PUT, params, "survey_withdrawal"));
    }

    /// Shows it again. A conflict where it is not withdrawn.
    pub fn drop_withdrawal(&mut self, row: &WithdrawalRow) {
        let params = vec![
            Value::from(row.survey.as_str()),
            Value::from(&row.respondent),
            Value::from(row.question.as_str()),
            Value::from(row.blob.as_str()),
        ];
        self.steps
            .push(Step::one(DROP, params, "survey_withdrawal"));
    }
}

impl Store {
    /// What is withdrawn of a survey, the first one first.
    pub async fn withdrawals(&self, survey: &str) -> Result<Vec<WithdrawalRow>, StoreError> {
        let rows = self.db().query(ALL, vec![survey.into()]).await?;
        rows.iter().map(one).collect()
    }
}

fn one(row: &Row) -> Result<WithdrawalRow, StoreError> {
    Ok(WithdrawalRow {
        survey: row.text(0)?.to_owned(),
        respondent: row.id(1)?,
        question: row.text(2)?.to_owned(),
        blob: row.text(3)?.to_owned(),
        reason: row.text(4)?.to_owned(),
        done_by: id_opt(row, 5)?,
        done_at: row.micros(6)?,
    })
}
