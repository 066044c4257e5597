//! The only crate that names a database driver.
//!
//! | file | holds |
//! |---|---|
//! | [`store`] | [`Store`]: open, read, search, commit |
//! | [`changes`] | what a use case wants written: puts, access rows, audit notes, counts |
//! | [`query`] | what a use case wants found |
//! | [`error`] | [`StoreError`], and [`Failure`] for use cases |
//! | `db/` | the executor: statements and rows, SQLite and PostgreSQL behind it, the dialect |
//! | `resource`, `index`, `access`, `audit`, `feed`, `count`, `blob`, `job`, … | one file per table group, its SQL as constants |

pub mod account;
pub mod attempt;
pub mod changes;
pub mod enrolment;
pub mod error;
pub mod query;
pub mod session;
pub mod store;
pub(crate) mod db;

pub use account::{AccountRow, AccountState};
pub use attempt::{AttemptKind, AttemptRow};
pub use changes::{Access, Changes, Count, Note, Place, Put, Stored};
pub use enrolment::EnrolmentRow;
pub use error::{Failure, StoreError};
pub use query::{Clause, Include, Order, Page, Query};
pub use session::{SessionOwner, SessionRow};
pub use store::{Changed, Config, Database, Store};
