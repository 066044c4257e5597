//! ServiceRequest as what a referral asks for.

use renkei_base::{Id, Micros};
use serde_json::{Value, json};

use crate::element::{display_of, key_of, reference, view};
use crate::task::REFERRAL_NUMBER;
use crate::{Key, Resource};

view!(
    /// A referral: who asks whom for what.
    ServiceRequest, "ServiceRequest"
);

/// Codes of `category`.
pub const CATEGORY: &str = "https://renkei.example/fhir/CodeSystem/request-category";

impl ServiceRequest {
    pub fn new(id: &Id) -> Self {
        let mut resource = Resource::new(Self::TYPE, id);
        resource.set("intent", Value::from("order"));
        resource.set(
            "category",
            json!([{"coding": [{"system": CATEGORY, "code": "referral"}], "text": "紹介"}]),
        );
        Self(resource)
    }

    pub fn status(&self) -> &str {
        self.0.str_at("status").unwrap_or_default()
    }

    pub fn set_status(&mut self, status: &str) {
        self.0.set("status", Value::from(status));
    }

    pub fn priority(&self) -> &str {
        self.0.str_at("priority").unwrap_or("routine")
    }

    pub fn set_priority(&mut self, code: &str) {
        self.0.set("priority", Value::from(code));
    }

    pub fn subject(&self) -> Option<Id> {
        key_of(self.0.get("subject")?).map(|key| key.id)
    }

    pub fn set_subject(&mut self, patient: &Id) {
        self.0.set(
            "subject",
            reference(&Key::new("Patient", patient.clone()), ""),
        );
    }

    pub fn set_authored(&mut self, at: Micros) {
        self.0.set("authoredOn", Value::from(at.to_fhir()));
    }

    /// 紹介番号, from sending on.
    pub fn set_requisition(&mut self, number: &str) {
        self.0.set(
            "requisition",
            json!({"system": REFERRAL_NUMBER, "value": number}),
        );
    }

    pub fn set_requester(&mut self, institution: &Id, name: &str) {
        let key = Key::new("Organization", institution.clone());
        self.0.set("requester", reference(&key, name));
    }

    /// 傷病名, as text.
    pub fn set_reason(&mut self, text: &str) {
        if text.is_empty() {
            self.0.remove("reasonCode");
        } else {
            self.0.set("reasonCode", json!([{"text": text}]));
        }
    }

    /// The letter.
    pub fn set_supporting(&mut self, key: &Key) {
        self.0.set("supportingInfo", json!([reference(key, "")]));
    }

    /// Whom it goes to: institution, department and doctor, each where known.
    pub fn set_performer(
        &mut self,
        institution: Option<(&Id, &str)>,
        department: Option<(&Id, &str)>,
        doctor: &str,
    ) {
        let mut list = Vec::new();
        if let Some((id, name)) = institution {
            list.push(reference(&Key::new("Organization", id.clone()), name));
        }
        if let Some((id, name)) = department {
            list.push(reference(&Key::new("HealthcareService", id.clone()), name));
        }
        if !doctor.is_empty() {
            list.push(json!({"type": "Practitioner", "display": doctor}));
        }
        if list.is_empty() {
            self.0.remove("performer");
        } else {
            self.0.set("performer", Value::Array(list));
        }
    }

    /// The first performer of a type (`Organization`, `HealthcareService`), with its name.
    pub fn performer(&self, typ: &str) -> Option<(Id, &str)> {
        self.0.list("performer").iter().find_map(|one| {
            let key = key_of(one).filter(|key| key.typ == typ)?;
            Some((key.id, display_of(one)))
        })
    }

    /// The addressed doctor's name.
    pub fn performer_doctor(&self) -> &str {
        let mut list = self.0.list("performer").iter();
        list.find(|one| one.get("type").and_then(Value::as_str) == Some("Practitioner"))
            .map_or("", display_of)
    }
}
