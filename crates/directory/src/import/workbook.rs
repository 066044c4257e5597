//! Sheets of an Excel file, read cell by cell: only what is filled takes memory, whatever a sheet says of its size.

use std::io::Cursor;
use std::sync::Arc;

use calamine::{DataRef, Reader, Xlsx};
use renkei_base::Refusal;

use super::file::{Source, refused};
use super::package::{self, Bounds, Odd};

/// How much of a workbook is read. A small file can hold a long text once and point at it from every cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Cells further to the right are passed over.
    pub columns: u32,
    /// Rows of one sheet.
    pub rows: u32,
    /// Filled cells of all sheets.
    pub cells: usize,
    /// Bytes of text of all sheets.
    pub text: usize,
    /// What the file comes to when it is unpacked.
    pub package: Bounds,
}

impl Limits {
    /// No list has as much.
    pub const LIST: Self = Self {
        columns: 300,
        rows: 200_000,
        cells: 4_000_000,
        text: 256 * 1024 * 1024,
        package: Bounds::LIST,
    };
    /// A table that anybody may send, not signed in.
    pub const ANYBODY: Self = Self {
        columns: 60,
        rows: 1_000,
        cells: 60_000,
        text: 4 * 1024 * 1024,
        package: Bounds::SMALL,
    };
}

/// Characters that a spreadsheet's cell can have.
const CELL_CHARS: usize = 32_767;

/// One row with its number, from 1. Cells by their column, from 0; blanks are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetRow {
    pub number: u64,
    cells: Vec<String>,
}

impl SheetRow {
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(String::as_str)
    }
}

/// One sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub name: String,
    pub rows: Vec<SheetRow>,
}

/// An opened workbook.
pub struct Workbook {
    book: Xlsx<Cursor<Arc<[u8]>>>,
    /// What may still be read of it.
    left: Limits,
}

impl std::fmt::Debug for Workbook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Workbook").field(&self.names()).finish()
    }
}

impl Workbook {
    /// Refused where the file is none.
    pub fn open(source: &Source) -> Result<Self, Refusal> {
        Self::within(source, Limits::LIST)
    }

    /// The same, of which no more is read than this.
    pub fn within(source: &Source, left: Limits) -> Result<Self, Refusal> {
        if !source.is_workbook() {
            return Err(refused("fault-import-not-excel"));
        }
        measured(source, left.package)?;
        let opened = careful(|| Xlsx::new(Cursor::new(source.bytes())).ok());
        opened
            .map(|book| Self { book, left })
            .ok_or_else(|| refused("fault-import-excel-broken"))
    }

    pub fn names(&self) -> Vec<String> {
        self.book.sheet_names()
    }

    /// All filled rows of a sheet.
    pub fn sheet(&mut self, name: &str) -> Result<Sheet, Refusal> {
        careful(|| Some(self.rows_of(name)))
            .unwrap_or_else(|| Err(refused("fault-import-excel-broken")))
    }

    fn rows_of(&mut self, name: &str) -> Result<Sheet, Refusal> {
        let broken = |_| refused("fault-import-excel-broken");
        let mut reader = self.book.worksheet_cells_reader(name).map_err(broken)?;
        let mut rows: Vec<SheetRow> = Vec::new();
        let large = || refused("fault-import-too-large");
        while let Some(cell) = reader.next_cell().map_err(broken)? {
            let (row, column) = cell.get_position();
            if column >= self.left.columns {
                continue;
            }
            if length(cell.get_value()) > CELL_CHARS {
                return Err(large());
            }
            let text = text(cell.get_value());
            if text.is_empty() {
                continue;
            }
            if row >= self.left.rows {
                return Err(large());
            }
            self.left.cells = self.left.cells.checked_sub(1).ok_or_else(large)?;
            let text_left = self.left.text.checked_sub(text.len());
            self.left.text = text_left.ok_or_else(large)?;
            let (number, column) = (u64::from(row) + 1, column as usize);
            if rows.last().is_none_or(|last| last.number != number) {
                rows.push(SheetRow {
                    number,
                    cells: Vec::new(),
                });
            }
            if let Some(last) = rows.last_mut() {
                if last.cells.len() <= column {
                    last.cells.resize(column + 1, String::new());
                }
                if let Some(place) = last.cells.get_mut(column) {
                    *place = text;
                }
            }
        }
        rows.sort_by_key(|row| row.number);
        Ok(Sheet {
            name: name.to_owned(),
            rows,
        })
    }
}

/// The reader makes room for what a file says that it has: what is too much is refused before.
fn measured(source: &Source, bounds: Bounds) -> Result<(), Refusal> {
    let archive = zip::ZipArchive::new(Cursor::new(source.bytes()));
    let mut archive = archive.map_err(|_| refused("fault-import-excel-broken"))?;
    package::measure(&mut archive, bounds).map_err(|odd| match odd {
        Odd::Bomb => refused("fault-import-too-large"),
        Odd::Broken => refused("fault-import-excel-broken"),
    })
}

/// The reader falls over some broken files (a row's number that no integer holds): they are none.
fn careful<T>(read: impl FnOnce() -> Option<T>) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .ok()
        .flatten()
}

/// Characters of a cell's text, counted before it is copied.
fn length(value: &DataRef<'_>) -> usize {
    match value {
        DataRef::String(text) => text.chars().count(),
        DataRef::SharedString(text) => text.chars().count(),
        _ => 0,
    }
}

/// A cell as it is shown, without line breaks and blanks around it. Whole numbers have no point.
fn text(value: &DataRef<'_>) -> String {
    let text = match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => u8::from(*yes).to_string(),
        DataRef::DateTime(date) => date.as_f64().to_string(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.concat().trim().to_owned()
}
