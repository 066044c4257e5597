//! A municipality that was merged after it was asked: its sheet stays, outside the counts, and another one answers in its
//! place; or it stays as it is. Nobody is shut out: who is asked goes on writing, and the successor reads what was said.

use jiff::civil::Date;
use renkei_access::policy::Action;
use renkei_base::{Ctx, Id, Refusal};
use renkei_directory::{Areas, Finder};
use renkei_store::{Changes, Failure, RespondentRow, Store};

use super::course::{unlocked, write};
use super::universe::{Expected, offices};
use super::{expect, universe};
use crate::survey::course::said;
use crate::survey::seen;
use crate::{audit, gate};

/// What a municipality that was merged became part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Six digits.
    pub municipality: String,
    pub name: String,
    /// The institution that answers for it, where the directory has one.
    pub office: Option<Id>,
}

/// What the respondent's municipality became part of, where it is no more on a day. None where it was divided: a person
/// has to say who answers for which part.
pub fn merged(areas: &Areas, finder: &Finder, row: &RespondentRow, day: Date) -> Option<Merged> {
    let atlas = areas.atlas();
    let now = atlas.at(&row.municipality, day);
    if row.municipality.is_empty() || now == row.municipality {
        return None;
    }
    let name = atlas.municipality(now).map(|one| one.name.clone());
    Some(Merged {
        municipality: now.to_owned(),
        name: name.unwrap_or_else(|| now.to_owned()),
        office: offices(finder).remove(now).map(|hit| hit.id),
    })
}

/// Hands the sheet of a merged municipality over: its successor is asked in its place (where it is not yet), reads what was
/// answered and may take it over question by question; the sheet itself stays, 集計外, with the reason.
///
/// # Errors
/// `refuse-sheet-not-merged`, `refuse-sheet-no-office` where the directory has nobody who answers for the successor,
/// `refuse-sheet-merged` where it was done already; a fault on `merger_why`; `refuse-survey-locked`.
pub async fn hand_over(
    store: &Store,
    areas: &Areas,
    finder: &Finder,
    ctx: &Ctx,
    sheet: (&str, &Id),
    why: &str,
) -> Result<(), Failure> {
    let done = handed(store, areas, finder, ctx, sheet, why).await;
    audit::noted(store, ctx, "survey.merged", sheet, done).await
}

async fn handed(
    store: &Store,
    areas: &Areas,
    finder: &Finder,
    ctx: &Ctx,
    (code, respondent): (&str, &Id),
    why: &str,
) -> Result<(), Failure> {
    let (seen, mut row) = seen::sheet(store, ctx, code, respondent).await?;
    gate::own(ctx, Action::SurveyManage, &seen.row.owner)?;
    unlocked(&seen)?;
    if row.successor.is_some() {
        return Err(Refusal::not_now("refuse-sheet-merged").into());
    }
    let day = ctx.at.in_japan().date();
    let merged = merged(areas, finder, &row, day);
    let merged = merged.ok_or_else(|| Refusal::not_now("refuse-sheet-not-merged"))?;
    let why = said("merger_why", why, true)?;
    let office = merged.office.clone();
    let office = office.ok_or_else(|| Refusal::not_now("refuse-sheet-no-office"))?;
    let mut changes = Changes::default();
    if office == *respondent {
        // The office stayed and answers for the new one now.
        row.municipality.clone_from(&merged.municipality);
        row.name.clone_from(&merged.name);
    } else {
        if store.respondent(code, &office).await?.is_none() {
            let checked = crate::survey::is_checked(&seen.row.chain);
            let expected = Expected {
                respondent: office.clone(),
                municipality: merged.municipality.clone(),
                name: merged.name.clone(),
                counted: row.counted,
                uncounted_why: row.uncounted_why.clone(),
                checker: universe::checker(areas, finder, &merged.municipality, day)
                    .filter(|_| checked),
            };
            let mut new = expect::row(&seen.row, &expected, row.place, ctx);
            new.closes = new.closes.max(row.closes);
            new.contact_mail = store.mail_address(&office).await?;
            changes.put_respondent(&new, None);
            changes.tell.push(office.clone());
        }
        row.counted = false;
        row.uncounted_why.clone_from(&why);
        row.successor = Some(office);
    }
    let note = format!("{} {why}", merged.name);
    write(store, ctx, &seen, &row, changes, ("merged", &note)).await
}
