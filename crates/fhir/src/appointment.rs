//! Appointment: a patient's time at the addressed department.

use renkei_base::{Id, Micros};
use serde_json::{Value, json};

use crate::element::{extension, instant_of, key_of, reference, set_extension, text_of, view};
use crate::task::{CANCEL_REASON, said};
use crate::{Key, Resource};

const DOCTOR: &str = "https://renkei.example/fhir/StructureDefinition/slot-doctor";
const PLACE: &str = "https://renkei.example/fhir/StructureDefinition/slot-place";
const ARRIVED: &str = "https://renkei.example/fhir/StructureDefinition/arrived";
/// The slot that was given back since the patient came earlier: `valueReference`.
const FREED: &str = "https://renkei.example/fhir/StructureDefinition/freed-slot";

view!(
    /// A patient's time.
    Appointment, "Appointment"
);

impl Appointment {
    pub fn new(id: &Id) -> Self {
        let mut resource = Resource::new(Self::TYPE, id);
        resource.set("status", Value::from("booked"));
        Self(resource)
    }

    pub fn id(&self) -> Option<Id> {
        self.0.id()
    }

    pub fn status(&self) -> &str {
        self.0.str_at("status").unwrap_or_default()
    }

    pub fn set_status(&mut self, status: &str) {
        self.0.set("status", Value::from(status));
    }

    /// `code` of [`CANCEL_REASON`], with what was written to it.
    pub fn cancel(&mut self, code: &str, text: &str) {
        self.set_status("cancelled");
        self.0
            .set("cancelationReason", said(CANCEL_REASON, code, text));
    }

    pub fn slot(&self) -> Option<Id> {
        self.0
            .list("slot")
            .first()
            .and_then(key_of)
            .map(|key| key.id)
    }

    pub fn set_time(&mut self, slot: &Id, start: Micros, end: Micros) {
        self.0.set("start", Value::from(start.to_fhir()));
        self.0.set("end", Value::from(end.to_fhir()));
        self.0.set(
            "slot",
            json!([reference(&Key::new("Slot", slot.clone()), "")]),
        );
    }

    /// Gives its slot back, and remembers which it was.
    pub fn give_back(&mut self) {
        let slot = self.0.list("slot").first().cloned();
        let value = slot.map(|slot| json!({"url": FREED, "valueReference": slot}));
        set_extension(&mut self.0, FREED, value);
        self.0.remove("slot");
    }

    /// The slot that it gave back.
    pub fn given_back(&self) -> Option<Id> {
        let value = extension(self.0.list("extension"), FREED)?.get("valueReference")?;
        key_of(value).map(|key| key.id)
    }

    /// Has the slot again that it gave back.
    pub fn take_back(&mut self) {
        if let Some(slot) = self.given_back() {
            let key = Key::new("Slot", slot);
            self.0.set("slot", json!([reference(&key, "")]));
            set_extension(&mut self.0, FREED, None);
        }
    }

    pub fn start(&self) -> Option<Micros> {
        Micros::from_fhir(self.0.str_at("start")?)
    }

    pub fn end(&self) -> Option<Micros> {
        Micros::from_fhir(self.0.str_at("end")?)
    }

    pub fn set_based_on(&mut self, request: &Id) {
        let key = Key::new("ServiceRequest", request.clone());
        self.0.set("basedOn", json!([reference(&key, "")]));
    }

    /// The patient, and whom or what the time is with.
    pub fn set_participants(&mut self, patient: &Id, with: Option<(&Key, &str)>) {
        let patient = reference(&Key::new("Patient", patient.clone()), "");
        let mut list = vec![json!({"actor": patient, "status": "accepted"})];
        if let Some((key, name)) = with {
            list.push(json!({"actor": reference(key, name), "status": "accepted"}));
        }
        self.0.set("participant", Value::Array(list));
    }

    pub fn doctor(&self) -> &str {
        self.text(DOCTOR)
    }

    pub fn place(&self) -> &str {
        self.text(PLACE)
    }

    pub fn set_doctor(&mut self, text: &str) {
        self.set_string(DOCTOR, text);
    }

    pub fn set_place(&mut self, text: &str) {
        self.set_string(PLACE, text);
    }

    /// When the patient came.
    pub fn arrived(&self) -> Option<Micros> {
        instant_of(
            extension(self.0.list("extension"), ARRIVED)?,
            "valueInstant",
        )
    }

    /// As before the patient came.
    pub fn unarrive(&mut self) {
        self.set_status("booked");
        set_extension(&mut self.0, ARRIVED, None);
    }

    pub fn arrive(&mut self, at: Micros) {
        self.set_status("arrived");
        let value = json!({"url": ARRIVED, "valueInstant": at.to_fhir()});
        set_extension(&mut self.0, ARRIVED, Some(value));
    }

    fn text(&self, url: &str) -> &str {
        extension(self.0.list("extension"), url).map_or("", |one| text_of(one, "valueString"))
    }

    fn set_string(&mut self, url: &str, text: &str) {
        let value = (!text.is_empty()).then(|| json!({"url": url, "valueString": text}));
        set_extension(&mut self.0, url, value);
    }
}
