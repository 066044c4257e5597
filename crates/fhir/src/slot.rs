//! Slot: a time of a department that can be booked once.

use renkei_base::{Id, Micros};
use serde_json::{Value, json};

use crate::element::{extension, key_of, reference, set_extension, text_of, view};
use crate::{Key, Resource};

const DOCTOR: &str = "https://renkei.example/fhir/StructureDefinition/slot-doctor";
const PLACE: &str = "https://renkei.example/fhir/StructureDefinition/slot-place";

view!(
    /// A time that can be booked once.
    Slot, "Slot"
);

impl Slot {
    pub fn new(id: &Id, schedule: &Id, start: Micros, end: Micros) -> Self {
        let mut resource = Resource::new(Self::TYPE, id);
        resource.set(
            "schedule",
            reference(&Key::new("Schedule", schedule.clone()), ""),
        );
        resource.set("status", Value::from("free"));
        resource.set("start", Value::from(start.to_fhir()));
        resource.set("end", Value::from(end.to_fhir()));
        Self(resource)
    }

    pub fn id(&self) -> Option<Id> {
        self.0.id()
    }

    pub fn schedule(&self) -> Option<Id> {
        key_of(self.0.get("schedule")?).map(|key| key.id)
    }

    /// `free`, `busy`, `busy-unavailable` (withdrawn) …
    pub fn status(&self) -> &str {
        self.0.str_at("status").unwrap_or_default()
    }

    pub fn set_status(&mut self, status: &str) {
        self.0.set("status", Value::from(status));
    }

    pub fn start(&self) -> Option<Micros> {
        Micros::from_fhir(self.0.str_at("start")?)
    }

    pub fn end(&self) -> Option<Micros> {
        Micros::from_fhir(self.0.str_at("end")?)
    }

    pub fn doctor(&self) -> &str {
        self.text(DOCTOR)
    }

    /// Where in the building.
    pub fn place(&self) -> &str {
        self.text(PLACE)
    }

    pub fn set_doctor(&mut self, doctor: &str) {
        self.set_string(DOCTOR, doctor);
    }

    pub fn set_place(&mut self, place: &str) {
        self.set_string(PLACE, place);
    }

    /// A time made for one appointment, outside those that were opened: goes away when that is cancelled.
    pub fn is_single(&self) -> bool {
        self.0
            .get("overbooked")
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }

    pub fn set_single(&mut self) {
        self.0.set("overbooked", Value::from(true));
    }

    fn text(&self, url: &str) -> &str {
        extension(self.0.list("extension"), url).map_or("", |one| text_of(one, "valueString"))
    }

    fn set_string(&mut self, url: &str, text: &str) {
        let value = (!text.is_empty()).then(|| json!({"url": url, "valueString": text}));
        set_extension(&mut self.0, url, value);
    }
}
