//! Subscription (FHIR R4): what a program wants to be told of, and what it is told.

use renkei_base::{Id, Micros};
use serde_json::{Value, json};

use crate::Key;
use crate::element::{extension, set_extension, text_of, view};

/// What deliveries are signed with: `valueString`, only in the answer to the request that made the subscription.
const SECRET: &str = "https://renkei.example/fhir/StructureDefinition/subscription-secret";

view!(
    /// What a program wants to be told of.
    Subscription, "Subscription"
);

impl Subscription {
    /// `requested`, `active`, `error` or `off`.
    pub fn status(&self) -> &str {
        self.0.str_at("status").unwrap_or_default()
    }

    pub fn set_status(&mut self, status: &str) {
        self.0.set("status", Value::from(status));
    }

    /// `Task?status=requested`
    pub fn criteria(&self) -> &str {
        self.0.str_at("criteria").unwrap_or_default()
    }

    pub fn reason(&self) -> &str {
        self.0.str_at("reason").unwrap_or_default()
    }

    pub fn end(&self) -> Option<Micros> {
        Micros::from_fhir(self.0.str_at("end")?)
    }

    /// The channel's `type`, `endpoint` or `payload`.
    pub fn channel(&self, name: &str) -> &str {
        self.0
            .get("channel")
            .map_or("", |channel| text_of(channel, name))
    }

    /// The names of everything that stands in the channel.
    pub fn channel_names(&self) -> Vec<&str> {
        let channel = self.0.get("channel").and_then(Value::as_object);
        channel.map_or_else(Vec::new, |map| map.keys().map(String::as_str).collect())
    }

    /// Sets or takes away an element.
    pub fn replace(&mut self, name: &str, value: Option<Value>) {
        match value {
            Some(value) => self.0.set(name, value),
            None => drop(self.0.remove(name)),
        }
    }

    /// Why it is in error, as a code; `None` takes it away.
    pub fn set_error(&mut self, error: Option<&str>) {
        self.replace("error", error.map(Value::from));
    }

    /// Adds the secret, for the one answer that shows it.
    pub fn show_secret(&mut self, secret: &str) {
        let value = json!({"url": SECRET, "valueString": secret});
        set_extension(&mut self.0, SECRET, Some(value));
    }

    /// Takes the secret away, where a program sends back what it was given.
    pub fn hide_secret(&mut self) {
        if extension(self.0.list("extension"), SECRET).is_some() {
            set_extension(&mut self.0, SECRET, None);
        }
    }
}

/// One change that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The same whenever this change is told to this subscription.
    pub id: String,
    pub at: Micros,
    pub key: Key,
    pub version: u32,
    /// Whether that version is the resource's end.
    pub deleted: bool,
}

/// The body of a delivery: a Parameters resource named as in the Subscriptions R5 Backport, with references alone.
/// Without events it is the handshake.
pub fn notice(subscription: &Id, at: Micros, events: &[Event]) -> String {
    let (status, kind) = match events.is_empty() {
        true => ("requested", "handshake"),
        false => ("active", "event-notification"),
    };
    let subscription = Subscription::key(subscription).to_string();
    let mut parameters = vec![
        json!({"name": "subscription", "valueReference": {"reference": subscription}}),
        json!({"name": "status", "valueCode": status}),
        json!({"name": "type", "valueCode": kind}),
        json!({"name": "timestamp", "valueInstant": at.to_fhir()}),
    ];
    parameters.extend(events.iter().map(told));
    json!({"resourceType": "Parameters", "parameter": parameters}).to_string()
}

fn told(event: &Event) -> Value {
    let interaction = match (event.deleted, event.version) {
        (true, _) => "delete",
        (false, 1) => "create",
        (false, _) => "update",
    };
    let focus = format!("{}/_history/{}", event.key, event.version);
    json!({"name": "notificationEvent", "part": [
        {"name": "id", "valueString": event.id},
        {"name": "timestamp", "valueInstant": event.at.to_fhir()},
        {"name": "interaction", "valueCode": interaction},
        {"name": "focus", "valueReference": {"reference": focus}},
    ]})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Resource;

    #[test]
    fn a_notice_holds_references_alone() {
        let event = Event {
            id: "e1".to_owned(),
            at: Micros(1_764_000_000_000_000),
            key: Key::new("Task", "t1".parse().unwrap()),
            version: 3,
            deleted: false,
        };
        let text = notice(
            &"s1".parse().unwrap(),
            Micros(1_764_000_001_000_000),
            &[event],
        );
        let json: Value = serde_json::from_str(&text).unwrap();
        let names: Vec<&str> = json["parameter"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        assert_eq!(
            names,
            [
                "subscription",
                "status",
                "type",
                "timestamp",
                "notificationEvent"
            ]
        );
        assert_eq!(
            json["parameter"][4]["part"][3]["valueReference"]["reference"],
            "Task/t1/_history/3"
        );
        assert!(text.len() < 700, "{text}");
    }

    #[test]
    fn a_secret_is_shown_and_hidden() {
        let json = r#"{"resourceType":"Subscription","id":"s1","status":"requested"}"#;
        let resource = Resource::from_json(json).unwrap();
        let mut view = Subscription::from_resource(resource.clone()).unwrap();
        view.show_secret("geheim");
        assert!(view.resource().to_json().contains("geheim"));
        view.hide_secret();
        assert_eq!(view.into_resource(), resource);
    }
}
