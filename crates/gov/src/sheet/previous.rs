//! Last year's answers: beside this year's, taken over one by one, never by themselves.

use renkei_base::{Ctx, Id, Refusal};
use renkei_store::{Failure, RespondentRow, Store, SurveyRow};

use super::door::Origin;
use super::save::{Entry, Manner, Saved, save};
use super::{Sheet, load};
use crate::answer::input::{NONE, Typed};
use crate::answer::{self, Answer, Answers};
use crate::{Questionnaire, Value, respondent};

/// What the same respondent handed in at the asking before.
#[derive(Clone, Debug)]
pub struct Previous {
    pub survey: SurveyRow,
    /// As it was asked then.
    pub questionnaire: Questionnaire,
    pub answers: Answers,
    /// As the respondent was called then: a municipality may have merged since.
    pub name: String,
}

/// The asking before, where the respondent handed its sheet in then. A municipality is known again by its code, also where
/// another office answers for it now. Whoever sees the sheet sees this.
pub async fn previous(
    store: &Store,
    survey: &SurveyRow,
    row: &RespondentRow,
) -> Result<Option<Previous>, Failure> {
    if survey.previous.is_empty() {
        return Ok(None);
    }
    let Some(before) = store.survey(&survey.previous).await? else {
        return Ok(None);
    };
    let Some(then) = sheet_then(store, &before, row).await? else {
        return Ok(None);
    };
    if !respondent::state_of(&then).counts() {
        return Ok(None);
    }
    let rows = store.answers(&before.code, &then.respondent).await?;
    Ok(Some(Previous {
        questionnaire: load::questionnaire(store, &before).await?,
        answers: answer::answers(&rows)?,
        name: then.name,
        survey: before,
    }))
}

async fn sheet_then(
    store: &Store,
    before: &SurveyRow,
    row: &RespondentRow,
) -> Result<Option<RespondentRow>, Failure> {
    let same = store.respondent(&before.code, &row.respondent).await?;
    if same.is_some() || row.municipality.is_empty() {
        return Ok(same);
    }
    let all = store.respondents(&before.code).await?;
    Ok(all
        .into_iter()
        .find(|then| then.municipality == row.municipality))
}

/// An answer as if it was typed, for what can be typed: documents stay where they are.
pub fn typed(answer: &Answer) -> Option<Typed> {
    let mut typed = Typed {
        explanation: answer.explanation.clone(),
        ..Typed::default()
    };
    match &answer.value {
        None => match answer.status {
            crate::Status::Unknown | crate::Status::Undisclosed => {
                answer.status.code().clone_into(&mut typed.status);
            }
            _ => return None,
        },
        Some(Value::One { choice }) => typed.values.push(choice.clone()),
        Some(Value::Many { choices }) if choices.is_empty() => typed.values.push(NONE.to_owned()),
        Some(Value::Many { choices }) => typed.values.clone_from(choices),
        Some(
            Value::Number { number: text } | Value::Date { date: text } | Value::Text { text },
        ) => typed.values.push(text.clone()),
        Some(Value::Table { rows }) => typed.rows.clone_from(rows),
        Some(Value::File { .. }) => return None,
    }
    Some(typed)
}

/// Takes last year's answer to a question over, as this year's. By this year's rules: a choice that is offered no more, or a
/// number out of bounds, is a fault.
///
/// # Errors
/// `NotFound` where there was none; as [`save`].
pub async fn take_over(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    question: &str,
) -> Result<Saved, Failure> {
    let now: Sheet = load::load(store, ctx, sheet.0, sheet.1).await?;
    let before = previous(store, now.survey(), &now.row).await?;
    let before = before.ok_or(Refusal::NotFound)?;
    let answer = before.answers.get(question).ok_or(Refusal::NotFound)?;
    let entry = Entry {
        question: question.to_owned(),
        revision: now.revision(question),
        typed: typed(answer).ok_or(Refusal::NotFound)?,
    };
    let manner = Manner {
        origin: Origin::Copied,
        ..Manner::TYPING
    };
    save(store, ctx, sheet, &[entry], &manner).await
}
