//! Tables as files of a spreadsheet program (XLSX): every text stays text, codes keep their zeros, nothing is a formula.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use crate::ReportError;

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Text(String),
    Number(f64),
    Empty,
}

/// One sheet with a heading row.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// As on the tab: at most 31 characters, without `[]:*?/\`.
    pub name: String,
    /// Headings with the width of their columns in characters.
    pub columns: Vec<(String, u8)>,
    pub rows: Vec<Vec<Cell>>,
}

/// The longest text that a cell of the format holds.
const LONGEST: usize = 32_767;

/// The file.
pub fn xlsx(sheet: &Sheet) -> Result<Vec<u8>, ReportError> {
    book(std::slice::from_ref(sheet))
}

/// A file with several sheets.
pub fn book(sheets: &[Sheet]) -> Result<Vec<u8>, ReportError> {
    let mut book = Workbook::new();
    let made = sheets.iter().try_for_each(|sheet| add(&mut book, sheet));
    let saved = made.and_then(|()| book.save_to_buffer());
    saved.map_err(|error| ReportError::Sheet(error.to_string()))
}

fn add(book: &mut Workbook, sheet: &Sheet) -> Result<(), XlsxError> {
    let page = book.add_worksheet();
    page.set_name(&sheet.name)?;
    let head = Format::new().set_bold();
    for (column, (heading, width)) in (0u16..).zip(&sheet.columns) {
        page.write_string_with_format(0, column, heading, &head)?;
        page.set_column_width(column, f64::from(*width))?;
    }
    page.set_freeze_panes(1, 0)?;
    for (row, cells) in (1u32..).zip(&sheet.rows) {
        fill(page, row, cells)?;
    }
    let last = u16::try_from(sheet.columns.len()).unwrap_or(u16::MAX);
    let rows = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
    page.autofilter(0, 0, rows, last.saturating_sub(1))?;
    Ok(())
}

fn fill(page: &mut Worksheet, row: u32, cells: &[Cell]) -> Result<(), XlsxError> {
    // Text as such, whatever number or formula it looks like.
    let text = Format::new().set_num_format("@");
    for (column, cell) in (0u16..).zip(cells) {
        match cell {
            Cell::Text(value) => {
                let value: String = value.chars().take(LONGEST).collect();
                page.write_string_with_format(row, column, value, &text)?;
            }
            Cell::Number(value) => {
                page.write_number(row, column, *value)?;
            }
            Cell::Empty => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_of_any_text() {
        let sheet = Sheet {
            name: "医療機関".to_owned(),
            columns: vec![("コード".to_owned(), 12), ("床".to_owned(), 6)],
            rows: vec![
                vec![Cell::Text("0110112489".to_owned()), Cell::Number(20.0)],
                vec![Cell::Text("=1+1\u{1}".to_owned()), Cell::Empty],
                vec![Cell::Text("長".repeat(40_000)), Cell::Empty],
            ],
        };
        let file = xlsx(&sheet).unwrap();
        assert!(file.starts_with(b"PK"));
    }
}
