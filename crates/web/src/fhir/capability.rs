//! `/fhir/metadata`: what this server does, from the tables by which it does it. For anybody.

use axum::extract::{Request, State};
use axum::response::Response;
use renkei_care::fhir::kinds;
use renkei_fhir::capability::{Offered, Server, statement};

use super::act::base;
use super::door::Guest;
use super::header::Manner;
use super::reply::Reply;
use crate::state::App;

/// When what is said here last changed.
const DATE: &str = "2026-11-22";

/// Profiles that everything of a type holds to, wherever it came from: only this program writes the directory, and a
/// document that breaks its profile is refused. What others write into the record may hold to less.
const PROFILES: [(&str, &str); 4] = [
    (
        "Bundle",
        "http://jpfhir.jp/fhir/clins/StructureDefinition/JP_Bundle_eReferral",
    ),
    (
        "Location",
        "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Location",
    ),
    (
        "Organization",
        "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Organization",
    ),
    (
        "Practitioner",
        "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Practitioner",
    ),
];

/// Type, name and definition. `original` gives a document as it came in, byte for byte.
const OPERATIONS: [(&str, &str, &str); 1] = [(
    "Bundle",
    "original",
    "https://renkei.example/fhir/OperationDefinition/Bundle-original",
)];

pub(crate) async fn metadata(State(app): State<App>, guest: Guest, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match Manner::of(&parts) {
        Ok(_) => said(&app, &guest).response(&base(&app)),
        Err(no) => no.response(&guest),
    }
}

fn said(app: &App, guest: &Guest) -> Reply {
    let text = |key: &str| guest.messages.text(guest.ctx.lang, key, &[]);
    let offered: Vec<Offered> = kinds()
        .iter()
        .map(|kind| Offered {
            typ: kind.name,
            create: kind.create,
            update: kind.update,
            delete: kind.delete,
            // A document is known by its identifier, whatever is asked.
            conditional_create: kind.create && kind.name != "Bundle",
            profiles: PROFILES
                .iter()
                .filter(|(typ, _)| *typ == kind.name)
                .map(|(_, profile)| *profile)
                .collect(),
            operations: OPERATIONS
                .iter()
                .filter(|(typ, _, _)| *typ == kind.name)
                .map(|(_, name, definition)| (*name, *definition))
                .collect(),
            note: match kind.why {
                "" => String::new(),
                why => text(why),
            },
        })
        .collect();
    let server = Server {
        base: &base(app),
        version: env!("CARGO_PKG_VERSION"),
        date: DATE,
        description: &text("fhir-server"),
        security: &text("fhir-security"),
        token: &format!("{}/oauth2/token", app.config.base_url),
        has: &text("fhir-has"),
        search: &text("fhir-search"),
    };
    Reply::ok(statement(&server, &offered).to_string())
}
