//! Imports: files in, counts and rejects out. Twice is once; what is cut off is taken up by running it again.
//!
//! | file | holds |
//! |---|---|
//! | [`run`] | the frame: dry run, the good part or nothing, progress, record; [`KINDS`] is the table of kinds |
//! | [`file`], `text` | what the bytes are: zip, plain, workbook; encoding found by itself |
//! | [`table`], [`workbook`], [`package`] | rows, and columns by their headings; sheets, and how much a file of them comes to |
//! | `heading` | a file without the headings of its kind: what it has, what it looks like |
//! | [`shape`], [`doubt`], `exchange` | what values look like; columns that stand under each other's headings; of numbers |
//! | [`medical`], `medical_days`, `medical_beds`, `medical_times` | one row of a 施設票 of 医療情報ネット, checked |
//! | `medical_apply`, `difference` | the row as Organization and Location; what it changes |
//! | `medical_run` | the whole file, in batches |
//! | [`medical_hours`] | 診療科・診療時間票 |
//! | [`care_row`], `care_run` | 介護サービス情報公表 |
//! | [`bed_sheet`], `bed_check`, `bed_run` | 病床機能報告 by area; whether it adds up |
//! | `member_run` | lists of members |
//! | [`wait`] | rows of lists that wait for a person |
//! | [`code_row`], `code_run` | the code lists of the regional bureaus |
//! | `area_row`, `area_run` | lists of areas |
//! | `merger_row`, `merger_run` | mergers of municipalities |
//! | [`boundary_run`] | outlines of municipalities |
//! | `municipal_figure_row`, `municipal_figure_run` | inhabitants of municipalities, by year |
//! | [`report`] | counts, differences, and what was wrong where |

mod area_row;
mod area_run;
mod bed_check;
mod bed_run;
pub mod bed_sheet;
pub mod boundary_run;
pub mod care_row;
mod care_run;
pub mod code_row;
mod code_run;
mod difference;
pub mod doubt;
mod exchange;
pub mod file;
mod heading;
pub mod medical;
mod medical_apply;
mod medical_beds;
mod medical_days;
pub mod medical_hours;
mod medical_run;
mod medical_times;
mod member_run;
mod merger_row;
mod merger_run;
mod municipal_figure_row;
mod municipal_figure_run;
pub mod package;
pub mod report;
pub mod run;
pub mod shape;
pub mod table;
mod text;
pub mod wait;
pub mod workbook;

pub use doubt::{Doubt, Odd};
pub use file::Source;
pub use report::{Change, Difference, Level, Remark, Report};
pub use run::{Choice, FileKind, Import, OnProgress, Progress, Work, import};

/// Rows of one commit. At 200 resources it holds the writer for well under 50 ms.
pub(crate) const BATCH_ROWS: usize = 100;

/// All kinds of files, in the order of the page. A new kind is a line here, its words `import-kind-CODE` and
/// `import-kind-about-CODE` in the message files, and a subcommand in `crates/renkei/src/cli.rs`.
pub const KINDS: &[FileKind] = &[
    FileKind {
        code: "medical-institutions",
        looks: |row| {
            medical::Layout::find(row).is_ok() || medical_hours::HoursLayout::find(row).is_ok()
        },
        run: |import| Box::pin(medical_run::medical_institutions(import)),
    },
    FileKind {
        code: "care-services",
        looks: |row| care_row::CareLayout::find(row).is_ok(),
        run: |import| Box::pin(care_run::care_services(import)),
    },
    FileKind {
        code: "bed-reports",
        looks: |_| false,
        run: |import| Box::pin(bed_run::bed_reports(import)),
    },
    FileKind {
        code: "members",
        looks: member_run::looks,
        run: |import| Box::pin(member_run::members(import)),
    },
    FileKind {
        code: "institution-codes",
        looks: code_row::looks,
        run: |import| Box::pin(code_run::institution_codes(import)),
    },
    FileKind {
        code: "areas",
        looks: |row| table::Columns::find(&area_row::columns(), row).is_ok(),
        run: |import| Box::pin(area_run::areas(import)),
    },
    FileKind {
        code: "mergers",
        looks: |row| table::Columns::find(&merger_row::columns(), row).is_ok(),
        run: |import| Box::pin(merger_run::mergers(import)),
    },
    FileKind {
        code: "municipal-figures",
        looks: |row| table::Columns::find(&municipal_figure_row::columns(), row).is_ok(),
        run: |import| Box::pin(municipal_figure_run::municipal_figures(import)),
    },
    FileKind {
        code: "boundaries",
        looks: |_| false,
        run: |import| Box::pin(boundary_run::boundaries(import)),
    },
];

/// The kind of file with a code.
pub fn kind(code: &str) -> Option<&'static FileKind> {
    KINDS.iter().find(|kind| kind.code == code)
}
