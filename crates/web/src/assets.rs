//! The browser's files, embedded, named by their content, cached for ever.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// One embedded file.
#[derive(Debug)]
struct Asset {
    name: &'static str,
    hashed: &'static str,
    bytes: &'static [u8],
}

const ALL: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The address of a file: `app.css` → `/assets/app-0123456789abcdef.css`.
pub fn url(name: &str) -> String {
    let hashed = ALL
        .iter()
        .find(|asset| asset.name == name)
        .map_or(name, |asset| asset.hashed);
    format!("/assets/{hashed}")
}

/// `GET /assets/{file}`
pub(crate) async fn file(Path(file): Path<String>) -> Response {
    let Some(asset) = ALL.iter().find(|asset| asset.hashed == file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(content_type(asset.name)),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
    ];
    (headers, asset.bytes).into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
