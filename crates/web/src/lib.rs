//! The only crate that knows HTTP.
//!
//! To add a page: a line in [`routes`], a handler in the file of its noun, a template with the same name under
//! `templates/`, its texts in `messages/{ja,en}/`, and the noun in `docs/glossary.md`.

pub mod assets;
pub mod error;
pub mod form;
pub mod guard;
pub mod messages;
pub mod routes;
mod say;
mod session;
mod shell;
pub mod state;
pub mod visit;

pub use routes::router;
pub use state::{App, WebConfig};
