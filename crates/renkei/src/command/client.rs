//! `renkei client …`: other programs that may come in, and their keys.

use std::path::{Path, PathBuf};

use renkei_access::{Client, NewClient};
use renkei_base::{Id, Machine, Role, Roles};
use renkei_store::Store;

use crate::cli::{self, Place};
use crate::error::CommandError;
use crate::say;
use crate::wiring::Program;

pub(crate) async fn run(what: cli::Client) -> Result<(), CommandError> {
    match what {
        cli::Client::Add(new) => add(&new).await,
        cli::Client::List { place } => list(&place).await,
        cli::Client::Keys { name, jwks, place } => {
            let keys = read(&jwks).await?;
            on(&place, &name, async |program, client| {
                let ctx = program.ctx();
                let changed = program.access.change_client_keys(&ctx, &client, &keys);
                Ok(changed.await?)
            })
            .await
        }
        cli::Client::Suspend { name, place } => {
            on(&place, &name, async |program, client| {
                let ctx = program.ctx();
                Ok(program.access.suspend_client(&ctx, &client).await?)
            })
            .await
        }
        cli::Client::Unsuspend { name, place } => {
            on(&place, &name, async |program, client| {
                let ctx = program.ctx();
                Ok(program.access.unsuspend_client(&ctx, &client).await?)
            })
            .await
        }
    }
}

async fn add(new: &cli::NewClient) -> Result<(), CommandError> {
    let keys = read(&new.jwks).await?;
    let program = Program::existing(&new.place).await?;
    let added = added(&program, new, keys).await;
    program.store.close().await?;
    say::line(&format!("added {}", added?));
    Ok(())
}

async fn added(
    program: &Program,
    new: &cli::NewClient,
    keys: String,
) -> Result<String, CommandError> {
    let institution = match &new.institution {
        Some(text) => Some(institution(&program.store, text).await?),
        None => None,
    };
    let client = NewClient {
        name: new.name.clone(),
        kind: if new.gateway {
            Machine::Gateway
        } else {
            Machine::Institution
        },
        institution,
        roles: roles(new)?,
        scopes: new.scopes.clone(),
        keys,
    };
    program.access.add_client(&program.ctx(), &client).await?;
    Ok(client.name)
}

/// A clerk of the liaison office where nothing else is said.
fn roles(new: &cli::NewClient) -> Result<Roles, CommandError> {
    if new.gateway {
        return Ok(Roles::default());
    }
    if new.roles.is_empty() {
        return Ok(Roles::new([Role::LiaisonClerk]));
    }
    let roles = new.roles.iter().map(|code| {
        Role::from_code(code).ok_or_else(|| {
            CommandError::said(format!(
                "{code}: no such role; doctor, nurse or liaison-clerk"
            ))
        })
    });
    Ok(Roles::new(roles.collect::<Result<Vec<_>, _>>()?))
}

/// An institution by renkei's own id or by its ten-digit code.
async fn institution(store: &Store, text: &str) -> Result<Id, CommandError> {
    let id = match store.institution_by_code(text).await? {
        Some(id) => Some(id),
        None => text.parse::<Id>().ok(),
    };
    let unknown = || {
        CommandError::said(format!(
            "{text}: no institution has this id or ten-digit code; the page of an institution shows both"
        ))
    };
    let id = id.ok_or_else(unknown)?;
    let row = store.institution(&id).await?.ok_or_else(unknown)?;
    Ok(row.id)
}

async fn list(place: &Place) -> Result<(), CommandError> {
    let program = Program::existing(place).await?;
    let clients = program.access.clients(&program.ctx()).await;
    program.store.close().await?;
    for client in clients? {
        say::line(&line(&client));
    }
    Ok(())
}

fn line(client: &Client) -> String {
    let codes: Vec<&str> = client.roles.iter().map(Role::code).collect();
    let place = client.institution.as_ref().map_or("-", Id::as_str);
    let used = client.used.map(|used| used.to_fhir());
    [
        client.name.as_str(),
        client.kind.code(),
        place,
        &codes.join(","),
        &client.scopes,
        &client.kids.join(","),
        if client.suspended {
            "suspended"
        } else {
            "active"
        },
        used.as_deref().unwrap_or("never used"),
    ]
    .join("\t")
}

/// Does something to the client of this name.
async fn on(
    place: &Place,
    name: &str,
    act: impl AsyncFnOnce(&Program, Id) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let program = Program::existing(place).await?;
    let done = async {
        let client = program.access.client_named(&program.ctx(), name).await?;
        let client = client.ok_or_else(|| unknown(name))?;
        act(&program, client.id).await
    };
    let done = done.await;
    program.store.close().await?;
    done
}

pub(crate) fn unknown(name: &str) -> CommandError {
    CommandError::said(format!(
        "{name}: no such client; `renkei client list` names them"
    ))
}

async fn read(path: &Path) -> Result<String, CommandError> {
    let text = tokio::fs::read_to_string(path).await;
    text.map_err(CommandError::file(PathBuf::from(path)))
}
