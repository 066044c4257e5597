//! Machine clients: adding, suspending, changing keys; who manages which.
//!
//! A client has the rights of the roles that it was given, in its one institution, and never more than its scopes.

use renkei_base::{Ctx, Id, Machine, Micros, Refusal, Role, Roles};
use renkei_fhir::Key;
use renkei_store::{Changes, ClientRow, ClientState, Failure, Note};

use crate::Access;
use crate::input::Faults;
use crate::jwks::KeySet;
use crate::person::Manager;
use crate::scope::Scopes;

/// Rounds when somebody else changes the same client.
const ROUNDS: usize = 4;
/// Characters of a name.
const NAME: std::ops::RangeInclusive<usize> = 3..=64;

/// A client to be added.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// The `client_id`: small letters, digits and hyphens.
    pub name: String,
    pub kind: Machine,
    /// Whose system it is; `None` for a gateway.
    pub institution: Option<Id>,
    /// What it may do there: roles that care. `doctor` says that its system has had a doctor approve.
    pub roles: Roles,
    /// With blanks between; empty for all.
    pub scopes: String,
    /// Its public keys, a JWK Set.
    pub keys: String,
}

/// A client as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub id: Id,
    pub name: String,
    pub kind: Machine,
    pub institution: Option<Id>,
    pub roles: Roles,
    pub scopes: String,
    /// The names of its keys.
    pub kids: Vec<String>,
    pub suspended: bool,
    pub created: Micros,
    pub used: Option<Micros>,
}

impl From<ClientRow> for Client {
    fn from(row: ClientRow) -> Self {
        let keys = KeySet::parse(&row.keys);
        let kids = keys.map(|keys| keys.kids().map(str::to_owned).collect());
        Self {
            kids: kids.unwrap_or_default(),
            suspended: row.state == ClientState::Suspended,
            id: row.id,
            name: row.name,
            kind: row.kind,
            institution: row.institution,
            roles: row.roles,
            scopes: row.scopes,
            created: row.created,
            used: row.used,
        }
    }
}

impl Access {
    /// Adds a client. Only the command line does: keys do not travel through pages.
    pub async fn add_client(&self, ctx: &Ctx, client: &NewClient) -> Result<Id, Failure> {
        if Manager::of(ctx)? != Manager::Program {
            return Err(Refusal::NotFound.into());
        }
        let row = checked(ctx, client)?;
        if let Some(institution) = &row.institution {
            let key = Key::new("Organization", institution.clone());
            if self.store.read(ctx, &key).await?.is_none() {
                return Err(Refusal::fault("institution", "fault-account-institution").into());
            }
        }
        if self.store.client_by_name(&row.name).await?.is_some() {
            return Err(taken().into());
        }
        let mut changes = Changes::default();
        changes.create_client(&row);
        let roles: Vec<&str> = row.roles.iter().map(Role::code).collect();
        let detail = format!(
            "client={} kind={} roles={}",
            row.id,
            row.kind.code(),
            roles.join(",")
        );
        changes.note(Note::new("client.add").detail(detail));
        match self.commit(ctx, changes).await {
            Ok(()) => Ok(row.id),
            Err(Failure::Refused(Refusal::Conflict)) => Err(taken().into()),
            Err(other) => Err(other),
        }
    }

    /// No way in any more, from the next request on.
    pub async fn suspend_client(&self, ctx: &Ctx, client: &Id) -> Result<(), Failure> {
        self.alter_client(ctx, client, "client.suspend", |row| {
            row.state = ClientState::Suspended;
        })
        .await
    }

    pub async fn unsuspend_client(&self, ctx: &Ctx, client: &Id) -> Result<(), Failure> {
        self.alter_client(ctx, client, "client.unsuspend", |row| {
            row.state = ClientState::Active;
        })
        .await
    }

    /// Other keys; tokens got with the old ones end.
    pub async fn change_client_keys(
        &self,
        ctx: &Ctx,
        client: &Id,
        keys: &str,
    ) -> Result<(), Failure> {
        if Manager::of(ctx)? != Manager::Program {
            return Err(Refusal::NotFound.into());
        }
        KeySet::parse(keys).map_err(|fault| Refusal::fault("keys", fault.key()))?;
        self.alter_client(ctx, client, "client.keys", |row| {
            keys.clone_into(&mut row.keys);
        })
        .await
    }

    async fn alter_client(
        &self,
        ctx: &Ctx,
        client: &Id,
        action: &str,
        alter: impl Fn(&mut ClientRow),
    ) -> Result<(), Failure> {
        for _ in 0..ROUNDS {
            let mut row = self.managed_client(ctx, client).await?;
            let mut changes = Changes::default();
            alter(&mut row);
            changes.update_client(&row);
            changes.end_tokens(&row.id);
            changes.note(Note::new(action).detail(format!("client={}", row.id)));
            match self.commit(ctx, changes).await {
                Err(Failure::Refused(Refusal::Conflict)) => {}
                other => return other,
            }
        }
        Err(Refusal::Conflict.into())
    }

    async fn managed_client(&self, ctx: &Ctx, client: &Id) -> Result<ClientRow, Failure> {
        let manager = Manager::of(ctx)?;
        let row = self.store.client(client).await?;
        let row = row.filter(|row| manages(&manager, row));
        row.ok_or_else(|| Refusal::NotFound.into())
    }

    /// The clients that the caller manages: an institution's own, the region's gateways, all for the command line.
    pub async fn clients(&self, ctx: &Ctx) -> Result<Vec<Client>, Failure> {
        let manager = Manager::of(ctx)?;
        let place = match &manager {
            Manager::Institution(own) => Some(own),
            Manager::Region | Manager::Program => None,
        };
        let rows = self.store.clients(place).await?;
        let managed = rows.into_iter().filter(|row| manages(&manager, row));
        Ok(managed.map(Client::from).collect())
    }

    /// By `client_id`, for the command line.
    pub async fn client_named(&self, ctx: &Ctx, name: &str) -> Result<Option<Client>, Failure> {
        let manager = Manager::of(ctx)?;
        let row = self.store.client_by_name(name).await?;
        Ok(row.filter(|row| manages(&manager, row)).map(Client::from))
    }
}

fn manages(manager: &Manager, row: &ClientRow) -> bool {
    match manager {
        Manager::Program => true,
        Manager::Region => row.kind == Machine::Gateway,
        Manager::Institution(own) => row.institution.as_ref() == Some(own),
    }
}

/// The row of a new client, or all that is wrong with it.
fn checked(ctx: &Ctx, client: &NewClient) -> Result<ClientRow, Refusal> {
    let mut faults = Faults::default();
    if !is_name(&client.name) {
        faults.add("name", "fault-client-name");
    }
    let scopes = Scopes::parse(&client.scopes);
    if scopes.is_err() {
        faults.add("scopes", "fault-client-scopes");
    }
    if let Err(fault) = KeySet::parse(&client.keys) {
        faults.add("keys", fault.key());
    }
    place_and_roles(client, &mut faults);
    faults.into_refusal()?;
    let scopes = scopes.unwrap_or_default();
    let scopes = if scopes.is_empty() {
        Scopes::all()
    } else {
        scopes
    };
    Ok(ClientRow {
        id: ctx.ids.id(),
        version: 0,
        name: client.name.clone(),
        kind: client.kind,
        institution: client.institution.clone(),
        roles: client.roles.clone(),
        scopes: scopes.to_string(),
        keys: client.keys.clone(),
        state: ClientState::Active,
        created: ctx.at,
        created_by: ctx.caller.account.clone(),
        used: None,
    })
}

/// A gateway has neither institution nor roles; a system has one institution, and roles that care.
fn place_and_roles(client: &NewClient, faults: &mut Faults) {
    match client.kind {
        Machine::Gateway => {
            if client.institution.is_some() {
                faults.add("institution", "fault-client-gateway");
            }
            if !client.roles.is_empty() {
                faults.add("roles", "fault-client-gateway");
            }
        }
        Machine::Institution => {
            if client.institution.is_none() {
                faults.add("institution", "fault-client-institution-missing");
            }
            if client.roles.is_empty() || !client.roles.iter().all(may_have) {
                faults.add("roles", "fault-client-roles");
            }
        }
    }
}

/// Programs work with patients or with surveys; they administer nothing.
const fn may_have(role: Role) -> bool {
    role.cares() || role.plans()
}

fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    NAME.contains(&name.len()) && name.bytes().all(plain)
}

fn taken() -> Refusal {
    Refusal::fault("name", "fault-client-taken")
}
