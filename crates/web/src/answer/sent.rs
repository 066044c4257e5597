//! A sheet's form as it came: fields, and files where the form carries some. Its token was right.

use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use renkei_base::limits;

use crate::error::Answer;
use crate::form::Form;
use crate::state::App;
use crate::visit::Visit;

/// A sent form.
pub(crate) struct Sent {
    pub(super) form: Form,
    pub(super) files: Vec<SentFile>,
}

/// A file of a form.
pub(super) struct SentFile {
    /// The field: `file.a1`, `workbook`.
    pub(super) field: String,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

impl FromRequest<App> for Sent {
    type Rejection = Answer;

    async fn from_request(request: Request, app: &App) -> Result<Self, Answer> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/form-data") {
            let form = Form::from_request(request, app).await?;
            let files = Vec::new();
            return Ok(Self { form, files });
        }
        let visit = request.extensions().get::<Visit>().cloned();
        let visit = visit.ok_or(Answer::Broken)?;
        let most = limits::ATTACHMENT_BYTES + limits::FORM_BYTES;
        crate::form::says_at_most(request.headers(), most)?;
        let parts = Multipart::from_request(request, app).await;
        read(&visit, parts.map_err(|_| Answer::Request)?).await
    }
}

/// The token comes first, so that nothing of a foreign form is kept.
async fn read(v: &Visit, mut parts: Multipart) -> Result<Sent, Answer> {
    let mut pairs = Vec::new();
    let mut files = Vec::new();
    let mut trusted = false;
    while let Some(part) = parts.next_field().await.map_err(|error| unread(&error))? {
        let field = part.name().unwrap_or_default().to_owned();
        if field == "token" {
            let token = part.text().await.map_err(|error| unread(&error))?;
            trusted = v.form_token_fits(&token);
            continue;
        }
        if !trusted {
            return Err(Answer::Forgery);
        }
        let Some(name) = part.file_name().map(str::to_owned) else {
            let text = part.text().await.map_err(|error| unread(&error))?;
            pairs.push((field, text));
            continue;
        };
        let bytes = part.bytes().await.map_err(|error| unread(&error))?;
        // An empty part is a field in which nothing was chosen.
        if !name.is_empty() {
            let bytes = bytes.to_vec();
            files.push(SentFile { field, name, bytes });
        }
    }
    if !trusted {
        return Err(Answer::Forgery);
    }
    let form = Form::from_pairs(pairs);
    Ok(Sent { form, files })
}

fn unread(error: &axum::extract::multipart::MultipartError) -> Answer {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Answer::TooLarge
    } else {
        Answer::Request
    }
}
