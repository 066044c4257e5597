//! Japanese or English.

use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use crate::error::Answer;
use crate::form::Form;
use crate::visit::own_place;

const YEAR_S: u32 = 365 * 24 * 60 * 60;

/// `POST /language`: remembered by the browser, back to the same page.
pub(crate) async fn choose(form: Form) -> Result<Response, Answer> {
    let lang = if form.get("lang") == "en" { "en" } else { "ja" };
    let cookie = format!("lang={lang}; Path=/; Max-Age={YEAR_S}; SameSite=Lax");
    let back = own_place(form.get("back")).unwrap_or("/");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(back)).into_response())
}
