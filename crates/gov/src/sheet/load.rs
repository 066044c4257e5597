//! The sheet as somebody may see it: its respondent, who checks it, who asked.

use std::collections::BTreeMap;

use renkei_access::policy::Action;
use renkei_base::{Ctx, Id, Refusal};
use renkei_store::answer::AnswerRow;
use renkei_store::{Failure, RespondentRow, Store, StoreError, SurveyRow};

use sha2::{Digest, Sha256};

use super::explain;
use crate::answer::Answers;
use crate::answer::input::Given;
use crate::respondent::{self, SheetState};
use crate::survey::{Seen, SurveyState, Window, seen};
use crate::{Questionnaire, Status, answer, approver, audit};

/// A sheet with everything that is decided about it.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub seen: Seen,
    pub row: RespondentRow,
    pub questionnaire: Questionnaire,
    pub answers: Answers,
    rows: BTreeMap<String, AnswerRow>,
    /// The caller is of the institution that answers.
    pub own: bool,
    /// The caller stands for it (its approver, or an officer where there is none); not asked before it was handed in.
    pub approves: bool,
    /// Questions of a sheet that was handed in whose answers are to be explained; not asked for others than its own.
    pub wanted: Vec<String>,
}

impl Sheet {
    pub fn survey(&self) -> &SurveyRow {
        &self.seen.row
    }

    pub fn state(&self) -> SheetState {
        respondent::state_of(&self.row)
    }

    /// Its own window.
    pub const fn window(&self) -> Window {
        Window {
            opens: self.seen.row.opens,
            closes: self.row.closes,
        }
    }

    /// Whether its respondent may fill it in now.
    pub fn is_open(&self, ctx: &Ctx) -> bool {
        respondent::open(self.seen.state, self.state(), self.window(), ctx.at)
    }

    /// Whether nothing changes any more.
    pub fn is_locked(&self) -> bool {
        !matches!(self.seen.state, SurveyState::Open | SurveyState::Closed)
    }

    /// Of the answer to a question, 0 where nobody wrote one.
    pub fn revision(&self, question: &str) -> i64 {
        self.rows.get(question).map_or(0, |row| row.revision)
    }

    pub fn answer_row(&self, question: &str) -> Option<&AnswerRow> {
        self.rows.get(question)
    }

    /// How its answers came, the codes of [`super::Origin`]. Blanks came by nobody's hand.
    pub(crate) fn origins(&self) -> impl Iterator<Item = &str> {
        let said = |row: &&AnswerRow| row.status != Status::NoAnswer.code();
        self.rows
            .values()
            .filter(said)
            .map(|row| row.origin.as_str())
    }

    /// SHA-256 of what was answered: the same answers, the same digits.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (question, row) in &self.rows {
            for part in [question, &row.value, &row.status, &row.explanation] {
                hash.update(part.len().to_be_bytes());
                hash.update(part.as_bytes());
            }
        }
        hex::encode(hash.finalize())
    }

    pub(crate) fn given(&self, question: &str) -> Given {
        Given::of(self.answers.get(question))
    }
}

/// Loads a sheet for somebody to look at. A try that was refused is kept.
///
/// # Errors
/// `NotFound` where there is none, or none for this caller; the respondent's officers see it from the survey's opening.
/// `refuse-sheet-not-handed-in` to the institution that checks it, until it was handed in.
pub async fn load(store: &Store, ctx: &Ctx, code: &str, respondent: &Id) -> Result<Sheet, Failure> {
    let found = find(store, ctx, (code, respondent)).await;
    audit::noted(store, ctx, "survey.read", (code, respondent), found).await
}

/// As [`load`], for acts that keep their own refusals.
pub(crate) async fn find(
    store: &Store,
    ctx: &Ctx,
    (code, respondent): (&str, &Id),
) -> Result<Sheet, Failure> {
    let (seen, row) = seen::sheet(store, ctx, code, respondent).await?;
    let own = ctx.caller.institution.as_ref() == Some(respondent) && seen.own.is_some();
    // Who checks it looks at what was handed in, not at what is being written.
    let reads = own || seen.owner || row.submitted_at.is_some() || !seen::checks(ctx, &row);
    if !reads {
        return Err(Refusal::not_now("refuse-sheet-not-handed-in").into());
    }
    // The owner may be asked as well; a sheet that nobody else sees yet is there for it.
    let rows = store.answers(code, respondent).await?;
    let questionnaire = questionnaire(store, &seen.row).await?;
    let corrects = own && respondent::state_of(&row).counts();
    let (approves, wanted) = match corrects {
        true => corrector(store, ctx, (code, respondent)).await?,
        false => (false, Vec::new()),
    };
    Ok(Sheet {
        questionnaire,
        approves,
        wanted,
        answers: answer::answers(&rows)?,
        rows: rows
            .into_iter()
            .map(|row| (row.question.clone(), row))
            .collect(),
        own,
        seen,
        row,
    })
}

/// Whether the caller stands for the respondent, and which answers it is to explain.
async fn corrector(
    store: &Store,
    ctx: &Ctx,
    place: (&str, &Id),
) -> Result<(bool, Vec<String>), Failure> {
    let stands = match approver::stand(store, ctx, Action::SurveySubmit, place.1).await {
        Ok(_) => true,
        Err(Failure::Refused(_)) => false,
        Err(other) => return Err(other),
    };
    let wanted = explain::wanted(store, place).await?.into_iter();
    Ok((stands, wanted.map(|row| row.question).collect()))
}

/// What a survey asks.
///
/// # Errors
/// `Corrupt` where it is not there.
pub async fn questionnaire(store: &Store, survey: &SurveyRow) -> Result<Questionnaire, Failure> {
    let version = survey.questionnaire_version;
    let row = store.questionnaire(&survey.questionnaire, version).await?;
    let row = row.ok_or(Refusal::NotFound)?;
    let read = serde_json::from_str(&row.body);
    read.map_err(|_| StoreError::Corrupt("a questionnaire".to_owned()).into())
}
