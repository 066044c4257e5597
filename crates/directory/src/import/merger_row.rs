//! One row of a list of mergers: which municipality becomes which, from what day on.

use jiff::civil::Date;
use renkei_base::code::MunicipalityCode;
use renkei_base::era;
use renkei_base::name::search_key;

use super::area_row::municipality_code;
use super::report::{Level, Remark};
use super::shape::Shape;
use super::table::{Column, Columns};
use crate::area::Atlas;

/// Places of the columns in [`columns`].
const OLD: usize = 0;
const OLD_NAME: usize = 1;
const NEW: usize = 2;
const NEW_NAME: usize = 3;
const NEW_KANA: usize = 4;
const DAY: usize = 5;

/// The official headings, as remarks name them.
pub(super) const OLD_CODE: &str = "旧市区町村コード";
pub(super) const NEW_CODE: &str = "新市区町村コード";
pub(super) const DATE: &str = "施行日";

pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::required(&[
            OLD_CODE,
            "旧コード",
            "改正前のコード",
            "改正前コード",
            "変更前コード",
            "old code",
            "old_code",
        ]),
        Column::optional(&["旧市区町村名", "改正前の市区町村名", "old name", "old_name"])
            .holds(Shape::Municipality),
        Column::required(&[
            NEW_CODE,
            "新コード",
            "改正後のコード",
            "改正後コード",
            "変更後コード",
            "new code",
            "new_code",
        ])
        .behind(OLD),
        Column::optional(&["新市区町村名", "改正後の市区町村名", "new name", "new_name"])
            .holds(Shape::Municipality)
            .behind(OLD_NAME),
        Column::optional(&[
            "新市区町村名（かな）",
            "新市区町村名かな",
            "新市区町村名カナ",
            "new kana",
            "new_kana",
        ]),
        Column::required(&[
            DATE,
            "合併日",
            "合併期日",
            "施行年月日",
            "改正年月日",
            "date",
        ]),
    ]
}

/// A row that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MergerRecord {
    pub(super) line: u64,
    /// Six digits.
    pub(super) old: String,
    pub(super) new: String,
    pub(super) name: String,
    pub(super) kana: String,
    pub(super) on: Date,
    pub(super) warnings: Vec<Remark>,
}

/// Reads one row. `atlas` is asked which municipality a doubtful code can mean.
pub(super) fn read(
    columns: &Columns,
    row: &csv::StringRecord,
    line: u64,
    atlas: &Atlas,
) -> Result<MergerRecord, Remark> {
    let cell = |at: usize| columns.cell(row, at).unwrap_or_default();
    let refused =
        |field: &str, reason, value: &str| Remark::new(line, Level::Refused, field, reason, value);
    if row.len() < columns.width {
        return Err(refused(
            "",
            "fault-import-row-width",
            &row.len().to_string(),
        ));
    }
    let mut warnings = Vec::new();
    let mut warn = |field: &str, reason, value: &str| {
        warnings.push(Remark::new(line, Level::Warned, field, reason, value));
    };
    let (old, restored) = municipality_code(cell(OLD), cell(OLD_NAME), atlas)
        .or_else(|reason| five(cell(OLD), None).ok_or(reason))
        .map_err(|reason| refused(OLD_CODE, reason, cell(OLD)))?;
    if let Some(reason) = restored {
        warn(OLD_CODE, reason, cell(OLD));
    }
    let known = atlas.municipality(old.as_str());
    let differs = |known: &str| search_key(known) != search_key(cell(OLD_NAME));
    if !cell(OLD_NAME).is_empty() && known.is_some_and(|one| differs(&one.name)) {
        warn(
            "旧市区町村名",
            "fault-import-area-name-differs",
            cell(OLD_NAME),
        );
    }
    // A new one is known to nobody: that it lies in the same prefecture says that five digits lack the check digit.
    let new = five(cell(NEW), Some(&old)).ok_or("");
    let (new, restored) = new
        .or_else(|_| municipality_code(cell(NEW), cell(NEW_NAME), atlas))
        .map_err(|reason| refused(NEW_CODE, reason, cell(NEW)))?;
    if let Some(reason) = restored {
        warn(NEW_CODE, reason, cell(NEW));
    }
    let on =
        era::parse(cell(DAY)).map_err(|_| refused(DATE, "fault-import-area-date", cell(DAY)))?;
    Ok(MergerRecord {
        line,
        old: old.as_str().to_owned(),
        new: new.as_str().to_owned(),
        name: cell(NEW_NAME).to_owned(),
        kana: cell(NEW_KANA).to_owned(),
        on,
        warnings,
    })
}

/// Five digits with the check digit put to them; only of the prefecture of another, where one is given.
fn five(
    text: &str,
    beside: Option<&MunicipalityCode>,
) -> Option<(MunicipalityCode, Option<&'static str>)> {
    let digits = text.chars().filter(|c| c.is_ascii_digit()).count();
    let code = MunicipalityCode::parse(text).ok().filter(|_| digits == 5)?;
    let near = beside.is_none_or(|other| other.prefecture() == code.prefecture());
    near.then_some((code, Some("fault-import-area-digit-added")))
}
