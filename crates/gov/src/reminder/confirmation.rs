//! The yearly confirmation of the directory's pages reminds in the same way: institutions that read mail and have not
//! confirmed all of their page.

use renkei_base::{Ctx, Id, Lang};
use renkei_directory::confirmation::{self, Progress};
use renkei_store::confirmation::RoundRow;
use renkei_store::{MailRow, MailState, Store, StoreError};

use super::due;
use crate::mail::Details;

/// Days from the deadline.
const DAYS: &str = "-14,-3,1,7";
/// Before the round's id in the log's name.
pub(super) const TOPIC: &str = "confirmation/";

/// Writes the reminders of today of the round that is open, if one is.
pub(super) async fn write(store: &Store, ctx: &Ctx) -> Result<usize, StoreError> {
    let Some(round) = confirmation::open_round(store).await? else {
        return Ok(0);
    };
    let today = ctx.at.in_japan().date();
    let Some(days) = round
        .deadline
        .parse()
        .ok()
        .and_then(|last| due(DAYS, last, today))
    else {
        return Ok(0);
    };
    let progress = confirmation::progress(store, &round.id).await?;
    let mut mails = Vec::new();
    for (institution, address) in store.mail_addresses().await? {
        if progress.get(&institution) != Some(&Progress::Whole) {
            mails.push(mail(ctx, &round, institution, address, days));
        }
    }
    let topic = format!("{TOPIC}{}", round.id);
    super::put(store, ctx, &topic, &mails).await?;
    Ok(mails.len())
}

fn mail(ctx: &Ctx, round: &RoundRow, institution: Id, address: String, days: i64) -> MailRow {
    let today = ctx.at.in_japan().date();
    let last = round.deadline.parse::<jiff::civil::Date>();
    let left = last.map_or(0, |last| i64::from((last - today).get_days()).abs());
    let details = Details {
        title: round.name.clone(),
        english: String::new(),
        owner: String::new(),
        day: round.deadline.clone(),
        days: left,
        path: format!("/institutions/{institution}/confirmation"),
    };
    let kind = match days < 0 {
        true => "confirmation-before",
        false => "confirmation-after",
    };
    MailRow {
        id: ctx.ids.id(),
        about: format!("{TOPIC}{}/{institution}/{days}", round.id),
        topic: format!("{TOPIC}{}", round.id),
        kind: kind.to_owned(),
        institution,
        address,
        lang: Lang::Ja,
        details: details.write(),
        state: MailState::Waiting,
        tries: 0,
        next: ctx.at,
        fault: String::new(),
        created_at: ctx.at,
        done_at: None,
    }
}

/// Whether the round is open and the page is not yet confirmed.
pub(super) async fn is_needed(
    store: &Store,
    round: &str,
    institution: &Id,
) -> Result<bool, StoreError> {
    let Some(open) = confirmation::open_round(store).await? else {
        return Ok(false);
    };
    if open.id.as_str() != round {
        return Ok(false);
    }
    let rows = store.confirmations_of(institution).await?;
    let parts = rows.iter().filter(|row| row.round == open.id);
    let parts = parts.filter(|row| confirmation::PARTS.contains(&row.part.as_str()));
    Ok(confirmation::progress_of(parts.count()) != Progress::Whole)
}
