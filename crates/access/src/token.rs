//! Access tokens of machine clients: opaque, five minutes, their hash here.

use std::sync::Arc;

use renkei_base::ctx::Machine;
use renkei_base::{Caller, Ctx, Id, Micros, Roles};
use renkei_store::client::{ClientState, TokenOwner};
use renkei_store::{Failure, StoreError};

use crate::Access;
use crate::context::{Arrival, machine_ctx};
use crate::scope::Scopes;
use crate::secret::AccessToken;

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

impl Access {
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
