//! Last year's answers: beside this year's, taken over one by one, never by themselves.

use renkei_base::{Ctx, Id, Refusal};
use renkei_directory::area::Atlas;
use renkei_store::{Failure, RespondentRow, Store, SurveyRow};

use super::door::Origin;
use super::save::{Entry, Manner, Saved, save};
use super::{Sheet, load};
use crate::answer::input::{NONE, Typed};
use crate::answer::{self, Answer, Answers};
use crate::{Questionnaire, Value, audit, count, respondent};

/// What was handed in at the asking before, or is in the sheet of a municipality that was merged into the respondent's.
#[derive(Clone, Debug)]
pub struct Previous {
    pub survey: SurveyRow,
    /// As it was asked then.
    pub questionnaire: Questionnaire,
    pub answers: Answers,
    /// Whose sheet it is, and its name then: a municipality may have merged since.
    pub respondent: Id,
    pub name: String,
}

/// The sheets that stand beside a sheet, whoever sees it: those that were handed over to it in this survey, then those of the
/// asking before, where they were handed in then. A municipality is known again by its code, also where another office
/// answers for it now; one that others were merged into finds theirs too, its own first.
pub async fn previous(
    store: &Store,
    atlas: &Atlas,
    survey: &SurveyRow,
    row: &RespondentRow,
) -> Result<Vec<Previous>, Failure> {
    let mut all = Vec::new();
    for then in store.respondents_succeeded_by(&row.respondent).await? {
        if then.survey == survey.code {
            all.push(of(store, survey, then).await?);
        }
    }
    all.retain(|one| !one.answers.is_empty());
    if survey.previous.is_empty() {
        return Ok(all);
    }
    let Some(before) = store.survey(&survey.previous).await? else {
        return Ok(all);
    };
    for then in sheets_then(store, atlas, (survey, &before), row).await? {
        if respondent::state_of(&then).counts() {
            all.push(of(store, &before, then).await?);
        }
    }
    Ok(all)
}

async fn of(store: &Store, survey: &SurveyRow, then: RespondentRow) -> Result<Previous, Failure> {
    let rows = store.answers(&survey.code, &then.respondent).await?;
    Ok(Previous {
        questionnaire: load::questionnaire(store, survey).await?,
        answers: answer::answers(&rows)?,
        survey: survey.clone(),
        respondent: then.respondent,
        name: then.name,
    })
}

async fn sheets_then(
    store: &Store,
    atlas: &Atlas,
    (survey, before): (&SurveyRow, &SurveyRow),
    row: &RespondentRow,
) -> Result<Vec<RespondentRow>, Failure> {
    let same = store.respondent(&before.code, &row.respondent).await?;
    let is_own = |row: &RespondentRow| respondent::is_own(atlas, &row.municipality, &row.name);
    // Institutions stand in municipalities too: what another one there said is none of theirs.
    let grounds = match is_own(row) {
        true => atlas.grounds(&row.municipality, count::load::day(survey)),
        false => Vec::new(),
    };
    if grounds.is_empty() || (grounds.len() == 1 && same.is_some()) {
        return Ok(same.into_iter().collect());
    }
    let own = same.as_ref().map(|then| then.respondent.clone());
    let mut all = store.respondents(&before.code).await?;
    all.retain(|then| {
        Some(&then.respondent) != own.as_ref()
            && grounds.contains(&then.municipality.as_str())
            && is_own(then)
    });
    // The respondent's own code before those of others.
    all.sort_by_key(|then| (then.municipality != row.municipality, then.place));
    Ok(same.into_iter().chain(all).collect())
}

/// An answer as if it was typed, for what can be typed: documents stay where they are.
pub fn typed(answer: &Answer) -> Option<Typed> {
    let mut typed = Typed {
        explanation: Some(answer.explanation.clone()),
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

/// Takes last year's answer to a question over, as this year's: that of `from` (an institution's id), or the first one there
/// is. By this year's rules: a choice that is offered no more, or a number out of bounds, is a fault.
///
/// # Errors
/// `NotFound` where there was none; as [`save`].
pub async fn take_over(
    store: &Store,
    atlas: &Atlas,
    ctx: &Ctx,
    sheet: (&str, &Id),
    (question, from): (&str, &str),
) -> Result<Saved, Failure> {
    let found = entry(store, atlas, ctx, sheet, (question, from)).await;
    let entry = audit::noted(store, ctx, Origin::Copied.act(), sheet, found).await?;
    let manner = Manner {
        origin: Origin::Copied,
        ..Manner::TYPING
    };
    save(store, ctx, sheet, &[entry], &manner).await
}

async fn entry(
    store: &Store,
    atlas: &Atlas,
    ctx: &Ctx,
    sheet: (&str, &Id),
    (question, from): (&str, &str),
) -> Result<Entry, Failure> {
    let now: Sheet = load::find(store, ctx, sheet).await?;
    let all = previous(store, atlas, now.survey(), &now.row).await?;
    let answer = all
        .iter()
        .filter(|one| from.is_empty() || one.respondent.as_str() == from)
        .find_map(|one| one.answers.get(question));
    let answer = answer.ok_or(Refusal::NotFound)?;
    Ok(Entry {
        question: question.to_owned(),
        revision: now.revision(question),
        typed: typed(answer).ok_or(Refusal::NotFound)?,
    })
}
