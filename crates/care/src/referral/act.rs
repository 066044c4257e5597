//! The use case for every step but drafts and replies.

use renkei_base::{Ctx, Id};
use renkei_store::Failure;

use super::{Command, State};
use crate::Care;

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub case: Id,
    pub state: State,
    /// The case's version now.
    pub version: u32,
    /// Nothing was done, since it was done before (a double click, or a colleague was quicker).
    pub already: bool,
}

/// Takes a step. `seen` is the version of the case that the page showed: `send` is refused with `Conflict` when the letter
/// changed since then, so that a doctor approves what was read; other steps go by the state alone.
///
/// # Errors
/// `Invalid` (an incomplete letter: faults name the fields of [`super::DraftForm`]), `NotNow`, `Forbidden`, `NotFound`, `Conflict`.
pub async fn act(
    _care: &Care,
    _ctx: &Ctx,
    _case: &Id,
    _seen: Option<u32>,
    _command: Command,
) -> Result<Done, Failure> {
    crate::text::unbuilt()
}
