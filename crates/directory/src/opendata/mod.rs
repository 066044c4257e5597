//! The directory for everybody: as it is now, in pieces, and as dated publications that never change.
//!
//! | file | holds |
//! |---|---|
//! | `mod.rs` | what there is: data sets and formats |
//! | `areas`, `institutions` | the rows of each |
//! | `cell` | a row as CSV or JSON |
//! | [`read`] | a data set in pieces, from the tables |
//! | [`release`] | dated publications |

mod areas;
mod cell;
mod institutions;
pub mod read;
pub mod release;

pub use read::Reading;
pub use release::{Release, due, files, release, releases};

/// What is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dataset {
    /// Which municipalities belong to which areas, and when.
    Areas,
    /// All institutions, what everybody may know of them.
    Institutions,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 with its mark, RFC 4180.
    Csv,
    Json,
}

impl Dataset {
    pub const ALL: [Self; 2] = [Self::Areas, Self::Institutions];

    /// In file names.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Areas => "areas",
            Self::Institutions => "institutions",
        }
    }

    /// The names of its columns, in their order.
    pub const fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Areas => &areas::HEADINGS,
            Self::Institutions => &institutions::HEADINGS,
        }
    }
}

impl Format {
    pub const ALL: [Self; 2] = [Self::Csv, Self::Json];

    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    pub const fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

/// All files of a publication.
pub fn all() -> impl Iterator<Item = (Dataset, Format)> {
    let each = |dataset| Format::ALL.into_iter().map(move |format| (dataset, format));
    Dataset::ALL.into_iter().flat_map(each)
}

/// `institutions.csv`
pub fn file_name(dataset: Dataset, format: Format) -> String {
    format!("{}.{}", dataset.name(), format.extension())
}

/// What a file name means.
pub fn parse(file: &str) -> Option<(Dataset, Format)> {
    all().find(|(dataset, format)| file_name(*dataset, *format) == file)
}
