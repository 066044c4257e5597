//! Stories of the directory, told on both databases.
#![cfg(test)]

mod codes;
mod departments;
mod fuzz;
mod hospitals;
mod real;
mod search;
mod world;
