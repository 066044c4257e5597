//! The table of explanations that were asked for: one answer, asked about by who looks at the sheet.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step};
use crate::{Changes, Store, StoreError};

/// That an explanation of an answer is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplanationRow {
    pub survey: String,
    pub respondent: Id,
    pub question: String,
    /// What is to be explained.
    pub wanted: String,
    pub asked_by: Option<Id>,
    /// Who asked, as of then.
    pub asked_name: String,
    pub asked_at: Micros,
    /// When it was given.
    pub given_at: Option<Micros>,
}

const PUT: &str = "insert into survey_explanation (survey, respondent, question, wanted, asked_by, asked_name, asked_at, \
    given_at) values ($1, $2, $3, $4, $5, $6, $7, null) on conflict (survey, respondent, question) do update set \
    wanted = excluded.wanted, asked_by = excluded.asked_by, asked_name = excluded.asked_name, \
    asked_at = excluded.asked_at, given_at = null";
const GIVEN: &str = "update survey_explanation set given_at = $4 \
    where survey = $1 and respondent = $2 and question = $3 and given_at is null";
const OF_SHEET: &str = "select survey, respondent, question, wanted, asked_by, asked_name, asked_at, given_at \
    from survey_explanation where survey = $1 and respondent = $2 order by asked_at, question";
const WANTED_OF: &str = "select survey, respondent, question, wanted, asked_by, asked_name, asked_at, given_at \
    from survey_explanation where respondent = $1 and given_at is null order by survey, asked_at, question";

impl Changes {
    /// Asks for an explanation of an answer, or asks anew.
    pub fn ask_explanation(&mut self, row: &ExplanationRow) {
        let params = vec![
            row.survey.as_str().into(),
            (&row.respondent).into(),
            row.question.as_str().into(),
            row.wanted.as_str().into(),
            row.asked_by.as_ref().into(),
            row.asked_name.as_str().into(),
            row.asked_at.into(),
        ];
        self.steps.push(Step::any(PUT, params));
    }

    /// The explanation was given, or is not wanted any more. Nothing where none was asked for.
    pub fn end_explanation(&mut self, sheet: (&str, &Id), question: &str, at: Micros) {
        let params = vec![sheet.0.into(), sheet.1.into(), question.into(), at.into()];
        self.steps.push(Step::any(GIVEN, params));
    }
}

impl Store {
    /// What was asked about a sheet's answers, those that were explained among them.
    pub async fn explanations(
        &self,
        survey: &str,
        respondent: &Id,
    ) -> Result<Vec<ExplanationRow>, StoreError> {
        let params = vec![survey.into(), respondent.into()];
        let rows = self.db().query(OF_SHEET, params).await?;
        rows.iter().map(explanation).collect()
    }

    /// What an institution is to explain still, in all its sheets.
    pub async fn explanations_wanted_of(
        &self,
        respondent: &Id,
    ) -> Result<Vec<ExplanationRow>, StoreError> {
        let rows = self.db().query(WANTED_OF, vec![respondent.into()]).await?;
        rows.iter().map(explanation).collect()
    }
}

fn explanation(row: &Row) -> Result<ExplanationRow, StoreError> {
    let text = |column| row.text(column).map(str::to_owned);
    Ok(ExplanationRow {
        survey: text(0)?,
        respondent: row.id(1)?,
        question: text(2)?,
        wanted: text(3)?,
        asked_by: id_opt(row, 4)?,
        asked_name: text(5)?,
        asked_at: row.micros(6)?,
        given_at: row.int_opt(7)?.map(Micros),
    })
}
