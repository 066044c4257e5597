//! 添付: files of a letter or a reply.

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Refusal, limits};
use renkei_care::attachment::{self, Of};
use renkei_store::Failure;
use serde::Deserialize;

use crate::error::Answer;
use crate::form::{self, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    of: String,
}

/// `POST /referrals/{id}/attachments?of=letter|reply`
pub(crate) async fn add(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
    Query(params): Query<Params>,
    headers: HeaderMap,
    body: Multipart,
) -> Result<Response, Answer> {
    form::says_at_most(&headers, limits::ATTACHMENT_BYTES + limits::FORM_BYTES)?;
    let id = crate::visit::id(&id)?;
    let of = of(&params.of);
    let sent = read(&v, body).await?;
    let done = attachment::add(&app.care, &v.ctx, &id, of, &sent.title, sent.bytes.to_vec()).await;
    match (done, of) {
        (Ok(_), _) => Ok(back(&id, of)),
        (Err(Failure::Refused(Refusal::Invalid(faults))), Of::Letter) => {
            super::draft::with_faults(&app, &v, &id, faults).await
        }
        (Err(Failure::Refused(Refusal::Invalid(faults))), Of::Reply) => {
            super::reply::with_faults(&app, &v, &id, faults).await
        }
        (Err(other), _) => Err(other.into()),
    }
}

fn of(code: &str) -> Of {
    if code == "reply" {
        Of::Reply
    } else {
        Of::Letter
    }
}

/// To the form in which the file is.
fn back(id: &Id, of: Of) -> Response {
    let form = match of {
        Of::Letter => "edit",
        Of::Reply => "reply",
    };
    Redirect::to(&format!("/referrals/{id}/{form}#attachments")).into_response()
}

/// Too large, or no form with files.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn unread(error: MultipartError) -> Answer {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Answer::TooLarge
    } else {
        Answer::Request
    }
}

struct Sent {
    title: String,
    bytes: Bytes,
}

/// The file of a form whose token is right. The token comes first, so that a foreign form's file is not read at all.
async fn read(v: &Visit, mut body: Multipart) -> Result<Sent, Answer> {
    let mut trusted = false;
    while let Some(field) = body.next_field().await.map_err(unread)? {
        match field.name() {
            Some("token") => {
                trusted = v.form_token_fits(&field.text().await.map_err(unread)?);
            }
            Some("file") if trusted => {
                let title = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(unread)?;
                if bytes.len() > limits::ATTACHMENT_BYTES {
                    return Err(Answer::TooLarge);
                }
                return Ok(Sent { title, bytes });
            }
            _ => {}
        }
    }
    Err(Answer::Forgery)
}

/// `POST /referrals/{id}/attachments/{file}/remove`
pub(crate) async fn remove(
    State(app): State<App>,
    v: Visit,
    Path((id, file)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Answer> {
    let id = crate::visit::id(&id)?;
    attachment::remove(&app.care, &v.ctx, &id, &crate::visit::id(&file)?).await?;
    Ok(back(&id, of(form.get("of"))))
}

/// `GET /referrals/{id}/attachments/{file}`
pub(crate) async fn open(
    State(app): State<App>,
    v: Visit,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Answer> {
    let opened = attachment::open(
        &app.care,
        &v.ctx,
        &crate::visit::id(&id)?,
        &crate::visit::id(&file)?,
    )
    .await?;
    let kind = HeaderValue::from_str(&opened.mime).map_err(|_| Answer::Broken)?;
    let headers = [
        (header::CONTENT_TYPE, kind),
        (
            header::CONTENT_DISPOSITION,
            super::document::disposition(&opened.title),
        ),
        // A file is shown by the browser itself and may run nothing.
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        ),
    ];
    Ok((headers, opened.bytes).into_response())
}
