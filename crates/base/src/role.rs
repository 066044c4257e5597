//! What a person is in an institution.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 医師・歯科医師
    Doctor,
    /// 看護師
    Nurse,
    /// 地域連携室の事務
    LiaisonClerk,
    /// 機関管理者: adds, suspends and reviews the institution's own people
    InstitutionAdmin,
    /// 調査・計画の担当: asks and answers surveys for its institution (a municipality, a health centre, the prefecture)
    Officer,
    /// 調査・計画の承認: stands for what its institution answers and publishes
    Approver,
    /// 地域窓口 (事務局)
    RegionDesk,
    /// 地域管理者: sees no patients
    RegionAdmin,
    /// 監査者
    Auditor,
}

impl Role {
    pub const ALL: [Self; 9] = [
        Self::Doctor,
        Self::Nurse,
        Self::LiaisonClerk,
        Self::InstitutionAdmin,
        Self::Officer,
        Self::Approver,
        Self::RegionDesk,
        Self::RegionAdmin,
        Self::Auditor,
    ];

    /// The code in tables, forms and message keys.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Doctor => "doctor",
            Self::Nurse => "nurse",
            Self::LiaisonClerk => "liaison-clerk",
            Self::InstitutionAdmin => "institution-admin",
            Self::Officer => "officer",
            Self::Approver => "approver",
            Self::RegionDesk => "region-desk",
            Self::RegionAdmin => "region-admin",
            Self::Auditor => "auditor",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Whether the role works with patients of its institution.
    pub const fn cares(self) -> bool {
        matches!(self, Self::Doctor | Self::Nurse | Self::LiaisonClerk)
    }

    /// Whether the role works with surveys and plans of its institution, where no patient is.
    pub const fn plans(self) -> bool {
        matches!(self, Self::Officer | Self::Approver)
    }
}

/// A small set of roles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(Vec<Role>);

impl Roles {
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Self {
        let mut list: Vec<Role> = roles.into_iter().collect();
        list.sort_unstable();
        list.dedup();
        Self(list)
    }
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }
    pub fn any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
