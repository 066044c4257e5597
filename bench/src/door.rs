//! A server of its own process with a thin door over the store, as an outside program's FHIR requests will go through:
//! session, policy, JSON checked, read filter, index, audit, feed. The pages' own routes are measured in `pages`.

use std::io::{BufRead, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use clap::Args;
use renkei_access::context::Arrival;
use renkei_access::session::Use;
use renkei_access::{Access, AccessConfig, Action, Facts, SessionToken, ctx_for, permit};
use renkei_base::{Clock, Ctx, Id, Ids, Lang, Scope};
use renkei_fhir::{Key, Resource};
use renkei_store::{Changes, Config, Database, Note, Store, StoreError};
use serde_json::json;

use crate::machine::{MachineClock, MachineIds};
use crate::{Done, person, shape};

/// The action of the door's own audit rows.
pub(crate) const WRITTEN: &str = "observation.create";
pub(crate) const READ: &str = "resource.read";

#[derive(Debug, Args)]
pub(crate) struct Settings {
    #[arg(long)]
    data: PathBuf,
    /// `postgres://…`; SQLite without it.
    #[arg(long)]
    postgres: Option<String>,
    /// The institution that the people are of.
    #[arg(long)]
    institution: Id,
    /// People who are signed in.
    #[arg(long)]
    people: usize,
}

#[derive(Clone, Debug)]
struct Door {
    store: Store,
    access: Access,
    ids: Arc<dyn Ids>,
    institution: Id,
}

pub(crate) fn config(data: PathBuf, postgres: Option<&str>) -> Config {
    let database = match postgres {
        Some(url) => Database::Postgres {
            url: url.to_owned(),
            roots: None,
        },
        None => Database::Sqlite,
    };
    Config { data, database }
}

/// Serves until standard input ends. Says on standard output where, and the people's sessions.
pub(crate) fn run(settings: &Settings) -> Done<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(settings))
}

async fn serve(settings: &Settings) -> Done<()> {
    let config = config(settings.data.clone(), settings.postgres.as_deref());
    let ids: Arc<dyn Ids> = Arc::new(MachineIds);
    let store = Store::open(&config, Arc::new(MachineClock)).await?;
    let access = Access::new(store.clone(), AccessConfig::default(), Arc::clone(&ids));
    let sessions = person::signed_in(
        &store,
        &access,
        &ids,
        &settings.institution,
        settings.people,
    )
    .await?;
    let door = Door {
        store: store.clone(),
        access,
        ids,
        institution: settings.institution.clone(),
    };
    let router = Router::new()
        .route("/door/Observation", post(create))
        .route("/door/{typ}/{id}", get(read))
        .route("/figures", get(figures))
        .with_state(door);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address: SocketAddr = listener.local_addr()?;
    println!(
        "{}",
        json!({"listen": address.to_string(), "sessions": sessions})
    );
    let ended = tokio::task::spawn_blocking(|| {
        let mut rest = Vec::new();
        drop(std::io::stdin().lock().read_to_end(&mut rest));
    });
    // Clients may keep their connections; the store is closed all the same.
    tokio::select! {
        served = axum::serve(listener, router) => served?,
        _ = ended => {}
    }
    store.close().await?;
    println!("closed");
    Ok(())
}

/// Every "no" of the door.
struct No(StatusCode);

impl IntoResponse for No {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl From<StoreError> for No {
    fn from(error: StoreError) -> Self {
        Self(match error {
            StoreError::Conflict(_) => StatusCode::CONFLICT,
            StoreError::Busy => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        })
    }
}

impl From<renkei_base::Refusal> for No {
    fn from(_: renkei_base::Refusal) -> Self {
        Self(StatusCode::NOT_FOUND)
    }
}

impl Door {
    /// Who asks, by the session's cookie.
    async fn ctx(&self, headers: &HeaderMap) -> Result<Ctx, No> {
        let nobody = || No(StatusCode::UNAUTHORIZED);
        let cookie = headers
            .get(header::COOKIE)
            .and_then(|value| value.to_str().ok());
        let token = cookie.and_then(|cookie| cookie.strip_prefix("renkei="));
        let token = token.and_then(SessionToken::parse).ok_or_else(nobody)?;
        let at = MachineClock.now();
        let signed_in = self.access.authenticate(&token, at, Use::Person).await?;
        let arrival = Arrival {
            at,
            request: self.ids.id(),
            lang: Lang::Ja,
            address: None,
            ids: Arc::clone(&self.ids),
        };
        let signed_in = signed_in.ok_or_else(nobody)?;
        Ok(ctx_for(&signed_in, arrival))
    }
}

async fn create(
    State(door): State<Door>,
    headers: HeaderMap,
    body: String,
) -> Result<Response, No> {
    let bad = || No(StatusCode::BAD_REQUEST);
    let ctx = door.ctx(&headers).await?;
    let mut resource = Resource::from_json(&body).map_err(|_| bad())?;
    let subject = resource
        .at(&["subject", "reference"])
        .and_then(|one| one.as_str());
    let patient = subject.and_then(Key::from_reference).ok_or_else(bad)?.id;
    permit(
        &ctx.caller,
        Action::PatientEdit,
        &Facts::patient(&ctx.caller, &door.institution),
    )?;
    let id = ctx.ids.id();
    resource.set("id", id.as_str().into());
    let mut changes = Changes::default();
    changes.create(
        resource,
        shape::place(&patient, &door.institution, Scope::Record),
    );
    changes.note(Note::new(WRITTEN).patient(&patient).what(shape::key(&id)));
    let written = door.store.commit(&ctx, changes).await?;
    let version = written.first().map_or(0, |one| one.version);
    let headers = [
        (
            header::LOCATION,
            format!("/door/Observation/{id}/_history/{version}"),
        ),
        (header::ETAG, format!("W/\"{version}\"")),
    ];
    Ok((StatusCode::CREATED, headers).into_response())
}

async fn read(
    State(door): State<Door>,
    headers: HeaderMap,
    Path((typ, id)): Path<(String, String)>,
) -> Result<Response, No> {
    let nothing = || No(StatusCode::NOT_FOUND);
    let ctx = door.ctx(&headers).await?;
    permit(
        &ctx.caller,
        Action::PatientRead,
        &Facts::patient(&ctx.caller, &door.institution),
    )?;
    let key = Key::new(&typ, id.parse().map_err(|_| nothing())?);
    let found = door.store.read_text(&ctx, &key).await?;
    let found = found.filter(|found| !found.deleted).ok_or_else(nothing)?;
    let headers = [
        (header::CONTENT_TYPE, "application/fhir+json".to_owned()),
        (header::ETAG, format!("W/\"{}\"", found.version)),
    ];
    Ok((headers, found.body).into_response())
}

/// Transactions and commits so far.
async fn figures(State(door): State<Door>) -> String {
    let figures = door.store.figures();
    format!("{} {}", figures.transactions, figures.commits)
}

/// What a door said when it was ready.
pub(crate) fn ready(line: &str) -> Done<(SocketAddr, Vec<String>)> {
    let said: serde_json::Value = serde_json::from_str(line)?;
    let listen = said
        .get("listen")
        .and_then(|value| value.as_str())
        .unwrap_or_default();
    let sessions = said.get("sessions").and_then(|value| value.as_array());
    let sessions = sessions
        .into_iter()
        .flatten()
        .filter_map(|one| one.as_str());
    Ok((listen.parse()?, sessions.map(str::to_owned).collect()))
}

/// The first line of a reader.
pub(crate) fn line(reader: &mut impl BufRead) -> Done<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    Ok(line)
}
