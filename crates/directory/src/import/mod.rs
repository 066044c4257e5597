//! Imports: files in, counts and rejects out. Twice is once; what is cut off is taken up by running it again.
//!
//! | file | holds |
//! |---|---|
//! | [`file`] | bytes to text: zip or plain, encoding found by itself |
//! | [`table`] | columns by their headings |
//! | [`medical`], `medical_days`, `medical_beds` | one row of 医療情報ネット, checked |
//! | [`medical_apply`] | the row as Organization and Location |
//! | [`medical_run`] | the whole file, in batches |
//! | [`code_row`], [`code_run`] | the code lists of the regional bureaus |
//! | [`report`] | counts, and what was wrong where |

pub mod code_row;
pub mod code_run;
pub mod file;
pub mod medical;
mod medical_apply;
mod medical_beds;
mod medical_days;
pub mod medical_run;
pub mod report;
pub mod table;

pub use code_run::institution_codes;
pub use file::Source;
pub use medical_run::medical_institutions;
pub use report::{Level, Remark, Report};

/// Rows of one commit. At 200 resources it holds the writer for well under 50 ms.
pub(crate) const BATCH_ROWS: usize = 100;

/// How far an import is. `rows` is an estimate by bytes until the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub rows: u64,
}

/// Called after each batch.
pub type OnProgress<'a> = &'a mut (dyn FnMut(Progress) + Send);
