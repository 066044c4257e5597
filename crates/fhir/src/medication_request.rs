//! MedicationRequest as one line of a letter: text only, contained in the letter.

use serde_json::{Value, json};

use crate::element::text_of;

/// The line as a contained resource: `id` is its name within the letter.
pub fn line(id: &str, patient: &str, text: &str) -> Value {
    json!({
        "resourceType": "MedicationRequest",
        "id": id,
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": text},
        "subject": {"reference": patient},
    })
}

/// The text of a contained line; `None` for anything else.
pub fn text(resource: &Value) -> Option<&str> {
    (text_of(resource, "resourceType") == "MedicationRequest").then(|| {
        resource
            .get("medicationCodeableConcept")
            .map_or("", |concept| text_of(concept, "text"))
    })
}
