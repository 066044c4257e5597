//! Table `questionnaire`: one row for each version. A final one is never changed, only retired.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A version of a questionnaire. Not about patients, so reads are neither filtered nor audited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionnaireRow {
    pub id: Id,
    /// From 1.
    pub version: i64,
    /// The institution that asks.
    pub owner: Id,
    /// `draft`, `final`, `retired`.
    pub state: String,
    pub title: String,
    /// Empty where there is none.
    pub english: String,
    /// JSON as `renkei_gov::Questionnaire` writes it.
    pub body: String,
    /// `ID/VERSION` of what it is a copy of, or empty.
    pub copied_from: String,
    /// What changed in this version, for colleagues.
    pub note: String,
    pub created_by: Option<Id>,
    pub created_at: Micros,
    pub updated_by: Option<Id>,
    pub updated_at: Micros,
    /// From 1; each write is one more.
    pub revision: i64,
}

const MAKE: &str = "insert into questionnaire (id, version, owner, state, title, english, body, copied_from, note, \
    created_by, created_at, updated_by, updated_at, revision) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict do nothing";
const CHANGE: &str = "update questionnaire set state = $3, title = $4, english = $5, body = $6, note = $7, \
    updated_by = $8, updated_at = $9, revision = $10 where id = $1 and version = $2 and revision = $11";
const REMOVE: &str = "delete from questionnaire where id = $1 and version = $2 and state = 'draft' and revision = $3";
const ONE: &str = "select id, version, owner, state, title, english, body, copied_from, note, created_by, created_at, \
    updated_by, updated_at, revision from questionnaire where id = $1 and version = $2";
const VERSIONS: &str = "select id, version, owner, state, title, english, body, copied_from, note, created_by, \
    created_at, updated_by, updated_at, revision from questionnaire where id = $1 order by version desc";
const OF: &str = "select id, version, owner, state, title, english, body, copied_from, note, created_by, \
    created_at, updated_by, updated_at, revision from questionnaire where owner = $1 \
    order by updated_at desc, id, version desc";

impl Changes {
    /// Writes a version: a new one (`was` is none), or one that stands at the revision `was`. Otherwise the commit is a
    /// conflict. Owner, source of the copy and who made it stay as they are.
    pub fn put_questionnaire(&mut self, row: &QuestionnaireRow, was: Option<i64>) {
        let step = match was {
            None => Step::one(MAKE, made(row), "questionnaire"),
            Some(was) => Step::one(CHANGE, changed(row, was), "questionnaire"),
        };
        self.steps.push(step);
    }

    /// Removes a draft that stands at this revision.
    pub fn remove_questionnaire(&mut self, id: &Id, version: i64, was: i64) {
        let params = vec![Value::from(id), Value::from(version), Value::from(was)];
        self.steps.push(Step::one(REMOVE, params, "questionnaire"));
    }
}

fn made(row: &QuestionnaireRow) -> Vec<Value> {
    vec![
        Value::from(&row.id),
        Value::from(row.version),
        Value::from(&row.owner),
        Value::from(row.state.as_str()),
        Value::from(row.title.as_str()),
        Value::from(row.english.as_str()),
        Value::from(row.body.as_str()),
        Value::from(row.copied_from.as_str()),
        Value::from(row.note.as_str()),
        Value::from(row.created_by.as_ref()),
        Value::from(row.created_at),
        Value::from(row.updated_by.as_ref()),
        Value::from(row.updated_at),
        Value::from(row.revision),
    ]
}

fn changed(row: &QuestionnaireRow, was: i64) -> Vec<Value> {
    vec![
        Value::from(&row.id),
        Value::from(row.version),
        Value::from(row.state.as_str()),
        Value::from(row.title.as_str()),
        Value::from(row.english.as_str()),
        Value::from(row.body.as_str()),
        Value::from(row.note.as_str()),
        Value::from(row.updated_by.as_ref()),
        Value::from(row.updated_at),
        Value::from(row.revision),
        Value::from(was),
    ]
}

impl Store {
    /// One version.
    pub async fn questionnaire(
        &self,
        id: &Id,
        version: i64,
    ) -> Result<Option<QuestionnaireRow>, StoreError> {
        let params = vec![Value::from(id), Value::from(version)];
        let rows = self.db().query(ONE, params).await?;
        rows.first().map(read).transpose()
    }

    /// All versions, the newest first.
    pub async fn questionnaire_versions(
        &self,
        id: &Id,
    ) -> Result<Vec<QuestionnaireRow>, StoreError> {
        let rows = self.db().query(VERSIONS, vec![Value::from(id)]).await?;
        rows.iter().map(read).collect()
    }

    /// All versions of all questionnaires of an institution, the last changed first.
    pub async fn questionnaires_of(&self, owner: &Id) -> Result<Vec<QuestionnaireRow>, StoreError> {
        let rows = self.db().query(OF, vec![Value::from(owner)]).await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<QuestionnaireRow, StoreError> {
    Ok(QuestionnaireRow {
        id: row.id(0)?,
        version: row.int(1)?,
        owner: row.id(2)?,
        state: row.text(3)?.to_owned(),
        title: row.text(4)?.to_owned(),
        english: row.text(5)?.to_owned(),
        body: row.text(6)?.to_owned(),
        copied_from: row.text(7)?.to_owned(),
        note: row.text(8)?.to_owned(),
        created_by: id_opt(row, 9)?,
        created_at: row.micros(10)?,
        updated_by: id_opt(row, 11)?,
        updated_at: row.micros(12)?,
        revision: row.int(13)?,
    })
}
