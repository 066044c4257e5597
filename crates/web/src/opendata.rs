//! オープンデータ: the directory as files for everybody, as it is now and as it was published.

mod catalogue;

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::stream::{self, StreamExt};
use renkei_directory::opendata::{self, Dataset, Format, Reading, Release};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{Answer, page};
use crate::form::Form;
use crate::state::App;
use crate::visit::Visit;

/// Files made at the same moment. Each reads the whole directory; others wait.
static ROOM: Semaphore = Semaphore::const_new(2);
/// What was published never changes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// What is now may be another thing soon.
const NOW: HeaderValue = HeaderValue::from_static("no-cache");

#[derive(Template)]
#[template(path = "opendata.html")]
struct Page<'a> {
    v: &'a Visit,
    /// What there is now.
    now: Vec<Offered>,
    releases: Vec<Release>,
    /// Whether the visitor publishes.
    publishes: bool,
}

/// A data set in its formats.
struct Offered {
    dataset: Dataset,
    /// Name and format.
    files: Vec<(String, Format)>,
}

/// `GET /opendata`
pub(crate) async fn show(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let publishes = crate::guard::admit(crate::routes::DIRECTORY, &v).is_ok() && v.signed_in;
    page(&Page {
        now: Dataset::ALL.into_iter().map(offered).collect(),
        releases: opendata::releases(&app.store).await?,
        publishes,
        v: &v,
    })
}

fn offered(dataset: Dataset) -> Offered {
    let file = |format| (opendata::file_name(dataset, format), format);
    Offered {
        dataset,
        files: Format::ALL.into_iter().map(file).collect(),
    }
}

/// `POST /opendata`: publishes what there is now.
pub(crate) async fn publish(
    State(app): State<App>,
    v: Visit,
    _form: Form,
) -> Result<Response, Answer> {
    app.areas.refresh(&app.store).await?;
    opendata::release(&app.store, &v.ctx, &app.areas).await?;
    Ok(Redirect::to("/opendata").into_response())
}

/// `GET /opendata/{file}`: as it is now.
pub(crate) async fn file(
    State(app): State<App>,
    v: Visit,
    Path(file): Path<String>,
) -> Result<Response, Answer> {
    let which = opendata::parse(&file).ok_or(Answer::NotFound)?;
    let turn = ROOM.acquire().await.map_err(|_| Answer::Later)?;
    app.areas.refresh(&app.store).await?;
    let today = v.now().in_japan().date();
    let reading = Reading::begin(&app.store, &app.areas, which, today).await?;
    // What packs the answer asks once more after the end.
    let pieces = stream::unfold((reading, turn), piece).fuse();
    let body = Body::from_stream(pieces);
    Ok((heads(&file, which.1.media(), NOW), body).into_response())
}

type Piece = Result<Vec<u8>, renkei_store::StoreError>;

/// A failure breaks the answer off, so that half a file is not taken for a whole one.
async fn piece(
    (mut reading, turn): (Reading, SemaphorePermit<'static>),
) -> Option<(Piece, (Reading, SemaphorePermit<'static>))> {
    let piece = reading.next().await;
    if let Err(error) = &piece {
        tracing::error!(%error, "a file of open data broke off");
    }
    piece.transpose().map(|piece| (piece, (reading, turn)))
}

/// `GET /opendata/{release}/{file}`: as it was published, for ever.
pub(crate) async fn published(
    State(app): State<App>,
    Path((release, file)): Path<(String, String)>,
    asked: HeaderMap,
) -> Result<Response, Answer> {
    let files = opendata::files(&app.store, &release).await?;
    let found = files.into_iter().find(|one| one.name == file);
    let found = found.ok_or(Answer::NotFound)?;
    let tag = HeaderValue::from_str(&format!("\"{}\"", found.sha256));
    let tag = tag.map_err(|_| Answer::Broken)?;
    if asked.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let bytes = app.store.blob(&found.sha256).await?;
    let bytes = bytes.ok_or(Answer::Broken)?;
    let name = format!("{release}-{file}");
    let heads = heads(&name, &found.media, FOREVER);
    Ok((heads, [(header::ETAG, tag)], bytes).into_response())
}

/// `GET /opendata/catalog.jsonld`: DCAT.
pub(crate) async fn catalogue(State(app): State<App>) -> Result<Response, Answer> {
    let releases = opendata::releases(&app.store).await?;
    let text = catalogue::of(&app, &releases).to_string();
    let heads = heads("catalog.jsonld", "application/ld+json", NOW);
    Ok((heads, text).into_response())
}

fn heads(file: &str, media: &str, keep: HeaderValue) -> [(header::HeaderName, HeaderValue); 3] {
    let text = |text: String| {
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
    };
    [
        (header::CONTENT_TYPE, text(media.to_owned())),
        (
            header::CONTENT_DISPOSITION,
            text(format!("attachment; filename=\"{file}\"")),
        ),
        (header::CACHE_CONTROL, keep),
    ]
}
