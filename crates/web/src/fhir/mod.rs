//! FHIR REST (R4): `/fhir`. Programs come with a bearer token, never with a cookie; every "no" is an OperationOutcome.
//!
//! | file | holds |
//! |---|---|
//! | `door` | one request: which client, in which language; refusals of any kind as OperationOutcome; the gate |
//! | `asked`, `header`, `body` | what is asked for: method, address and conditions; headers; bodies within limits |
//! | `act` | one interaction, from a route or from an entry of a batch: scopes, then what it does |
//! | `read`, `history`, `search`, `write` | the interactions |
//! | `value` | values of a search that are none, or of the wrong form |
//! | `document` | `POST /fhir/Bundle`: a letter comes in |
//! | `batch` | batch and transaction |
//! | `once` | retried requests |
//! | `capability` | `/fhir/metadata` |
//! | `reply`, `no` | what goes out |

mod act;
mod asked;
mod batch;
mod body;
mod capability;
mod document;
mod door;
mod header;
mod history;
mod no;
mod once;
mod read;
mod reply;
mod search;
mod value;
mod write;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::Response;

pub(crate) use self::body::Rooms;
pub(crate) use self::capability::metadata;
pub(crate) use self::door::{Guest, attach, is_door, refused};
use self::no::No;
use crate::state::App;

/// Everything below `/fhir` but its metadata: the table of routes names the interactions, [`asked`] reads them.
pub(crate) async fn answer(State(app): State<App>, guest: Guest, request: Request) -> Response {
    let answered = tried(&app, &guest, request).await;
    answered.unwrap_or_else(|no| no.response(&guest))
}

async fn tried(app: &App, guest: &Guest, request: Request) -> Result<Response, No> {
    let (parts, body) = request.into_parts();
    let manner = header::Manner::of(&parts)?;
    let room = match parts.method {
        Method::POST | Method::PUT => body::room(app, &parts.headers).await?,
        _ => None,
    };
    let body = match &room {
        Some(_) => body::paced(app, body),
        None => body,
    };
    let asked = asked::Asked::of(&app.config.base_url, &parts, body).await?;
    let again = once::Again::of(guest, &parts.headers, &asked)?;
    if let Some(again) = &again
        && let Some(done) = again.done(app, guest, &manner).await?
    {
        return Ok(done);
    }
    let answered = act::answer(app, guest, &manner, again.as_ref(), asked).await;
    drop(room);
    match (answered, &again) {
        (Ok(response), _) => Ok(response),
        // The same request may have been done while this one ran.
        (Err(no), Some(again)) => again.done(app, guest, &manner).await?.ok_or(no),
        (Err(no), None) => Err(no),
    }
}
