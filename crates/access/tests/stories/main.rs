//! Stories about people and their sessions, told on SQLite and on PostgreSQL.
#![cfg(test)]

mod client;
mod client_kept;
mod demo;
mod enrolment;
mod own;
mod passkey;
mod people;
mod reauth;
mod sessions;
mod signin;
mod world;
