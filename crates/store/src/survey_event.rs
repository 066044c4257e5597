//! Table of what happened to a survey or to one respondent's sheet.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// One line of the history of a survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyEventRow {
    pub id: Id,
    pub survey: String,
    /// None: it concerns the whole survey.
    pub respondent: Option<Id>,
    /// `opened`, `submitted`, `returned` …: what happened, as the governance plane calls it.
    pub kind: String,
    /// The reason or comment, as typed.
    pub note: String,
    pub done_by: Option<Id>,
    /// Name of who did it, as of then.
    pub done_name: String,
    pub done_at: Micros,
}

const INSERT: &str = "insert into survey_event (id, survey, respondent, kind, note, done_by, done_name, done_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
const OF_SURVEY: &str = "select id, survey, respondent, kind, note, done_by, done_name, done_at from survey_event \
    where survey = $1 order by done_at, id";
const OF: &str = "select id, survey, respondent, kind, note, done_by, done_name, done_at from survey_event \
    where survey = $1 and respondent = $2 order by done_at, id";

impl Changes {
    pub fn put_survey_event(&mut self, row: &SurveyEventRow) {
        let params = vec![
            Value::from(&row.id),
            Value::from(row.survey.as_str()),
            Value::from(row.respondent.as_ref().map_or("", Id::as_str)),
            Value::from(row.kind.as_str()),
            Value::from(row.note.as_str()),
            Value::from(row.done_by.as_ref()),
            Value::from(row.done_name.as_str()),
            Value::from(row.done_at),
        ];
        self.steps.push(Step::any(INSERT, params));
    }
}

impl Store {
    /// Everything that happened to a survey and its sheets, the oldest first.
    pub async fn survey_events(&self, survey: &str) -> Result<Vec<SurveyEventRow>, StoreError> {
        let rows = self.db().query(OF_SURVEY, vec![survey.into()]).await?;
        rows.iter().map(event).collect()
    }

    /// What happened to one sheet, the oldest first; with none, to the survey as a whole.
    pub async fn survey_events_of(
        &self,
        survey: &str,
        respondent: Option<&Id>,
    ) -> Result<Vec<SurveyEventRow>, StoreError> {
        let respondent = respondent.map_or("", Id::as_str);
        let params = vec![survey.into(), respondent.into()];
        let rows = self.db().query(OF, params).await?;
        rows.iter().map(event).collect()
    }
}

fn event(row: &Row) -> Result<SurveyEventRow, StoreError> {
    let respondent = match row.text(2)? {
        "" => None,
        _ => Some(row.id(2)?),
    };
    Ok(SurveyEventRow {
        id: row.id(0)?,
        survey: row.text(1)?.to_owned(),
        respondent,
        kind: row.text(3)?.to_owned(),
        note: row.text(4)?.to_owned(),
        done_by: id_opt(row, 5)?,
        done_name: row.text(6)?.to_owned(),
        done_at: row.micros(7)?,
    })
}
