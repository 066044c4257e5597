//! Machine clients: a hospital's and a clinic's system, and a gateway. Their keys are made where the region is.

use renkei_access::{Access, NewClient};
use renkei_base::{Ctx, Id, Machine, Role, Roles};
use renkei_store::Store;

use crate::SampleError;

/// One client of the sample region.
#[derive(Clone, Copy, Debug)]
pub struct SampleClient {
    /// Its `client_id`.
    pub name: &'static str,
    /// The ten-digit code of its institution; `None` for the gateway.
    institution: Option<&'static str>,
}

pub const ALL: [SampleClient; 3] = [
    // 見本市立中央病院
    SampleClient {
        name: "demo-hospital",
        institution: Some("1419901026"),
    },
    // 見本内科クリニック
    SampleClient {
        name: "demo-clinic",
        institution: Some("1419901018"),
    },
    SampleClient {
        name: "demo-gateway",
        institution: None,
    },
];

impl SampleClient {
    /// Adds it with these public keys. So that a whole loop can be tried, the two systems may also do what doctors do.
    pub async fn add(
        &self,
        access: &Access,
        store: &Store,
        ctx: &Ctx,
        keys: &str,
    ) -> Result<Id, SampleError> {
        let institution = match self.institution {
            Some(code) => {
                let id = store.institution_by_code(code).await?;
                Some(id.ok_or_else(|| SampleError::data(format!("{code}: no institution")))?)
            }
            None => None,
        };
        let (kind, roles) = if institution.is_some() {
            let roles = Roles::new([Role::Doctor, Role::LiaisonClerk]);
            (Machine::Institution, roles)
        } else {
            (Machine::Gateway, Roles::default())
        };
        let client = NewClient {
            name: self.name.to_owned(),
            kind,
            institution,
            roles,
            scopes: String::new(),
            keys: keys.to_owned(),
        };
        access
            .add_client(ctx, &client)
            .await
            .map_err(SampleError::at(self.name))
    }
}
