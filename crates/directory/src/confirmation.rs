//! The yearly confirmation: the region opens a round, every institution says of each part of its page that it is right.

use std::collections::BTreeMap;

use jiff::civil::Date;
use renkei_access::policy::Action;
use renkei_base::{Ctx, Fault, Id, Refusal, text};
use renkei_store::confirmation::{ConfirmationNote, ConfirmationRow, RoundRow};
use renkei_store::{Changes, Failure, Note, Store, StoreError};

use crate::gate;
use crate::institution::line;

/// Parts of a page that are confirmed one by one; the key of the name is `confirmation-part-CODE`.
pub const PARTS: [&str; 7] = [
    "contact",
    "hours",
    "departments",
    "tags",
    "doctors",
    "telephone",
    "functions",
];

/// Days before the deadline from which the page reminds more clearly.
pub const SOON: i64 = 14;

/// Where an institution stands in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    Nothing,
    /// Some parts.
    Begun,
    Whole,
}

impl Progress {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Begun => "begun",
            Self::Whole => "whole",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        let all = [Self::Nothing, Self::Begun, Self::Whole];
        all.into_iter().find(|one| one.code() == code)
    }
}

/// How near a deadline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Days from now, more than [`SOON`].
    Later(i64),
    Soon(i64),
    Today,
    /// Days since.
    Past(i64),
}

impl Due {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Later(_) => "later",
            Self::Soon(_) => "soon",
            Self::Today => "today",
            Self::Past(_) => "past",
        }
    }

    pub const fn days(self) -> i64 {
        match self {
            Self::Later(days) | Self::Soon(days) | Self::Past(days) => days,
            Self::Today => 0,
        }
    }
}

/// How a deadline (`2026-12-20`) lies to a day.
pub fn due(deadline: &str, today: Date) -> Due {
    let last = deadline.parse::<Date>();
    let days = last.map_or(0, |day| i64::from((day - today).get_days()));
    match days {
        0 => Due::Today,
        1..=SOON => Due::Soon(days),
        ..0 => Due::Past(-days),
        _ => Due::Later(days),
    }
}

/// The round that is open, if one is.
pub async fn open_round(store: &Store) -> Result<Option<RoundRow>, StoreError> {
    let rounds = store.confirmation_rounds().await?;
    Ok(rounds.into_iter().find(|round| round.closed_at.is_none()))
}

/// What an institution has confirmed in a round.
pub async fn of(
    store: &Store,
    round: &Id,
    institution: &Id,
) -> Result<Vec<ConfirmationRow>, StoreError> {
    let mut rows = store.confirmations_of(institution).await?;
    rows.retain(|row| row.round == *round);
    Ok(rows)
}

/// The day on which an institution last confirmed something: `2026-11-22`.
pub async fn last(store: &Store, institution: &Id) -> Result<Option<String>, StoreError> {
    let rows = store.confirmations_of(institution).await?;
    let last = rows.iter().map(|row| row.done_at).max();
    Ok(last.map(|at| at.in_japan().date().to_string()))
}

/// Where each institution that has begun stands in a round.
pub async fn progress(store: &Store, round: &Id) -> Result<BTreeMap<Id, Progress>, StoreError> {
    let mut counts: BTreeMap<Id, usize> = BTreeMap::new();
    for row in store.confirmations(round).await? {
        if PARTS.contains(&row.part.as_str()) {
            *counts.entry(row.institution).or_default() += 1;
        }
    }
    let each = counts.into_iter();
    Ok(each.map(|(id, count)| (id, progress_of(count))).collect())
}

pub const fn progress_of(parts: usize) -> Progress {
    match parts {
        0 => Progress::Nothing,
        count if count >= PARTS.len() => Progress::Whole,
        _ => Progress::Begun,
    }
}

/// Opens a round. `deadline` is a day as people write it.
///
/// # Errors
/// `Invalid` on `name`, `deadline`; `refuse-confirmation-open` while another round is open.
pub async fn open(store: &Store, ctx: &Ctx, name: &str, deadline: &str) -> Result<Id, Failure> {
    gate::region(ctx, Action::ConfirmationsManage)?;
    let mut faults = Vec::new();
    let name = line(name, "name", &mut faults);
    if name.is_empty() {
        faults.push(Fault::new("name", "fault-confirmation-name"));
    }
    let today = ctx.at.in_japan().date();
    let last = renkei_base::era::parse(deadline).ok();
    if last.is_none_or(|day| day < today || !crate::day::is_credible(day, today)) {
        faults.push(Fault::new("deadline", "fault-confirmation-deadline"));
    }
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let id = ctx.ids.id();
    let mut changes = Changes::default();
    changes.open_round(&RoundRow {
        id: id.clone(),
        name,
        deadline: last.unwrap_or(today).to_string(),
        opened_by: ctx.caller.account.clone(),
        opened_at: ctx.at,
        closed_at: None,
    });
    changes.note(Note::new("confirmation.open").detail(id.as_str()));
    match store.commit(ctx, changes).await {
        Err(StoreError::Conflict(_)) => Err(Refusal::not_now("refuse-confirmation-open").into()),
        done => {
            done?;
            Ok(id)
        }
    }
}

/// Closes a round. Twice is once.
pub async fn close(store: &Store, ctx: &Ctx, id: &Id) -> Result<(), Failure> {
    gate::region(ctx, Action::ConfirmationsManage)?;
    let round = round(store, id).await?;
    if round.closed_at.is_some() {
        return Ok(());
    }
    let mut changes = Changes::default();
    changes.close_round(id, ctx.at);
    changes.note(Note::new("confirmation.close").detail(id.as_str()));
    store.commit(ctx, changes).await?;
    Ok(())
}

/// One round.
pub async fn round(store: &Store, id: &Id) -> Result<RoundRow, Failure> {
    let rounds = store.confirmation_rounds().await?;
    let found = rounds.into_iter().find(|round| round.id == *id);
    Ok(found.ok_or(Refusal::NotFound)?)
}

/// Says that these parts of a page are right. After the deadline it counts too, while the round is open.
///
/// # Errors
/// `refuse-confirmation-closed`, `fault-confirmation-parts` where none is named.
pub async fn confirm(
    store: &Store,
    ctx: &Ctx,
    round_id: &Id,
    institution: &Id,
    parts: &[String],
) -> Result<(), Failure> {
    gate::departments(ctx, institution)?;
    store
        .institution(institution)
        .await?
        .ok_or(Refusal::NotFound)?;
    if round(store, round_id).await?.closed_at.is_some() {
        return Err(Refusal::not_now("refuse-confirmation-closed").into());
    }
    let known: Vec<&String> = parts
        .iter()
        .filter(|part| PARTS.contains(&part.as_str()))
        .collect();
    if known.is_empty() {
        return Err(Refusal::fault("parts", "fault-confirmation-parts").into());
    }
    let mut changes = Changes::default();
    for part in &known {
        changes.put_confirmation(&ConfirmationRow {
            round: round_id.clone(),
            institution: institution.clone(),
            part: (*part).clone(),
            done_by: ctx.caller.account.clone(),
            done_at: ctx.at,
        });
    }
    changes.note(
        Note::new("confirmation.confirm")
            .what(renkei_fhir::Organization::key(institution))
            .detail(format!("{} {}", round_id, known.len())),
    );
    changes.tell.push(institution.clone());
    store.commit(ctx, changes).await?;
    Ok(())
}

/// Notes what the desk heard on the telephone.
pub async fn note(
    store: &Store,
    ctx: &Ctx,
    round_id: &Id,
    institution: &Id,
    said: &str,
) -> Result<(), Failure> {
    gate::region(ctx, Action::ConfirmationsManage)?;
    round(store, round_id).await?;
    store
        .institution(institution)
        .await?
        .ok_or(Refusal::NotFound)?;
    let said = text::required_line("note", said, renkei_base::limits::NOTE_CHARS)
        .map_err(|fault| Refusal::Invalid(vec![fault]))?;
    let mut changes = Changes::default();
    changes.put_confirmation_note(&ConfirmationNote {
        id: ctx.ids.id(),
        round: round_id.clone(),
        institution: institution.clone(),
        note: said,
        done_by: ctx.caller.account.clone(),
        done_at: ctx.at,
    });
    changes.note(Note::new("confirmation.note").what(renkei_fhir::Organization::key(institution)));
    store.commit(ctx, changes).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_to_a_deadline() {
        let today = jiff::civil::date(2026, 11, 22);
        assert_eq!(due("2026-11-22", today), Due::Today);
        assert_eq!(due("2026-11-23", today), Due::Soon(1));
        assert_eq!(due("2026-12-07", today), Due::Later(15));
        assert_eq!(due("2026-10-31", today), Due::Past(22));
    }
}
