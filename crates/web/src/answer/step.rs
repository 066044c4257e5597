//! What is done with a sheet as a whole.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_gov::sheet::submit;
use renkei_store::Failure;

use super::{address, refused};
use crate::error::Answer;
use crate::form::Form;
use crate::state::App;
use crate::visit::Visit;

/// `POST /surveys/{code}/answer/{respondent}/steps/{step}`: `propose`, `recall`, `refuse`, `submit`.
pub(crate) async fn take(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent, step)): Path<(String, String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let respondent = crate::visit::id(&respondent)?;
    let place = (code.as_str(), &respondent);
    let comment = form.get("comment");
    let done = match step.as_str() {
        "propose" => submit::propose(&app.store, &v.ctx, place, comment).await,
        "recall" => submit::recall(&app.store, &v.ctx, place).await,
        "refuse" => submit::refuse(&app.store, &v.ctx, place, comment).await,
        "submit" if form.get("blanks") == "1" => {
            submit::submit_with_blanks(&app.store, &v.ctx, place, comment).await
        }
        "submit" => submit::submit(&app.store, &v.ctx, place, comment).await,
        _ => return Err(Answer::NotFound),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&address(&code, &respondent)).into_response()),
        Err(Failure::Refused(refusal)) => refused(&app, &v, place, refusal).await,
        Err(other) => Err(other.into()),
    }
}
