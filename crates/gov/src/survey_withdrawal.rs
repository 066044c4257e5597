//! What a version shows no more: a document that should not be public, or an explanation, taken down by who asks, with the
//! reason. The version, its figures and its digest stay as they were; what is shown of it says that something was withdrawn.

use std::collections::BTreeMap;

use renkei_base::{Ctx, Id, Refusal};
pub use renkei_store::survey_withdrawal::WithdrawalRow;
use renkei_store::{Changes, Failure, Note, Store, StoreError};

use crate::matrix::Example;
use crate::survey::course::said;
use crate::survey::event::event;
use crate::survey::{SurveyState, seen};

/// What is withdrawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The question that it is shown beside, as in [`Example`].
    pub question: String,
    /// The digest of a document; empty for what was explained to the question.
    pub blob: String,
    pub reason: String,
}

/// What is withdrawn of a survey, to ask for one thing after another.
#[derive(Clone, Debug, Default)]
pub struct Withdrawn {
    documents: BTreeMap<String, WithdrawalRow>,
    /// By respondent and question.
    texts: BTreeMap<(String, String), WithdrawalRow>,
}

impl Withdrawn {
    /// A document, whoever attached it and wherever it is shown.
    pub fn document(&self, blob: &str) -> Option<&WithdrawalRow> {
        self.documents.get(blob)
    }

    /// What a respondent explained to a question.
    pub fn text(&self, respondent: &str, question: &str) -> Option<&WithdrawalRow> {
        let key = (respondent.to_owned(), question.to_owned());
        self.texts.get(&key)
    }

    /// All of it, the first one first.
    pub fn rows(&self) -> Vec<&WithdrawalRow> {
        let mut rows: Vec<_> = self.documents.values().chain(self.texts.values()).collect();
        rows.sort_by(|a, b| (a.done_at, &a.blob).cmp(&(b.done_at, &b.blob)));
        rows
    }
}

/// What is withdrawn of a survey. For everybody: that something was is no secret.
pub async fn of(store: &Store, code: &str) -> Result<Withdrawn, StoreError> {
    let mut withdrawn = Withdrawn::default();
    for row in store.withdrawals(code).await? {
        if row.blob.is_empty() {
            let key = (row.respondent.to_string(), row.question.clone());
            withdrawn.texts.insert(key, row);
        } else {
            withdrawn.documents.insert(row.blob.clone(), row);
        }
    }
    Ok(withdrawn)
}

/// Takes a document or an explanation down, from all versions and from what comes after them.
///
/// # Errors
/// `Invalid` on `reason`; `refuse-withdrawn` where it is taken down already; `NotFound` where no example shows it, and to all
/// but the owner.
pub async fn withdraw(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    respondent: &Id,
    (typed, shown): (&Typed, &[Example]),
) -> Result<(), Failure> {
    let survey = seen::owned(store, ctx, code).await?;
    if seen::state_of(&survey) == SurveyState::Draft {
        return Err(Refusal::not_now("refuse-survey-not-open").into());
    }
    if !shown.iter().any(|one| holds(one, respondent, typed)) {
        return Err(Refusal::NotFound.into());
    }
    let there = of(store, code).await?;
    let known = match typed.blob.as_str() {
        "" => there.text(respondent.as_str(), &typed.question),
        blob => there.document(blob),
    };
    if known.is_some() {
        return Err(Refusal::not_now("refuse-withdrawn").into());
    }
    let row = WithdrawalRow {
        survey: code.to_owned(),
        respondent: respondent.clone(),
        question: typed.question.clone(),
        blob: typed.blob.clone(),
        reason: said("reason", &typed.reason, true)?,
        done_by: ctx.caller.account.clone(),
        done_at: ctx.at,
    };
    let mut changes = Changes::default();
    changes.put_withdrawal(&row);
    note(ctx, &mut changes, &row, ("withdrawn", "survey.withdraw"));
    changes.tell.extend([survey.owner, respondent.clone()]);
    store.commit(ctx, changes).await?;
    Ok(())
}

/// Shows again what was taken down, with the reason.
///
/// # Errors
/// `Invalid` on `reason`; `NotFound` where it is not withdrawn, and to all but the owner.
pub async fn restore(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    respondent: &Id,
    typed: &Typed,
) -> Result<(), Failure> {
    let survey = seen::owned(store, ctx, code).await?;
    let rows = store.withdrawals(code).await?;
    let is = |row: &WithdrawalRow| {
        (&row.respondent, &row.question, &row.blob) == (respondent, &typed.question, &typed.blob)
    };
    let row = rows.into_iter().find(is).ok_or(Refusal::NotFound)?;
    let row = WithdrawalRow {
        reason: said("reason", &typed.reason, true)?,
        ..row
    };
    let mut changes = Changes::default();
    changes.drop_withdrawal(&row);
    note(ctx, &mut changes, &row, ("restored", "survey.restore"));
    changes.tell.extend([survey.owner, respondent.clone()]);
    store.commit(ctx, changes).await?;
    Ok(())
}

fn holds(example: &Example, respondent: &Id, typed: &Typed) -> bool {
    let here = example.respondent == respondent.as_str() && example.question == typed.question;
    here && match typed.blob.as_str() {
        "" => !example.explanation.is_empty(),
        blob => example.files.iter().any(|file| file.blob == blob),
    }
}

/// The line of the history, and that of the audit, which has no words.
fn note(
    ctx: &Ctx,
    changes: &mut Changes,
    row: &WithdrawalRow,
    (kind, act): (&'static str, &'static str),
) {
    let of = Some(&row.respondent);
    changes.put_survey_event(&event(ctx, &row.survey, of, kind, &row.reason));
    let what = if row.blob.is_empty() {
        &row.question
    } else {
        &row.blob
    };
    let detail = format!("{} {} {what}", row.survey, row.respondent);
    changes.note(Note::new(act).detail(detail));
}
