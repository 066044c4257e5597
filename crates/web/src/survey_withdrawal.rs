//! 取下げ: documents and explanations of versions that are shown no more. For who runs the survey.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_gov::survey::seen;
use renkei_gov::survey_withdrawal::{self, Typed, WithdrawalRow};

use crate::count::seen::{Params, Viewed};
use crate::error::Answer;
use crate::form::Form;
use crate::state::App;
use crate::visit::{Visit, id};

/// Something that is withdrawn, for the list.
pub(crate) struct Line {
    pub(crate) row: WithdrawalRow,
    pub(crate) respondent: String,
    /// `ア①`
    pub(crate) heading: String,
}

impl Line {
    /// The key of what it is.
    pub(crate) fn what(&self) -> &'static str {
        match self.row.blob.is_empty() {
            true => "withdrawal-what-text",
            false => "withdrawal-what-document",
        }
    }
}

/// `POST /surveys/{code}/withdrawals?version=1`: `act` is withdraw, of what that version shows, or restore.
pub(crate) async fn act(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    Query(params): Query<Params>,
    form: Form,
) -> Result<Response, Answer> {
    seen::owned(&app.store, &v.ctx, &code).await?;
    let respondent = id(form.get("respondent"))?;
    let typed = Typed {
        question: form.get("question").to_owned(),
        blob: form.get("blob").to_owned(),
        reason: form.get("reason").to_owned(),
    };
    match form.get("act") {
        "withdraw" => {
            let viewed = Viewed::with_examples(&app, &v, &code, &params).await?;
            let what = (&typed, viewed.body.examples.as_slice());
            survey_withdrawal::withdraw(&app.store, &v.ctx, &code, &respondent, what).await?;
        }
        "restore" => {
            survey_withdrawal::restore(&app.store, &v.ctx, &code, &respondent, &typed).await?;
        }
        _ => return Err(Answer::Request),
    }
    let to = format!("/surveys/{code}/publication#withdrawn");
    Ok(Redirect::to(&to).into_response())
}
