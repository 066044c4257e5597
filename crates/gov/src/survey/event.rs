//! The history of a survey: what happened, who did it, and the words that were typed.

use renkei_base::{Ctx, Id};
use renkei_store::SurveyEventRow;

/// What can happen to a survey or one of its sheets; the text is `survey-event-CODE`.
pub const KINDS: [&str; 37] = [
    "created",
    "universe",
    "opened",
    "closed",
    "reopened",
    "prolonged",
    "approved",
    "approved-alone",
    "unlocked",
    "published",
    "withdrawn",
    "restored",
    "extended",
    "called",
    "contact",
    "counted-out",
    "counted-in",
    "added",
    "checked",
    "accepted",
    "accepted-unchecked",
    "returned",
    "awaiting",
    "submitted",
    "submitted-alone",
    "submitted-paper",
    "recalled",
    "refused",
    "unextended",
    "shortened",
    "merged",
    "remarked",
    "overridden",
    "override-dropped",
    "removed",
    "corrected",
    "explained",
];

/// What is said inside a respondent's institution before its sheet is handed in: for its own people alone.
pub const INSIDE: [&str; 3] = ["awaiting", "recalled", "refused"];

/// A line of the history, now.
pub fn event(
    ctx: &Ctx,
    survey: &str,
    respondent: Option<&Id>,
    kind: &'static str,
    note: &str,
) -> SurveyEventRow {
    debug_assert!(KINDS.contains(&kind), "{kind}");
    SurveyEventRow {
        id: ctx.ids.id(),
        survey: survey.to_owned(),
        respondent: respondent.cloned(),
        kind: kind.to_owned(),
        note: note.to_owned(),
        done_by: ctx.caller.account.clone(),
        done_name: ctx.caller.name.clone(),
        done_at: ctx.at,
    }
}
