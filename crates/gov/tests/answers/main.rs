//! Stories of sheets: filled in by several people, handed in, corrected, brought back as workbooks.
#![cfg(test)]

mod lock;
mod save;
mod submit;
mod world;
