//! A document of an answer.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use renkei_gov::sheet;

use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

/// `GET /surveys/{code}/answer/{respondent}/files/{blob}`
pub(crate) async fn open(
    State(app): State<App>,
    v: Visit,
    Path((code, respondent, blob)): Path<(String, String, String)>,
) -> Result<Response, Answer> {
    let respondent = crate::visit::id(&respondent)?;
    let sheet = sheet::load(&app.store, &v.ctx, &code, &respondent).await?;
    let (file, bytes) = sheet::file::open(&app.store, &sheet, &blob).await?;
    let kind = HeaderValue::from_str(&file.media_type).map_err(|_| Answer::Broken)?;
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, attachment(&file.name)),
        // Saved, never shown in place; and where it is shown, it may run nothing.
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// The name under which it is saved; what strangers brought is not opened in the page's place.
fn attachment(name: &str) -> HeaderValue {
    let shown = crate::care::document::disposition(name);
    let saved = shown.to_str().unwrap_or_default();
    HeaderValue::from_str(&saved.replacen("inline", "attachment", 1))
        .unwrap_or(HeaderValue::from_static("attachment"))
}
