//! DocumentReference as a file that belongs to a letter or a reply.

use renkei_base::{Id, Micros};
use serde_json::{Value, json};

use crate::element::{code_of, concept, display_of, key_of, person, reference, text_of, view};
use crate::{Key, Resource};

/// What a file belongs to: `letter` or `reply`.
pub const BELONGS: &str = "https://renkei.example/fhir/CodeSystem/attachment-of";
/// Bytes by content: SHA-256 in hex follows. `attachment.hash` is SHA-1 in R4, so it is not used.
const CONTENT: &str = "urn:sha256:";

view!(
    /// A file.
    DocumentReference, "DocumentReference"
);

/// What is known of a file when it comes.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    pub title: &'a str,
    pub mime: &'a str,
    pub bytes: u64,
    pub sha256: &'a str,
}

impl DocumentReference {
    pub fn new(id: &Id, of: &str, file: File<'_>) -> Self {
        let mut resource = Resource::new(Self::TYPE, id);
        resource.set("status", Value::from("current"));
        resource.set("docStatus", Value::from("preliminary"));
        resource.set("category", json!([concept(BELONGS, of)]));
        resource.set(
            "content",
            json!([{"attachment": {
                "contentType": file.mime,
                "url": format!("{CONTENT}{}", file.sha256),
                "size": file.bytes,
                "title": file.title,
            }}]),
        );
        Self(resource)
    }

    pub fn id(&self) -> Option<Id> {
        self.0.id()
    }

    /// `letter` or `reply`.
    pub fn belongs(&self) -> Option<&str> {
        self.0
            .list("category")
            .iter()
            .find_map(|concept| code_of(concept, BELONGS))
    }

    pub fn set_subject(&mut self, patient: &Id, request: &Id) {
        self.0.set(
            "subject",
            reference(&Key::new("Patient", patient.clone()), ""),
        );
        let request = reference(&Key::new("ServiceRequest", request.clone()), "");
        self.0.set("context", json!({"related": [request]}));
    }

    /// The ServiceRequest that it came with.
    pub fn request(&self) -> Option<Id> {
        let related = self.0.at(&["context", "related"])?.as_array()?;
        let mut keys = related.iter().filter_map(key_of);
        keys.find(|key| key.typ == "ServiceRequest")
            .map(|key| key.id)
    }

    /// The released reply (Composition) that it went out with.
    pub fn reply(&self) -> Option<Id> {
        let related = self.0.at(&["context", "related"])?.as_array()?;
        let mut keys = related.iter().filter_map(key_of);
        keys.find(|key| key.typ == "Composition").map(|key| key.id)
    }

    pub fn set_reply(&mut self, reply: &Id) {
        let mut context = self.0.get("context").cloned().unwrap_or_default();
        let key = Key::new("Composition", reply.clone());
        if let Some(related) = context.get_mut("related").and_then(Value::as_array_mut) {
            related.push(reference(&key, ""));
        }
        self.0.set("context", context);
    }

    pub fn set_author(&mut self, account: Option<&Id>, name: &str, at: Micros) {
        self.0.set("author", json!([person(account, name)]));
        self.0.set("date", Value::from(at.to_fhir()));
    }

    pub fn author(&self) -> &str {
        self.0.list("author").first().map_or("", display_of)
    }

    pub fn date(&self) -> Option<Micros> {
        Micros::from_fhir(self.0.str_at("date")?)
    }

    pub fn finish(&mut self) {
        self.0.set("docStatus", Value::from("final"));
    }

    pub fn is_final(&self) -> bool {
        self.0.str_at("docStatus") == Some("final")
    }

    pub fn title(&self) -> &str {
        text_of(self.attachment(), "title")
    }

    pub fn mime(&self) -> &str {
        text_of(self.attachment(), "contentType")
    }

    pub fn bytes(&self) -> u64 {
        self.attachment()
            .get("size")
            .and_then(Value::as_u64)
            .unwrap_or(0)
    }

    /// The name of its bytes in the store.
    pub fn sha256(&self) -> Option<&str> {
        text_of(self.attachment(), "url").strip_prefix(CONTENT)
    }

    fn attachment(&self) -> &Value {
        const NOTHING: &Value = &Value::Null;
        let first = self.0.list("content").first();
        first
            .and_then(|content| content.get("attachment"))
            .unwrap_or(NOTHING)
    }
}
