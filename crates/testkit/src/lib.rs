//! What tests share. Only ever a dev-dependency.
//!
//! | file | holds |
//! |---|---|
//! | [`backend`] | [`each_backend!`]: one story, told on SQLite and on PostgreSQL |
//! | [`postgres`] | PostgreSQL servers of the tests' own, from Debian's binaries |
//! | [`shared`] | the one server that all tests of a run use, and how it ends |
//! | [`clock`], [`id`] | time that stands still until moved, ids and secrets that come from a seed |
//! | [`signer`] | key pairs of machine clients |
//! | [`fuzz`] | broken copies of good inputs, for every parser |
//! | [`wrong_file`] | files as they come when something went wrong, with what must be told |
//! | [`data`], [`folder`] | real data where it is there, folders that go away |
//!
//! Unit tests inside `renkei-store` meet that crate twice (as itself and as seen from here), so its stories
//! on a backend are integration tests, in its `tests/` folder.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a harness that cannot go on fails the test, with the reason"
)]

pub mod backend;
pub mod clock;
pub mod data;
pub mod folder;
pub mod fuzz;
pub mod id;
pub mod postgres;
pub mod shared;
pub mod signer;
pub mod wrong_file;

pub use backend::Backend;
pub use clock::TestClock;
pub use data::test_data;
pub use folder::Folder;
pub use fuzz::Fuzz;
pub use id::CountingIds;
pub use signer::Signer;
pub use wrong_file::{Told, WrongFile, wrong_files};
