//! The table of questions that were handed to a colleague of the same institution.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// A question in a colleague's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandingRow {
    pub survey: String,
    pub respondent: Id,
    pub question: String,
    /// The account that is to answer it.
    pub person: Id,
    /// What the colleague is told.
    pub note: String,
    pub handed_by: Option<Id>,
    pub handed_at: Micros,
    /// When it was given back.
    pub done_at: Option<Micros>,
}

const COLUMNS: &str = "survey, respondent, question, person, note, handed_by, handed_at, done_at";
const PUT: &str = "insert into survey_handing (survey, respondent, question, person, note, handed_by, handed_at, done_at) \
    values ($1, $2, $3, $4, $5, $6, $7, null) on conflict (survey, respondent, question) do update set \
    person = excluded.person, note = excluded.note, handed_by = excluded.handed_by, \
    handed_at = excluded.handed_at, done_at = null";
const BACK: &str = "update survey_handing set done_at = $4, note = $5 \
    where survey = $1 and respondent = $2 and question = $3 and done_at is null";
const OF_SHEET: &str = "where survey = $1 and respondent = $2 order by handed_at, question";
const OF_PERSON: &str =
    "where person = $1 and done_at is null order by survey, handed_at, question";

impl Changes {
    /// Hands a question to a colleague; who had it before has it no more.
    pub fn put_handing(&mut self, row: &HandingRow) {
        let params = vec![
            row.survey.as_str().into(),
            (&row.respondent).into(),
            row.question.as_str().into(),
            (&row.person).into(),
            row.note.as_str().into(),
            row.handed_by.as_ref().into(),
            row.handed_at.into(),
        ];
        self.steps.push(Step::any(PUT, params));
    }

    /// Gives a question back, with a word. A conflict where it is in nobody's hands.
    pub fn end_handing(&mut self, sheet: (&str, &Id), question: &str, at: Micros, note: &str) {
        let params = vec![
            sheet.0.into(),
            sheet.1.into(),
            question.into(),
            at.into(),
            note.into(),
        ];
        self.steps.push(Step::one(BACK, params, question));
    }
}

impl Store {
    /// Who was given which question of a sheet, those given back among them.
    pub async fn handings(
        &self,
        survey: &str,
        respondent: &Id,
    ) -> Result<Vec<HandingRow>, StoreError> {
        self.handing_rows(OF_SHEET, vec![survey.into(), respondent.into()])
            .await
    }

    /// What is in a person's hands now, of all surveys.
    pub async fn handings_of(&self, person: &Id) -> Result<Vec<HandingRow>, StoreError> {
        self.handing_rows(OF_PERSON, vec![person.into()]).await
    }

    async fn handing_rows(
        &self,
        which: &str,
        params: Vec<Value>,
    ) -> Result<Vec<HandingRow>, StoreError> {
        let sql = format!("select {COLUMNS} from survey_handing {which}");
        let rows = self.db().query(sql, params).await?;
        rows.iter().map(handing).collect()
    }
}

fn handing(row: &Row) -> Result<HandingRow, StoreError> {
    let text = |column| row.text(column).map(str::to_owned);
    Ok(HandingRow {
        survey: text(0)?,
        respondent: row.id(1)?,
        question: text(2)?,
        person: row.id(3)?,
        note: text(4)?,
        handed_by: id_opt(row, 5)?,
        handed_at: row.micros(6)?,
        done_at: row.int_opt(7)?.map(Micros),
    })
}
