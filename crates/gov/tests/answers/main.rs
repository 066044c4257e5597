//! Stories of sheets: filled in by several people, handed in, corrected, brought back as workbooks.
#![cfg(test)]

mod audit;
mod course;
mod explained;
mod hand;
mod lock;
mod paper;
mod save;
mod submit;
mod workbook;
mod world;
