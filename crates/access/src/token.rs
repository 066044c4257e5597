//! Access tokens of machine clients: opaque, five minutes, their hash here.
//!
//! OAuth 2.0 client credentials (RFC 6749 §4.4) with a signed assertion (RFC 7523), as SMART Backend Services has it.

use std::sync::Arc;

use renkei_base::clock::Span;
use renkei_base::{Caller, Ctx, Id, Machine, Micros, Refusal, Roles};
use renkei_store::client::{ClientState, TokenOwner};
use renkei_store::{Changes, ClientRow, Failure, Note, StoreError, TokenRow};

use crate::Access;
use crate::assertion::{Assertion, AssertionFault};
use crate::context::{Arrival, machine_ctx};
use crate::jwks::{self, KeySet};
use crate::person::Manager;
use crate::scope::Scopes;
use crate::secret::{AccessToken, digest};
use crate::slow::Keys;

/// What `client_assertion_type` must be (RFC 7523 §2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Which client sends this request, and what its token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    pub client: Id,
    /// Its `client_id`.
    pub name: String,
    pub kind: Machine,
    pub institution: Option<Id>,
    pub roles: Roles,
    pub scopes: Scopes,
    pub expires: Micros,
}

impl Bearer {
    pub fn caller(&self) -> Caller {
        Caller {
            account: Some(self.client.clone()),
            name: self.name.clone(),
            institution: self.institution.clone(),
            roles: self.roles.clone(),
            machine: Some(self.kind),
        }
    }

    /// The context of a request that brings this token.
    pub fn ctx(&self, arrival: Arrival) -> Ctx {
        machine_ctx(self.caller(), arrival)
    }
}

/// A request for a token, as sent.
#[derive(Clone, Default)]
pub struct Ask {
    pub grant_type: String,
    pub assertion_type: String,
    pub assertion: String,
    /// May be sent beside the assertion, and must then be the same client.
    pub client_id: Option<String>,
    /// With blanks between; empty for all that the client has.
    pub scope: String,
}

impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ask(..)")
    }
}

/// A new token.
#[derive(Clone, Debug)]
pub struct Granted {
    pub token: AccessToken,
    pub scopes: Scopes,
    pub life: Span,
}

/// Why there is no token (RFC 6749 §5.2).
#[derive(Debug)]
pub enum NoToken {
    /// Another grant than `client_credentials`.
    Grant,
    /// Something is missing.
    Request(&'static str),
    /// The one answer for unknown, suspended, unsigned and wrongly signed.
    Client,
    /// The client has shown who it is; its assertion is not good.
    Assertion(AssertionFault),
    /// None of the scopes is the client's.
    Scope,
    /// Too many failed from this address.
    Wait(Span),
    Store(StoreError),
}

impl From<StoreError> for NoToken {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl NoToken {
    /// For the audit.
    const fn reason(&self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Request(_) => "request",
            Self::Client => "client",
            Self::Assertion(AssertionFault::Replayed) => "replayed",
            Self::Assertion(_) => "assertion",
            Self::Scope => "scope",
            Self::Wait(_) => "slowed",
            Self::Store(_) => "store",
        }
    }
}

impl Access {
    /// A token for a client that signs its request. `audiences` are the addresses of our token endpoint.
    /// Failed requests slow further ones that name the same client from the same address; and the address, where many do.
    pub async fn exchange(
        &self,
        ctx: &Ctx,
        ask: &Ask,
        audiences: &[String],
    ) -> Result<Granted, NoToken> {
        let keys = Keys::of_machine(&claimed(ask), ctx.address);
        let wait = self.wait_for(ctx, &keys).await?;
        let done = if wait > Span(0) {
            Err(NoToken::Wait(wait))
        } else {
            self.exchanged(ctx, ask, audiences).await
        };
        match &done {
            Ok(_) | Err(NoToken::Store(_)) => {}
            Err(refused) => {
                if !matches!(refused, NoToken::Wait(_)) {
                    self.count_failure(ctx, &keys).await?;
                }
                let detail = format!("reason={} {}", refused.reason(), named(ask));
                let note = Note::new("token.refuse").detail(detail).refused();
                self.store.audit(ctx, vec![note]).await?;
            }
        }
        done
    }

    async fn exchanged(
        &self,
        ctx: &Ctx,
        ask: &Ask,
        audiences: &[String],
    ) -> Result<Granted, NoToken> {
        if ask.grant_type.is_empty() || ask.assertion.is_empty() {
            return Err(NoToken::Request(
                "grant_type and client_assertion are needed",
            ));
        }
        if ask.grant_type != "client_credentials" {
            return Err(NoToken::Grant);
        }
        if ask.assertion_type != ASSERTION_TYPE {
            return Err(NoToken::Request(
                "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ));
        }
        let assertion = Assertion::parse(&ask.assertion).ok_or(NoToken::Client)?;
        let client = self.prove_client(&assertion).await?;
        if ask.client_id.as_ref().is_some_and(|id| *id != client.name) {
            return Err(NoToken::Client);
        }
        let (longest, skew) = (self.config.assertion, self.config.skew);
        let until = assertion
            .claims
            .check(&client.name, audiences, ctx.at, longest, skew)
            .map_err(NoToken::Assertion)?;
        let scopes = asked(&ask.scope, &client).ok_or(NoToken::Scope)?;
        let mut changes = Changes::default();
        let jti = digest("jti", &assertion.claims.jti);
        changes.use_assertion(&client.id, &jti, until);
        Self::forgive(&Keys::of_machine(&claimed(ask), ctx.address), &mut changes);
        match self.issue(ctx, &client, scopes, "assertion", changes).await {
            // Of the same assertion twice at once one is late; of a client that is just being suspended all are.
            Err(Failure::Refused(_)) => Err(NoToken::Assertion(AssertionFault::Replayed)),
            Err(Failure::Store(error)) => Err(error.into()),
            Ok(granted) => Ok(granted),
        }
    }

    /// The client, when it has signed. As much work when there is none.
    async fn prove_client(&self, assertion: &Assertion<'_>) -> Result<ClientRow, NoToken> {
        let found = self.store.client_by_name(&assertion.claims.iss).await?;
        let found = found.filter(|row| row.state == ClientState::Active);
        let keys = found.as_ref().and_then(|row| KeySet::parse(&row.keys).ok());
        let (algorithm, message) = (assertion.algorithm, assertion.signed.as_bytes());
        let signed = match keys {
            Some(keys) => keys.verify(&assertion.kid, algorithm, message, &assertion.signature),
            None => jwks::absent(algorithm, message, &assertion.signature),
        };
        found.filter(|_| signed).ok_or(NoToken::Client)
    }

    async fn issue(
        &self,
        ctx: &Ctx,
        client: &ClientRow,
        scopes: Scopes,
        with: &str,
        mut changes: Changes,
    ) -> Result<Granted, Failure> {
        let token = AccessToken::new(ctx.ids.secret());
        let life = self.config.token;
        changes.create_token(&TokenRow {
            hash: token.hash(),
            client: client.id.clone(),
            scopes: scopes.to_string(),
            created: ctx.at,
            expires: ctx.at + life,
        });
        let detail = format!("client={} with={with} scope={scopes}", client.id);
        changes.note(Note::new("token.issue").detail(detail));
        self.store.commit(ctx, changes).await?;
        Ok(Granted {
            token,
            scopes,
            life,
        })
    }

    /// A token for trying, by the command line: without an assertion, since who may read the data needs none.
    pub async fn trial_token(&self, ctx: &Ctx, name: &str) -> Result<Granted, Failure> {
        if Manager::of(ctx)? != Manager::Program {
            return Err(Refusal::NotFound.into());
        }
        let client = self.store.client_by_name(name).await?;
        let client = client.ok_or(Refusal::NotFound)?;
        if client.state != ClientState::Active {
            return Err(Refusal::not_now("refuse-client-suspended").into());
        }
        let scopes = Scopes::parse_known(&client.scopes);
        self.issue(ctx, &client, scopes, "command-line", Changes::default())
            .await
    }

    /// Whose token this is; `None` when it is nobody's, has ended, or its client was suspended. At most one indexed read.
    pub async fn bearer(&self, token: &str, now: Micros) -> Result<Option<Arc<Bearer>>, Failure> {
        let Some(token) = AccessToken::parse(token) else {
            return Ok(None);
        };
        let hash = token.hash();
        let found = match self.bearers.get(&hash, now) {
            Some(known) => Some(known),
            None => self.look_up_bearer(&hash, now).await?,
        };
        Ok(found.filter(|bearer| now < bearer.expires))
    }

    /// An active client with all its scopes, for what the program does on its behalf; `None` for one that may come in no more.
    pub async fn on_behalf(&self, client: &Id) -> Result<Option<Bearer>, StoreError> {
        let row = self.store.client(client).await?;
        let row = row.filter(|row| row.state == ClientState::Active);
        Ok(row.map(|row| Bearer {
            client: row.id,
            name: row.name,
            kind: row.kind,
            institution: row.institution,
            roles: row.roles,
            scopes: Scopes::parse_known(&row.scopes),
            expires: Micros::NEVER,
        }))
    }

    async fn look_up_bearer(
        &self,
        hash: &str,
        now: Micros,
    ) -> Result<Option<Arc<Bearer>>, StoreError> {
        let epoch = self.bearers.epoch();
        let Some(owner) = self.store.token_owner(hash).await? else {
            return Ok(None);
        };
        if owner.state != ClientState::Active {
            return Ok(None);
        }
        let bearer = Arc::new(bearer_from(owner));
        self.bearers.put(hash, &bearer, now, epoch);
        Ok(Some(bearer))
    }
}

/// What is granted: what was asked for and the client has. `None` when that is nothing.
fn asked(scope: &str, client: &ClientRow) -> Option<Scopes> {
    let most = Scopes::parse_known(&client.scopes);
    let granted = if scope.trim().is_empty() {
        most
    } else {
        Scopes::parse_known(scope).within(&most)
    };
    (!granted.is_empty()).then_some(granted)
}

/// The client that a request names, as a hash: what was sent may be anything.
fn named(ask: &Ask) -> String {
    let name = claimed(ask);
    let hash = match name.is_empty() {
        true => String::new(),
        false => digest("client", &name),
    };
    format!("client-hash={hash}")
}

/// The client that a request says to be from; empty where it names none.
fn claimed(ask: &Ask) -> String {
    let claims = Assertion::parse(&ask.assertion).map(|assertion| assertion.claims.iss);
    let name = claims.or_else(|| ask.client_id.clone());
    name.unwrap_or_default()
}

fn bearer_from(owner: TokenOwner) -> Bearer {
    Bearer {
        client: owner.client,
        name: owner.name,
        kind: owner.kind,
        institution: owner.institution,
        roles: owner.roles,
        scopes: Scopes::parse_known(&owner.scopes),
        expires: owner.expires,
    }
}
