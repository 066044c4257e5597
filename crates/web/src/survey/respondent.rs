//! One expected sheet from outside: where it stands, its days, whom to reach, what was heard, and its way to the owner.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_gov::respondent::course::{self, accept, check, send_back};
use renkei_gov::respondent::desk::{self, Contact};
use renkei_gov::respondent::{self, SheetState, expect};
use renkei_gov::survey::{Seen, SurveyState, seen};
use renkei_store::{Failure, RespondentRow, SurveyEventRow};

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::{Visit, id};

#[derive(Template)]
#[template(path = "survey/respondent.html")]
struct Page<'a> {
    v: &'a Visit,
    seen: Seen,
    row: RespondentRow,
    state: SheetState,
    /// The caller is of the institution that checks it.
    checks: bool,
    checker: String,
    events: Vec<SurveyEventRow>,
    form: Form,
    faults: Faults,
    refused: Option<String>,
}

impl Page<'_> {
    fn action(&self) -> String {
        format!(
            "/surveys/{}/respondents/{}",
            self.row.survey, self.row.respondent
        )
    }

    /// Days that it has to mend what is sent back.
    fn days(&self) -> i64 {
        course::DAYS_TO_MEND
    }

    /// Whether its health centre has still to look at it.
    fn unchecked(&self) -> bool {
        course::is_unchecked(&self.seen.row, &self.row)
    }

    fn locked(&self) -> bool {
        self.seen.state >= SurveyState::Approved
    }

    /// Whether the reader decides about it now.
    fn decides(&self) -> bool {
        let asked = matches!(self.seen.state, SurveyState::Open | SurveyState::Closed);
        asked
            && match self.state {
                SheetState::Submitted => self.seen.owner || self.checks,
                SheetState::Checked | SheetState::Accepted => self.seen.owner,
                _ => false,
            }
    }
}

/// `GET /surveys/{code}/respondents/{respondent}`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
) -> Result<Response, Answer> {
    page(&of(&app, &v, &code, &id(&respondent)?).await?)
}

async fn of<'a>(app: &App, v: &'a Visit, code: &str, key: &Id) -> Result<Page<'a>, Answer> {
    let (seen, row) = seen::sheet(&app.store, &v.ctx, code, key).await?;
    let mut events = app.store.survey_events_of(code, Some(key)).await?;
    let checks = seen.checker && seen::checks(&v.ctx, &row);
    // What was heard about a respondent on the telephone is not for itself.
    events.retain(|event| event.kind != "called" || seen.owner || checks);
    let mut form = Form::default();
    form.set("contact_name", row.contact_name.as_str());
    form.set("contact_phone", row.contact_phone.as_str());
    form.set("contact_mail", row.contact_mail.as_str());
    let checker = row.checker.as_ref();
    Ok(Page {
        checks,
        checker: checker.map_or_else(String::new, |id| super::name(app, id)),
        state: respondent::state_of(&row),
        seen,
        row,
        events,
        form,
        faults: Faults::default(),
        refused: None,
        v,
    })
}

/// `POST /surveys/{code}/respondents/{respondent}`: `act` is one of check, accept, return, extend, call, contact,
/// count-out, count-in, remove.
pub(crate) async fn act(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let key = id(&respondent)?;
    let shown = of(&app, &v, &code, &key).await?;
    let done = one(&app, &v, &code, &key, &form).await;
    let here = match form.get("act") {
        "remove" | "accept" | "check" => format!("/surveys/{code}/manage#r-{key}"),
        _ => format!("/surveys/{code}/respondents/{key}"),
    };
    let (status, faults, refused) = match done {
        Ok(()) => return Ok(Redirect::to(&here).into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Faults::new(faults), None)
        }
        Err(Failure::Refused(Refusal::NotNow(key))) => {
            (StatusCode::CONFLICT, Faults::default(), Some(key))
        }
        Err(Failure::Refused(Refusal::Conflict)) => {
            let key = "refuse-survey-changed".to_owned();
            (StatusCode::CONFLICT, Faults::default(), Some(key))
        }
        Err(other) => return Err(other.into()),
    };
    let mut typed = shown.form.clone();
    for (name, value) in form.pairs() {
        typed.set(name, value);
    }
    let again = Page {
        form: typed,
        faults,
        refused,
        ..shown
    };
    page_with(status, &again)
}

async fn one(app: &App, v: &Visit, code: &str, key: &Id, form: &Form) -> Result<(), Failure> {
    let (store, ctx) = (&app.store, &v.ctx);
    let (comment, why) = (form.get("comment"), form.get("why"));
    match form.get("act") {
        "check" => check(store, ctx, code, key, comment).await,
        "accept" => accept(store, ctx, code, key, comment).await,
        "return" => send_back(store, ctx, code, key, comment).await,
        "extend" => desk::extend(store, ctx, code, key, form.get("closes"), why).await,
        "call" => desk::telephone(store, ctx, code, key, form.get("note")).await,
        "count-out" => desk::count(store, ctx, code, key, false, form.get("uncounted_why")).await,
        "count-in" => desk::count(store, ctx, code, key, true, form.get("uncounted_why")).await,
        "remove" => expect::remove(store, ctx, code, key).await,
        "contact" => {
            let contact = Contact {
                name: form.get("contact_name").to_owned(),
                phone: form.get("contact_phone").to_owned(),
                mail: form.get("contact_mail").to_owned(),
            };
            desk::contact(store, ctx, code, key, &contact).await
        }
        _ => Err(Refusal::NotFound.into()),
    }
}
