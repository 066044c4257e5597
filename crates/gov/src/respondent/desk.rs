//! What the owner does beside the sheets: more days for one, what was heard on the telephone, whom to reach, who is
//! not counted.

use renkei_access::policy::Action;
use renkei_base::limits::{LINE_CHARS, NOTE_CHARS};
use renkei_base::{Ctx, Fault, Id, Refusal, text};
use renkei_store::{Changes, Failure, Store};

use super::course::{reopen_for_one, unlocked, write};
use crate::gate;
use crate::survey::course::said;
use crate::survey::{SurveyState, day, seen};

/// Another last day for one respondent, with a reason. The others' windows stay as they are. One that was mistyped can be
/// made earlier, though not earlier than the survey's own.
///
/// # Errors
/// `fault-survey-day`, `fault-survey-past`, `fault-survey-far`, `fault-survey-shorter` on `closes`; a fault on `why` where
/// it is empty.
pub async fn extend(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    respondent: &Id,
    closes: &str,
    why: &str,
) -> Result<(), Failure> {
    let (seen, mut row) = seen::sheet(store, ctx, code, respondent).await?;
    gate::own(ctx, Action::SurveyManage, &seen.row.owner)?;
    unlocked(&seen)?;
    let why = said("why", why, true)?;
    let closes = day::closing("closes", closes, seen.row.opens, ctx.at);
    let closes = closes.map_err(|fault| Refusal::Invalid(vec![fault]))?;
    if closes < row.closes && closes < seen.row.closes {
        return Err(Refusal::fault("closes", "fault-survey-shorter").into());
    }
    row.closes = closes;
    let mut changes = Changes::default();
    reopen_for_one(&seen, ctx, &mut changes);
    let note = format!("{} {why}", day::last(closes));
    write(store, ctx, &seen, &row, changes, ("extended", &note)).await
}

/// What was heard on the telephone. Not the names of patients: there are none in this plane.
pub async fn telephone(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    respondent: &Id,
    note: &str,
) -> Result<(), Failure> {
    let (seen, row) = seen::sheet(store, ctx, code, respondent).await?;
    if !seen.owner {
        let checker = row.checker.as_ref().ok_or(Refusal::NotFound)?;
        gate::own(ctx, Action::SurveyCheck, checker)?;
    }
    let note = said("note", note, true)?;
    write(
        store,
        ctx,
        &seen,
        &row,
        Changes::default(),
        ("called", &note),
    )
    .await
}

/// Whom to reach about a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// A section or a person on duty.
    pub name: String,
    pub phone: String,
    pub mail: String,
}

/// Says whom to reach about a sheet: its respondent, or the owner for it.
///
/// # Errors
/// `fault-survey-mail` on `mail`.
pub async fn contact(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    respondent: &Id,
    contact: &Contact,
) -> Result<(), Failure> {
    let (seen, mut row) = seen::sheet(store, ctx, code, respondent).await?;
    if !seen.owner {
        gate::own(ctx, Action::SurveyAnswer, &row.respondent)?;
    }
    let mut faults = Vec::new();
    let mut take = |to: &mut String, read: Result<String, Fault>| match read {
        Ok(text) => *to = text,
        Err(fault) => faults.push(fault),
    };
    let name = text::line("contact_name", &contact.name, LINE_CHARS);
    take(&mut row.contact_name, name);
    let phone = text::line("contact_phone", &contact.phone, LINE_CHARS);
    take(
        &mut row.contact_phone,
        phone.map(|phone| text::usual_width(&phone)),
    );
    take(
        &mut row.contact_mail,
        crate::mail::address("contact_mail", &contact.mail),
    );
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    write(store, ctx, &seen, &row, Changes::default(), ("contact", "")).await
}

/// Takes a respondent out of the counts (集計外) with the reason, or back in.
pub async fn count(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    respondent: &Id,
    counted: bool,
    why: &str,
) -> Result<(), Failure> {
    let (seen, mut row) = seen::sheet(store, ctx, code, respondent).await?;
    gate::own(ctx, Action::SurveyManage, &seen.row.owner)?;
    if seen.state >= SurveyState::Approved {
        return Err(Refusal::not_now("refuse-survey-locked").into());
    }
    let why = text::required_line("why", why, NOTE_CHARS);
    let why = why.map_err(|fault| Refusal::Invalid(vec![fault]))?;
    row.counted = counted;
    row.uncounted_why = if counted { String::new() } else { why.clone() };
    let kind = if counted { "counted-in" } else { "counted-out" };
    write(store, ctx, &seen, &row, Changes::default(), (kind, &why)).await
}
