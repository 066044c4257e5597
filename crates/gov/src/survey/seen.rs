//! Who a caller is to a survey. Whatever shows or changes one begins here: to all others it is not there.

use renkei_access::policy::{Action, Decision, Facts, decide};
use renkei_base::{Ctx, Id, Refusal};
use renkei_store::{Failure, RespondentRow, Store, SurveyRow};

use super::{SurveyState, Window};
use crate::gate;

/// A survey as somebody may see it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub row: SurveyRow,
    pub state: SurveyState,
    /// The caller asks: an officer or approver of the owner, or the program.
    pub owner: bool,
    /// Sheets pass by the caller's institution on their way.
    pub checker: bool,
    /// The expected sheet of the caller's institution.
    pub own: Option<RespondentRow>,
}

impl Seen {
    /// The window as it stands for respondents without a moment of their own.
    pub const fn window(&self) -> Window {
        Window {
            opens: self.row.opens,
            closes: self.row.closes,
        }
    }
}

/// A survey: to its owner's officers always, to those who are asked and those who check from its opening, to everybody
/// once it is published.
///
/// # Errors
/// `NotFound` where there is none, or none for this caller.
pub async fn seen(store: &Store, ctx: &Ctx, code: &str) -> Result<Seen, Failure> {
    let row = store.survey(code).await?.ok_or(Refusal::NotFound)?;
    let state = state_of(&row);
    let mut seen = Seen {
        owner: is_owner(ctx, &row.owner),
        checker: false,
        own: None,
        row,
        state,
    };
    if let Some(institution) = officer_of(ctx)
        && state != SurveyState::Draft
    {
        seen.own = store.respondent(code, institution).await?;
        // Rows keep the health centre that they had before it was taken out of the way.
        if super::is_checked(&seen.row.chain) {
            let passing = store.respondents_checked_by(institution).await?;
            seen.checker = passing.iter().any(|one| one.survey == code);
        }
    }
    let visible =
        seen.owner || seen.checker || seen.own.is_some() || state == SurveyState::Published;
    if visible {
        Ok(seen)
    } else {
        Err(Refusal::NotFound.into())
    }
}

/// A survey that the caller runs.
///
/// # Errors
/// `NotFound` to all others.
pub async fn owned(store: &Store, ctx: &Ctx, code: &str) -> Result<SurveyRow, Failure> {
    let row = store.survey(code).await?.ok_or(Refusal::NotFound)?;
    if is_owner(ctx, &row.owner) {
        Ok(row)
    } else {
        Err(Refusal::NotFound.into())
    }
}

/// One sheet: to the owner, to the institution that it is expected of, to the one that checks it, and to the one that answers
/// in its place since a merger.
///
/// # Errors
/// `NotFound` to all others.
pub async fn sheet(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    respondent: &Id,
) -> Result<(Seen, RespondentRow), Failure> {
    let seen = seen(store, ctx, code).await?;
    let row = store.respondent(code, respondent).await?;
    let row = row.ok_or(Refusal::NotFound)?;
    let own = officer_of(ctx)
        .is_some_and(|own| *own == row.respondent || row.successor.as_ref() == Some(own));
    if seen.owner || own || (seen.checker && checks(ctx, &row)) {
        Ok((seen, row))
    } else {
        Err(Refusal::NotFound.into())
    }
}

/// Whether the caller is of the institution that a sheet passes by.
pub fn checks(ctx: &Ctx, row: &RespondentRow) -> bool {
    officer_of(ctx).is_some_and(|own| row.checker.as_ref() == Some(own))
}

/// The state; of one that nobody knows, a draft, which nobody but the owner sees.
pub fn state_of(row: &SurveyRow) -> SurveyState {
    SurveyState::from_code(&row.state).unwrap_or(SurveyState::Draft)
}

fn is_owner(ctx: &Ctx, owner: &Id) -> bool {
    let facts = Facts::own(&ctx.caller, owner);
    gate::is_program(ctx) || decide(&ctx.caller, Action::SurveyManage, &facts) == Decision::Allow
}

/// The institution that the caller plans for.
fn officer_of(ctx: &Ctx) -> Option<&Id> {
    let plans = ctx.caller.roles.iter().any(renkei_base::Role::plans);
    ctx.caller.institution.as_ref().filter(|_| plans)
}
