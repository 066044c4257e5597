//! What the pages do, told over HTTP, on SQLite and on PostgreSQL.
#![cfg(test)]

mod arrival;
mod audit;
mod canary;
mod client;
mod common;
mod directory;
mod document;
mod events;
mod fhir;
mod fhir_capability;
mod fhir_document;
mod fhir_hostile;
mod fhir_leak;
mod fhir_leak_kinds;
mod fhir_read;
mod fhir_scope;
mod fhir_search;
mod fhir_subscription;
mod fhir_write;
mod fuzz;
mod ground;
mod hostile;
mod institution;
mod list;
mod messages;
mod passkey;
mod patient;
mod policy;
mod profile;
mod proxy;
mod referral;
mod signin;
mod start;
mod steps;
mod style;
