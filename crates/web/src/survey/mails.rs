//! The log of a survey's reminders: to whom, when, what became of them; those that failed can be sent once more.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Id;
use renkei_gov::respondent;
use renkei_gov::survey::{SurveyState, day, seen};
use renkei_gov::{mail, reminder};
use renkei_store::{MailRow, MailState, RespondentRow, SurveyRow};

use crate::error::{Answer, page};
use crate::form::Form;
use crate::state::App;
use crate::visit::{Visit, id};

/// Mails that are shown.
const SHOWN: u32 = 500;

#[derive(Template)]
#[template(path = "survey/mails.html")]
struct Page<'a> {
    v: &'a Visit,
    survey: SurveyRow,
    /// With the name of whom it is for.
    mails: Vec<(MailRow, String)>,
    /// What comes next, or that nothing is sent.
    next: Vec<String>,
    /// Respondents that are counted, have not answered and have no address.
    unreached: Vec<Unreached>,
    /// How many there are; as many as fit are shown.
    lacking: usize,
    most: u32,
}

struct Unreached {
    respondent: Id,
    name: String,
    /// Whom to ask for; empty where nobody is named.
    person: String,
    /// The contact's number, else the institution's; empty where none is known.
    phone: String,
}

impl Page<'_> {
    fn state(&self, mail: &MailRow) -> String {
        self.v.t(&format!("mail-state-{}", mail.state.code()))
    }

    /// Whether there may be more than are shown.
    fn many(&self) -> bool {
        self.mails.len() >= self.most as usize
    }

    fn can_again(&self, mail: &MailRow) -> bool {
        matches!(mail.state, MailState::Failed | MailState::Unsure)
    }
}

/// On which days reminders will be written, while it asks; or that none goes out, for want of a server.
pub(crate) fn next(app: &App, v: &Visit, survey: &SurveyRow) -> Vec<String> {
    let mut lines = Vec::new();
    if !app.config.mails {
        lines.push(v.t("survey-mails-off"));
    }
    let asks = matches!(
        seen::state_of(survey),
        SurveyState::Draft | SurveyState::Open
    );
    let (last, today) = (day::last(survey.closes), v.now().in_japan().date());
    let dates = reminder::coming(&survey.reminders, last, today);
    if asks && !dates.is_empty() {
        let days = dates.into_iter().map(|date| v.day(day::start(date)));
        let days = v.names(&days.collect::<Vec<_>>());
        lines.push(v.t1("survey-mails-next", "days", days));
    }
    lines
}

/// `GET /surveys/{code}/mails`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
) -> Result<Response, Answer> {
    let survey = seen::owned(&app.store, &v.ctx, &code).await?;
    let rows = app.store.respondents(&code).await?;
    let mails = app.store.mails_of(&reminder::topic(&code), SHOWN).await?;
    let atlas = app.areas.atlas();
    let said = |row: &RespondentRow| v.municipality(&atlas, &row.municipality, &row.name);
    let named = |mail: MailRow| {
        let row = rows.iter().find(|row| row.respondent == mail.institution);
        let name = row.map(said).unwrap_or_default();
        (mail, name)
    };
    let mails = mails.into_iter().map(named).collect();
    let lacks = |row: &&RespondentRow| {
        row.counted && row.contact_mail.is_empty() && !respondent::state_of(row).counts()
    };
    let unreached = rows.iter().filter(lacks);
    let lacking = unreached.clone().count();
    let unreached: Vec<&RespondentRow> = unreached.take(SHOWN as usize).collect();
    let ids: Vec<Id> = unreached.iter().map(|row| row.respondent.clone()).collect();
    let phones = renkei_directory::institution::phones(&app.store, &v.ctx, &ids).await?;
    let unreached = unreached.into_iter().map(|row| Unreached {
        respondent: row.respondent.clone(),
        name: said(row),
        person: row.contact_name.clone(),
        phone: match row.contact_phone.as_str() {
            "" => phones.get(&row.respondent).cloned().unwrap_or_default(),
            phone => phone.to_owned(),
        },
    });
    page(&Page {
        next: next(&app, &v, &survey),
        lacking,
        unreached: unreached.collect(),
        v: &v,
        survey,
        mails,
        most: SHOWN,
    })
}

/// `POST /surveys/{code}/mails/{id}/again`
pub(crate) async fn again(
    State(app): State<App>,
    v: Visit,
    Path((code, key)): Path<(String, String)>,
    _form: Form,
) -> Result<Response, Answer> {
    seen::owned(&app.store, &v.ctx, &code).await?;
    mail::send_again(&app.store, &v.ctx, &reminder::topic(&code), &id(&key)?).await?;
    Ok(Redirect::to(&format!("/surveys/{code}/mails")).into_response())
}
