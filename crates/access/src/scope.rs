//! What a token is good for: SMART App Launch 2 scopes of the `system/` kind, and those of renkei's own interface.
//!
//! `system/Patient.rs`, `system/*.cruds`, and the older `system/*.read`, `.write`, `.*`; `system/api.read`,
//! `system/api.write`. A scope that narrows by a search (`?…`) is refused: it would promise a filter that is not there.
//! A scope only ever takes away; what a client may do at all is said by its roles and its reach.

use std::collections::BTreeMap;
use std::fmt;

/// The resource type that stands for all of them.
const ALL: &str = "*";
/// What `system/api.*` is about.
const API: &str = "api";
const LETTERS: [(u8, char); 5] = [
    (CREATE, 'c'),
    (READ, 'r'),
    (UPDATE, 'u'),
    (DELETE, 'd'),
    (SEARCH, 's'),
];
const CREATE: u8 = 1;
const READ: u8 = 2;
const UPDATE: u8 = 4;
const DELETE: u8 = 8;
const SEARCH: u8 = 16;
const EVERYTHING: u8 = CREATE | READ | UPDATE | DELETE | SEARCH;

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interaction {
    Create,
    /// read, vread, and the history of one resource
    Read,
    /// update and patch
    Update,
    Delete,
    /// search, and the history of a type
    Search,
}

impl Interaction {
    const fn bit(self) -> u8 {
        match self {
            Self::Create => CREATE,
            Self::Read => READ,
            Self::Update => UPDATE,
            Self::Delete => DELETE,
            Self::Search => SEARCH,
        }
    }
}

/// A text that names no scope of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope: {0}")]
pub struct UnknownScope(pub String);

/// A set of scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    /// Bits of interactions by resource type, or by `*`.
    kinds: BTreeMap<String, u8>,
    api_read: bool,
    api_write: bool,
}

impl Scopes {
    /// What a client is given when nothing else is said.
    pub fn all() -> Self {
        Self {
            kinds: BTreeMap::from([(ALL.to_owned(), EVERYTHING)]),
            api_read: true,
            api_write: true,
        }
    }

    /// Scopes with blanks between them.
    pub fn parse(text: &str) -> Result<Self, UnknownScope> {
        let mut scopes = Self::default();
        for one in text.split_whitespace() {
            scopes
                .add(one)
                .ok_or_else(|| UnknownScope(shortened(one)))?;
        }
        Ok(scopes)
    }

    /// Only those that are understood: a client asks for what it can use, the server grants what it knows (RFC 6749 §3.3).
    pub fn parse_known(text: &str) -> Self {
        let mut scopes = Self::default();
        for one in text.split_whitespace() {
            let _unknown = scopes.add(one);
        }
        scopes
    }

    fn add(&mut self, one: &str) -> Option<()> {
        let (kind, what) = one.strip_prefix("system/")?.split_once('.')?;
        if kind == API {
            match what {
                "read" => self.api_read = true,
                "write" => self.api_write = true,
                _ => return None,
            }
            return Some(());
        }
        let named = kind.len() <= 64
            && kind.starts_with(|c: char| c.is_ascii_uppercase())
            && kind.bytes().all(|b| b.is_ascii_alphabetic());
        if !(named || kind == ALL) {
            return None;
        }
        *self.kinds.entry(kind.to_owned()).or_default() |= bits(what)?;
        Some(())
    }

    /// Whether a request of this kind is covered.
    pub fn allows(&self, kind: &str, interaction: Interaction) -> bool {
        self.bits_of(kind) & interaction.bit() != 0
    }

    /// Whether renkei's own interface may be read, or written to.
    pub fn allows_api(&self, write: bool) -> bool {
        if write { self.api_write } else { self.api_read }
    }

    pub fn is_empty(&self) -> bool {
        !self.api_read && !self.api_write && self.kinds.values().all(|bits| *bits == 0)
    }

    /// What both allow.
    #[must_use]
    pub fn within(&self, most: &Self) -> Self {
        let names = self.kinds.keys().chain(most.kinds.keys());
        let kinds = names.map(|kind| (kind.clone(), self.bits_of(kind) & most.bits_of(kind)));
        let mut scopes = Self {
            kinds: kinds.filter(|(_, bits)| *bits != 0).collect(),
            api_read: self.api_read && most.api_read,
            api_write: self.api_write && most.api_write,
        };
        scopes.simplify();
        scopes
    }

    /// Drops what `*` says already.
    fn simplify(&mut self) {
        let all = self.kinds.get(ALL).copied().unwrap_or_default();
        self.kinds
            .retain(|kind, bits| kind == ALL || *bits & !all != 0);
    }

    fn bits_of(&self, kind: &str) -> u8 {
        let of = |kind: &str| self.kinds.get(kind).copied().unwrap_or_default();
        of(kind) | of(ALL)
    }
}

/// `cruds` in this order, each at most once; or the older words.
fn bits(what: &str) -> Option<u8> {
    match what {
        "read" => return Some(READ | SEARCH),
        "write" => return Some(CREATE | UPDATE | DELETE),
        "*" => return Some(EVERYTHING),
        _ => {}
    }
    let mut rest = what.chars().peekable();
    let mut bits = 0;
    for (bit, letter) in LETTERS {
        if rest.next_if_eq(&letter).is_some() {
            bits |= bit;
        }
    }
    (bits != 0 && rest.peek().is_none()).then_some(bits)
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// As in a token's answer: `system/*.rs system/api.read`.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = |bits: u8| -> String {
            let set = LETTERS.iter().filter(|(bit, _)| bits & bit != 0);
            set.map(|(_, letter)| letter).collect()
        };
        let kinds = self.kinds.iter().filter(|(_, bits)| **bits != 0);
        let mut all: Vec<String> = kinds
            .map(|(kind, bits)| format!("system/{kind}.{}", letters(*bits)))
            .collect();
        if self.api_read {
            all.push("system/api.read".to_owned());
        }
        if self.api_write {
            all.push("system/api.write".to_owned());
        }
        f.write_str(&all.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(asked: &str, most: &str) -> String {
        Scopes::parse(asked)
            .unwrap()
            .within(&Scopes::parse(most).unwrap())
            .to_string()
    }

    #[test]
    fn a_scope_says_which_types_and_which_acts() {
        let scopes = Scopes::parse("system/Patient.rs system/Task.u").unwrap();
        assert!(scopes.allows("Patient", Interaction::Read));
        assert!(scopes.allows("Patient", Interaction::Search));
        assert!(!scopes.allows("Patient", Interaction::Create));
        assert!(scopes.allows("Task", Interaction::Update));
        assert!(!scopes.allows("Task", Interaction::Read));
        assert!(!scopes.allows("Slot", Interaction::Read));
        assert!(!scopes.allows("*", Interaction::Read));
        assert!(!scopes.allows_api(false));
        assert!(Scopes::all().allows("Slot", Interaction::Delete));
    }

    #[test]
    fn the_older_words_are_understood() {
        assert_eq!(
            Scopes::parse("system/*.read system/Task.write system/Slot.*")
                .unwrap()
                .to_string(),
            "system/*.rs system/Slot.cruds system/Task.cud"
        );
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        for text in [
            "patient/Patient.rs",
            "user/*.cruds",
            "openid",
            "system/Patient.rs?status=active",
            "system/Patient.sr",
            "system/Patient.rr",
            "system/Patient.",
            "system/Patient",
            "system/patient.rs",
            "system/.rs",
            "system/Pat*.rs",
            "system/api.cruds",
            "system/api.*",
        ] {
            assert!(Scopes::parse(text).is_err(), "{text}");
            assert!(Scopes::parse_known(text).is_empty(), "{text}");
        }
        let known = Scopes::parse_known("openid system/Task.r launch");
        assert_eq!(known.to_string(), "system/Task.r");
    }

    #[test]
    fn never_more_than_the_client_has() {
        assert_eq!(
            granted("system/*.cruds", "system/Task.rs"),
            "system/Task.rs"
        );
        assert_eq!(
            granted("system/Task.cruds", "system/*.rs"),
            "system/Task.rs"
        );
        assert_eq!(granted("system/Task.c", "system/*.rs"), "");
        assert_eq!(
            granted("system/*.rs system/Task.u", "system/*.r system/Task.cu"),
            "system/*.r system/Task.ru"
        );
        assert_eq!(
            granted("system/api.write", "system/*.cruds system/api.read"),
            ""
        );
        assert_eq!(
            granted(
                "system/*.cruds system/api.read",
                "system/*.cruds system/api.read system/api.write"
            ),
            "system/*.cruds system/api.read"
        );
    }
}
