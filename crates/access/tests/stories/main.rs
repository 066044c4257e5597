//! Stories about people and their sessions, told on SQLite and on PostgreSQL.
#![cfg(test)]

mod client;
mod demo;
mod enrolment;
mod own;
mod people;
mod sessions;
mod signin;
mod world;
