//! Practitioner: a person who works in an institution.

use renkei_base::Id;
use serde_json::{Value, json};

use crate::Resource;
use crate::element::{text_of, view};

view!(
    /// A person who works in an institution.
    Practitioner, "Practitioner"
);

impl Practitioner {
    pub fn new(id: &Id, name: &str) -> Self {
        let mut resource = Resource::new(Self::TYPE, id);
        resource.set("active", Value::from(true));
        resource.set("name", json!([{"text": name}]));
        Self(resource)
    }

    /// The name as written.
    pub fn name(&self) -> &str {
        self.0
            .list("name")
            .first()
            .map_or("", |name| text_of(name, "text"))
    }
}
