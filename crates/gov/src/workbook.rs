//! The form as a workbook, filled in off line and brought back: the same record as in the browser.
//!
//! | file | holds |
//! |---|---|
//! | [`layout`] | which row holds what: written by the one, expected by the other |
//! | [`word`] | words in cells that are read again: ○, 不明 |
//! | [`open`](mod@open) | what a file is: macros, bombs, old formats are refused before anything is read |
//! | [`page`] | its cells as text, with their addresses |
//! | [`read`](mod@read) | cells become what was typed; faults name the cell |
//! | [`preview`](mod@preview) | what a file would change |

pub mod layout;
pub mod open;
pub mod page;
pub mod preview;
pub mod read;
pub mod word;

pub use self::layout::{About, FormCell, FormRow, Look, rows};
pub use self::open::open;
pub use self::preview::{Difference, Preview, preview};
pub use self::read::{Filled, read};
