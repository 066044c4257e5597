//! Machine clients: a hospital's and a clinic's system, a gateway, a prefecture's statistics. Their keys are made where the
//! region is.

use renkei_access::{Access, NewClient};
use renkei_base::{Ctx, Id, Machine, Role, Roles};
use renkei_store::Store;

use crate::SampleError;

/// One client of the sample region.
#[derive(Clone, Copy, Debug)]
pub struct SampleClient {
    /// Its `client_id`.
    pub name: &'static str,
    place: Place,
}

/// Whose client it is.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// The institution of this ten-digit code.
    Code(&'static str),
    /// The prefecture.
    Prefecture,
    /// A gateway's: of none.
    Gateway,
}

pub const ALL: [SampleClient; 4] = [
    // 見本市立中央病院
    SampleClient {
        name: "demo-hospital",
        place: Place::Code("1419901026"),
    },
    // 見本内科クリニック
    SampleClient {
        name: "demo-clinic",
        place: Place::Code("1419901018"),
    },
    SampleClient {
        name: "demo-gateway",
        place: Place::Gateway,
    },
    // 東京都庁（見本）
    SampleClient {
        name: "demo-prefecture",
        place: Place::Prefecture,
    },
];
/// What the prefecture's client is for.
const GOVERNANCE: &str = "system/api.read system/api.write";

impl SampleClient {
    /// Adds it with these public keys. So that a whole loop can be tried, the two systems may also do what doctors do.
    pub async fn add(
        &self,
        access: &Access,
        store: &Store,
        ctx: &Ctx,
        keys: &str,
    ) -> Result<Id, SampleError> {
        let institution = self.institution(store).await?;
        let (kind, roles, scopes) = match self.place {
            Place::Code(_) => {
                let roles = Roles::new([Role::Doctor, Role::LiaisonClerk]);
                (Machine::Institution, roles, "")
            }
            Place::Prefecture => {
                let roles = Roles::new([Role::Officer]);
                (Machine::Institution, roles, GOVERNANCE)
            }
            Place::Gateway => (Machine::Gateway, Roles::default(), ""),
        };
        let client = NewClient {
            name: self.name.to_owned(),
            kind,
            institution,
            roles,
            scopes: scopes.to_owned(),
            keys: keys.to_owned(),
        };
        access
            .add_client(ctx, &client)
            .await
            .map_err(SampleError::at(self.name))
    }

    async fn institution(&self, store: &Store) -> Result<Option<Id>, SampleError> {
        let (found, what) = match self.place {
            Place::Gateway => return Ok(None),
            Place::Code(code) => (store.institution_by_code(code).await?, code),
            Place::Prefecture => {
                let all = store.institutions().await?;
                let prefecture = all.into_iter().find(|row| row.kind == "prefecture");
                (prefecture.map(|row| row.id), "prefecture")
            }
        };
        let found = found.ok_or_else(|| SampleError::data(format!("{what}: no institution")));
        found.map(Some)
    }
}
