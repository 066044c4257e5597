//! Stories of sheets: filled in by several people, handed in, corrected, brought back as workbooks.
#![cfg(test)]

mod save;
mod submit;
mod world;
