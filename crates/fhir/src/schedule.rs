//! Schedule: the slots of one department (its id), or of an institution without departments.

use renkei_base::Micros;
use serde_json::{Value, json};

use crate::element::{instant_of, reference, view};
use crate::{Key, Resource};

view!(
    /// What slots hang on.
    Schedule, "Schedule"
);

impl Schedule {
    /// Named by its department (HealthcareService) or institution (Organization).
    pub fn new(actor: &Key, name: &str) -> Self {
        let mut resource = Resource::new(Self::TYPE, &actor.id);
        resource.set("active", Value::from(true));
        resource.set("actor", json!([reference(actor, name)]));
        Self(resource)
    }

    /// The end of the last slot that was opened.
    pub fn horizon(&self) -> Option<Micros> {
        instant_of(self.0.get("planningHorizon")?, "end")
    }

    /// Moves the horizon on, never back.
    pub fn extend(&mut self, start: Micros, end: Micros) {
        let start = self
            .0
            .get("planningHorizon")
            .and_then(|p| instant_of(p, "start"))
            .map_or(start, |old| old.min(start));
        let end = self.horizon().map_or(end, |old| old.max(end));
        self.0.set(
            "planningHorizon",
            json!({"start": start.to_fhir(), "end": end.to_fhir()}),
        );
    }
}
