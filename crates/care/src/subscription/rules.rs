//! What a subscription may ask for, and when a delivery is tried again. Pure.

use renkei_base::clock::Span;
use renkei_base::{Fault, Micros, Refusal};
use renkei_fhir::subscription::Subscription;
use renkei_store::{Query, SubscriptionState};

use super::{Endpoint, Hosts};
use crate::fhir::kind;

/// Deliveries in a row that may fail: with the pauses between them, about half a day.
pub(super) const TRIES: u32 = 20;
const FIRST_PAUSE: i64 = 5;
const LONGEST_PAUSE: i64 = 3600;
/// Live subscriptions of one client.
pub(super) const LIVE: i64 = 20;
const CRITERIA_CHARS: usize = 1_000;
const ALLOWED: [&str; 11] = [
    "resourceType",
    "id",
    "meta",
    "text",
    "extension",
    "status",
    "contact",
    "reason",
    "criteria",
    "channel",
    "end",
];

/// How long to wait after so many failed deliveries in a row: 5, 10, 20 seconds … an hour.
pub(super) fn pause(tries: u32) -> Span {
    let doubled = FIRST_PAUSE << tries.saturating_sub(1).min(20);
    Span::seconds(doubled.min(LONGEST_PAUSE))
}

/// A new one, if it asks for what there is.
pub(super) fn checked(
    sent: &Subscription,
    hosts: &Hosts,
    now: Micros,
) -> Result<(Query, Endpoint), Refusal> {
    let mut faults = Vec::new();
    let mut fault = |at: &str, key: &'static str| {
        faults.push(Fault::new(format!("Subscription{at}"), key));
    };
    for name in sent.resource().json().keys() {
        if !ALLOWED.contains(&name.as_str()) {
            fault(&format!(".{name}"), "fault-fhir-read-only");
        }
    }
    if sent.status() != SubscriptionState::Requested.code() {
        fault(".status", "fault-subscription-status");
    }
    if sent.reason().trim().is_empty() {
        fault(".reason", "fault-required");
    }
    if ends(sent).is_none_or(|end| end <= now) {
        fault(".end", "fault-subscription-end");
    }
    if sent.channel("type") != "rest-hook" {
        fault(".channel.type", "fault-subscription-channel");
    }
    if !matches!(
        sent.channel("payload"),
        "" | "application/fhir+json" | "application/json"
    ) {
        fault(".channel.payload", "fault-subscription-payload");
    }
    for name in sent.channel_names() {
        if !["type", "endpoint", "payload"].contains(&name) {
            fault(&format!(".channel.{name}"), "fault-subscription-part");
        }
    }
    let wanted = query(sent.criteria());
    if let Err(key) = wanted {
        fault(".criteria", key);
    }
    let endpoint = hosts.allowed(sent.channel("endpoint"));
    match (wanted, endpoint, faults.is_empty()) {
        (Ok(query), Ok(endpoint), true) => Ok((query, endpoint)),
        (_, endpoint, _) => {
            faults.extend(endpoint.err());
            Err(Refusal::Invalid(faults))
        }
    }
}

/// When it ends; never where it does not say. `None` for what is no instant.
pub(super) fn ends(sent: &Subscription) -> Option<Micros> {
    match sent.resource().get("end") {
        None => Some(Micros::NEVER),
        Some(_) => sent.end(),
    }
}

/// The search of the criteria: a type, and conditions on what it itself says.
///
/// # Errors
/// The key of a fault.
pub fn query(criteria: &str) -> Result<Query, &'static str> {
    if criteria.is_empty() || criteria.len() > CRITERIA_CHARS {
        return Err("fault-subscription-criteria");
    }
    let (typ, search) = criteria.split_once('?').unwrap_or((criteria, ""));
    if kind(typ).is_none() || typ == Subscription::TYPE {
        return Err("fault-subscription-type");
    }
    let pairs: Vec<(String, String)> = form_urlencoded::parse(search.as_bytes())
        .into_owned()
        .collect();
    let pairs = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let query = Query::from_pairs(typ, pairs).map_err(|_| "fault-subscription-criteria")?;
    let bare = Query {
        clauses: query.clauses.clone(),
        ..Query::of(typ)
    };
    if query != bare || query.clauses.iter().any(|clause| clause.chain.is_some()) {
        return Err("fault-subscription-simple");
    }
    Ok(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn criteria_are_a_type_and_simple_conditions() {
        for criteria in [
            "Task",
            "Task?status=requested,received",
            "Observation?code=http%3A%2F%2Floinc.org%7C29463-7",
        ] {
            assert!(query(criteria).is_ok(), "{criteria}");
        }
        for (criteria, key) in [
            ("", "fault-subscription-criteria"),
            ("Task?patient=", "fault-subscription-criteria"),
            ("Basic", "fault-subscription-type"),
            ("Subscription", "fault-subscription-type"),
            ("Task?patient.name=x", "fault-subscription-simple"),
            ("Task?_include=Task:focus", "fault-subscription-simple"),
            ("Task?_sort=-_lastUpdated", "fault-subscription-simple"),
            ("Task?_count=5", "fault-subscription-simple"),
        ] {
            assert_eq!(query(criteria).unwrap_err(), key, "{criteria}");
        }
    }

    #[test]
    fn pauses_grow_to_an_hour_and_half_a_day_in_all() {
        assert_eq!(pause(1), Span::seconds(5));
        assert_eq!(pause(2), Span::seconds(10));
        assert_eq!(pause(TRIES), Span::seconds(3600));
        let all: i64 = (1..TRIES).map(|tries| pause(tries).0).sum();
        assert!((8..13).contains(&(all / Span::seconds(3600).0)), "{all}");
    }
}
