//! Location of an institution: where it is, and when it is closed.

use renkei_base::Id;
use serde_json::{Number, Value, json};

use crate::Resource;
use crate::element::view;

const CLOSED: &str = "https://renkei.example/fhir/StructureDefinition/closed-days";
/// FHIR knows no empty strings.
const NEVER: &str = "never";
const HOURS_NOTE: &str = "https://renkei.example/fhir/StructureDefinition/opening-hours-note";
const CLOSED_NOTE: &str = "https://renkei.example/fhir/StructureDefinition/closed-days-note";

view!(
    /// Where an institution is.
    Location, "Location"
);

impl Location {
    /// The main place of an institution carries the same id as its Organization.
    pub fn of_institution(institution: &Id) -> Self {
        let mut resource = Resource::new(Self::TYPE, institution);
        resource.set("status", Value::from("active"));
        let organization = json!({"reference": format!("Organization/{institution}")});
        resource.set("managingOrganization", organization);
        Self(resource)
    }

    pub fn set_name(&mut self, name: &str) {
        self.0.set("name", Value::from(name));
    }

    /// Degrees, latitude and longitude.
    pub fn position(&self) -> Option<(f64, f64)> {
        let position = self.0.get("position")?;
        let number = |name| position.get(name)?.as_number()?.to_string().parse().ok();
        Some((number("latitude")?, number("longitude")?))
    }

    /// Degrees as decimal numbers, digit by digit as the source writes them. What is no JSON number is left out.
    pub fn set_position(&mut self, position: Option<(&str, &str)>) {
        let number = |text: &str| text.parse::<Number>().ok().map(Value::Number);
        let both = position.and_then(|(lat, lon)| Some((number(lat)?, number(lon)?)));
        match both {
            Some((latitude, longitude)) => {
                let value = json!({"longitude": longitude, "latitude": latitude});
                self.0.set("position", value);
            }
            None => {
                self.0.remove("position");
            }
        }
    }

    /// Days without consultation, as codes: `mon`, `holiday`, `2-sat` (second Saturday of the month).
    /// `None` where the source does not say, empty where it says "never".
    pub fn closed_days(&self) -> Option<Vec<&str>> {
        let days = self.string(CLOSED)?.split_whitespace();
        Some(days.filter(|day| *day != NEVER).collect())
    }

    pub fn set_closed_days(&mut self, days: Option<&[String]>) {
        let text = days.map(|days| {
            if days.is_empty() {
                NEVER.to_owned()
            } else {
                days.join(" ")
            }
        });
        self.set_string(CLOSED, text);
    }

    /// Other days without consultation, as the source writes them (年末年始 …).
    pub fn closed_note(&self) -> Option<&str> {
        self.string(CLOSED_NOTE)
    }

    pub fn set_closed_note(&mut self, note: Option<&str>) {
        self.set_string(CLOSED_NOTE, note.map(str::to_owned));
    }

    /// When one may come, as the institution says it to others.
    pub fn hours_note(&self) -> Option<&str> {
        self.string(HOURS_NOTE)
    }

    pub fn set_hours_note(&mut self, note: Option<&str>) {
        self.set_string(HOURS_NOTE, note.map(str::to_owned));
    }

    /// How to get there.
    pub fn access_note(&self) -> Option<&str> {
        self.0.str_at("description")
    }

    pub fn set_access_note(&mut self, note: Option<&str>) {
        match note {
            Some(note) => self.0.set("description", Value::from(note)),
            None => {
                self.0.remove("description");
            }
        }
    }

    fn string(&self, url: &str) -> Option<&str> {
        let found = self
            .0
            .list("extension")
            .iter()
            .find(|one| has_url(one, url))?;
        found.get("valueString")?.as_str()
    }

    fn set_string(&mut self, url: &str, value: Option<String>) {
        let mut list = self.0.list("extension").to_vec();
        list.retain(|one| !has_url(one, url));
        if let Some(value) = value {
            list.push(json!({"url": url, "valueString": value}));
        }
        if list.is_empty() {
            self.0.remove("extension");
        } else {
            self.0.set("extension", Value::Array(list));
        }
    }
}

fn has_url(one: &Value, url: &str) -> bool {
    one.get("url").and_then(Value::as_str) == Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_keeps_its_digits() {
        let mut one = Location::of_institution(&"o1".parse().unwrap());
        one.set_position(Some(("35.690", "139.70")));
        one.set_closed_days(Some(&["sun".to_owned(), "2-sat".to_owned()]));
        assert_eq!(one.position(), Some((35.69, 139.7)));
        assert_eq!(one.closed_days(), Some(vec!["sun", "2-sat"]));
        insta::assert_snapshot!(one.resource().to_json(), @r#"{"resourceType":"Location","id":"o1","status":"active","managingOrganization":{"reference":"Organization/o1"},"position":{"longitude":139.70,"latitude":35.690},"extension":[{"url":"https://renkei.example/fhir/StructureDefinition/closed-days","valueString":"sun 2-sat"}]}"#);
        one.set_hours_note(Some("平日 9–17時"));
        one.set_access_note(Some("駅から徒歩5分"));
        assert_eq!(one.hours_note(), Some("平日 9–17時"));
        assert_eq!(one.access_note(), Some("駅から徒歩5分"));
        one.set_access_note(None);
        assert_eq!(one.access_note(), None);
        one.set_position(Some(("35,6", "x")));
        one.set_closed_days(Some(&[]));
        assert_eq!(one.closed_days(), Some(vec![]));
        one.set_closed_days(None);
        assert_eq!(one.closed_days(), None);
        assert_eq!(one.position(), None);
    }
}
