//! The context of one act: who, for whom, why, when, and the source of new ids.

use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Id, Ids, Lang, Micros, Reach, Role, Roles};

/// What kind of program acts, where no person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// The system of one institution, with rights of that institution.
    Institution,
    /// Brings in letters on behalf of any institution, and sees only those.
    Gateway,
}

impl Machine {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Institution => "institution",
            Self::Gateway => "gateway",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Institution, Self::Gateway]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account of a person or the id of a machine client; `None` for a visitor without sign-in and for the program
    /// itself.
    pub account: Option<Id>,
    /// Name for letters and pages. Never for a log.
    pub name: String,
    /// The institution that the person acts for (an Organization).
    pub institution: Option<Id>,
    pub roles: Roles,
    /// For a machine client, which kind.
    pub machine: Option<Machine>,
}

impl Caller {
    pub fn visitor() -> Self {
        Self {
            account: None,
            name: String::new(),
            institution: None,
            roles: Roles::default(),
            machine: None,
        }
    }

    /// The program's own work: migrations, sample region, nightly jobs.
    pub fn program() -> Self {
        Self {
            name: "renkei".to_owned(),
            ..Self::visitor()
        }
    }

    pub fn has(&self, role: Role) -> bool {
        self.roles.has(role)
    }
}

/// Why data is used (HL7 PurposeOfUse, shortened to what exists today).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    #[default]
    Treatment,
    Operations,
    Audit,
    System,
}

impl Purpose {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Treatment => "treatment",
            Self::Operations => "operations",
            Self::Audit => "audit",
            Self::System => "system",
        }
    }
}

/// Passed to every use case and every read. Made by `access` (for people) and by the binary (for its own jobs).
#[derive(Clone, Debug)]
pub struct Ctx {
    pub caller: Caller,
    /// The read filter. Only `access` widens it.
    pub reach: Reach,
    pub purpose: Purpose,
    /// When this act began.
    pub at: Micros,
    /// The request's id: in logs, audit rows and error pages.
    pub request: Id,
    pub lang: Lang,
    pub address: Option<IpAddr>,
    pub ids: Arc<dyn Ids>,
}

impl Ctx {
    /// The context of the program's own jobs.
    pub fn program(at: Micros, ids: Arc<dyn Ids>) -> Self {
        Self {
            caller: Caller::program(),
            reach: Reach::Everything,
            purpose: Purpose::System,
            at,
            request: ids.id(),
            lang: Lang::Ja,
            address: None,
            ids,
        }
    }

    /// The caller's institution, or a refusal for people who have none.
    pub fn institution(&self) -> Result<&Id, crate::Refusal> {
        self.caller
            .institution
            .as_ref()
            .ok_or_else(|| crate::Refusal::forbidden("refuse-no-institution"))
    }
}
