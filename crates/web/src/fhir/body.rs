//! Bodies: no longer than allowed, UTF-8, JSON that is checked before it is parsed.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, StatusCode, header};
use renkei_base::limits;
use renkei_fhir::{Malformed, Resource};
use tokio::sync::OwnedSemaphorePermit;

use super::header::{is_json, text};
use super::no::{No, body_too_large};
use crate::state::App;

/// Bodies up to this size need no room and are parsed at once.
const SMALL: usize = 1024 * 1024;

/// Room for a body, held until it is answered: many large ones wait for one another instead of filling the memory.
pub(crate) async fn room(app: &App, headers: &HeaderMap) -> Result<Option<Room>, No> {
    let length = length(headers).unwrap_or(limits::BODY_BYTES);
    if length <= SMALL {
        return Ok(None);
    }
    let mib = length.min(limits::BODY_BYTES).div_ceil(SMALL);
    let mib = u32::try_from(mib).unwrap_or(1);
    let room = Arc::clone(&app.room).acquire_many_owned(mib).await;
    let busy = |_| No::bare(StatusCode::SERVICE_UNAVAILABLE);
    room.map(|room| Some(Room(room))).map_err(busy)
}

/// Given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Room(#[expect(dead_code, reason = "held")] OwnedSemaphorePermit);

fn length(headers: &HeaderMap) -> Option<usize> {
    text(headers, &header::CONTENT_LENGTH)?.parse().ok()
}

/// The text of a body of at most `max` bytes.
pub(crate) async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<String, No> {
    // One that says how long it is need not be read to be refused.
    if length(headers).is_some_and(|length| length > max) {
        return Err(body_too_large());
    }
    let bytes = to_bytes(body, max).await.map_err(|_| body_too_large())?;
    let text = String::from_utf8(bytes.into()).map_err(|_| No::bad("structure", "fhir-utf8"))?;
    Ok(match text.strip_prefix('\u{FEFF}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// Refuses what does not say that it is JSON.
pub(crate) fn must_be_json(headers: &HeaderMap) -> Result<(), No> {
    match text(headers, &header::CONTENT_TYPE) {
        Some(kind) if is_json(kind) && !kind.contains('*') => Ok(()),
        _ => Err(No::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not-supported",
            "fhir-content-type",
        )),
    }
}

/// The resource of a body: a Bundle and what may have a file in it are larger than others. A large one is parsed where
/// nobody waits for it.
pub(crate) async fn resource(kind: &str, json: String) -> Result<(String, Resource), No> {
    let max = match kind {
        "" | "Bundle" | "DocumentReference" => limits::BODY_BYTES,
        _ => limits::RESOURCE_BYTES,
    };
    let parse = move || {
        let resource = Resource::from_json_within(&json, max)?;
        Ok::<_, Malformed>((json, resource))
    };
    if max == limits::BODY_BYTES {
        let parsed = tokio::task::spawn_blocking(parse).await;
        let broken = |_| No::bare(StatusCode::INTERNAL_SERVER_ERROR);
        return Ok(parsed.map_err(broken)??);
    }
    Ok(parse()?)
}
