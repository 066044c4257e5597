//! A new questionnaire: empty, from a template, or from a FHIR file.

use askama::Template;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::limits::{LINE_CHARS, RESOURCE_BYTES};
use renkei_base::{Fault, Refusal};
use renkei_gov::questionnaire::fhir::{self, Arrived};
use renkei_gov::questionnaire::{Questionnaire, Words, act, home_care};
use renkei_store::Failure;

use super::address;
use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "questionnaire_new.html")]
struct FormPage<'a> {
    v: &'a Visit,
    form: Form,
    faults: Faults,
    /// What was not taken over from a file, which is stored already at this address.
    arrived: Option<(String, Vec<Fault>)>,
}

/// `GET /questionnaires/new`
pub(crate) async fn new(v: Visit) -> Result<Response, Answer> {
    let mut form = Form::default();
    form.set("from", "blank");
    page(&FormPage {
        v: &v,
        form,
        faults: Faults::default(),
        arrived: None,
    })
}

/// `POST /questionnaires/new`
pub(crate) async fn make(
    State(app): State<App>,
    v: Visit,
    request: Request,
) -> Result<Response, Answer> {
    let (form, file) = receive(&v, request).await?;
    let made = begin(&app, &v, &form, file).await;
    match made {
        Ok((to, notes)) if notes.is_empty() => Ok(Redirect::to(&to).into_response()),
        Ok(arrived) => page(&FormPage {
            v: &v,
            form,
            faults: Faults::default(),
            arrived: Some(arrived),
        }),
        Err(Failure::Refused(Refusal::Invalid(faults))) => page_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &FormPage {
                v: &v,
                form,
                faults: Faults::new(faults),
                arrived: None,
            },
        ),
        Err(other) => Err(other.into()),
    }
}

async fn begin(
    app: &App,
    v: &Visit,
    form: &Form,
    file: Vec<u8>,
) -> Result<(String, Vec<Fault>), Failure> {
    let owner = v.ctx.institution()?;
    let form = form.clone();
    // A large file is work: not on the threads that answer others.
    let arrived = tokio::task::spawn_blocking(move || body(&form, &file)).await;
    let arrived =
        arrived.unwrap_or_else(|_| Err(Refusal::fault("file", "fault-questionnaire-encoding")))?;
    let id = act::make(&app.store, &v.ctx, owner, &arrived.body, "").await?;
    Ok((address(&id), arrived.notes))
}

fn body(form: &Form, file: &[u8]) -> Result<Arrived, Refusal> {
    let mut arrived = match form.get("from") {
        "template" => whole(home_care()),
        "file" if file.is_empty() => {
            return Err(Refusal::fault("file", "fault-questionnaire-file"));
        }
        "file" => {
            let text = std::str::from_utf8(file)
                .map_err(|_| Refusal::fault("file", "fault-questionnaire-encoding"))?;
            fhir::read(text.trim_start_matches('\u{feff}'))?
        }
        _ => whole(Questionnaire::default()),
    };
    let line = |name: &str| {
        renkei_base::text::line(name, form.get(name), LINE_CHARS)
            .map_err(|fault| Refusal::Invalid(vec![fault]))
    };
    let title = Words::new(line("title")?, line("english")?);
    if !title.ja.is_empty() {
        arrived.body.title = title;
    }
    if arrived.body.title.is_empty() {
        return Err(Refusal::fault("title", "fault-questionnaire-title"));
    }
    Ok(arrived)
}

const fn whole(body: Questionnaire) -> Arrived {
    Arrived {
        body,
        notes: Vec::new(),
    }
}

async fn receive(v: &Visit, request: Request) -> Result<(Form, Vec<u8>), Answer> {
    crate::form::says_at_most(
        request.headers(),
        RESOURCE_BYTES + renkei_base::limits::FORM_BYTES,
    )?;
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|_| Answer::Request)?;
    let mut form = Form::default();
    let mut file = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|_| Answer::Request)? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            file = part.bytes().await.map_err(|_| Answer::TooLarge)?.to_vec();
        } else {
            form.set(&name, part.text().await.map_err(|_| Answer::Request)?);
        }
    }
    if !v.form_token_fits(form.get("token")) {
        return Err(Answer::Forgery);
    }
    Ok((form, file))
}
