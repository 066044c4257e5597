//! Ids: text, unguessable enough to order by time, made only by [`Ids`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A FHIR id: 1–64 of `A–Z a–z 0–9 - .` (FHIR R4, datatypes, `id`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Id(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct NotAnId;

impl Id {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Id {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let fits = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnId)
        }
    }
}

impl TryFrom<String> for Id {
    type Error = NotAnId;
    fn try_from(text: String) -> Result<Self, NotAnId> {
        text.parse()
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The one source of ids and secrets. The binary's is random; tests and the sample region count from a seed.
pub trait Ids: Send + Sync + fmt::Debug {
    /// A new id, ordered by time (UUIDv7 in the binary).
    fn id(&self) -> Id;
    /// 32 unguessable bytes, for sessions, links and keys.
    fn secret(&self) -> [u8; 32];
}
