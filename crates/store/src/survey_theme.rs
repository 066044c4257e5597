//! Table `survey_theme`: free texts of a survey in groups that its owner names. One text may be in several.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// That a respondent's text to a question is about a theme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyThemeRow {
    /// The survey's code.
    pub survey: String,
    pub question: String,
    pub respondent: Id,
    /// In the owner's words.
    pub theme: String,
    pub done_by: Option<Id>,
    pub done_at: Micros,
}

const PUT: &str = "insert into survey_theme (survey, question, respondent, theme, done_by, done_at) \
    values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
const REMOVE: &str = "delete from survey_theme where survey = $1 and question = $2 and respondent = $3 and theme = $4";
const OF: &str = "select survey, question, respondent, theme, done_by, done_at from survey_theme \
    where survey = $1 and question = $2 order by theme, respondent";

impl Changes {
    /// Puts a text into a theme; where it is already, nothing changes.
    pub fn put_survey_theme(&mut self, row: &SurveyThemeRow) {
        let params = vec![
            Value::from(row.survey.as_str()),
            Value::from(row.question.as_str()),
            Value::from(&row.respondent),
            Value::from(row.theme.as_str()),
            Value::from(row.done_by.as_ref()),
            Value::from(row.done_at),
        ];
        self.steps.push(Step::any(PUT, params));
    }

    /// Takes a text out of a theme.
    pub fn remove_survey_theme(&mut self, row: &SurveyThemeRow) {
        let params = vec![
            Value::from(row.survey.as_str()),
            Value::from(row.question.as_str()),
            Value::from(&row.respondent),
            Value::from(row.theme.as_str()),
        ];
        self.steps.push(Step::any(REMOVE, params));
    }
}

impl Store {
    /// The themes of one question's texts, by theme.
    pub async fn survey_themes(
        &self,
        survey: &str,
        question: &str,
    ) -> Result<Vec<SurveyThemeRow>, StoreError> {
        let params = vec![Value::from(survey), Value::from(question)];
        let rows = self.db().query(OF, params).await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<SurveyThemeRow, StoreError> {
    Ok(SurveyThemeRow {
        survey: row.text(0)?.to_owned(),
        question: row.text(1)?.to_owned(),
        respondent: row.id(2)?,
        theme: row.text(3)?.to_owned(),
        done_by: id_opt(row, 4)?,
        done_at: row.micros(5)?,
    })
}
