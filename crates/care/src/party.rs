//! One side of a referral as letters and pages show it.

use renkei_base::Id;

/// An institution, its department and its doctor, in plain words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// The Organization; `None` while a draft has no addressee yet.
    pub institution: Option<Id>,
    pub name: String,
    /// The HealthcareService, where one was chosen.
    pub department: Option<Id>,
    pub department_name: String,
    pub doctor: String,
    pub postal: String,
    pub address: String,
    pub phone: String,
    pub fax: String,
}
