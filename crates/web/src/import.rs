//! 取込み: lists of institutions and of codes, and the codes that wait for a person.

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

/// What came of an import that was started from a page.
#[derive(Debug)]
pub(crate) struct Imported {
    pub(crate) file: String,
    pub(crate) report: Report,
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

#[derive(Template)]
#[template(path = "import.html")]
struct One<'a> {
    v: &'a Visit,
    job: &'a Job<Imported>,
}

#[derive(Template)]
#[template(path = "import_progress.html")]
struct Part<'a> {
    v: &'a Visit,
    job: &'a Job<Imported>,
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
    Ok(List {
        v,
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

/// `POST /imports`: takes the file, begins the work, and goes on to its page.
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
        return Err(Refusal::fault("file", "fault-import-no-file").into());
    }
    let Upload { name, bytes, .. } = upload;
    // A zip of some megabytes takes a moment.
    let read = tokio::task::spawn_blocking(move || Source::read(&name, bytes)).await;
    let source = read.map_err(|error| renkei_store::StoreError::Blob(error.to_string()))??;
    let job = app.imports.begin(v.ctx.ids.id());
    let job = job.map_err(|_| Refusal::not_now("refuse-import-running"))?;
    let id = job.id.clone();
    let (app, ctx) = (app.clone(), v.ctx.clone());
    tokio::spawn(async move {
        let result = run(&app, &ctx, kind, &source, &job).await;
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
    kind: &FileKind,
    source: &Source,
    job: &Job<Imported>,
) -> Result<Imported, Failure> {
    let mut progress = |at: import::Progress| job.tell(at.done, at.rows);
    let report = import::import(&app.store, ctx, kind, source, Choice::WRITE, &mut progress).await;
    // What was committed before an error is there too.
    app.finder.refresh(&app.store).await?;
    app.areas.refresh(&app.store).await?;
    Ok(Imported {
        file: source.file.clone(),
        report: report?,
    })
}

/// `GET /imports/{id}`: how far it is, and what came of it.
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let job = app
        .imports
        .get(&crate::visit::id(&id)?)
        .ok_or(Answer::NotFound)?;
    if v.fragment {
        return page(&Part { v: &v, job: &job });
    }
    page(&One { v: &v, job: &job })
}

/// `GET /imports/{id}/rejects.csv`
pub(crate) async fn rejects(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let job = app
        .imports
        .get(&crate::visit::id(&id)?)
        .ok_or(Answer::NotFound)?;
    let Some(Ok(done)) = job.result() else {
        return Err(Answer::NotFound);
    };
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            r#"attachment; filename="rejects.csv""#,
        ),
    ];
    Ok((headers, done.report.rejects_csv(|key| v.t(key))).into_response())
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

/// Why an import ended early, in words.
pub(crate) fn why(v: &Visit, failure: &Failure) -> String {
    match failure {
        Failure::Refused(Refusal::Invalid(faults)) => faults
            .first()
            .map(|fault| v.fault(fault))
            .unwrap_or_default(),
        Failure::Refused(Refusal::Forbidden(key) | Refusal::NotNow(key)) => v.t(key),
        Failure::Refused(_) | Failure::Store(_) => v.t("error-broken-job"),
    }
}
