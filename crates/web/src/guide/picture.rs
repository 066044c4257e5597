//! The map of a guide: its municipalities, with a pin for each institution that says where it lies.

use renkei_directory::guide::{Entry, GuideRow};

use crate::state::App;
use crate::visit::Visit;

/// The map as an `<svg>` element; none where nothing could be drawn.
pub(super) fn of(_app: &App, _v: &Visit, _guide: &GuideRow, _entries: &[Entry]) -> Option<String> {
    None
}
