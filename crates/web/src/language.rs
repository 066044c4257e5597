//! Japanese or English.

use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use crate::error::Answer;
use crate::form::Form;
use crate::look::Look;
use crate::visit::{Visit, own_place};

const YEAR_S: u32 = 365 * 24 * 60 * 60;

/// `POST /language`: back to the same page. The browser remembers it for those who work here; for visitors the address does.
pub(crate) async fn choose(v: Visit, form: Form) -> Result<Response, Answer> {
    let lang = if form.get("lang") == "en" { "en" } else { "ja" };
    let back = own_place(form.get("back")).unwrap_or("/");
    if !v.signed_in {
        let look = Look::of(&format!("lang={lang}"));
        return Ok(Redirect::to(&look.carried(back)).into_response());
    }
    let cookie = format!("lang={lang}; Path=/; Max-Age={YEAR_S}; SameSite=Lax");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(back)).into_response())
}
