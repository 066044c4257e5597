//! read and vread.

use axum::http::StatusCode;
use renkei_base::Micros;
use renkei_care::fhir;
use renkei_fhir::Key;
use renkei_fhir::summary::Elements;

use super::act::Place;
use super::asked::{Asked, Pairs};
use super::header::Manner;
use super::no::{No, unknown};
use super::reply::Reply;
use super::value;

/// `GET [type]/[id]`: the stored text as it is, unless only some elements are wanted.
pub(crate) async fn current(place: &Place<'_>, key: &Key, asked: &Asked) -> Result<Reply, No> {
    let (elements, _) = elements(&asked.pairs, place.manner)?;
    let ctx = &place.guest.ctx;
    let found = fhir::read_text(&place.care, ctx, key).await?;
    let found = found.ok_or_else(No::not_found)?;
    if found.deleted {
        return Err(gone());
    }
    let reply = stamped(key, found.version, found.updated);
    if asked.conditions.has(found.version, found.updated) {
        return Ok(Reply {
            status: StatusCode::NOT_MODIFIED,
            ..reply
        });
    }
    let body = narrowed(&elements, found.body)?;
    Ok(Reply {
        body: Some(body),
        ..reply
    })
}

/// `GET [type]/[id]/_history/[version]`
pub(crate) async fn version(
    place: &Place<'_>,
    key: &Key,
    version: u32,
    asked: &Asked,
) -> Result<Reply, No> {
    let (elements, _) = elements(&asked.pairs, place.manner)?;
    let ctx = &place.guest.ctx;
    let found = fhir::read_version(&place.care, ctx, key, version).await?;
    let found = found.ok_or_else(No::not_found)?;
    if found.deleted {
        return Err(gone());
    }
    let reply = stamped(key, found.version, found.updated);
    if asked.conditions.has(found.version, found.updated) {
        return Ok(Reply {
            status: StatusCode::NOT_MODIFIED,
            ..reply
        });
    }
    let body = elements.of(found.resource).to_json();
    Ok(Reply {
        body: Some(body),
        ..reply
    })
}

/// A stored text as it is, unless only some elements are wanted.
pub(crate) fn narrowed(elements: &Elements, body: String) -> Result<String, No> {
    if *elements == Elements::All {
        return Ok(body);
    }
    let whole = renkei_fhir::Resource::from_stored(&body)?;
    Ok(elements.of(whole).to_json())
}

fn gone() -> No {
    No::new(StatusCode::GONE, "deleted", "fhir-gone")
}

/// An answer about one version.
pub(crate) fn stamped(key: &Key, version: u32, updated: Micros) -> Reply {
    Reply {
        version: Some(version),
        updated: Some(updated),
        place: Some(format!("{key}/_history/{version}")),
        ..Reply::new(StatusCode::OK)
    }
}

/// `_summary` and `_elements`, and the parameters that are left. `_summary=count` stays: only a search knows it.
pub(crate) fn split(pairs: &Pairs) -> Result<(Elements, Pairs), No> {
    let mut elements = Elements::All;
    let mut rest = Pairs::new();
    for (name, value) in pairs {
        match (name.as_str(), value.as_str()) {
            ("_format" | "_pretty", _) | ("_summary", "" | "false") | ("_elements", "") => {}
            ("_summary", "true") => elements = Elements::Summary,
            ("_summary", "text") => elements = Elements::Text,
            ("_summary", "data") => elements = Elements::Data,
            ("_summary", "count") => rest.push((name.clone(), value.clone())),
            ("_summary", _) => return Err(value::bad("_summary", "fhir-value-summary")),
            ("_elements", names) => {
                let names = names.split(',').map(|one| one.trim().to_owned());
                elements = Elements::Named(names.collect());
            }
            _ => rest.push((name.clone(), value.clone())),
        }
    }
    Ok((elements, rest))
}

/// As [`split`], for what has no other parameters: those are refused, or left out where the client is lenient.
fn elements(pairs: &Pairs, manner: &Manner) -> Result<(Elements, Pairs), No> {
    let (elements, rest) = split(pairs)?;
    match rest.first() {
        Some((name, _)) if !manner.lenient => Err(unknown(name)),
        _ => Ok((elements, rest)),
    }
}
