//! What is done with a sheet as a whole.

use axum::extract::{Path, State};
use axum::response::Response;
use renkei_gov::sheet::submit::{self, Step};

use super::answered;
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
    let step = of(&step, &form).ok_or(Answer::NotFound)?;
    let done = submit::step(&app.store, &v.ctx, place, step, comment).await;
    answered(&app, &v, place, done).await
}

/// The step that a button names; a sheet on paper may be handed in with blanks.
pub(super) fn of(code: &str, form: &Form) -> Option<Step> {
    match Step::from_code(code)? {
        Step::Submit if form.get("blanks") == "1" => Some(Step::SubmitWithBlanks),
        step => Some(step),
    }
}
