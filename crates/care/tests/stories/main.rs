//! Stories of the care plane, each told on SQLite and on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a story that cannot go on fails, with the reason"
)]

mod arrival;
mod booking;
mod department;
mod document;
mod document_arrival;
mod document_correct;
mod document_probe;
mod document_refused;
mod document_reply;
mod draft;
mod fhir;
mod fhir_condition;
mod fhir_number;
mod fhir_pointing;
mod fhir_several;
mod fhir_slot;
mod fhir_step;
mod fhir_traces;
mod find;
mod large;
mod message;
mod order;
mod overdue;
mod patient;
mod random;
mod reasons;
mod record;
mod region;
mod replies;
mod same_work;
mod simulation;
mod stranger;
mod stream;
mod subscription;
mod subscription_hidden;
mod subscription_rules;
mod traces;
mod unsent;
mod watch;
mod whole_loop;
