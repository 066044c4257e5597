//! What a use case wants written, all or nothing.

use renkei_base::{Grantee, Id, Micros, Scope};
use renkei_fhir::{Key, Resource};

/// Where a resource lives: whose compartment, which part of it, and which institution it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The patient compartment, `None` for what has no patient (institutions, slots).
    pub patient: Option<Id>,
    pub scope: Scope,
    /// The institution that owns it, where one does.
    pub owner: Option<Id>,
}

/// A resource as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    pub key: Key,
    pub version: u32,
    pub updated: Micros,
    pub deleted: bool,
    /// Not issued (`renkei_fhir::issue`): only the institution that owns it sees it, whatever access rows say.
    pub draft: bool,
    pub place: Place,
    /// Without its body when `deleted`: then only type and id.
    pub resource: Resource,
}

/// A resource as it is stored, not parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredText {
    pub version: u32,
    pub updated: Micros,
    pub deleted: bool,
    /// JSON, as the store wrote it.
    pub body: String,
}

/// A resource that a search found, not parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundText {
    pub key: Key,
    /// The patient compartment.
    pub patient: Option<Id>,
    pub text: StoredText,
}

/// One resource to write.
#[derive(Clone, Debug)]
pub struct Put {
    pub resource: Resource,
    /// The version that this change stands on: 0 for a new resource, else the version that was read.
    pub base: u32,
    pub place: Place,
    /// Deletes instead (history stays). The resource then carries only type and id.
    pub delete: bool,
}

/// An access row: this grantee may see this scope of this patient until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    pub patient: Id,
    pub grantee: Grantee,
    pub scope: Scope,
    pub until: Micros,
}

/// A line of the audit: what was done, said by the noun that did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// `referral.send`, `patient.read`, `session.failed`: noun and verb.
    pub action: String,
    /// The patient concerned, where one is.
    pub patient: Option<Id>,
    /// The resource concerned, `Task/…`, where one is.
    pub what: Option<Key>,
    /// Codes and ids only. Never a name.
    pub detail: String,
    pub refused: bool,
}

/// A count for the governance plane: adds to what is there under the same key. No path leads back to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub indicator: &'static str,
    /// `2026-11`
    pub period: String,
    pub area: String,
    pub institution: String,
    pub numerator: i64,
    pub denominator: i64,
}

/// Everything that one act writes.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub puts: Vec<Put>,
    pub grants: Vec<Access>,
    pub revokes: Vec<Access>,
    pub notes: Vec<Note>,
    pub counts: Vec<Count>,
    /// Institutions whose open pages are told that something changed.
    pub tell: Vec<Id>,
    /// Rows of the other tables (accounts, sessions, directory …), made by the functions of this crate only.
    pub(crate) steps: Vec<crate::db::Step>,
}

impl Note {
    pub fn new(action: &str) -> Self {
        Self {
            action: action.to_owned(),
            patient: None,
            what: None,
            detail: String::new(),
            refused: false,
        }
    }
    #[must_use]
    pub fn patient(mut self, patient: &Id) -> Self {
        self.patient = Some(patient.clone());
        self
    }
    #[must_use]
    pub fn what(mut self, key: Key) -> Self {
        self.what = Some(key);
        self
    }
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.refused = true;
        self
    }
}

impl Changes {
    /// A new resource in its place.
    pub fn create(&mut self, resource: Resource, place: Place) {
        self.puts.push(Put {
            resource,
            base: 0,
            place,
            delete: false,
        });
    }

    /// A changed resource: stands on the version that was read, and stays in its place.
    pub fn update(&mut self, read: &Stored, resource: Resource) {
        self.puts.push(Put {
            resource,
            base: read.version,
            place: read.place.clone(),
            delete: false,
        });
    }

    pub fn delete(&mut self, read: &Stored) {
        self.puts.push(Put {
            resource: Resource::new(&read.key.typ, &read.key.id),
            base: read.version,
            place: read.place.clone(),
            delete: true,
        });
    }

    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Takes over the rows of the other tables (claims, subscriptions …): acts that are committed as one.
    pub fn take_rows(&mut self, from: &mut Self) {
        self.steps.append(&mut from.steps);
    }
}
