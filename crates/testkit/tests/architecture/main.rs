//! The rules of the house, as tests: what `ARCHITECTURE.md` says is absent is absent.
//!
//! Each rule is one file: a pure function from files to complaints, a test on the tree, and a test that a bad
//! example is seen. A rule that stands in the way is changed here and in `ARCHITECTURE.md`, with the reason in
//! `docs/decisions/`.
#![cfg(test)]
#![expect(
    clippy::string_slice,
    reason = "offsets are those of what was found there"
)]

mod drivers;
mod edges;
mod functions;
mod lexer;
mod messages;
mod nouns;
mod paths;
mod policy;
mod sizes;
mod tree;
mod words;
