//! The only crate that names a database driver.
//!
//! | file | holds |
//! |---|---|
//! | [`store`], `commit`, `read`, `search` | [`Store`]: open, write, read, search |
//! | [`changes`] | what a use case wants written: puts, access rows, audit notes, counts |
//! | [`query`], `planner/` | what a use case wants found, and the SQL that finds it |
//! | `filter` | who sees which row: the one condition that all reads, searches and writes share |
//! | `audit`, `anchor`, [`verify`], [`trail`] | records and their chains, the heads outside, whether all is as written, pages for auditors |
//! | [`history`], [`idempotency`] | every version of a type; requests that are sent again |
//! | `index`, [`reindex`] | search rows of a resource; all of them anew |
//! | `resource`, `access`, [`feed`], `count`, [`account`], [`session`], [`institution`], [`opening`], [`position`], [`beds`], … | one file per table group, its SQL as constants |
//! | `blob` | attachments |
//! | [`backup`] | everything in one file, and a region made of it |
//! | `db/` | the executor: statements and rows, SQLite and PostgreSQL behind it, the dialect |
//! | `migrate` | the list of `migrations/` |
//! | [`error`] | [`StoreError`], and [`Failure`] for use cases |

pub(crate) mod access;
pub mod account;
mod account_mail;
pub(crate) mod anchor;
pub mod answer;
pub mod area;
pub mod attempt;
pub(crate) mod audit;
pub mod backup;
pub mod beds;
pub(crate) mod blob;
pub mod boundary;
pub mod changes;
mod claim;
pub mod client;
mod commit;
pub mod confirmation;
pub(crate) mod count;
mod counted;
pub(crate) mod db;
pub mod document;
pub mod enquiry;
pub mod enrolment;
pub mod error;
pub mod explanation;
pub mod feed;
pub(crate) mod filter;
pub mod function;
pub mod guide;
pub mod handing;
pub mod history;
pub mod idempotency;
pub mod import;
pub mod import_wait;
pub(crate) mod index;
pub mod institution;
pub mod mail;
pub mod mail_address;
pub mod marks;
pub mod merger;
pub(crate) mod migrate;
pub mod municipal_figure;
pub mod municipality;
pub mod number;
pub mod opendata;
pub mod opening;
pub mod passkey;
mod planner;
#[cfg(test)]
mod plans;
pub mod population;
pub mod position;
pub mod profile;
pub mod query;
pub mod questionnaire;
pub(crate) mod read;
mod ready;
pub mod reindex;
pub(crate) mod resource;
pub mod respondent;
mod search;
pub mod session;
pub mod setting;
pub mod slot;
pub mod snapshot;
pub mod store;
pub mod subscription;
pub mod survey;
pub mod survey_event;
pub mod survey_override;
pub mod survey_theme;
pub mod survey_withdrawal;
pub mod tag;
pub mod tally;
pub mod tool;
pub mod trail;
pub mod verify;
mod waiting;

pub use account::{AccountRow, AccountState};
pub use attempt::{AttemptKind, AttemptRow};
pub use beds::{BedCount, BedSet};
pub use changes::{Access, Changes, Count, FoundText, Note, Place, Put, Stored, StoredText};
pub use client::{ClientRow, ClientState, TokenOwner, TokenRow};
pub use counted::Counted;
pub use db::fault::{DiskFault, Faults};
pub use document::{DocumentParty, DocumentRow, DocumentState};
pub use enrolment::EnrolmentRow;
pub use error::{Failure, StoreError};
pub use feed::{Fed, FeedCursor};
pub use history::{HistoryPage, HistoryQuery};
pub use idempotency::{Done, Once};
pub use mail::{MailRow, MailState, MailTurn};
pub use number::InstitutionNumber;
pub use opening::{Hours, Opening, OpeningSet, What};
pub use passkey::PasskeyRow;
pub use planner::escape::{escape, split_values};
pub use planner::is_public;
pub use position::Position;
pub use query::{Clause, Include, Order, Page, Query};
pub use respondent::RespondentRow;
pub use session::{SessionOwner, SessionRow};
pub use store::{Changed, Config, Database, Figures, Store};
pub use subscription::{Followed, SubscriptionRow, SubscriptionState};
pub use survey::SurveyRow;
pub use survey_event::SurveyEventRow;
pub use trail::{AuditFilter, AuditRow};
pub use verify::{Problem, Verdict};
pub use waiting::{Concern, Waiting};
