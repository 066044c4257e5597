//! create, update, delete, and their conditional forms: by `care::fhir`, the one way in.

use axum::http::StatusCode;
use renkei_care::fhir::{self, Outcome, Write, Written};
use renkei_fhir::operation_outcome::outcome;
use renkei_fhir::subscription::Subscription;

use super::act::Place;
use super::header::Return;
use super::no::No;
use super::read::stamped;
use super::reply::Reply;
use super::search::information;

/// One write.
pub(crate) async fn one(place: &Place<'_>, write: Write) -> Result<Reply, No> {
    let written = fhir::write(&place.care, &place.guest.ctx, write).await?;
    Ok(reply(place, written))
}

/// What a write came to, as the client wants it told.
pub(crate) fn reply(place: &Place<'_>, written: Written) -> Reply {
    let status = match written.outcome {
        Outcome::Created => StatusCode::CREATED,
        Outcome::Updated | Outcome::Unchanged => StatusCode::OK,
        Outcome::Deleted => StatusCode::NO_CONTENT,
    };
    // A conditional delete that found nothing has no version.
    let mut reply = match written.version {
        0 => Reply::new(status),
        version => Reply {
            status,
            ..stamped(&written.key, version, written.at)
        },
    };
    // What is shown once has to be shown, whatever is preferred.
    let once = written.key.typ == Subscription::TYPE && written.outcome == Outcome::Created;
    let give = match once {
        true => Return::Representation,
        false => place.manner.give,
    };
    match (give, written.resource) {
        (Return::Minimal, _) => {}
        (Return::Representation, resource) => {
            reply.body = resource.map(|resource| resource.to_json());
        }
        (Return::Outcome, _) => {
            let guest = place.guest;
            let issue = information("fhir-done").issue(&guest.messages, guest.ctx.lang);
            reply.body = Some(outcome(&[issue]).to_string());
            reply.is_outcome = true;
            if status == StatusCode::NO_CONTENT {
                reply.status = StatusCode::OK;
            }
        }
    }
    reply
}
