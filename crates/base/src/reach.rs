//! Whose patients a caller may reach: the value that every read of the store is filtered by.

use serde::{Deserialize, Serialize};

use crate::Id;

/// To whom an access row gives something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grantee {
    Institution(Id),
    Person(Id),
}

impl Grantee {
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Institution(_) => "institution",
            Self::Person(_) => "person",
        }
    }
    pub const fn id(&self) -> &Id {
        match self {
            Self::Institution(id) | Self::Person(id) => id,
        }
    }
}

/// Which part of a patient's compartment a row belongs to, or an access row opens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Who the patient is: visible to every institution that may see any part of the compartment, and to a person or a
    /// program by an access row of this scope or of the record.
    Identity,
    /// The whole record: an access row of this scope opens everything.
    Record,
    /// One case, named by its ServiceRequest: what a referral gives from *sent* on.
    Case(Id),
}

impl Scope {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Identity => "identity",
            Self::Record => "record",
            Self::Case(id) => id.as_str(),
        }
    }

    /// From a table's text. Ids are never one of the two words, since [`crate::Ids`] makes them.
    pub fn from_text(text: &str) -> Option<Self> {
        match text {
            "identity" => Some(Self::Identity),
            "record" => Some(Self::Record),
            other => other.parse().ok().map(Self::Case),
        }
    }
}

/// What the read filter of the store lets through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// No patient at all; what has no patient (institutions, slots) is visible.
    #[default]
    NoPatients,
    /// The patients that an access row opens for one of these.
    Granted(Vec<Grantee>),
    /// Everything: the program's own jobs (reindex, sample, counting). Never a person's.
    Everything,
}
