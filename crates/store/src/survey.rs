//! Table of surveys: one row for each asking of a questionnaire.

use renkei_base::{Id, Micros};

use crate::account::id_opt;
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// One asking of a questionnaire. The codes are those of the governance plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyRow {
    /// Its name in addresses: `home-care-2026`.
    pub code: String,
    /// The institution that asks.
    pub owner: Id,
    pub questionnaire: Id,
    pub questionnaire_version: i64,
    pub title: String,
    pub english: String,
    /// For respondents and readers: why, for what, what is done with it.
    pub about: String,
    pub about_english: String,
    /// As people write it: `27年10月現在`.
    pub as_of: String,
    /// Code of the asking before it, or empty.
    pub previous: String,
    /// `draft`, `open`, `closed`, `approved`, `published`.
    pub state: String,
    pub opens: Micros,
    /// The first moment after the last day. Respondents have their own, which begins as this one.
    pub closes: Micros,
    /// Who looks at a sheet after its respondent, separated by commas: `checker`, `owner`.
    pub chain: String,
    /// When respondents see one another: `never`, `submitted`, `always`.
    pub peers: String,
    /// What percentages are of: `all`, `asked`.
    pub base: String,
    /// Days from the deadline on which those who have not answered are reminded: `-7,-1,1,7`.
    pub reminders: String,
    /// Of the sample region: nobody answered this.
    pub invented: bool,
    /// 0 where everybody sees who said what once it is published; else only counts, and no group of fewer sheets.
    pub least: i64,
    pub created_by: Option<Id>,
    pub created_at: Micros,
    pub updated_at: Micros,
    /// Counts writes: 1 for a new one.
    pub revision: i64,
}

const COLUMNS: usize = 23;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select s.code, s.owner, s.questionnaire, s.questionnaire_version, s.title, s.english, s.about, \
             s.about_english, s.as_of, s.previous, s.state, s.opens, s.closes, s.chain, s.peers, s.base, s.reminders, \
             s.invented, s.created_by, s.created_at, s.updated_at, s.least, s.revision from survey s ",
            $rest
        )
    };
}

const INSERT: &str = "insert into survey (code, owner, questionnaire, questionnaire_version, title, english, about, \
    about_english, as_of, previous, state, opens, closes, chain, peers, base, reminders, invented, created_by, \
    created_at, updated_at, least, revision) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
    $17, $18, $19, $20, $21, $22, 1) on conflict (code) do nothing";
const UPDATE: &str = "update survey set owner = $2, questionnaire = $3, questionnaire_version = $4, title = $5, \
    english = $6, about = $7, about_english = $8, as_of = $9, previous = $10, state = $11, opens = $12, closes = $13, \
    chain = $14, peers = $15, base = $16, reminders = $17, invented = $18, created_by = $19, created_at = $20, \
    updated_at = $21, least = $22, revision = revision + 1 where code = $1 and revision = $23";
const DROP: &str = "delete from survey where code = $1 and revision = $2 and state = 'draft'";
const HOLD_ASKING: &str =
    "update survey set updated_at = updated_at where code = $1 and state in ('open', 'closed')";
const HOLD_UNLOCKED: &str = "update survey set updated_at = updated_at where code = $1 and state in ('draft', 'open', 'closed')";
/// What hangs on a survey beside its respondents.
const OF_DRAFT: [&str; 9] = [
    "delete from survey_withdrawal where survey = $1",
    "delete from survey_snapshot where survey = $1",
    "delete from survey_event where survey = $1",
    "delete from survey_override where survey = $1",
    "delete from survey_theme where survey = $1",
    "delete from survey_handing where survey = $1",
    "delete from survey_explanation where survey = $1",
    "delete from survey_answer_change where survey = $1",
    "delete from survey_answer where survey = $1",
];
const ONE: &str = select!("where s.code = $1");
const OF: &str = select!("where s.owner = $1 order by s.created_at desc, s.code");
const IN: &str = select!("where s.state = $1 order by s.closes desc, s.code");
const PUBLISHED: &str = select!(
    "where exists (select 1 from survey_snapshot p where p.survey = s.code and p.kind = 'published') \
     order by s.closes desc, s.code"
);
const OPEN_FOR: &str = select!(
    "join survey_respondent r on r.survey = s.code where r.respondent = $1 and s.state = 'open' \
     order by r.closes, s.code"
);
const ASKED: &str = select!(
    "join survey_respondent r on r.survey = s.code where r.respondent = $1 and s.state <> 'draft' \
     order by s.closes desc, s.code"
);

impl Changes {
    /// Writes a survey: a new one where `was` is none, else on the revision that was read. A conflict where another one has
    /// the code, or somebody else wrote meanwhile.
    pub fn put_survey(&mut self, row: &SurveyRow, was: Option<i64>) {
        let mut params = values(row);
        let sql = match was {
            None => INSERT,
            Some(revision) => {
                params.push(revision.into());
                UPDATE
            }
        };
        self.steps
            .push(Step::one(sql, params, format!("survey {}", row.code)));
    }

    /// A conflict where the survey does not ask (open, closed) when this is written; it stays so until then.
    pub fn hold_asking_survey(&mut self, code: &str) {
        let what = format!("survey {code}");
        self.steps
            .push(Step::one(HOLD_ASKING, vec![code.into()], what));
    }

    /// The same, in a draft too.
    pub fn hold_unlocked_survey(&mut self, code: &str) {
        let what = format!("survey {code}");
        self.steps
            .push(Step::one(HOLD_UNLOCKED, vec![code.into()], what));
    }

    /// Takes a draft away with all that hangs on it, so that nothing of it is there for the next one of its code; its
    /// respondents go with [`Self::drop_respondents`].
    pub fn drop_survey(&mut self, code: &str, was: i64) {
        for sql in OF_DRAFT {
            self.steps.push(Step::any(sql, vec![code.into()]));
        }
        let params = vec![code.into(), was.into()];
        self.steps
            .push(Step::one(DROP, params, format!("survey {code}")));
    }
}

impl Store {
    pub async fn survey(&self, code: &str) -> Result<Option<SurveyRow>, StoreError> {
        let rows = self.db().query_key(ONE, vec![code.into()]).await?;
        rows.first().map(survey).transpose()
    }

    /// All surveys of an institution, the last one first.
    pub async fn surveys_of(&self, owner: &Id) -> Result<Vec<SurveyRow>, StoreError> {
        self.surveys(OF, owner.into()).await
    }

    /// The surveys that ask this institution now, the one that closes first at the head; its own window may have passed.
    pub async fn surveys_open_for(&self, respondent: &Id) -> Result<Vec<SurveyRow>, StoreError> {
        self.surveys(OPEN_FOR, respondent.into()).await
    }

    /// All surveys that ask or asked this institution, the last one first.
    pub async fn surveys_asking(&self, respondent: &Id) -> Result<Vec<SurveyRow>, StoreError> {
        self.surveys(ASKED, respondent.into()).await
    }

    /// All surveys of which everybody sees a version, the last one first; those too that are being corrected.
    pub async fn surveys_published(&self) -> Result<Vec<SurveyRow>, StoreError> {
        let rows = self.db().query(PUBLISHED, Vec::new()).await?;
        rows.iter().map(survey).collect()
    }

    /// All surveys in a state, the one that closes last at the head.
    pub async fn surveys_in(&self, state: &str) -> Result<Vec<SurveyRow>, StoreError> {
        self.surveys(IN, state.into()).await
    }

    async fn surveys(&self, sql: &'static str, param: Value) -> Result<Vec<SurveyRow>, StoreError> {
        let rows = self.db().query(sql, vec![param]).await?;
        rows.iter().map(survey).collect()
    }
}

fn values(row: &SurveyRow) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::with_capacity(COLUMNS);
    values.extend([
        row.code.as_str().into(),
        (&row.owner).into(),
        (&row.questionnaire).into(),
        row.questionnaire_version.into(),
    ]);
    let texts = [
        &row.title,
        &row.english,
        &row.about,
        &row.about_english,
        &row.as_of,
        &row.previous,
        &row.state,
    ];
    values.extend(texts.map(|text| Value::from(text.as_str())));
    values.extend([row.opens.into(), row.closes.into()]);
    let texts = [&row.chain, &row.peers, &row.base, &row.reminders];
    values.extend(texts.map(|text| Value::from(text.as_str())));
    values.extend([
        row.invented.into(),
        row.created_by.as_ref().into(),
        row.created_at.into(),
        row.updated_at.into(),
        row.least.into(),
    ]);
    values
}

fn survey(row: &Row) -> Result<SurveyRow, StoreError> {
    let text = |column| row.text(column).map(str::to_owned);
    Ok(SurveyRow {
        code: text(0)?,
        owner: row.id(1)?,
        questionnaire: row.id(2)?,
        questionnaire_version: row.int(3)?,
        title: text(4)?,
        english: text(5)?,
        about: text(6)?,
        about_english: text(7)?,
        as_of: text(8)?,
        previous: text(9)?,
        state: text(10)?,
        opens: row.micros(11)?,
        closes: row.micros(12)?,
        chain: text(13)?,
        peers: text(14)?,
        base: text(15)?,
        reminders: text(16)?,
        invented: row.int(17)? != 0,
        created_by: id_opt(row, 18)?,
        created_at: row.micros(19)?,
        updated_at: row.micros(20)?,
        least: row.int(21)?,
        revision: row.int(22)?,
    })
}
