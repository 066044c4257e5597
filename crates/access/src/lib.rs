//! People, roles, sign-in and the policy.
//!
//! | file | holds |
//! |---|---|
//! | [`policy`] | the one pure function that says who may do what; [`policy::reach`], the read filter |
//! | [`account`], [`person`] | inviting, suspending, changing, reviewing people; their pure rules |
//! | [`enrolment`] | one-time links by which a person sets password and second factor |
//! | [`signin`], [`slow`] | signing in, and how failed tries slow the next ones |
//! | [`session`], [`context`] | who sends this request, and the [`renkei_base::Ctx`] made of it |
//! | [`client`], [`jwks`] | machine clients and their public keys |
//! | [`token`], `assertion`, [`scope`] | their access tokens: how they get them, and what they are good for |
//! | [`passkey`], [`webauthn`] | passkeys: what people do with them, and what a browser's answer must be |
//! | [`reauth`] | showing again who one is, for what is grave |
//! | [`audit`] | what auditors read |
//! | [`own`] | what people do to their own account |
//! | [`password`], [`totp`], [`recovery`], [`secret`] | the factors, and secrets that are never printed |
//! | [`practitioner`] | the FHIR Practitioner of a doctor or nurse |
//! | [`demo`] | people without passwords, in an invented region on loopback only |

pub mod account;
mod assertion;
pub mod audit;
mod cache;
pub mod client;
pub mod config;
pub mod context;
pub mod demo;
pub mod enrolment;
mod input;
pub mod jwks;
pub mod own;
pub mod passkey;
pub mod password;
pub mod person;
pub mod policy;
mod practitioner;
pub mod reauth;
pub mod recovery;
pub mod scope;
pub mod secret;
pub mod session;
pub mod signin;
pub mod slow;
pub mod token;
pub mod totp;
pub mod webauthn;

use std::sync::Arc;

use renkei_base::Ids;
use renkei_store::Store;

pub use assertion::AssertionFault;
pub use client::{Client, NewClient};
pub use config::AccessConfig;
pub use context::{ctx_for, visitor_ctx};
pub use demo::DemoMode;
pub use person::{NewPerson, Person};
pub use policy::{Action, Decision, Facts, decide, permit, reach};
pub use scope::{Interaction, Scopes};
pub use secret::{AccessToken, LinkToken, SessionToken};
pub use session::{NewSession, SignedIn};
pub use signin::Entry;
pub use token::{Ask, Bearer, Granted, NoToken};

/// Everything about people and their sessions; cheap to clone.
#[derive(Clone, Debug)]
pub struct Access {
    pub(crate) store: Store,
    pub(crate) config: Arc<AccessConfig>,
    pub(crate) hasher: password::Hasher,
    pub(crate) cache: Arc<cache::Cache<SignedIn>>,
    pub(crate) bearers: Arc<cache::Cache<Bearer>>,
    /// For the acts of the program itself (noting that a session was used).
    pub(crate) ids: Arc<dyn Ids>,
}

impl Access {
    pub fn new(store: Store, config: AccessConfig, ids: Arc<dyn Ids>) -> Self {
        Self {
            store,
            hasher: password::Hasher::new(config.hash),
            cache: Arc::new(cache::Cache::new(config.cached)),
            bearers: Arc::new(cache::Cache::new(config.cached)),
            config: Arc::new(config),
            ids,
        }
    }

    pub fn config(&self) -> &AccessConfig {
        &self.config
    }
}
