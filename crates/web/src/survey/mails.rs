//! The log of a survey's reminders: to whom, when, what became of them; those that failed can be sent once more.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_gov::respondent;
use renkei_gov::survey::seen;
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
    /// Respondents that are counted, have not answered and have no address: id, name, telephone.
    unreached: Vec<(renkei_base::Id, String, String)>,
    /// How many there are; as many as fit are shown.
    lacking: usize,
    most: u32,
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
    let unreached = unreached.take(SHOWN as usize).map(|row| {
        let phone = row.contact_phone.clone();
        (row.respondent.clone(), said(row), phone)
    });
    page(&Page {
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
