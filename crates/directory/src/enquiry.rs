//! What consultation desks are asked: theme, month, who asked in kind, what came of it. Never who.

use jiff::civil::Date;
use renkei_access::policy::{Action, Facts, permit};
use renkei_base::era::Month;
use renkei_base::limits::NOTE_CHARS;
use renkei_base::{Ctx, Fault, Id, Refusal, text};
use renkei_store::enquiry::{EnquiryCount, EnquiryRow};
use renkei_store::{Changes, Failure, Note, Store};

use crate::day;
use crate::tag::{self, Family};

pub mod nameless;
mod surname;

/// Who asked, in kind; the key of the name is `enquiry-asker-CODE`.
pub const ASKERS: [&str; 8] = [
    "person",
    "family",
    "neighbour",
    "care-manager",
    "doctor",
    "institution",
    "workplace",
    "other",
];

/// What came of it; the key of the name is `enquiry-outcome-CODE`.
pub const OUTCOMES: [&str; 6] = [
    "heard",
    "informed",
    "led-to-doctor",
    "led-to-desk",
    "continued",
    "other",
];

/// An enquiry as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// `2026-11`
    pub month: String,
    /// The code of a tag of the family worry.
    pub theme: String,
    pub asker: String,
    pub outcome: String,
    /// Without names, numbers, birthdays, addresses.
    pub note: String,
    /// Who wrote it says that the note names nobody, however it looks.
    pub nameless: bool,
}

/// Notes an enquiry at a desk. Returns its id.
///
/// # Errors
/// `Invalid` with the fields; a note that looks as if it named somebody is refused, unless its writer says that it does not.
pub async fn note(store: &Store, ctx: &Ctx, desk: &Id, typed: &Typed) -> Result<Id, Failure> {
    permit(
        &ctx.caller,
        Action::EnquiriesNote,
        &Facts::own(&ctx.caller, desk),
    )?;
    let mut faults = Vec::new();
    let today = ctx.at.in_japan().date();
    // R8.11 as well.
    let month = Month::parse(&typed.month).map_or(typed.month.clone(), |month| month.to_string());
    if !day::is_past_month(&month, today) {
        faults.push(Fault::new("month", "fault-enquiry-month"));
    }
    let tags = tag::all(store).await?;
    let theme = tags
        .iter()
        .any(|tag| tag.family == Family::Worry && tag.code == typed.theme);
    for (right, field, key) in [
        (theme, "theme", "fault-enquiry-theme"),
        (
            ASKERS.contains(&typed.asker.as_str()),
            "asker",
            "fault-enquiry-asker",
        ),
        (
            OUTCOMES.contains(&typed.outcome.as_str()),
            "outcome",
            "fault-enquiry-outcome",
        ),
    ] {
        if !right {
            faults.push(Fault::new(field, key));
        }
    }
    let said = match text::long_text("note", &typed.note) {
        Ok(said) => said,
        Err(fault) => {
            faults.push(fault);
            String::new()
        }
    };
    if said.chars().count() > NOTE_CHARS {
        faults.push(Fault::new("note", "fault-institution-too-long").with("limit", NOTE_CHARS));
    }
    let named = nameless::check("note", &said);
    if !typed.nameless {
        faults.extend(named.clone());
    }
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let id = ctx.ids.id();
    let mut changes = Changes::default();
    changes.put_enquiry(&EnquiryRow {
        id: id.clone(),
        desk: desk.clone(),
        month: month.clone(),
        theme: typed.theme.clone(),
        asker: typed.asker.clone(),
        outcome: typed.outcome.clone(),
        note: said,
        done_by: ctx.caller.account.clone(),
        done_at: ctx.at,
    });
    let vouched = if named.is_empty() { "" } else { " vouched" };
    changes.note(Note::new("enquiry.note").detail(format!("{month}{vouched}")));
    store.commit(ctx, changes).await?;
    Ok(id)
}

/// Takes back what was noted by mistake. Its text is gone; it is no longer counted.
pub async fn withdraw(store: &Store, ctx: &Ctx, desk: &Id, id: &Id) -> Result<(), Failure> {
    permit(
        &ctx.caller,
        Action::EnquiriesNote,
        &Facts::own(&ctx.caller, desk),
    )?;
    let mut changes = Changes::default();
    changes.withdraw_enquiry(id, desk, ctx.at);
    changes.note(Note::new("enquiry.withdraw").detail(id.as_str()));
    match store.commit(ctx, changes).await {
        Err(renkei_store::StoreError::Conflict(_)) => Err(Refusal::NotFound.into()),
        done => {
            done?;
            Ok(())
        }
    }
}

/// The enquiries of the caller's own desk in these months (`2026-04` to `2027-03`).
pub async fn list(
    store: &Store,
    ctx: &Ctx,
    desk: &Id,
    months: (&str, &str),
) -> Result<Vec<EnquiryRow>, Failure> {
    permit(
        &ctx.caller,
        Action::EnquiriesNote,
        &Facts::own(&ctx.caller, desk),
    )?;
    Ok(store.enquiries_of(desk, months).await?)
}

/// Counts by desk, month and theme: of the caller's own desk, or of all for the region.
pub async fn counts(
    store: &Store,
    ctx: &Ctx,
    months: (&str, &str),
) -> Result<Vec<EnquiryCount>, Failure> {
    let regional = permit(&ctx.caller, Action::ConfirmationsManage, &Facts::NONE).is_ok();
    let mut counts = store.enquiry_counts(months).await?;
    if !regional {
        let own = ctx.institution()?;
        permit(
            &ctx.caller,
            Action::EnquiriesNote,
            &Facts::own(&ctx.caller, own),
        )?;
        counts.retain(|count| count.desk == *own);
    }
    Ok(counts)
}

/// `2026-11`
pub fn month_of(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// Whether this is a month such as `2026-11`.
pub fn is_month(text: &str) -> bool {
    format!("{text}-01").parse::<Date>().is_ok() && text.len() == 7
}
