//! Stories of the governance plane, told on both databases.
#![cfg(test)]

mod asking;
mod mails;
mod window;
mod world;
