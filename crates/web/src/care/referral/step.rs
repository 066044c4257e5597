//! The steps of a case: a form for each, shown again with what stands in its way.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_care::referral::{self as case, ActForm, Command, Step};
use renkei_store::Failure;

use crate::error::{Answer, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

/// `GET /referrals/{id}/steps/{step}`: a reload after a refusal, back to the case.
pub(crate) async fn back(
    State(app): State<App>,
    v: Visit,
    Path((id, _)): Path<(String, String)>,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    case::view(&app.care, &v.ctx, &id).await?;
    Ok(Redirect::to(&format!("/referrals/{id}")).into_response())
}

/// `POST /referrals/{id}/steps/{step}`
pub(crate) async fn step(
    State(app): State<App>,
    v: Visit,
    Path((id, code)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    let step = Step::from_code(&code).ok_or(Answer::NotFound)?;
    let refusal = match take(&app, &v, &id, step, &form).await {
        Ok(()) => return Ok(Redirect::to(&format!("/referrals/{id}#next")).into_response()),
        Err(Failure::Refused(refusal)) => refusal,
        Err(other) => return Err(other.into()),
    };
    // The case as it is now, with the reason and what was typed: nobody has to look for it again.
    let mut shown = super::load(&app, &v, &id).await?;
    shown.tried = code;
    shown.form = form;
    let status = match refusal {
        Refusal::Invalid(faults) => {
            shown.faults = Faults::new(faults);
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Refusal::NotFound => return Err(Answer::NotFound),
        Refusal::Forbidden(key) => shown.refuse(key, StatusCode::FORBIDDEN),
        Refusal::NotNow(key) => shown.refuse(key, StatusCode::CONFLICT),
        Refusal::Conflict => shown.refuse("refuse-conflict-shown".to_owned(), StatusCode::CONFLICT),
    };
    page_with(status, &shown)
}

impl super::CasePage<'_> {
    fn refuse(&mut self, key: String, status: StatusCode) -> StatusCode {
        self.refused = Some(key);
        status
    }
}

async fn take(app: &App, v: &Visit, id: &Id, step: Step, form: &Form) -> Result<(), Failure> {
    let command = Command::parse(step, &typed(v, form))?;
    let seen = form.get("seen").parse().ok();
    case::act(&app.care, &v.ctx, id, seen, command).await?;
    Ok(())
}

fn typed(v: &Visit, form: &Form) -> ActForm {
    let text = |name| form.get(name).to_owned();
    ActForm {
        reason: text("reason"),
        text: text("text"),
        department: text("department"),
        early: text("early"),
        slot: text("slot"),
        date: crate::care::slot::coming_day(form.get("date"), v.now().in_japan().date()),
        time: text("time"),
        beside: text("beside"),
        minutes: text("minutes"),
        doctor: text("doctor"),
        place: text("place"),
    }
}
