//! The rows of those who are asked: written all at once while the survey is a draft, one by one later.

use std::collections::BTreeMap;

use renkei_access::policy::Action;
use renkei_base::{Ctx, Id, Refusal};
use renkei_directory::{Areas, Finder};
use renkei_store::{Changes, Failure, Note, RespondentRow, Store, StoreError, SurveyRow};

use super::SheetState;
use super::desk::Contact;
use super::universe::{self, Expected, Found, MOST, Universe};
use crate::survey::course::said;
use crate::survey::event::event;
use crate::survey::{SurveyState, seen};
use crate::{audit, gate};

/// Rows of one commit: others write in between.
const BATCH: usize = 500;

/// Writes who is asked, in place of those before. Only in a draft.
///
/// # Errors
/// `refuse-survey-asked` where it asks already, `refuse-survey-nobody`, `refuse-survey-too-many`; `fault-required` on
/// `uncounted_why` where areas are not counted without a reason.
pub async fn expect(
    store: &Store,
    areas: &Areas,
    finder: &Finder,
    ctx: &Ctx,
    code: &str,
    rule: &Universe,
) -> Result<Found, Failure> {
    let done = expect_tried(store, areas, finder, ctx, code, rule).await;
    let note = Note::new("survey.universe").detail(audit::plain(code));
    store.noted(ctx, note, done).await
}

async fn expect_tried(
    store: &Store,
    areas: &Areas,
    finder: &Finder,
    ctx: &Ctx,
    code: &str,
    rule: &Universe,
) -> Result<Found, Failure> {
    let survey = seen::owned(store, ctx, code).await?;
    if seen::state_of(&survey) != SurveyState::Draft {
        return Err(Refusal::not_now("refuse-survey-asked").into());
    }
    if rule.lacks_why() {
        return Err(Refusal::fault("uncounted_why", "fault-required").into());
    }
    let checked = crate::survey::is_checked(&survey.chain);
    let rule = Universe {
        checked,
        ..rule.clone()
    };
    let found = universe::find(areas, finder, &rule, ctx.at.in_japan().date());
    if found.expected.is_empty() {
        return Err(Refusal::not_now("refuse-survey-nobody").into());
    }
    if found.too_many {
        return Err(Refusal::not_now("refuse-survey-too-many").into());
    }
    write(store, ctx, &survey, &found.expected).await?;
    Ok(found)
}

async fn write(
    store: &Store,
    ctx: &Ctx,
    survey: &SurveyRow,
    expected: &[Expected],
) -> Result<(), Failure> {
    let known = contacts(store, survey).await?;
    let addresses: BTreeMap<Id, String> = store.mail_addresses().await?.into_iter().collect();
    let mut rows = Vec::new();
    for (place, one) in (0..).zip(expected) {
        let mut row = row(survey, one, place, ctx);
        if let Some(contact) = known.get(&row.respondent) {
            put(contact, &mut row);
        }
        if row.contact_mail.is_empty() {
            row.contact_mail = addresses.get(&row.respondent).cloned().unwrap_or_default();
        }
        rows.push(row);
    }
    for (n, batch) in rows.chunks(BATCH).enumerate() {
        let mut changes = Changes::default();
        if n == 0 {
            changes.drop_respondents(&survey.code);
            let count = rows.len().to_string();
            changes.put_survey_event(&event(ctx, &survey.code, None, "universe", &count));
            changes.note(Note::new("survey.universe").detail(&survey.code));
        }
        for row in batch {
            changes.put_respondent(row, None);
        }
        store.commit(ctx, changes).await?;
    }
    Ok(())
}

fn contact_of(row: RespondentRow) -> (Id, Contact) {
    let contact = Contact {
        name: row.contact_name,
        phone: row.contact_phone,
        mail: row.contact_mail,
    };
    (row.respondent, contact)
}

fn put(contact: &Contact, row: &mut RespondentRow) {
    row.contact_name.clone_from(&contact.name);
    row.contact_phone.clone_from(&contact.phone);
    row.contact_mail.clone_from(&contact.mail);
}

/// Earlier surveys of the same owner that are asked for contacts.
const EARLIER: usize = 5;

/// The contacts of the owner's last surveys, over them those of the asking before, and those of this draft: nobody types
/// them anew each year.
async fn contacts(store: &Store, survey: &SurveyRow) -> Result<BTreeMap<Id, Contact>, StoreError> {
    let mut known = BTreeMap::new();
    let newest_first = store.surveys_of(&survey.owner).await?;
    let others = newest_first.iter().map(|row| &row.code);
    let others = others.filter(|code| ![&survey.previous, &survey.code].contains(code));
    let mut codes: Vec<&String> = others.take(EARLIER).collect();
    codes.reverse();
    codes.extend([&survey.previous, &survey.code]);
    for code in codes {
        if !code.is_empty() {
            let rows = store.respondents(code).await?.into_iter();
            known.extend(
                rows.map(contact_of)
                    .filter(|(_, one)| *one != Contact::default()),
            );
        }
    }
    Ok(known)
}

/// An expected sheet in which nothing was written.
pub fn row(survey: &SurveyRow, one: &Expected, place: i64, ctx: &Ctx) -> RespondentRow {
    RespondentRow {
        survey: survey.code.clone(),
        respondent: one.respondent.clone(),
        municipality: one.municipality.clone(),
        name: one.name.clone(),
        place,
        counted: one.counted,
        uncounted_why: one.uncounted_why.clone(),
        closes: survey.closes,
        checker: one.checker.clone(),
        state: SheetState::Unanswered.code().to_owned(),
        marks: String::new(),
        contact_name: String::new(),
        contact_phone: String::new(),
        contact_mail: String::new(),
        submitted_by: None,
        submitted_at: None,
        decided_by: None,
        decided_at: None,
        updated_at: ctx.at,
        revision: 1,
        successor: None,
    }
}

/// Asks one more: one that was forgotten, or that came out of a merger. While it is open, its window is that of the others.
///
/// # Errors
/// `fault-survey-known` on `institution` where it is asked already, `fault-survey-unknown` where nothing has that name.
pub async fn add(
    store: &Store,
    areas: &Areas,
    finder: &Finder,
    ctx: &Ctx,
    code: &str,
    typed: &str,
) -> Result<Id, Failure> {
    let done = add_tried(store, areas, finder, ctx, code, typed).await;
    let note = Note::new("survey.added").detail(audit::plain(code));
    store.noted(ctx, note, done).await
}

async fn add_tried(
    store: &Store,
    areas: &Areas,
    finder: &Finder,
    ctx: &Ctx,
    code: &str,
    typed: &str,
) -> Result<Id, Failure> {
    let survey = seen::owned(store, ctx, code).await?;
    if seen::state_of(&survey) >= SurveyState::Approved {
        return Err(Refusal::not_now("refuse-survey-locked").into());
    }
    let rule = Universe {
        list: said("institution", typed, true)?,
        checked: crate::survey::is_checked(&survey.chain),
        ..Universe::default()
    };
    let found = universe::find(areas, finder, &rule, ctx.at.in_japan().date());
    let [one] = found.expected.as_slice() else {
        return Err(Refusal::fault("institution", "fault-survey-unknown").into());
    };
    let before = store.respondents(code).await?;
    if before.iter().any(|row| row.respondent == one.respondent) {
        return Err(Refusal::fault("institution", "fault-survey-known").into());
    }
    if before.len() >= MOST {
        return Err(Refusal::not_now("refuse-survey-too-many").into());
    }
    let place = before.iter().map(|row| row.place).max().unwrap_or(-1) + 1;
    let mut changes = Changes::default();
    let mut row = row(&survey, one, place, ctx);
    if let Some(contact) = contacts(store, &survey).await?.get(&row.respondent) {
        put(contact, &mut row);
    }
    if row.contact_mail.is_empty() {
        row.contact_mail = store.mail_address(&row.respondent).await?;
    }
    changes.hold_unlocked_survey(code);
    changes.put_respondent(&row, None);
    changes.put_survey_event(&event(ctx, code, Some(&one.respondent), "added", ""));
    changes.note(Note::new("survey.added").detail(format!("{code} {}", one.respondent)));
    changes
        .tell
        .extend([survey.owner.clone(), one.respondent.clone()]);
    store.commit(ctx, changes).await?;
    Ok(one.respondent.clone())
}

/// Asks one less: nothing was written in its sheet.
///
/// # Errors
/// `Conflict` where something was.
pub async fn remove(store: &Store, ctx: &Ctx, code: &str, respondent: &Id) -> Result<(), Failure> {
    let done = remove_tried(store, ctx, code, respondent).await;
    let note = Note::new("survey.removed").detail(format!("{} {respondent}", audit::plain(code)));
    store.noted(ctx, note, done).await
}

async fn remove_tried(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    respondent: &Id,
) -> Result<(), Failure> {
    let survey = seen::owned(store, ctx, code).await?;
    gate::own(ctx, Action::SurveyManage, &survey.owner)?;
    if seen::state_of(&survey) >= SurveyState::Approved {
        return Err(Refusal::not_now("refuse-survey-locked").into());
    }
    let mut changes = Changes::default();
    changes.hold_unlocked_survey(code);
    changes.drop_respondent(code, respondent);
    let name = store.respondent(code, respondent).await?;
    let name = name.map(|row| row.name).unwrap_or_default();
    changes.put_survey_event(&event(ctx, code, None, "removed", &name));
    changes.note(Note::new("survey.removed").detail(format!("{code} {respondent}")));
    changes
        .tell
        .extend([survey.owner.clone(), respondent.clone()]);
    store.commit(ctx, changes).await?;
    Ok(())
}
