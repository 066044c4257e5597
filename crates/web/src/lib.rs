//! The only crate that knows HTTP.
//!
//! To add a page: a line in [`routes`], a handler in the file of its noun, a template with the same name under
//! `templates/`, its texts in `messages/{ja,en}/`, and the noun in `docs/glossary.md`.
//!
//! | file | holds |
//! |---|---|
//! | [`routes`], [`guard`] | all addresses with a policy each, and the gate that keeps it |
//! | [`visit`], `session`, [`form`], [`error`] | one request: who, in which language; what was typed; every "no" as a page |
//! | `look`, `ruby` | how a visitor wants pages, kept in the address; furigana |
//! | `proxy`, `shell`, [`assets`], [`messages`], `say` | what lies around every page: whose address it is, headers and limits, files, texts, dates |
//! | `start`, `login`, `demo`, `language`, `enrol`, `account`, `people` | the first page, and everything about people |
//! | `passkey`, `confirm` | passkeys; the page that asks again who one is |
//! | `tag`, `function`, `confirmation`, `enquiry` | what stands on institutions' pages in the region's words, their yearly confirmation, what desks were asked |
//! | `institution`, `department`, `import`, `audit`, `overview` | the directory and its imports; what auditors read; where those begin who see no patients |
//! | `guide`, `tool` | 連携マップ, ガイドブック with their versions; tools of others |
//! | `opendata` | the directory as files for everybody |
//! | `area`, `municipality`, `merger`, `map` | 圏域 and 区市町村, 合併; the map and its table |
//! | `paper` | what stands on every printed page of the directory |
//! | `mail` | the texts of mails |
//! | `survey` | what is asked of whom, and the running of it |
//! | `answer` | one respondent's sheet: filled in, handed in, corrected |
//! | `question`, `questionnaire` | one question of a survey as its respondent sees it; what surveys ask, built in versions |
//! | `theme` | free texts of a survey in groups |
//! | `percent` | whether percentages of a table can be, for everybody |
//! | `arrival` | letters that wait for an institution, at the region's desk |
//! | `oauth`, `client` | tokens for machine clients, and the list of them |
//! | `fhir` | FHIR REST for other programs |
//! | `events`, `health`, [`metrics`], `job`, `sheet` | "something changed"; for operators; work that takes longer than a page; CSV files |

pub mod assets;
mod care;
pub mod error;
mod fhir;
pub mod form;
pub mod guard;
pub mod messages;
pub mod metrics;
pub mod routes;
pub mod state;
pub mod visit;

mod account;
mod answer;
mod api;
mod area;
mod arrival;
mod audit;
mod client;
mod confirm;
mod confirmation;
mod count;
mod demo;
mod department;
mod drain;
mod enquiry;
mod enrol;
mod events;
mod function;
mod guide;
mod health;
mod import;
mod institution;
mod job;
mod language;
mod login;
mod look;
mod mail;
mod map;
mod matrix;
mod merger;
mod municipality;
mod oauth;
mod opendata;
mod opening;
mod overview;
mod paper;
mod passkey;
mod people;
mod percent;
mod place;
mod proxy;
mod publication;
mod question;
mod questionnaire;
mod ruby;
mod say;
mod session;
mod sheet;
mod shell;
mod start;
mod survey;
mod survey_override;
mod survey_withdrawal;
mod tag;
mod theme;
mod tool;
mod turn;

pub use audit::words::GROUPS as AUDIT_NOUNS;
pub use care::issuing::{issue_due, issuing};
pub use import::words as import_words;
pub use institution::wanted::CONDITIONS as LIST_NAMES;
pub use mail::mail_writer;
pub use proxy::{Network, NoNetwork, Proxies};
pub use routes::router;
pub use state::{App, Parts, WebConfig};
