//! What the owner does beside the sheets: more days for one, what was heard on the telephone, whom to reach, who is
//! not counted.

use renkei_access::policy::Action;
use renkei_base::limits::{LINE_CHARS, NOTE_CHARS};
use renkei_base::{Ctx, Fault, Id, Micros, Refusal, text};
use renkei_store::{Changes, Failure, RespondentRow, Store};

use super::course::{reopen_for_one, unlocked, write};
use super::state_of;
use crate::survey::course::said;
use crate::survey::{Seen, SurveyState, day, seen};
use crate::{audit, gate};

/// What is done beside a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act<'a> {
    /// Another last day for one respondent, with a reason. The others' windows stay as they are. One that was mistyped can
    /// be made earlier, though not earlier than the survey's own.
    Extend { closes: &'a str, why: &'a str },
    /// The days that one was given are taken back, with a reason: its last day is the survey's own again. Where that has
    /// passed the sheet closes at once, which has to be said (`at_once`).
    TakeBack { at_once: bool, why: &'a str },
    /// What was heard on the telephone. Not the names of patients: there are none in this plane.
    Call { note: &'a str },
    /// Whom to reach: said by its respondent, or by the owner for it.
    Contact(&'a Contact),
    /// Out of the counts (集計外) with the reason, or back in.
    Count { counted: bool, why: &'a str },
}

impl Act<'_> {
    /// What the history and the audit call it.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Extend { .. } => "extended",
            Self::TakeBack { .. } => "unextended",
            Self::Call { .. } => "called",
            Self::Contact(_) => "contact",
            Self::Count { counted: true, .. } => "counted-in",
            Self::Count { counted: false, .. } => "counted-out",
        }
    }
}

/// Whom to reach about a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// A section or a person on duty.
    pub name: String,
    pub phone: String,
    pub mail: String,
}

/// Does something beside a sheet.
///
/// # Errors
/// `fault-survey-day`, `fault-survey-past`, `fault-survey-far`, `fault-survey-shorter` on `closes`; `fault-sheet-at-once` on
/// `at_once`; `refuse-sheet-not-extended`; `fault-survey-mail` on `contact_mail`; a fault on `why` or `note` where it is
/// empty; `refuse-survey-locked`, `refuse-survey-not-open`; `NotFound` to all whose business it is not.
pub async fn act(
    store: &Store,
    ctx: &Ctx,
    sheet: (&str, &Id),
    act: &Act<'_>,
) -> Result<(), Failure> {
    let done = acted(store, ctx, sheet, act).await;
    let tried = format!("survey.{}", act.kind());
    audit::noted(store, ctx, &tried, sheet, done).await
}

async fn acted(
    store: &Store,
    ctx: &Ctx,
    (code, respondent): (&str, &Id),
    act: &Act<'_>,
) -> Result<(), Failure> {
    let (seen, mut row) = seen::sheet(store, ctx, code, respondent).await?;
    may(ctx, &seen, &row, act)?;
    let mut changes = Changes::default();
    let note = match act {
        Act::Extend { closes, why } => {
            let why = said("why", why, true)?;
            row.closes = extended(&seen, &row, closes, ctx.at)?;
            reopen_for_one(&seen, ctx, &mut changes);
            format!("{} {why}", day::last(row.closes))
        }
        Act::TakeBack { at_once, why } => {
            let why = said("why", why, true)?;
            row.closes = taken_back(&seen, &row, *at_once, ctx.at)?;
            format!("{} {why}", day::last(row.closes))
        }
        Act::Call { note } => said("note", note, true)?,
        Act::Contact(contact) => {
            reach(&mut row, contact)?;
            String::new()
        }
        Act::Count { counted, why } => {
            let why = text::required_line("why", why, NOTE_CHARS).map_err(fault)?;
            row.counted = *counted;
            row.uncounted_why = if *counted { String::new() } else { why.clone() };
            why
        }
    };
    write(store, ctx, &seen, &row, changes, (act.kind(), &note)).await
}

/// Whose business it is, and whether the survey still allows it.
fn may(ctx: &Ctx, seen: &Seen, row: &RespondentRow, act: &Act<'_>) -> Result<(), Refusal> {
    match act {
        Act::Call { .. } if seen.owner => Ok(()),
        Act::Call { .. } => {
            let checker = row.checker.as_ref().ok_or(Refusal::NotFound)?;
            gate::own(ctx, Action::SurveyCheck, checker)
        }
        Act::Contact(_) if seen.owner => Ok(()),
        Act::Contact(_) => gate::own(ctx, Action::SurveyAnswer, &row.respondent),
        Act::Extend { .. } | Act::TakeBack { .. } => {
            gate::own(ctx, Action::SurveyManage, &seen.row.owner)?;
            unlocked(seen)
        }
        Act::Count { .. } => {
            gate::own(ctx, Action::SurveyManage, &seen.row.owner)?;
            match seen.state >= SurveyState::Approved {
                true => Err(Refusal::not_now("refuse-survey-locked")),
                false => Ok(()),
            }
        }
    }
}

fn extended(seen: &Seen, row: &RespondentRow, typed: &str, at: Micros) -> Result<Micros, Refusal> {
    let closes = day::closing("closes", typed, seen.row.opens, at).map_err(fault)?;
    match closes < row.closes && closes < seen.row.closes {
        true => Err(Refusal::fault("closes", "fault-survey-shorter")),
        false => Ok(closes),
    }
}

/// The survey's own last moment. A sheet never closes in the past without that being said.
fn taken_back(
    seen: &Seen,
    row: &RespondentRow,
    at_once: bool,
    at: Micros,
) -> Result<Micros, Refusal> {
    let own = seen.row.closes;
    if row.closes <= own {
        return Err(Refusal::not_now("refuse-sheet-not-extended"));
    }
    if closes_at_once(seen, row, at) && !at_once {
        return Err(Refusal::fault("at_once", "fault-sheet-at-once"));
    }
    Ok(own)
}

/// Whether a sheet that is with its respondent would close at once were its days taken back.
pub fn closes_at_once(seen: &Seen, row: &RespondentRow, at: Micros) -> bool {
    seen.row.closes <= at && at < row.closes && !state_of(row).counts()
}

fn reach(row: &mut RespondentRow, contact: &Contact) -> Result<(), Refusal> {
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
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Invalid(faults)),
    }
}

fn fault(fault: Fault) -> Refusal {
    Refusal::Invalid(vec![fault])
}
