//! Stories of the directory, told on both databases.
#![cfg(test)]

mod areas;
mod boundaries;
mod care;
mod codes;
mod departments;
mod finder;
mod frame;
mod fuzz;
mod hospitals;
mod opendata;
mod real;
mod search;
mod tables;
mod world;
