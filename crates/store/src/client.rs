//! Machine clients, their tokens, and the assertions that they have used.

use renkei_base::ctx::Machine;
use renkei_base::{Id, Micros, Roles};

use crate::account::{id_opt, roles_from, roles_text};
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// Where a client stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientState {
    Active,
    Suspended,
}

impl ClientState {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Active, Self::Suspended]
            .into_iter()
            .find(|state| state.code() == code)
    }
}

/// One client as it is stored. Its keys are public ones; nothing in here is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRow {
    pub id: Id,
    /// 0 for a new one, else the version that was read.
    pub version: i64,
    /// The `client_id` of OAuth, unique in the site.
    pub name: String,
    pub kind: Machine,
    /// Whose system it is; `None` for a gateway.
    pub institution: Option<Id>,
    pub roles: Roles,
    /// The most that its tokens may hold.
    pub scopes: String,
    /// Its public keys, a JWK Set (RFC 7517).
    pub keys: String,
    pub state: ClientState,
    pub created: Micros,
    /// The account that added it; `None` for the command line.
    pub created_by: Option<Id>,
    /// When it last got a token.
    pub used: Option<Micros>,
}

/// An access token as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// SHA-256 of the token, hex.
    pub hash: String,
    pub client: Id,
    /// What was granted.
    pub scopes: String,
    pub created: Micros,
    pub expires: Micros,
}

/// A token together with what its client is now: all that a request needs, in one read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenOwner {
    pub client: Id,
    pub name: String,
    pub kind: Machine,
    pub institution: Option<Id>,
    pub roles: Roles,
    pub state: ClientState,
    pub scopes: String,
    pub expires: Micros,
}

const INSERT: &str = "insert into client (id, version, name, kind, institution, roles, scopes, keys, state, created, created_by) \
     values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (name) do nothing";
const UPDATE: &str = "update client set version = version + 1, roles = $3, scopes = $4, keys = $5, state = $6 \
     where id = $1 and version = $2";
const USED: &str = "update client set used = $2 where id = $1 and state = 'active'";
const BY_ID: &str = "select id, version, name, kind, institution, roles, scopes, keys, state, created, created_by, used \
     from client where id = $1";
const BY_NAME: &str = "select id, version, name, kind, institution, roles, scopes, keys, state, created, created_by, used \
     from client where name = $1";
const OF_INSTITUTION: &str = "select id, version, name, kind, institution, roles, scopes, keys, state, created, created_by, used \
     from client where institution = $1 order by name";
const ALL: &str = "select id, version, name, kind, institution, roles, scopes, keys, state, created, created_by, used \
     from client order by name";

const TOKEN_INSERT: &str =
    "insert into client_token (hash, client, scopes, created, expires) values ($1, $2, $3, $4, $5)";
const TOKENS_DROP: &str = "delete from client_token where client = $1";
const TOKENS_OLD: &str = "delete from client_token where expires <= $1";
const TOKEN_OWNER: &str = "select c.id, c.name, c.kind, c.institution, c.roles, c.state, t.scopes, t.expires \
     from client_token t join client c on c.id = t.client where t.hash = $1";
const ASSERTION_USE: &str = "insert into client_assertion (client, jti, expires) values ($1, $2, $3) on conflict (client, jti) do nothing";
const ASSERTIONS_OLD: &str = "delete from client_assertion where expires <= $1";

impl Changes {
    /// A new client. A conflict when the name is taken.
    pub fn create_client(&mut self, row: &ClientRow) {
        let params: Vec<Value> = vec![
            (&row.id).into(),
            row.name.as_str().into(),
            row.kind.code().into(),
            row.institution.as_ref().into(),
            roles_text(&row.roles).into(),
            row.scopes.as_str().into(),
            row.keys.as_str().into(),
            row.state.code().into(),
            row.created.into(),
            row.created_by.as_ref().into(),
        ];
        self.steps.push(Step::one(INSERT, params, "client"));
    }

    /// A changed client; stands on the version that was read. Name, kind and institution stay.
    pub fn update_client(&mut self, row: &ClientRow) {
        let params: Vec<Value> = vec![
            (&row.id).into(),
            row.version.into(),
            roles_text(&row.roles).into(),
            row.scopes.as_str().into(),
            row.keys.as_str().into(),
            row.state.code().into(),
        ];
        self.steps.push(Step::one(UPDATE, params, "client"));
    }

    /// A new token of an active client. A conflict when the client was suspended meanwhile.
    pub fn create_token(&mut self, row: &TokenRow) {
        let used: Vec<Value> = vec![(&row.client).into(), row.created.into()];
        self.steps.push(Step::one(USED, used, "client"));
        let params: Vec<Value> = vec![
            row.hash.as_str().into(),
            (&row.client).into(),
            row.scopes.as_str().into(),
            row.created.into(),
            row.expires.into(),
        ];
        self.steps.push(Step::one(TOKEN_INSERT, params, "token"));
    }

    /// Ends all tokens of a client.
    pub fn end_tokens(&mut self, client: &Id) {
        self.steps.push(Step::any(TOKENS_DROP, vec![client.into()]));
    }

    /// Spends an assertion: a conflict when this client has used the same `jti` before. Remembered until `expires`.
    pub fn use_assertion(&mut self, client: &Id, jti: &str, expires: Micros) {
        let params: Vec<Value> = vec![client.into(), jti.into(), expires.into()];
        self.steps
            .push(Step::one(ASSERTION_USE, params, "assertion"));
    }

    /// Removes tokens and remembered assertions that ended before.
    pub fn drop_old_tokens(&mut self, before: Micros) {
        self.steps.push(Step::any(TOKENS_OLD, vec![before.into()]));
        self.steps
            .push(Step::any(ASSERTIONS_OLD, vec![before.into()]));
    }
}

impl Store {
    pub async fn client(&self, id: &Id) -> Result<Option<ClientRow>, StoreError> {
        let rows = self.db().query(BY_ID, vec![id.into()]).await?;
        rows.first().map(client_from).transpose()
    }

    pub async fn client_by_name(&self, name: &str) -> Result<Option<ClientRow>, StoreError> {
        let rows = self.db().query(BY_NAME, vec![name.into()]).await?;
        rows.first().map(client_from).transpose()
    }

    /// The clients of one institution, or all of them; by name.
    pub async fn clients(&self, institution: Option<&Id>) -> Result<Vec<ClientRow>, StoreError> {
        let rows = match institution {
            Some(id) => self.db().query(OF_INSTITUTION, vec![id.into()]).await?,
            None => self.db().query(ALL, Vec::new()).await?,
        };
        rows.iter().map(client_from).collect()
    }

    /// The client by its token's hash. One indexed read.
    pub async fn token_owner(&self, hash: &str) -> Result<Option<TokenOwner>, StoreError> {
        let rows = self.db().query(TOKEN_OWNER, vec![hash.into()]).await?;
        rows.first().map(owner_from).transpose()
    }
}

fn client_from(row: &Row) -> Result<ClientRow, StoreError> {
    Ok(ClientRow {
        id: row.id(0)?,
        version: row.int(1)?,
        name: row.text(2)?.to_owned(),
        kind: kind_from(row.text(3)?)?,
        institution: id_opt(row, 4)?,
        roles: roles_from(row.text(5)?),
        scopes: row.text(6)?.to_owned(),
        keys: row.text(7)?.to_owned(),
        state: state_from(row.text(8)?)?,
        created: row.micros(9)?,
        created_by: id_opt(row, 10)?,
        used: row.int_opt(11)?.map(Micros),
    })
}

fn owner_from(row: &Row) -> Result<TokenOwner, StoreError> {
    Ok(TokenOwner {
        client: row.id(0)?,
        name: row.text(1)?.to_owned(),
        kind: kind_from(row.text(2)?)?,
        institution: id_opt(row, 3)?,
        roles: roles_from(row.text(4)?),
        state: state_from(row.text(5)?)?,
        scopes: row.text(6)?.to_owned(),
        expires: row.micros(7)?,
    })
}

fn kind_from(code: &str) -> Result<Machine, StoreError> {
    Machine::from_code(code).ok_or_else(|| StoreError::Corrupt("kind of a client".to_owned()))
}

fn state_from(code: &str) -> Result<ClientState, StoreError> {
    ClientState::from_code(code).ok_or_else(|| StoreError::Corrupt("state of a client".to_owned()))
}
