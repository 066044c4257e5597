//! 紹介: one case, from the draft to the closed loop.
//!
//! A case is named by its ServiceRequest's id. Its Task and its letter (Composition) carry the same id.
//!
//! | file | holds |
//! |---|---|
//! | [`state`] | the states, whose turn each is, and their FHIR codes |
//! | [`step`] | the steps that people take |
//! | [`table`] | which step is possible in which state: data |
//! | [`command`], [`reason`] | a step with its content, read from a form; why it is taken |
//! | [`rules`] | pure: case and command to changes or refusal |
//! | `case`, `turn` | a case as stored; what every step writes |
//! | [`draft`] | writing a letter: saved while typing, both versions kept when two people write |
//! | [`act`] | the use case for every other step |
//! | [`view`] | a case as a page shows it |

pub mod act;
pub(crate) mod case;
pub mod command;
pub mod draft;
pub mod number;
pub mod reason;
pub mod rules;
pub mod state;
pub mod step;
pub mod table;
pub(crate) mod turn;
pub mod view;

pub use act::{Done, act};
pub use command::{ActForm, Command, NewSlot};
pub use draft::{Anew, DraftForm, DraftMeeting, DraftSaved, Origin, save_draft};
pub use reason::{CancelReason, DeclineReason};
pub use state::{Side, State};
pub use step::Step;
pub use view::{Event, ReferralView, view};
