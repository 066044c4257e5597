//! 集計: the figures of a survey, for everybody once they are published.
//!
//! | file | holds |
//! |---|---|
//! | `seen` | which figures this caller sees: a published version, or as they stand now |
//! | `table` | the table as rows of texts |
//! | `group` | the same by area, kind, size and ageing |
//! | `chart` | bars as SVG |
//! | `file`, `pdf` | CSV, XLSX; the printed table |
//! | `show` | the page |

mod chart;
mod file;
pub(crate) mod group;
mod pdf;
pub(crate) mod seen;
pub(crate) mod show;
pub(crate) mod table;

pub(crate) use self::file::{answers_csv, table_csv, xlsx};
pub(crate) use self::pdf::pdf;
pub(crate) use self::show::show as show_page;
