//! A sheet of a workbook as text by cell: only what is filled takes memory, whatever the sheet says of its size.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::Arc;

use calamine::{DataRef, Reader, Xlsx};
use renkei_base::Fault;

/// Beyond these nothing is read.
const ROWS: u32 = 20_000;
const COLUMNS: u32 = 100;
const CELLS: usize = 200_000;
/// A spreadsheet's cell has at most 32,767 characters.
const CELL_BYTES: usize = 4 * 32_767;
/// Bytes of text of one sheet. A small file can hold a long text once and point at it from every cell.
const TEXT: usize = 16 * 1024 * 1024;

/// The cells of a sheet, by row and column from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    name: String,
    cells: BTreeMap<(u32, u32), String>,
    /// Cells in which a formula failed.
    broken: Vec<(u32, u32)>,
    /// Cells with a formula that no program has worked out.
    waiting: Vec<(u32, u32)>,
    /// First and last cell of what was joined into one: all but the first are lost.
    joined: Vec<[(u32, u32); 2]>,
}

impl Page {
    pub fn cell(&self, row: u32, column: u32) -> &str {
        self.cells.get(&(row, column)).map_or("", String::as_str)
    }

    /// Whether anything stands in a row from a column on.
    pub fn has_from(&self, row: u32, column: u32) -> bool {
        self.cells
            .range((row, column)..(row + 1, 0))
            .next()
            .is_some()
    }

    /// The rows that have something in a column, with it, from above.
    pub fn column(&self, column: u32) -> impl Iterator<Item = (u32, &str)> {
        self.cells
            .iter()
            .filter(move |((_, at), _)| *at == column)
            .map(|((row, _), text)| (*row, text.as_str()))
    }

    /// The rows with something in them.
    pub fn rows(&self) -> Vec<u32> {
        let mut rows: Vec<u32> = self.cells.keys().map(|(row, _)| *row).collect();
        rows.dedup();
        rows
    }

    pub fn broken(&self) -> &[(u32, u32)] {
        &self.broken
    }

    /// Cells whose formula has no value yet: such a file was written by a program that does not calculate.
    pub fn waiting(&self) -> &[(u32, u32)] {
        &self.waiting
    }

    /// First and last cell of each group that was joined into one cell.
    pub fn joined(&self) -> &[[(u32, u32); 2]] {
        &self.joined
    }

    /// `回答!F12`
    pub fn address(&self, row: u32, column: u32) -> String {
        format!("{}!{}{}", self.name, letters(column), row + 1)
    }
}

/// `A`, `Z`, `AA`
fn letters(column: u32) -> String {
    let (rest, last) = (column / 26, column % 26);
    let letter = char::from(b'A' + u8::try_from(last).unwrap_or(0));
    let before = if rest == 0 {
        String::new()
    } else {
        letters(rest - 1)
    };
    format!("{before}{letter}")
}

/// The sheets of these names; none where one is not there.
///
/// # Errors
/// `fault-workbook-broken`, `fault-workbook-too-large` on `workbook`.
pub fn pages(bytes: Arc<[u8]>, names: &[&str]) -> Result<Option<Vec<Page>>, Fault> {
    // The reader falls over some broken files: they are none.
    let read = std::panic::AssertUnwindSafe(|| all(bytes, names));
    std::panic::catch_unwind(read)
        .unwrap_or(Err("fault-workbook-broken"))
        .map_err(|key| Fault::new("workbook", key).with("max", CELLS))
}

fn all(bytes: Arc<[u8]>, names: &[&str]) -> Result<Option<Vec<Page>>, &'static str> {
    let opened = Xlsx::new(Cursor::new(bytes));
    let mut book = opened.map_err(|_| "fault-workbook-broken")?;
    let there = book.sheet_names();
    if !names.iter().all(|name| there.iter().any(|one| one == name)) {
        return Ok(None);
    }
    let pages: Result<Vec<Page>, _> = names.iter().map(|name| page(&mut book, name)).collect();
    pages.map(Some)
}

fn page(book: &mut Xlsx<Cursor<Arc<[u8]>>>, name: &str) -> Result<Page, &'static str> {
    let broken = |_| "fault-workbook-broken";
    let shares = shares(book, name)?;
    let joined = book.merge_cells_by_sheet_name(name).map_err(broken)?;
    let joined = joined.iter().map(|group| [group.start, group.end]);
    let joined = joined.take(CELLS).collect();
    let mut reader = book.worksheet_cells_reader(name).map_err(broken)?;
    let mut page = Page {
        name: name.to_owned(),
        joined,
        ..Page::default()
    };
    let mut left = TEXT;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(broken)? {
        let (row, column) = cell.pos;
        let empty = matches!(cell.value, DataRef::Empty);
        if column >= COLUMNS || (empty && cell.formula.is_none()) {
            continue;
        }
        if row >= ROWS || page.cells.len() + page.waiting.len() >= CELLS {
            return Err("fault-workbook-cells");
        }
        if empty {
            page.waiting.push((row, column));
            continue;
        }
        let length = match &cell.value {
            DataRef::String(text) => text.len(),
            DataRef::SharedString(text) => text.len(),
            _ => 0,
        };
        left = left.checked_sub(length).ok_or("fault-workbook-cells")?;
        if length > CELL_BYTES {
            return Err("fault-workbook-cells");
        }
        let share = shares.contains(&(row, column));
        match text(&cell.value).map(|text| {
            if share {
                percent(&cell.value, text)
            } else {
                text
            }
        }) {
            Some(text) if text.trim().is_empty() => {}
            Some(text) => {
                page.cells.insert((row, column), text);
            }
            None => page.broken.push((row, column)),
        }
    }
    Ok(page)
}

/// Cells whose numbers are shown as shares: 0.5 as 50%.
fn shares(
    book: &mut Xlsx<Cursor<Arc<[u8]>>>,
    name: &str,
) -> Result<BTreeSet<(u32, u32)>, &'static str> {
    let broken = |_| "fault-workbook-broken";
    let mut reader = book.worksheet_cells_reader(name).map_err(broken)?;
    let is_share: Vec<bool> = reader
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref())
        .map(|format| format.is_some_and(|format| shows_share(&format.format_code)))
        .collect();
    let mut shares = BTreeSet::new();
    if !is_share.contains(&true) {
        return Ok(shares);
    }
    while let Some((row, column, style)) = reader.next_style_id().map_err(broken)? {
        if is_share.get(style) == Some(&true) && row < ROWS && column < COLUMNS {
            shares.insert((row, column));
        }
    }
    Ok(shares)
}

/// Whether a number format multiplies: its percent sign is no quoted text (ECMA-376 part 1, 18.8.31).
fn shows_share(code: &str) -> bool {
    let mut quoted = false;
    let mut escaped = false;
    for one in code.chars() {
        match one {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '%' if !quoted => return true,
            _ => {}
        }
    }
    false
}

/// A number as the program shows it in such a cell: 0.075 is `7.5%`.
fn percent(value: &DataRef<'_>, text: String) -> String {
    if !matches!(value, DataRef::Int(_) | DataRef::Float(_)) {
        return text;
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.as_str()),
    };
    // The point moves: a multiplied float would end in 000000001.
    let (whole, behind) = digits.split_once('.').unwrap_or((digits, ""));
    let moved: String = format!("{behind:0<2}").chars().take(2).collect();
    let rest: String = behind.chars().skip(2).collect();
    let whole = format!("{whole}{moved}");
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{rest}%")
}

/// What a cell holds, as people would type it; none for a formula that failed.
fn text(value: &DataRef<'_>) -> Option<String> {
    Some(match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::DateTimeIso(text) => text.split('T').next().unwrap_or_default().to_owned(),
        DataRef::DurationIso(text) => text.clone(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(date) if date.is_datetime() => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTime(date) => date.as_f64().to_string(),
        DataRef::Error(_) => return None,
        DataRef::Empty => String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_as_they_are_shown() {
        for (number, shown) in [
            (0.5, "50%"),
            (0.07, "7%"),
            (0.075, "7.5%"),
            (1.0, "100%"),
            (0.0, "0%"),
            (-0.123, "-12.3%"),
        ] {
            let value = DataRef::Float(number);
            let text = text(&value).unwrap();
            assert_eq!(percent(&value, text), shown);
        }
        assert!(shows_share("0%") && shows_share("0.00%"));
        assert!(!shows_share("0\"%\"") && !shows_share("0\\%") && !shows_share("General"));
    }

    #[test]
    fn addresses_are_those_of_the_program() {
        let page = Page {
            name: "回答".to_owned(),
            ..Page::default()
        };
        for (column, address) in [
            (0, "回答!A1"),
            (25, "回答!Z1"),
            (26, "回答!AA1"),
            (27, "回答!AB1"),
        ] {
            assert_eq!(page.address(0, column), address);
        }
    }
}
