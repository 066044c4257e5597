//! Table of expected sheets: a row for each respondent of a survey, from the first day.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// One respondent of a survey and where its sheet stands. The codes are those of the governance plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RespondentRow {
    pub survey: String,
    /// The institution; a municipality acts through its office.
    pub respondent: Id,
    /// Six digits, or empty.
    pub municipality: String,
    /// As of the day on which it was asked.
    pub name: String,
    /// In lists.
    pub place: i64,
    /// Else 集計外.
    pub counted: bool,
    pub uncounted_why: String,
    /// The first moment after its own last day.
    pub closes: Micros,
    /// The institution that looks at the sheet on its way (a health centre).
    pub checker: Option<Id>,
    /// `unanswered`, `answering`, `awaiting`, `returned`, `submitted`, `checked`, `accepted`.
    pub state: String,
    /// One character for each line that is counted.
    pub marks: String,
    pub contact_name: String,
    pub contact_phone: String,
    pub contact_mail: String,
    pub submitted_by: Option<Id>,
    pub submitted_at: Option<Micros>,
    /// Who last checked, accepted or sent it back.
    pub decided_by: Option<Id>,
    pub decided_at: Option<Micros>,
    pub updated_at: Micros,
    /// Counts writes: 1 for a new one.
    pub revision: i64,
    /// The institution that answers in its place since a merger, and reads what was said here.
    pub successor: Option<Id>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select survey, respondent, municipality, name, place, counted, uncounted_why, closes, checker, state, \
             marks, contact_name, contact_phone, contact_mail, submitted_by, submitted_at, decided_by, decided_at, \
             updated_at, revision, successor from survey_respondent ",
            $rest
        )
    };
}

const INSERT: &str = "insert into survey_respondent (survey, respondent, municipality, name, place, counted, \
    uncounted_why, closes, checker, state, marks, contact_name, contact_phone, contact_mail, submitted_by, \
    submitted_at, decided_by, decided_at, updated_at, successor, revision) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
    $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 1) on conflict (survey, respondent) do nothing";
const UPDATE: &str = "update survey_respondent set municipality = $3, name = $4, place = $5, counted = $6, \
    uncounted_why = $7, closes = $8, checker = $9, state = $10, marks = $11, contact_name = $12, contact_phone = $13, \
    contact_mail = $14, submitted_by = $15, submitted_at = $16, decided_by = $17, decided_at = $18, updated_at = $19, \
    successor = $20, revision = revision + 1 where survey = $1 and respondent = $2 and revision = $21";
const DROP: &str =
    "delete from survey_respondent where survey = $1 and respondent = $2 and state = 'unanswered'";
const DROP_ALL: &str = "delete from survey_respondent where survey = $1 and exists \
    (select 1 from survey where code = $1 and state = 'draft')";
const CLOSE_ALL: &str = "update survey_respondent set closes = $2, updated_at = $3, revision = revision + 1 \
    where survey = $1 and closes <> $2";
const SHUT: &str = "update survey_respondent set closes = $2, updated_at = $2, revision = revision + 1 \
    where survey = $1 and closes > $2";
const MOVE: &str = "update survey_respondent set closes = $3, updated_at = $4, revision = revision + 1 \
    where survey = $1 and closes = $2";
const OPEN_UNTIL: &str = "update survey_respondent set closes = $2, updated_at = $3, revision = revision + 1 \
    where survey = $1 and closes < $2";
const OF_SURVEY: &str = select!("where survey = $1 order by place, respondent");
const ONE: &str = select!("where survey = $1 and respondent = $2");
const OF_MUNICIPALITY: &str =
    select!("where survey = $1 and municipality = $2 order by place, respondent");
const OF: &str = select!("where respondent = $1 order by survey");
const SUCCEEDED_BY: &str = select!("where successor = $1 order by survey, place, respondent");
const CHECKED_BY: &str = select!("where checker = $1 order by survey, place, respondent");
const RATE: &str = "select state, counted, count(*) from survey_respondent where survey = $1 \
    group by state, counted order by state, counted";
const OUTSIDE_WINDOW: &str = "select count(*) from survey_respondent where survey = $1 and closes > $2 \
    and state in ('unanswered', 'answering', 'returned')";

impl Changes {
    /// Writes a respondent: a new one where `was` is none, else on the revision that was read. A conflict where it is there
    /// already, or somebody else wrote meanwhile.
    pub fn put_respondent(&mut self, row: &RespondentRow, was: Option<i64>) {
        let mut params = values(row);
        let sql = match was {
            None => INSERT,
            Some(revision) => {
                params.push(revision.into());
                UPDATE
            }
        };
        let what = format!("respondent {} of {}", row.respondent, row.survey);
        self.steps.push(Step::one(sql, params, what));
    }

    /// Takes back an expected sheet in which nothing was written; else a conflict.
    pub fn drop_respondent(&mut self, survey: &str, respondent: &Id) {
        let params = vec![survey.into(), respondent.into()];
        let what = format!("respondent {respondent} of {survey}");
        self.steps.push(Step::one(DROP, params, what));
    }

    /// Takes back all expected sheets of a draft.
    pub fn drop_respondents(&mut self, survey: &str) {
        self.steps.push(Step::any(DROP_ALL, vec![survey.into()]));
    }

    /// One last moment for all.
    pub fn close_respondents_at(&mut self, survey: &str, closes: Micros, at: Micros) {
        let params = vec![survey.into(), closes.into(), at.into()];
        self.steps.push(Step::any(CLOSE_ALL, params));
    }

    /// Whoever may still write may no longer from this moment on.
    pub fn shut_respondents(&mut self, survey: &str, at: Micros) {
        let params = vec![survey.into(), at.into()];
        self.steps.push(Step::any(SHUT, params));
    }

    /// Another last moment for all who had this one.
    pub fn move_respondents(&mut self, survey: &str, from: Micros, to: Micros, at: Micros) {
        let params = vec![survey.into(), from.into(), to.into(), at.into()];
        self.steps.push(Step::any(MOVE, params));
    }

    /// A later last moment for all who had an earlier one.
    pub fn open_respondents_until(&mut self, survey: &str, closes: Micros, at: Micros) {
        let params = vec![survey.into(), closes.into(), at.into()];
        self.steps.push(Step::any(OPEN_UNTIL, params));
    }
}

impl Store {
    /// The respondents of a survey in their order, those that are not counted too.
    pub async fn respondents(&self, survey: &str) -> Result<Vec<RespondentRow>, StoreError> {
        self.respondents_by(OF_SURVEY, vec![survey.into()]).await
    }

    pub async fn respondent(
        &self,
        survey: &str,
        respondent: &Id,
    ) -> Result<Option<RespondentRow>, StoreError> {
        let params = vec![survey.into(), respondent.into()];
        let rows = self.db().query_key(ONE, params).await?;
        rows.first().map(one).transpose()
    }

    /// The respondents of a survey that stand in a municipality, its own sheet among them.
    pub async fn respondents_in(
        &self,
        survey: &str,
        municipality: &str,
    ) -> Result<Vec<RespondentRow>, StoreError> {
        let params = vec![survey.into(), municipality.into()];
        self.respondents_by(OF_MUNICIPALITY, params).await
    }

    /// The sheets of an institution in all surveys, drafts too.
    pub async fn respondents_of(&self, institution: &Id) -> Result<Vec<RespondentRow>, StoreError> {
        self.respondents_by(OF, vec![institution.into()]).await
    }

    /// The sheets that pass by this institution on their way to the owner, in all surveys.
    pub async fn respondents_checked_by(
        &self,
        checker: &Id,
    ) -> Result<Vec<RespondentRow>, StoreError> {
        self.respondents_by(CHECKED_BY, vec![checker.into()]).await
    }

    /// The sheets in whose place this institution answers since a merger, in all surveys.
    pub async fn respondents_succeeded_by(
        &self,
        successor: &Id,
    ) -> Result<Vec<RespondentRow>, StoreError> {
        self.respondents_by(SUCCEEDED_BY, vec![successor.into()])
            .await
    }

    /// How many sheets of a survey are in which state: state, whether they are counted, how many.
    pub async fn response_counts(
        &self,
        survey: &str,
    ) -> Result<Vec<(String, bool, i64)>, StoreError> {
        let rows = self.db().query(RATE, vec![survey.into()]).await?;
        let each = rows
            .iter()
            .map(|row| Ok((row.text(0)?.to_owned(), row.int(1)? != 0, row.int(2)?)));
        each.collect()
    }

    /// How many sheets of a survey may still be written at this moment.
    pub async fn respondents_writing(&self, survey: &str, at: Micros) -> Result<i64, StoreError> {
        let params = vec![survey.into(), at.into()];
        let rows = self.db().query(OUTSIDE_WINDOW, params).await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }

    async fn respondents_by(
        &self,
        sql: &'static str,
        params: Vec<Value>,
    ) -> Result<Vec<RespondentRow>, StoreError> {
        let rows = self.db().query(sql, params).await?;
        rows.iter().map(one).collect()
    }
}

fn values(row: &RespondentRow) -> Vec<Value> {
    vec![
        row.survey.as_str().into(),
        (&row.respondent).into(),
        row.municipality.as_str().into(),
        row.name.as_str().into(),
        row.place.into(),
        row.counted.into(),
        row.uncounted_why.as_str().into(),
        row.closes.into(),
        row.checker.as_ref().map_or("", Id::as_str).into(),
        row.state.as_str().into(),
        row.marks.as_str().into(),
        row.contact_name.as_str().into(),
        row.contact_phone.as_str().into(),
        row.contact_mail.as_str().into(),
        row.submitted_by.as_ref().into(),
        row.submitted_at.into(),
        row.decided_by.as_ref().into(),
        row.decided_at.into(),
        row.updated_at.into(),
        row.successor.as_ref().map_or("", Id::as_str).into(),
    ]
}

fn one(row: &Row) -> Result<RespondentRow, StoreError> {
    let text = |column| row.text(column).map(str::to_owned);
    let place = |column: usize| match row.text(column)? {
        "" => Ok::<_, StoreError>(None),
        _ => Ok(Some(row.id(column)?)),
    };
    Ok(RespondentRow {
        survey: text(0)?,
        respondent: row.id(1)?,
        municipality: text(2)?,
        name: text(3)?,
        place: row.int(4)?,
        counted: row.int(5)? != 0,
        uncounted_why: text(6)?,
        closes: row.micros(7)?,
        checker: place(8)?,
        state: text(9)?,
        marks: text(10)?,
        contact_name: text(11)?,
        contact_phone: text(12)?,
        contact_mail: text(13)?,
        submitted_by: id_opt(row, 14)?,
        submitted_at: row.int_opt(15)?.map(Micros),
        decided_by: id_opt(row, 16)?,
        decided_at: row.int_opt(17)?.map(Micros),
        updated_at: row.micros(18)?,
        revision: row.int(19)?,
        successor: place(20)?,
    })
}
