//! Stories of the directory, told on both databases.
#![cfg(test)]

mod areas;
mod boundaries;
mod codes;
mod departments;
mod finder;
mod frame;
mod fuzz;
mod hospitals;
mod real;
mod search;
mod tables;
mod world;
