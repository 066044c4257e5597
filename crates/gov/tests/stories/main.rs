//! Stories of the governance plane, told on both databases.
#![cfg(test)]

mod asking;
mod mails;
mod merger;
mod neighbour;
mod remark;
mod window;
mod world;
