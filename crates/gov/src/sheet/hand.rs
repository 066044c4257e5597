//! Questions in a colleague's hands: given with a word, and given back.

use renkei_access::policy::Action;
use renkei_base::limits::NOTE_CHARS;
use renkei_base::{Ctx, Id, Lang, Micros, Refusal, Role, text};
use renkei_store::handing::HandingRow;
use renkei_store::{AccountState, Changes, Failure, Store, StoreError, SurveyRow};

use super::{Sheet, load};
use crate::mail::{handing, place};
use crate::{audit, gate};

/// What the audit calls it.
const HAND: &str = "survey.hand";
const GIVE_BACK: &str = "survey.give-back";

/// Somebody of the respondent's institution who may answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub id: Id,
    pub name: String,
    /// In which it reads.
    pub lang: Lang,
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
            lang: one.lang,
        })
        .collect();
    colleagues.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(colleagues)
}

/// Hands questions to a colleague, who gets a mail that there is something to do. Everybody may still write in them.
///
/// # Errors
/// `Invalid` on `person` (`fault-handing-person`) or `questions` (`fault-handing-none`, `fault-answer-question`);
/// `refuse-sheet-…` where the sheet is not open.
pub async fn hand(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    questions: &[String],
    person: &str,
    note: &str,
) -> Result<(), Failure> {
    let done = hand_tried(store, ctx, sheet, questions, person, note).await;
    audit::noted(store, ctx, HAND, sheet, done).await
}

async fn hand_tried(
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
    if questions.is_empty() {
        return Err(Refusal::fault("questions", "fault-handing-none").into());
    }
    if !questions.iter().all(known) {
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
    let held = store.handings(code, respondent).await?;
    let has = |question: &String| {
        let same = |row: &&HandingRow| row.question == *question && row.person == person.id;
        held.iter().filter(same).any(|row| row.done_at.is_none())
    };
    if ctx.caller.account.as_ref() != Some(&person.id) && !questions.iter().all(has) {
        let address = place::of_person(store, &person.id, &sheet.row).await?;
        if !address.is_empty() {
            let mail = handing::mail(ctx, &sheet, &person.id, &address, person.lang);
            changes.put_mail(&mail);
        }
    }
    let about = std::iter::once(person.id.as_str()).chain(questions.iter().map(String::as_str));
    changes.note(audit::note(HAND, (code, respondent), about));
    changes.tell.push(respondent.clone());
    store.commit(ctx, changes).await?;
    Ok(())
}

/// Questions of one sheet that are in the caller's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mine {
    pub survey: SurveyRow,
    /// The sheet's last moment.
    pub closes: Micros,
    /// Id and number: `a1`, `ア①`.
    pub questions: Vec<(String, String)>,
    /// What was said with them, each once.
    pub notes: Vec<String>,
}

/// What colleagues have handed to the caller, in sheets that can still be written.
pub async fn mine(store: &Store, ctx: &Ctx) -> Result<Vec<Mine>, Failure> {
    let Some(account) = &ctx.caller.account else {
        return Ok(Vec::new());
    };
    let mut all: Vec<(Id, Mine)> = Vec::new();
    for row in store.handings_of(account).await? {
        let known = |(respondent, mine): &&mut (Id, Mine)| {
            *respondent == row.respondent && mine.survey.code == row.survey
        };
        if all.iter_mut().find(known).is_none() {
            let sheet = load::find(store, ctx, (&row.survey, &row.respondent)).await;
            let sheet = match sheet {
                Ok(sheet) if sheet.is_open(ctx) => sheet,
                Ok(_) | Err(Failure::Refused(_)) => continue,
                Err(other) => return Err(other),
            };
            all.push((row.respondent.clone(), begun(&sheet, account, store).await?));
        }
    }
    Ok(all.into_iter().map(|(_, mine)| mine).collect())
}

/// The questions of a sheet in this person's hands, in the order of the questionnaire.
async fn begun(sheet: &Sheet, person: &Id, store: &Store) -> Result<Mine, StoreError> {
    let code = &sheet.survey().code;
    let mut rows = store.handings(code, &sheet.row.respondent).await?;
    rows.retain(|row| row.done_at.is_none() && row.person == *person);
    let questions = sheet.questionnaire.questions();
    let questions = questions.filter(|(_, one)| rows.iter().any(|row| row.question == one.id));
    let mut notes: Vec<String> = rows.iter().map(|row| row.note.clone()).collect();
    notes.retain(|note| !note.is_empty());
    notes.dedup();
    Ok(Mine {
        questions: questions
            .map(|(section, one)| (one.id.clone(), format!("{}{}", section.label, one.label)))
            .collect(),
        notes,
        closes: sheet.row.closes,
        survey: sheet.survey().clone(),
    })
}

/// Gives questions back, with a word for who handed them. Those that are in nobody's hands are left alone.
///
/// # Errors
/// As [`hand`].
pub async fn give_back(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    questions: &[String],
    note: &str,
) -> Result<(), Failure> {
    let done = give_back_tried(store, ctx, sheet, questions, note).await;
    audit::noted(store, ctx, GIVE_BACK, sheet, done).await
}

async fn give_back_tried(
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
    let held: Vec<&HandingRow> = held
        .iter()
        .filter(|row| row.done_at.is_none() && questions.contains(&row.question))
        .collect();
    if held.is_empty() {
        return Ok(());
    }
    let ids = held.iter().map(|row| row.question.as_str());
    changes.note(audit::note(GIVE_BACK, (code, respondent), ids));
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
    let sheet = load::find(store, ctx, (code, respondent)).await?;
    gate::own(ctx, Action::SurveyAnswer, respondent)?;
    Ok(sheet)
}
