//! Bodies: no longer than allowed, UTF-8, JSON that is checked before it is parsed.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, StatusCode, header};
use renkei_base::limits;
use renkei_fhir::Resource;

use super::header::{is_json, text};
use super::no::{No, body_too_large};

/// The text of a body of at most `max` bytes.
pub(crate) async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<String, No> {
    // One that says how long it is need not be read to be refused.
    let length = text(headers, &header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if length.is_some_and(|length: usize| length > max) {
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

/// The resource of a body: a Bundle and what may have a file in it are larger than others.
pub(crate) fn resource(kind: &str, json: &str) -> Result<Resource, No> {
    let max = match kind {
        "" | "Bundle" | "DocumentReference" => limits::BODY_BYTES,
        _ => limits::RESOURCE_BYTES,
    };
    Ok(Resource::from_json_within(json, max)?)
}
