//! A mail to a colleague that questions were handed to: that there is something to do, and a link. Not which questions, not
//! by whom. One for each colleague, sheet and day, however often questions go to and fro.

use renkei_base::{Ctx, Id, Lang};
use renkei_store::{MailRow, MailState, Store, StoreError};

use super::Details;
use crate::sheet::Sheet;
use crate::survey::day;

pub(super) const KIND: &str = "handing";
/// Before the survey's code in the log's name: it is not the log of who asks.
const TOPIC: &str = "handing/";

/// The mail to this colleague.
pub(crate) fn mail(ctx: &Ctx, sheet: &Sheet, person: &Id, address: &str, lang: Lang) -> MailRow {
    let survey = sheet.survey();
    let last = day::last(sheet.row.closes);
    let today = ctx.at.in_japan().date();
    let details = Details {
        title: survey.title.clone(),
        english: survey.english.clone(),
        owner: String::new(),
        day: last.to_string(),
        days: i64::from((last - today).get_days()).max(0),
        path: format!("/surveys/{}/answer", survey.code),
    };
    MailRow {
        id: ctx.ids.id(),
        about: format!(
            "{TOPIC}{}/{}/{today}/{person}",
            survey.code, sheet.row.respondent
        ),
        topic: format!("{TOPIC}{}", survey.code),
        kind: KIND.to_owned(),
        institution: sheet.row.respondent.clone(),
        address: address.to_owned(),
        lang,
        details: details.write(),
        state: MailState::Waiting,
        tries: 0,
        next: ctx.at,
        fault: String::new(),
        created_at: ctx.at,
        done_at: None,
    }
}

/// The survey and the person of such a mail; none of another one.
pub(crate) fn of(mail: &MailRow) -> Option<(&str, &str)> {
    let survey = mail.topic.strip_prefix(TOPIC)?;
    let (_, person) = mail.about.rsplit_once('/')?;
    Some((survey, person))
}

/// Whether the person still has questions of this sheet.
pub(crate) async fn is_needed(
    store: &Store,
    survey: &str,
    respondent: &Id,
    person: &str,
) -> Result<bool, StoreError> {
    let rows = store.handings(survey, respondent).await?;
    let has = |row: &&renkei_store::handing::HandingRow| {
        row.done_at.is_none() && row.person.as_str() == person
    };
    Ok(rows.iter().any(|row| has(&row)))
}
