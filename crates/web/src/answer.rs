//! 回答: one respondent's sheet, filled in by several people, handed in, corrected, looked at.
//!
//! | file | holds |
//! |---|---|
//! | `view` | the page: questions with what stands beside them |
//! | `sent` | a sheet's form as it came, with files |
//! | `save` | answers typed in the browser, saved by themselves or by a button |
//! | `step` | proposed, taken back, given back, handed in |
//! | `previous` | what was said before, beside each question |
//! | `beside` | colleagues, explanations, history |
//! | `file` | documents of an answer |
//! | `workbook` | the form as a workbook, out and in |
//! | `receipt` | what was handed in, as PDF |

mod beside;
mod file;
mod previous;
mod receipt;
mod save;
mod sent;
mod step;
mod view;
mod workbook;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal};
use renkei_gov::sheet;
use renkei_store::Failure;
use serde::Deserialize;

pub(crate) use self::beside::{ask, give_back, hand, history};
pub(crate) use self::file::open as file;
pub(crate) use self::receipt::pdf as receipt;
pub(crate) use self::save::save;
pub(crate) use self::step::take as step;
use self::view::{Noted, SheetPage};
pub(crate) use self::workbook::{form as workbook, take as take_workbook, upload};
use crate::error::{Answer, page};
use crate::state::App;
use crate::visit::Visit;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// `1`: a sheet that was handed in, or came on paper, is to be written in.
    edit: String,
}

/// Where a sheet is.
pub(crate) fn address(code: &str, respondent: &Id) -> String {
    format!("/surveys/{code}/answer/{respondent}")
}

/// `GET /surveys/{code}/answer`: to the sheet of the caller's institution.
pub(crate) async fn own(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
) -> Result<Response, Answer> {
    let own = v.ctx.caller.institution.clone().ok_or(Refusal::NotFound)?;
    sheet::load(&app.store, &v.ctx, &code, &own).await?;
    Ok(Redirect::to(&address(&code, &own)).into_response())
}

/// `GET /surveys/{code}/answer/{respondent}`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent)): Path<(String, String)>,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    let respondent = crate::visit::id(&respondent)?;
    let sheet = sheet::load(&app.store, &v.ctx, &code, &respondent).await?;
    let edit = params.edit == "1";
    page(&SheetPage::of(&app, &v, sheet, &Noted::default(), edit).await?)
}

/// Back to the sheet after an act, or the page with why it was not done.
async fn answered(
    app: &App,
    v: &Visit,
    place: (&str, &Id),
    done: Result<(), Failure>,
) -> Result<Response, Answer> {
    match done {
        Ok(()) => Ok(Redirect::to(&address(place.0, place.1)).into_response()),
        Err(Failure::Refused(refusal)) => refused(app, v, place, refusal).await,
        Err(other) => Err(other.into()),
    }
}

/// The page as it is now, with why something was not done.
async fn refused(
    app: &App,
    v: &Visit,
    (code, respondent): (&str, &Id),
    refusal: Refusal,
) -> Result<Response, Answer> {
    let (status, key) = match refusal {
        Refusal::Invalid(faults) => {
            let sheet = sheet::load(&app.store, &v.ctx, code, respondent).await?;
            let noted = Noted::of_faults(faults);
            let shown = SheetPage::of(app, v, sheet, &noted, false).await?;
            return crate::error::page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
        }
        Refusal::NotNow(key) => (StatusCode::CONFLICT, key),
        Refusal::Forbidden(key) => (StatusCode::FORBIDDEN, key),
        other => return Err(other.into()),
    };
    let sheet = sheet::load(&app.store, &v.ctx, code, respondent).await?;
    let mut shown = SheetPage::of(app, v, sheet, &Noted::default(), false).await?;
    shown.refused = Some(key);
    crate::error::page_with(status, &shown)
}

/// The question that a fault is of, for templates.
pub(crate) fn question_of(fault: &renkei_base::Fault) -> &str {
    view::of(fault)
}
