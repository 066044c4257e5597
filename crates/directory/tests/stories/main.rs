//! Stories of the directory, told on both databases.
#![cfg(test)]

mod areas;
mod beds;
mod boundaries;
mod care;
mod codes;
mod columns;
mod conditions;
mod departments;
mod figures;
mod finder;
mod frame;
mod fuzz;
#[cfg(test)]
mod fuzz_files;
mod guides;
mod hospitals;
mod members;
mod mergers;
mod municipal_figures;
mod opendata;
mod questions;
mod real;
mod search;
mod swapped;
mod tables;
mod world;
mod wrong_files;
