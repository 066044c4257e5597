//! Stories of the directory, told on both databases.

mod codes;
mod departments;
mod hospitals;
mod real;
mod search;
mod world;
