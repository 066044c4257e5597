//! 連絡: written on the page of a case.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::Refusal;
use renkei_care::message;
use renkei_care::referral as case;
use renkei_store::Failure;

use crate::error::{Answer, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

/// `POST /referrals/{id}/messages`
pub(crate) async fn write(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    match message::write(&app.care, &v.ctx, &id, form.get("text")).await {
        Ok(()) => Ok(Redirect::to(&format!("/referrals/{id}#messages")).into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let mut shown = super::load(&app, &v, &id).await?;
            "message".clone_into(&mut shown.tried);
            shown.form = form;
            shown.faults = Faults::new(faults);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Err(other) => Err(other.into()),
    }
}

/// `GET /referrals/{id}/messages`: a reload after a fault, back to the case.
pub(crate) async fn back(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    case::view(&app.care, &v.ctx, &id).await?;
    Ok(Redirect::to(&format!("/referrals/{id}#messages")).into_response())
}
