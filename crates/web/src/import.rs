//! 取込み: files are looked at first, and written when a person has seen what they change; codes that wait for a person.

mod preview;
mod wait;
pub mod words;

use std::sync::Mutex;

use askama::Template;
use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::limits::{FORM_BYTES, IMPORT_BYTES};
use renkei_base::{Ctx, Id, Refusal};
use renkei_directory::import::{self, Choice, FileKind, KINDS, Report, Source};
use renkei_directory::{code, finder::Hit};
use renkei_store::Failure;
use renkei_store::import::{CodeWait, ImportRun};
use serde::Deserialize;

use crate::error::{Answer, page, page_with};
use crate::form::{Faults, Form};
use crate::job::Job;
use crate::state::App;
use crate::visit::Visit;

/// Imports and waiting codes that a page lists.
const LISTED: usize = 50;

pub(crate) use preview::{confirm, differences, doubts, rejects, show, why};
pub(crate) use wait::settle;

/// What came of an import that was started from a page: of the look, or of the writing.
#[derive(Debug)]
pub(crate) struct Imported {
    pub(crate) file: String,
    pub(crate) kind: &'static str,
    pub(crate) report: Report,
    /// The file of a look, until it is confirmed or another one is looked at.
    pub(crate) pending: Mutex<Option<Source>>,
    /// Whether it was a look.
    pub(crate) looked: bool,
}

#[derive(Template)]
#[template(path = "imports.html")]
struct List<'a> {
    v: &'a Visit,
    kinds: &'static [FileKind],
    kind: String,
    faults: Faults,
    runs: Vec<ImportRun>,
    waiting: Vec<Waiting>,
    names: Vec<wait::Named>,
    /// Names that wait besides those.
    more: u64,
    running: Option<Id>,
    /// A code was just decided about: the next one has the keys.
    decided: bool,
}

/// Where one comes from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    decided: String,
}

/// A code and the institutions that it may belong to.
struct Waiting {
    wait: CodeWait,
    candidates: Vec<Hit>,
}

/// `GET /imports`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    page(&List {
        decided: !params.decided.is_empty(),
        ..whole(&app, &v).await?
    })
}

async fn whole<'a>(app: &App, v: &'a Visit) -> Result<List<'a>, Answer> {
    let waits = code::to_confirm(&app.store, &v.ctx, LISTED).await?;
    let waiting = waits.into_iter().map(|wait| Waiting {
        candidates: wait
            .candidates
            .iter()
            .filter_map(|id| app.finder.by_id(id))
            .collect(),
        wait,
    });
    let (names, more) = wait::named(app, v).await?;
    Ok(List {
        v,
        names,
        more,
        kinds: KINDS,
        kind: String::new(),
        faults: Faults::default(),
        runs: app.store.import_runs(LISTED).await?,
        waiting: waiting.collect(),
        running: app.imports.running().map(|job| job.id.clone()),
        decided: false,
    })
}

/// A sent file with its kind.
struct Upload {
    kind: String,
    name: String,
    bytes: Vec<u8>,
}

/// `POST /imports`: takes the file, begins to look at it, and goes on to its page.
pub(crate) async fn begin(
    State(app): State<App>,
    v: Visit,
    request: Request,
) -> Result<Response, Answer> {
    let upload = receive(&v, request).await?;
    let kind = upload.kind.clone();
    match start(&app, &v, upload).await {
        Ok(id) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let again = List {
                kind,
                faults: Faults::new(faults),
                ..whole(&app, &v).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

async fn receive(v: &Visit, request: Request) -> Result<Upload, Answer> {
    let said = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    if said
        .and_then(|said| said.parse::<usize>().ok())
        .is_some_and(|said| said > IMPORT_BYTES + FORM_BYTES)
    {
        return Err(Answer::TooLarge);
    }
    let unread = || Answer::Refused(StatusCode::BAD_REQUEST, "error-request".to_owned());
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|_| unread())?;
    let mut upload = Upload {
        kind: String::new(),
        name: String::new(),
        bytes: Vec::new(),
    };
    let mut token = String::new();
    while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
        match part.name() {
            Some("token") => token = part.text().await.map_err(|error| broken(&error))?,
            Some("kind") => upload.kind = part.text().await.map_err(|error| broken(&error))?,
            // The token comes before the file: a foreign form is not read to its end.
            Some("file") if v.form_token_fits(&token) => {
                upload.name = part.file_name().unwrap_or_default().to_owned();
                upload.bytes = part.bytes().await.map_err(|error| broken(&error))?.to_vec();
            }
            Some("file") => return Err(Answer::Forgery),
            _ => {}
        }
    }
    if v.form_token_fits(&token) {
        Ok(upload)
    } else {
        Err(Answer::Forgery)
    }
}

fn broken(error: &axum::extract::multipart::MultipartError) -> Answer {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Answer::TooLarge;
    }
    Answer::Refused(StatusCode::BAD_REQUEST, "error-request".to_owned())
}

async fn start(app: &App, v: &Visit, upload: Upload) -> Result<Id, Failure> {
    let Some(kind) = import::kind(&upload.kind) else {
        return Err(Refusal::fault("kind", "fault-import-kind").into());
    };
    if upload.bytes.is_empty() {
        // A browser sends an empty file without a name where none was chosen.
        let key = if upload.name.is_empty() {
            "fault-import-no-file"
        } else {
            "fault-import-empty-file"
        };
        return Err(Refusal::fault("file", key).into());
    }
    let Upload { name, bytes, .. } = upload;
    // A zip of some megabytes takes a moment.
    let read = tokio::task::spawn_blocking(move || Source::read(&name, bytes)).await;
    let source = read.map_err(|error| renkei_store::StoreError::Blob(error.to_string()))??;
    begin_job(app, v, kind, source, Choice::LOOK)
}

/// Begins the work in the background. The address of its page.
fn begin_job(
    app: &App,
    v: &Visit,
    kind: &'static FileKind,
    source: Source,
    choice: Choice,
) -> Result<Id, Failure> {
    let job = app.imports.begin(v.ctx.ids.id());
    let job = job.map_err(|_| Refusal::not_now("refuse-import-running"))?;
    // Files are large: only the newest one waits to be confirmed.
    for done in app.imports.all() {
        if let Some(Ok(done)) = done.result() {
            preview::taken(done);
        }
    }
    let id = job.id.clone();
    let (app, ctx) = (app.clone(), v.ctx.clone());
    tokio::spawn(async move {
        let result = run(&app, &ctx, kind, source, choice, &job).await;
        if let Err(error) = &result {
            tracing::warn!(%error, kind = kind.code, "import ended early");
        }
        job.end(result);
    });
    Ok(id)
}

async fn run(
    app: &App,
    ctx: &Ctx,
    kind: &'static FileKind,
    source: Source,
    choice: Choice,
    job: &Job<Imported>,
) -> Result<Imported, Failure> {
    let mut progress = |at: import::Progress| job.tell(at.done, at.rows);
    let report = import::import(&app.store, ctx, kind, &source, choice, &mut progress).await;
    if !choice.dry_run {
        // What was committed before an error is there too.
        app.finder.refresh(&app.store).await?;
    }
    Ok(Imported {
        file: source.file.clone(),
        kind: kind.code,
        report: report?,
        pending: Mutex::new(choice.dry_run.then_some(source)),
        looked: choice.dry_run,
    })
}

/// `POST /imports/codes/{code}`: a person says to which institution a waiting code belongs, or that to none here.
pub(crate) async fn decide(
    State(app): State<App>,
    v: Visit,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Answer> {
    match form.get("institution") {
        "none" => code::dismiss(&app.store, &v.ctx, &code).await?,
        chosen => code::confirm(&app.store, &v.ctx, &code, &crate::visit::id(chosen)?).await?,
    }
    app.finder.refresh(&app.store).await?;
    app.areas.refresh(&app.store).await?;
    Ok(Redirect::to("/imports?decided=1").into_response())
}
