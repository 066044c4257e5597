//! One delivery: its body, its headers, its signature.

use std::future::Future;

use hmac::{Hmac, KeyInit, Mac};
use renkei_base::{Id, Micros};
use sha2::Sha256;

use super::Endpoint;

/// Hex digits of an event's id.
const EVENT_ID: usize = 32;

/// What is posted to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub endpoint: Endpoint,
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// Why a delivery failed, as a code for operators: `status-503`, `timeout`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost(pub String);

/// Carries letters. It follows no redirects, gives up after some seconds, and takes any 2xx for delivered.
pub trait Courier: Send + Sync {
    fn post(&self, letter: Letter) -> impl Future<Output = Result<(), Lost>> + Send;
}

/// Of an event: the same whenever it is told to this subscription. It tells nothing about others' writes, as places in the
/// feed would.
pub(super) fn event_id(secret: &str, place: &str) -> String {
    let mut id = mac(secret, &["event", place]);
    id.truncate(EVENT_ID);
    id
}

/// The letter of one delivery; `name` is that of its first event.
pub(super) fn sealed(
    endpoint: Endpoint,
    subscription: &Id,
    secret: &str,
    name: String,
    at: Micros,
    body: String,
) -> Letter {
    let seconds = (at.0 / 1_000_000).to_string();
    let signature = format!("v1={}", mac(secret, &[&seconds, &body]));
    Letter {
        endpoint,
        headers: vec![
            ("content-type", "application/fhir+json".to_owned()),
            ("renkei-subscription", subscription.to_string()),
            ("renkei-delivery", name),
            ("renkei-timestamp", seconds),
            ("renkei-signature", signature),
        ],
        body,
    }
}

/// HMAC-SHA256 over the parts with a dot between, in hex. The key is the secret's text.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn mac(secret: &str, parts: &[&str]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(parts.join(".").as_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
