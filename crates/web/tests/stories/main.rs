//! What the pages do, told over HTTP, on SQLite and on PostgreSQL.
#![cfg(test)]

mod audit;
mod client;
mod common;
mod directory;
mod events;
mod ground;
mod hostile;
mod messages;
mod patient;
mod policy;
mod proxy;
mod referral;
mod signin;
mod style;
