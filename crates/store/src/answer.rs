//! The tables of answers: what a respondent said to each question of a survey, and every write of it.
//!
//! An answer is written together with [`Changes::hold_sheet`], which asks in the same statement whether the sheet may be
//! written now and counts the sheet's revision up: a submission that read the answers before is then a conflict, and
//! reads them again.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// The answer to one question as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRow {
    pub survey: String,
    pub respondent: Id,
    pub question: String,
    /// JSON as the governance plane writes it; empty for a blank and for a statement without a value (不明).
    pub value: String,
    /// `stated`, `unknown`, `undisclosed`; `no-answer` for a blank that was something before.
    pub status: String,
    pub explanation: String,
    /// `browser`, `workbook`, `paper`, `program`, `copied`.
    pub origin: String,
    pub answered_by: Option<Id>,
    pub answered_at: Micros,
    /// Counts the writes of this answer, from 1.
    pub revision: i64,
}

/// One write of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerChange {
    pub survey: String,
    pub respondent: Id,
    pub question: String,
    /// The revision that this write made.
    pub revision: i64,
    pub old_value: String,
    pub old_status: String,
    pub new_value: String,
    pub new_status: String,
    pub old_explanation: String,
    pub new_explanation: String,
    /// Of a correction after the submission.
    pub why: String,
    pub origin: String,
    pub changed_by: Option<Id>,
    pub changed_at: Micros,
}

/// Which sheets a write may go into: asked again by the statement that writes, so that nothing slips in while a sheet closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetGuard {
    /// Its respondent writes: the survey is open, the moment is inside the window, and the sheet has not been handed in.
    Open,
    /// It was handed in and its respondent corrects it: the survey is open, the moment is inside the window, the sheet is not
    /// accepted. Who has looked at it looks again: it is as it was when it was handed in.
    Submitted,
    /// It was handed in and its respondent explains an answer: the survey is open or closed, the sheet is not accepted.
    Explained,
    /// The asking institution writes what came on paper, or corrects: the survey is open or closed.
    Unlocked,
}

const COLUMNS: &str = "survey, respondent, question, value, status, explanation, origin, answered_by, answered_at, revision";
const INSERT: &str = "insert into survey_answer (survey, respondent, question, value, status, explanation, origin, \
    answered_by, answered_at, revision) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
    on conflict (survey, respondent, question) do nothing";
const UPDATE: &str = "update survey_answer set value = $4, status = $5, explanation = $6, origin = $7, answered_by = $8, \
    answered_at = $9, revision = $10 where survey = $1 and respondent = $2 and question = $3 and revision = $11";
const CHANGE: &str = "insert into survey_answer_change (survey, respondent, question, revision, old_value, old_status, \
    new_value, new_status, why, origin, changed_by, changed_at, old_explanation, new_explanation) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const CHANGE_COLUMNS: &str = "survey, respondent, question, revision, old_value, old_status, new_value, new_status, why, \
    origin, changed_by, changed_at, old_explanation, new_explanation";
const HOLD: &str = "update survey_respondent set updated_at = $3, revision = revision + 1, \
    state = case when state = 'unanswered' then 'answering' else state end where survey = $1 and respondent = $2";
const HOLD_REVISION: &str = "update survey_respondent set updated_at = $3, revision = revision + 1, marks = $5, \
    state = case when $6 = 'submitted' then 'submitted' else state end \
    where survey = $1 and respondent = $2 and revision = $4";
const IS_OPEN: &str = "state in ('unanswered', 'answering', 'returned') and exists (select 1 from survey s \
    where s.code = $1 and s.state = 'open' and s.opens <= $3 \
    and case when survey_respondent.closes > 0 then survey_respondent.closes else s.closes end > $3)";
const IS_SUBMITTED: &str = "state in ('submitted', 'checked') and exists (select 1 from survey s \
    where s.code = $1 and s.state = 'open' and s.opens <= $3 \
    and case when survey_respondent.closes > 0 then survey_respondent.closes else s.closes end > $3)";
const IS_EXPLAINED: &str = "state in ('submitted', 'checked') and exists (select 1 from survey s \
    where s.code = $1 and s.state in ('open', 'closed'))";
const IS_UNLOCKED: &str = "exists (select 1 from survey s \
    where s.code = $1 and s.state in ('open', 'closed'))";
/// A sheet that was handed in has marks, which stand on what it says: without them nothing is written in it.
const IS_UNMARKED: &str = "state not in ('submitted', 'checked', 'accepted')";
const OF_SHEET: &str = "where survey = $1 and respondent = $2";
const OF_SURVEY: &str = "where survey = $1 order by respondent, question";
const WITH_EXAMPLES: &str = "where survey = $1 and (explanation <> '' or value like '{\"files\"%') order by respondent, question";
const OF_QUESTION: &str = "where survey = $1 and question = $2 order by respondent";
const CHANGES_OF_SHEET: &str =
    "where survey = $1 and respondent = $2 order by changed_at desc, question, revision desc";
const LAST_CHANGE: &str = "where survey = $1 and respondent = $2 and question = $3 and changed_at > $4 \
    order by revision desc limit 1";
/// Answers in one statement of a bulk write.
const BULK: usize = 200;

impl SheetGuard {
    /// The state after a write in a sheet that was handed in; empty where it stays.
    const fn state(self) -> &'static str {
        match self {
            Self::Submitted | Self::Explained => "submitted",
            Self::Open | Self::Unlocked => "",
        }
    }

    const fn condition(self) -> &'static str {
        match self {
            Self::Open => IS_OPEN,
            Self::Submitted => IS_SUBMITTED,
            Self::Explained => IS_EXPLAINED,
            Self::Unlocked => IS_UNLOCKED,
        }
    }
}

impl Changes {
    /// Holds a sheet for a write at `at`: unanswered becomes answering, its revision counts up.
    /// A conflict on `survey_respondent` where the guard does not hold, or the sheet was handed in meanwhile.
    pub fn hold_sheet(&mut self, survey: &str, respondent: &Id, guard: SheetGuard, at: Micros) {
        let sql = format!("{HOLD} and {IS_UNMARKED} and {}", guard.condition());
        let params = vec![survey.into(), respondent.into(), at.into()];
        self.steps
            .push(Step::text(sql, params, "survey_respondent"));
    }

    /// As [`Changes::hold_sheet`], for a sheet that was handed in: its marks are written with it, which stand on the
    /// sheet's revision that was read. Its state stays where the asking institution writes; what its respondent changes is
    /// handed in anew.
    pub fn hold_marked_sheet(
        &mut self,
        survey: &str,
        respondent: &Id,
        guard: SheetGuard,
        at: Micros,
        (was, marks): (i64, &str),
    ) {
        let sql = format!("{HOLD_REVISION} and {}", guard.condition());
        let params = vec![
            survey.into(),
            respondent.into(),
            at.into(),
            was.into(),
            marks.into(),
            guard.state().into(),
        ];
        self.steps
            .push(Step::text(sql, params, "survey_respondent"));
    }

    /// Writes an answer and what it was before. `row.revision` is that of `old`, plus one. A conflict on the question's id
    /// where the answer is another one by now.
    pub fn put_answer(&mut self, row: &AnswerRow, old: Option<&AnswerRow>, why: &str) {
        let mut params = params(row);
        let step = match old {
            None => Step::one(INSERT, params, row.question.as_str()),
            Some(old) => {
                params.push(old.revision.into());
                Step::one(UPDATE, params, row.question.as_str())
            }
        };
        self.steps.push(step);
        self.steps.push(change(row, old, why));
    }

    /// Many new answers at once, for samples, copies and measurements: none of them was there. Their writes are not kept
    /// one by one.
    pub fn add_answers(&mut self, rows: &[AnswerRow]) {
        for some in rows.chunks(BULK) {
            let places: Vec<String> = (0..some.len()).map(place).collect();
            let sql = format!(
                "insert into survey_answer ({COLUMNS}) values {}",
                places.join(", ")
            );
            self.steps.push(Step {
                sql: sql.into(),
                params: some.iter().flat_map(params).collect(),
                expect: crate::db::Expect::Any,
            });
        }
    }
}

/// `($1, $2, …)` of the row at this place.
fn place(index: usize) -> String {
    let columns = 10;
    let numbers: Vec<String> = (1..=columns)
        .map(|column| format!("${}", index * columns + column))
        .collect();
    format!("({})", numbers.join(", "))
}

fn params(row: &AnswerRow) -> Vec<Value> {
    vec![
        row.survey.as_str().into(),
        (&row.respondent).into(),
        row.question.as_str().into(),
        row.value.as_str().into(),
        row.status.as_str().into(),
        row.explanation.as_str().into(),
        row.origin.as_str().into(),
        row.answered_by.as_ref().into(),
        row.answered_at.into(),
        row.revision.into(),
    ]
}

fn change(row: &AnswerRow, old: Option<&AnswerRow>, why: &str) -> Step {
    let params = vec![
        row.survey.as_str().into(),
        (&row.respondent).into(),
        row.question.as_str().into(),
        row.revision.into(),
        old.map_or("", |old| old.value.as_str()).into(),
        old.map_or("", |old| old.status.as_str()).into(),
        row.value.as_str().into(),
        row.status.as_str().into(),
        why.into(),
        row.origin.as_str().into(),
        row.answered_by.as_ref().into(),
        row.answered_at.into(),
        old.map_or("", |old| old.explanation.as_str()).into(),
        row.explanation.as_str().into(),
    ];
    Step::one(CHANGE, params, row.question.as_str())
}

impl Store {
    /// The answers of one sheet, in no order. Not filtered by anyone's rights.
    pub async fn answers(
        &self,
        survey: &str,
        respondent: &Id,
    ) -> Result<Vec<AnswerRow>, StoreError> {
        self.answer_rows(OF_SHEET, vec![survey.into(), respondent.into()])
            .await
    }

    /// All answers of a survey, by respondent. For exports: counting reads marks.
    pub async fn answers_of_survey(&self, survey: &str) -> Result<Vec<AnswerRow>, StoreError> {
        self.answer_rows(OF_SURVEY, vec![survey.into()]).await
    }

    /// The answers of a survey that explain something or have documents, by respondent.
    pub async fn answers_with_examples(&self, survey: &str) -> Result<Vec<AnswerRow>, StoreError> {
        self.answer_rows(WITH_EXAMPLES, vec![survey.into()]).await
    }

    /// What all respondents said to one question, by respondent.
    pub async fn answers_of_question(
        &self,
        survey: &str,
        question: &str,
    ) -> Result<Vec<AnswerRow>, StoreError> {
        self.answer_rows(OF_QUESTION, vec![survey.into(), question.into()])
            .await
    }

    /// Every write of a sheet, the last first.
    pub async fn answer_changes(
        &self,
        survey: &str,
        respondent: &Id,
    ) -> Result<Vec<AnswerChange>, StoreError> {
        self.change_rows(CHANGES_OF_SHEET, vec![survey.into(), respondent.into()])
            .await
    }

    /// The last write of an answer, where there is one after a moment: what became different since it was presented.
    pub async fn last_answer_change(
        &self,
        (survey, respondent): (&str, &str),
        question: &str,
        after: Micros,
    ) -> Result<Option<AnswerChange>, StoreError> {
        let params = vec![
            survey.into(),
            respondent.into(),
            question.into(),
            after.into(),
        ];
        Ok(self.change_rows(LAST_CHANGE, params).await?.pop())
    }

    async fn answer_rows(
        &self,
        which: &str,
        params: Vec<Value>,
    ) -> Result<Vec<AnswerRow>, StoreError> {
        let sql = format!("select {COLUMNS} from survey_answer {which}");
        let rows = self.db().query(sql, params).await?;
        rows.iter().map(answer).collect()
    }

    async fn change_rows(
        &self,
        which: &str,
        params: Vec<Value>,
    ) -> Result<Vec<AnswerChange>, StoreError> {
        let sql = format!("select {CHANGE_COLUMNS} from survey_answer_change {which}");
        let rows = self.db().query(sql, params).await?;
        rows.iter().map(changed).collect()
    }
}

fn answer(row: &Row) -> Result<AnswerRow, StoreError> {
    let text = |column| row.text(column).map(str::to_owned);
    Ok(AnswerRow {
        survey: text(0)?,
        respondent: row.id(1)?,
        question: text(2)?,
        value: text(3)?,
        status: text(4)?,
        explanation: text(5)?,
        origin: text(6)?,
        answered_by: id_opt(row, 7)?,
        answered_at: row.micros(8)?,
        revision: row.int(9)?,
    })
}

fn changed(row: &Row) -> Result<AnswerChange, StoreError> {
    let text = |column| row.text(column).map(str::to_owned);
    Ok(AnswerChange {
        survey: text(0)?,
        respondent: row.id(1)?,
        question: text(2)?,
        revision: row.int(3)?,
        old_value: text(4)?,
        old_status: text(5)?,
        new_value: text(6)?,
        new_status: text(7)?,
        why: text(8)?,
        origin: text(9)?,
        changed_by: id_opt(row, 10)?,
        changed_at: row.micros(11)?,
        old_explanation: text(12)?,
        new_explanation: text(13)?,
    })
}
