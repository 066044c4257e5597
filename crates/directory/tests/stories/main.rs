//! Stories of the directory, told on both databases.
#![cfg(test)]

mod codes;
mod departments;
mod frame;
mod fuzz;
mod hospitals;
mod real;
mod search;
mod tables;
mod world;
