//! A resource as lossless JSON.

use renkei_base::{Id, Micros};
use serde_json::{Map, Value};

/// Type and id: `Patient/123`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub typ: String,
    pub id: Id,
}

impl Key {
    pub fn new(typ: &str, id: Id) -> Self {
        Self {
            typ: typ.to_owned(),
            id,
        }
    }

    /// From a relative reference, `Patient/123` (with or without `/_history/n`).
    pub fn from_reference(reference: &str) -> Option<Self> {
        let mut parts = reference.split('/');
        let typ = parts.next().filter(|t| is_type(t))?;
        let id = parts.next()?.parse().ok()?;
        match (parts.next(), parts.next(), parts.next()) {
            (None, None, None) | (Some("_history"), Some(_), None) => Some(Self::new(typ, id)),
            _ => None,
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.typ, self.id)
    }
}

/// Why some JSON is not a resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("not a JSON object")]
    NotAnObject,
    #[error("resourceType is missing or not a type's name")]
    NoType,
    #[error("id is missing or not an id")]
    NoId,
    #[error("not JSON: {0}")]
    Json(String),
    /// More than `limits::RESOURCE_BYTES`.
    #[error("too large")]
    TooLarge,
    /// Deeper than `limits::JSON_DEPTH`.
    #[error("nested too deeply")]
    TooDeep,
    /// More values than `limits::JSON_VALUES`.
    #[error("too many values")]
    TooMany,
    #[error("the element {0} is there twice")]
    Twice(String),
    #[error("a text holds a NUL character")]
    Nul,
}

/// `Patient`: a capital letter, then letters.
fn is_type(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_alphabetic())
}

/// A FHIR resource: a JSON object with a `resourceType`, kept digit by digit and key by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    json: Map<String, Value>,
}

impl Resource {
    /// A new resource with type and id.
    pub fn new(typ: &str, id: &Id) -> Self {
        let mut json = Map::new();
        json.insert("resourceType".to_owned(), Value::from(typ));
        json.insert("id".to_owned(), Value::from(id.as_str()));
        Self { json }
    }

    pub fn from_value(value: Value) -> Result<Self, Malformed> {
        let Value::Object(json) = value else {
            return Err(Malformed::NotAnObject);
        };
        match json.get("resourceType") {
            Some(Value::String(typ)) if is_type(typ) => Ok(Self { json }),
            _ => Err(Malformed::NoType),
        }
    }

    /// Parses text from outside: limits and double names are checked before anything is built from it.
    pub fn from_json(text: &str) -> Result<Self, Malformed> {
        Self::from_json_within(text, renkei_base::limits::RESOURCE_BYTES)
    }

    /// As [`Resource::from_json`], with a limit of its own: a Bundle is larger than what it holds.
    pub fn from_json_within(text: &str, bytes: usize) -> Result<Self, Malformed> {
        crate::scan::check(text, bytes)?;
        Self::from_stored(text)
    }

    /// Parses text that the store wrote: checked when it came in, so not again.
    pub fn from_stored(text: &str) -> Result<Self, Malformed> {
        let value = serde_json::from_str(text).map_err(|e| Malformed::Json(e.to_string()))?;
        Self::from_value(value)
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.json).unwrap_or_default()
    }

    pub fn typ(&self) -> &str {
        self.str_at("resourceType").unwrap_or_default()
    }

    pub fn id(&self) -> Option<Id> {
        self.str_at("id").and_then(|id| id.parse().ok())
    }

    pub fn key(&self) -> Option<Key> {
        Some(Key::new(self.typ(), self.id()?))
    }

    /// `meta.versionId` as the store gave it.
    pub fn version(&self) -> Option<u32> {
        self.at(&["meta", "versionId"])?.as_str()?.parse().ok()
    }

    /// `meta.lastUpdated`.
    pub fn updated(&self) -> Option<Micros> {
        Micros::from_fhir(self.at(&["meta", "lastUpdated"])?.as_str()?)
    }

    /// Sets `id`, `meta.versionId` and `meta.lastUpdated`, keeping the order of what is there. Only the store calls it.
    pub fn stamp(&mut self, id: &Id, version: u32, updated: Micros) {
        self.set("id", Value::from(id.as_str()));
        let meta = self.json.entry("meta").or_insert(Value::Null);
        if !meta.is_object() {
            *meta = Value::Object(Map::new());
        }
        if let Value::Object(meta) = meta {
            meta.insert("versionId".to_owned(), Value::from(version.to_string()));
            meta.insert("lastUpdated".to_owned(), Value::from(updated.to_fhir()));
        }
    }

    pub const fn json(&self) -> &Map<String, Value> {
        &self.json
    }

    pub const fn json_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.json
    }

    pub fn into_value(self) -> Value {
        Value::Object(self.json)
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.json.get(name)
    }

    pub fn set(&mut self, name: &str, value: Value) {
        self.json.insert(name.to_owned(), value);
    }

    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.json.shift_remove(name)
    }

    pub fn str_at(&self, name: &str) -> Option<&str> {
        self.json.get(name).and_then(Value::as_str)
    }

    /// The value at a path of object members: `&["meta", "versionId"]`.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter()
            .try_fold(self.json.get(*first)?, |value, name| value.get(name))
    }

    /// The elements of an array member, or none.
    pub fn list(&self, name: &str) -> &[Value] {
        self.json
            .get(name)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }
}
