//! Reminders: on some days before and after the last day, to those who have not answered, once each. What is written into
//! the outbox carries its reason, so that the same reminder is never written twice, by whichever process.

mod confirmation;

use jiff::civil::Date;
use renkei_base::{Ctx, Id, Lang, Micros};
use renkei_store::{Changes, MailRow, MailState, RespondentRow, Store, StoreError, SurveyRow};

use crate::mail::{Details, handing};
use crate::respondent;
use crate::survey::{SurveyState, day};

/// A reminder whose day passed while the program stood still is sent this many days later at most.
const LATE: i64 = 2;
/// The hour in Japan from which reminders are written.
const HOUR: i8 = 9;
/// Mails of one commit: others write in between.
const BATCH: usize = 200;

/// The reminder whose day it is: days from the last day (`-7` is a week before). Of several, the latest.
pub fn due(reminders: &str, last: Date, today: Date) -> Option<i64> {
    let passed = i64::from((today - last).get_days());
    let days = reminders
        .split(',')
        .filter_map(|day| day.trim().parse().ok());
    let due = days.filter(|day: &i64| *day <= passed && passed - *day <= LATE);
    // Before the last day nobody is told that it has passed, and afterwards nobody that it comes.
    due.filter(|day| (*day < 0) == (passed <= 0)).max()
}

/// The days from today on on which reminders are written, in their order.
pub fn coming(reminders: &str, last: Date, today: Date) -> Vec<Date> {
    let days = reminders
        .split(',')
        .filter_map(|day| day.trim().parse().ok());
    let dates = days.filter_map(|days: i64| {
        last.checked_add(jiff::Span::new().try_days(days).ok()?)
            .ok()
    });
    let mut dates: Vec<Date> = dates.filter(|date| *date >= today).collect();
    dates.sort_unstable();
    dates
}

/// The log of a survey's mails.
pub fn topic(survey: &str) -> String {
    format!("survey/{survey}")
}

/// Writes the reminders of today into the outbox, of all surveys and the round of confirmation that are open. Returns how many are new or were there.
pub async fn write(store: &Store, ctx: &Ctx) -> Result<usize, StoreError> {
    if ctx.at.in_japan().hour() < HOUR {
        return Ok(0);
    }
    let mut written = 0;
    for survey in store.surveys_in(SurveyState::Open.code()).await? {
        written += of_survey(store, ctx, &survey).await?;
    }
    Ok(written + confirmation::write(store, ctx).await?)
}

async fn of_survey(store: &Store, ctx: &Ctx, survey: &SurveyRow) -> Result<usize, StoreError> {
    if survey.reminders.is_empty() || ctx.at < survey.opens {
        return Ok(0);
    }
    let owner = store.institution(&survey.owner).await?;
    let owner = owner.map(|row| row.name).unwrap_or_default();
    let mut mails = Vec::new();
    for row in store.respondents(&survey.code).await? {
        mails.extend(of_respondent(ctx, survey, &owner, &row));
    }
    put(store, ctx, &topic(&survey.code), &mails).await?;
    Ok(mails.len())
}

/// Puts those of the mails of a log into the outbox that are not in it.
async fn put(store: &Store, ctx: &Ctx, topic: &str, mails: &[MailRow]) -> Result<(), StoreError> {
    if mails.is_empty() {
        return Ok(());
    }
    let there = store.mail_abouts(topic).await?;
    let new = mails.iter().filter(|mail| !there.contains(&mail.about));
    let new: Vec<&MailRow> = new.collect();
    for batch in new.chunks(BATCH) {
        let mut changes = Changes::default();
        for mail in batch {
            changes.put_mail(mail);
        }
        store.commit(ctx, changes).await?;
    }
    Ok(())
}

/// The reminder of today for one respondent, if one is due and it can be reached.
fn of_respondent(
    ctx: &Ctx,
    survey: &SurveyRow,
    owner: &str,
    row: &RespondentRow,
) -> Option<MailRow> {
    let answered = respondent::state_of(row).counts() || row.successor.is_some();
    if answered || row.contact_mail.is_empty() {
        return None;
    }
    let last = day::last(row.closes);
    let today = ctx.at.in_japan().date();
    let days = due(&survey.reminders, last, today)?;
    let details = Details {
        title: survey.title.clone(),
        english: survey.english.clone(),
        owner: owner.to_owned(),
        day: last.to_string(),
        days: i64::from((last - today).get_days()).abs(),
        path: format!("/surveys/{}/answer", survey.code),
    };
    Some(MailRow {
        id: ctx.ids.id(),
        about: about(&survey.code, &row.respondent, last, days),
        topic: topic(&survey.code),
        kind: if days < 0 {
            "survey-before"
        } else {
            "survey-after"
        }
        .to_owned(),
        institution: row.respondent.clone(),
        address: row.contact_mail.clone(),
        lang: Lang::Ja,
        details: details.write(),
        state: MailState::Waiting,
        tries: 0,
        next: ctx.at,
        fault: String::new(),
        created_at: ctx.at,
        done_at: None,
    })
}

/// What a reminder is for. With the last day in it: who was given more days is reminded of the new one.
fn about(survey: &str, respondent: &Id, last: Date, days: i64) -> String {
    format!("survey/{survey}/{respondent}/{last}/{days}")
}

/// Whether a mail that waits is still needed when its turn comes: its sheet may have been submitted meanwhile.
pub(crate) async fn is_needed(
    store: &Store,
    mail: &MailRow,
    at: Micros,
) -> Result<bool, StoreError> {
    // A server that was silent for days must not be told of last week's deadline.
    if at - mail.created_at > renkei_base::clock::Span::days(LATE) {
        return Ok(false);
    }
    if let Some(round) = mail.topic.strip_prefix(confirmation::TOPIC) {
        return confirmation::is_needed(store, round, &mail.institution).await;
    }
    if let Some((survey, person)) = handing::of(mail) {
        return Ok(is_out(store, survey, &mail.institution).await?
            && handing::is_needed(store, survey, &mail.institution, person).await?);
    }
    match mail.topic.strip_prefix("survey/") {
        Some(survey) => is_out(store, survey, &mail.institution).await,
        None => Ok(false),
    }
}

/// Whether a sheet is still with its respondent, in a survey that asks.
async fn is_out(store: &Store, survey: &str, respondent: &Id) -> Result<bool, StoreError> {
    let Some(row) = store.survey(survey).await? else {
        return Ok(false);
    };
    if row.state != SurveyState::Open.code() {
        return Ok(false);
    }
    let sheet = store.respondent(survey, respondent).await?;
    let out =
        |sheet: &RespondentRow| !respondent::state_of(sheet).counts() && sheet.successor.is_none();
    Ok(sheet.as_ref().is_some_and(out))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Story 34: 7 and 1 days before and after.
    #[test]
    fn seven_and_one_days_before_and_after() {
        let last = date(2026, 12, 20);
        let on = |day| due("-7,-1,1,7", last, day);
        assert_eq!(on(date(2026, 12, 12)), None);
        assert_eq!(on(date(2026, 12, 13)), Some(-7));
        assert_eq!(on(date(2026, 12, 15)), Some(-7), "the server stood still");
        assert_eq!(on(date(2026, 12, 16)), None);
        assert_eq!(on(date(2026, 12, 19)), Some(-1));
        assert_eq!(on(date(2026, 12, 20)), Some(-1));
        assert_eq!(
            on(date(2026, 12, 21)),
            Some(1),
            "and no word of a day to come"
        );
        assert_eq!(on(date(2026, 12, 27)), Some(7));
        assert_eq!(on(date(2026, 12, 30)), None);
        let days = coming("7,-7,-1", last, date(2026, 12, 19));
        assert_eq!(days, [date(2026, 12, 19), date(2026, 12, 27)]);
    }
}
