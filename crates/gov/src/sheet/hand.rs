//! Questions in a colleague's hands: given with a word, and given back.

use renkei_access::policy::Action;
use renkei_base::limits::NOTE_CHARS;
use renkei_base::{Ctx, Id, Refusal, Role, text};
use renkei_store::handing::HandingRow;
use renkei_store::{AccountState, Changes, Failure, Store, StoreError};

use super::{Sheet, load};
use crate::gate;

/// Somebody of the respondent's institution who may answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub id: Id,
    pub name: String,
}

/// Who may answer for an institution.
pub async fn colleagues(store: &Store, institution: &Id) -> Result<Vec<Colleague>, StoreError> {
    let people = store.accounts_of(institution).await?;
    let answers = people.into_iter().filter(|one| {
        one.state == AccountState::Active && one.roles.any(&[Role::Officer, Role::Approver])
    });
    let mut colleagues: Vec<Colleague> = answers
        .map(|one| Colleague {
            id: one.id,
            name: one.name,
        })
        .collect();
    colleagues.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(colleagues)
}

/// Hands questions to a colleague. Everybody may still write in them.
///
/// # Errors
/// `Invalid` on `person` (`fault-handing-person`) or `questions` (`fault-answer-question`); `refuse-sheet-…` where the sheet
/// is not open.
pub async fn hand(
    store: &Store,
    ctx: &Ctx,
    (code, respondent): (&str, &Id),
    questions: &[String],
    person: &str,
    note: &str,
) -> Result<(), Failure> {
    let sheet = own(store, ctx, (code, respondent)).await?;
    super::door::hand(&sheet, ctx)?;
    let note =
        text::line("note", note, NOTE_CHARS).map_err(|fault| Refusal::Invalid(vec![fault]))?;
    let known = |id: &String| sheet.questionnaire.question(id).is_some();
    if questions.is_empty() || !questions.iter().all(known) {
        return Err(Refusal::fault("questions", "fault-answer-question").into());
    }
    let colleagues = colleagues(store, respondent).await?;
    let person = colleagues
        .into_iter()
        .find(|one| one.id.as_str() == person)
        .ok_or_else(|| Refusal::fault("person", "fault-handing-person"))?;
    let mut changes = Changes::default();
    for question in questions {
        changes.put_handing(&HandingRow {
            survey: code.to_owned(),
            respondent: respondent.clone(),
            question: question.clone(),
            person: person.id.clone(),
            note: note.clone(),
            handed_by: ctx.caller.account.clone(),
            handed_at: ctx.at,
            done_at: None,
        });
    }
    changes.tell.push(respondent.clone());
    store.commit(ctx, changes).await?;
    Ok(())
}

/// Gives questions back, with a word for who handed them. Those that are in nobody's hands are left alone.
///
/// # Errors
/// As [`hand`].
pub async fn give_back(
    store: &Store,
    ctx: &Ctx,
    (code, respondent): (&str, &Id),
    questions: &[String],
    note: &str,
) -> Result<(), Failure> {
    own(store, ctx, (code, respondent)).await?;
    let note =
        text::line("note", note, NOTE_CHARS).map_err(|fault| Refusal::Invalid(vec![fault]))?;
    let held = store.handings(code, respondent).await?;
    let mut changes = Changes::default();
    let held = held
        .iter()
        .filter(|row| row.done_at.is_none() && questions.contains(&row.question));
    for row in held {
        let note = if note.is_empty() { &row.note } else { &note };
        changes.end_handing((code, respondent), &row.question, ctx.at, note);
    }
    changes.tell.push(respondent.clone());
    store.commit(ctx, changes).await?;
    Ok(())
}

/// The sheet of the caller's own institution.
async fn own(store: &Store, ctx: &Ctx, (code, respondent): (&str, &Id)) -> Result<Sheet, Failure> {
    let sheet = load::load(store, ctx, code, respondent).await?;
    gate::own(ctx, Action::SurveyAnswer, respondent)?;
    Ok(sheet)
}
