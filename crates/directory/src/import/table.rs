//! Rows of a table, and columns by their headings, wherever they stand.

use renkei_base::name::search_key;
use renkei_base::{Fault, Refusal};

use super::doubt::{Expected, Judge};
use super::file::{Source, refused};
use super::shape::Shape;
use super::text::Text;

/// A column that an import knows.
#[derive(Clone, Debug)]
pub struct Column {
    /// Headings that mean it; the first is the official one.
    pub headings: Vec<String>,
    pub required: bool,
    pub(super) shape: Option<Shape>,
    pub(super) after: Option<usize>,
    pub(super) least: Option<usize>,
    pub(super) parts: Vec<usize>,
    pub(super) behind: Option<usize>,
}

impl Column {
    pub fn required(headings: &[&str]) -> Self {
        Self {
            required: true,
            ..Self::optional(headings)
        }
    }

    pub fn optional(headings: &[&str]) -> Self {
        Self {
            headings: headings
                .iter()
                .map(|heading| (*heading).to_owned())
                .collect(),
            required: false,
            shape: None,
            after: None,
            least: None,
            parts: Vec::new(),
            behind: None,
        }
    }

    /// What its values look like. A file where they do not is asked about before it is written.
    #[must_use]
    pub fn holds(mut self, shape: Shape) -> Self {
        self.shape = Some(shape);
        self
    }

    /// The known column (its number in the list) whose value is the smaller one of the two: the beginning of this end.
    #[must_use]
    pub fn after(mut self, column: usize) -> Self {
        self.after = Some(column);
        self
    }

    /// The known column whose numbers are no larger: a part of what this one counts.
    #[must_use]
    pub fn at_least(mut self, column: usize) -> Self {
        self.least = Some(column);
        self
    }

    /// The known columns that add up to it.
    #[must_use]
    pub fn sum_of(mut self, columns: impl IntoIterator<Item = usize>) -> Self {
        self.parts = columns.into_iter().collect();
        self
    }

    /// The known column that stands before it in the official file and whose values look the same, so that the order is all
    /// that tells one from the other.
    #[must_use]
    pub fn behind(mut self, column: usize) -> Self {
        self.behind = Some(column);
        self
    }
}

/// Where the known columns stand in this file.
#[derive(Clone, Debug)]
pub struct Columns {
    at: Vec<Option<usize>>,
    expected: Vec<Expected>,
    /// Fields of a whole row.
    pub width: usize,
}

impl Columns {
    /// Finds the columns in the heading row. Refused with one fault for each heading that is missing or there twice.
    pub fn find(known: &[Column], headings: &csv::StringRecord) -> Result<Self, Refusal> {
        let keys: Vec<String> = headings.iter().map(search_key).collect();
        let mut faults = Vec::new();
        let mut at = Vec::with_capacity(known.len());
        for column in known {
            let wanted: Vec<String> = column
                .headings
                .iter()
                .map(|heading| search_key(heading))
                .collect();
            let found: Vec<usize> = (0..keys.len())
                .filter(|place| keys.get(*place).is_some_and(|key| wanted.contains(key)))
                .collect();
            let heading = column.headings.first().map_or("", String::as_str);
            match found.as_slice() {
                [] if column.required => {
                    faults.push(
                        Fault::new("file", "fault-import-heading-missing").with("heading", heading),
                    );
                }
                [_, _, ..] => faults.push(
                    Fault::new("file", "fault-import-heading-twice").with("heading", heading),
                ),
                _ => {}
            }
            at.push(found.first().copied());
        }
        if faults.is_empty() {
            Ok(Self {
                expected: expected(known, &at, headings),
                at,
                width: headings.len(),
            })
        } else {
            Err(Refusal::Invalid(faults))
        }
    }

    /// The cell of a known column, without blanks around it; `None` where the file has no such column.
    pub fn cell<'a>(&self, row: &'a csv::StringRecord, column: usize) -> Option<&'a str> {
        let at = (*self.at.get(column)?)?;
        Some(row.get(at).unwrap_or_default().trim())
    }

    /// What the columns of this file should hold, as far as that is said of them.
    pub(super) fn judge(&self) -> Judge {
        Judge::new(self.expected.clone())
    }

    /// Whether the file has a known column.
    pub fn has(&self, column: usize) -> bool {
        self.at.get(column).is_some_and(Option::is_some)
    }
}

fn expected(known: &[Column], at: &[Option<usize>], headings: &csv::StringRecord) -> Vec<Expected> {
    let place = |column: usize| at.get(column).copied().flatten();
    let named = |place: usize| headings.get(place).unwrap_or_default().to_owned();
    // Columns that another one names.
    let meant = |column: usize| {
        known.iter().any(|one| {
            one.after == Some(column) || one.least == Some(column) || one.parts.contains(&column)
        })
    };
    let one = |(number, column): (usize, &Column)| {
        let own = place(number)?;
        let after = column.after.and_then(place);
        let least = column.least.and_then(place);
        let parts: Vec<usize> = column.parts.iter().copied().filter_map(place).collect();
        // Where the one before it is not in the file, the one before that.
        let known_before = |one: &usize| known.get(*one).and_then(|one| one.behind);
        let mut chain = std::iter::successors(column.behind, known_before);
        let before = chain.find_map(place);
        let moved = before.filter(|before| *before > own).map(named);
        let said = column.shape.is_some()
            || after.is_some()
            || least.is_some()
            || !parts.is_empty()
            || moved.is_some()
            || meant(number);
        said.then(|| Expected {
            place: own,
            heading: named(own),
            shape: column.shape,
            after,
            least,
            parts,
            moved,
        })
    };
    known.iter().enumerate().filter_map(one).collect()
}

/// Whether a heading row has a column of this name.
pub fn has_heading(headings: &csv::StringRecord, name: &str) -> bool {
    let wanted = search_key(name);
    headings.iter().any(|heading| search_key(heading) == wanted)
}

/// The rows of a CSV, one after the other: short ones, long ones, line breaks in quotes.
#[derive(Debug)]
pub struct Rows {
    reader: csv::Reader<Text>,
    row: csv::StringRecord,
    size: u64,
}

impl Rows {
    pub fn of(source: &Source) -> Result<Self, Refusal> {
        Ok(Self {
            reader: csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(source.open()?),
            row: csv::StringRecord::new(),
            size: source.size(),
        })
    }

    /// Goes on to the next row. The line, from 1, where it begins; `None` at the end.
    pub fn advance(&mut self) -> Result<Option<u64>, Refusal> {
        let read = self.reader.read_record(&mut self.row);
        if !read.map_err(|_| refused("fault-import-encoding"))? {
            return Ok(None);
        }
        // Line breaks are all `\n`, and the last row has one too: the reader stands on the line after the row.
        let within: usize = self.row.iter().map(|cell| cell.matches('\n').count()).sum();
        let after = self.reader.position().line();
        // A quote that is never closed takes the last line break too.
        let last = self.row.iter().next_back().unwrap_or_default();
        let open = self.reader.is_done() && last.ends_with('\n');
        let lines = within as u64 + u64::from(!open);
        Ok(Some(after.saturating_sub(lines).max(1)))
    }

    pub const fn row(&self) -> &csv::StringRecord {
        &self.row
    }

    /// How many rows the file has, if the rest is like the rows so far.
    pub fn estimate(&self, done: u64) -> u64 {
        let read = self.reader.get_ref().bytes_read();
        done.saturating_mul(self.size)
            .checked_div(read)
            .map_or(done, |rows| rows.max(done))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> [Column; 2] {
        [
            Column::required(&["ID"]),
            Column::optional(&["正式名称（フリガナ）", "フリガナ"]),
        ]
    }

    #[test]
    fn columns_may_move_and_be_written_differently() {
        let row = csv::StringRecord::from(vec!["x", " ア ", "00012"]);
        let headings = csv::StringRecord::from(vec!["余分", "正式名称(ﾌﾘｶﾞﾅ)", "ｉｄ "]);
        let columns = Columns::find(&known(), &headings).unwrap();
        assert_eq!(
            (columns.cell(&row, 0), columns.cell(&row, 1)),
            (Some("00012"), Some("ア"))
        );
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        for text in [
            "a\n\"b\nc\"\n\nd\n",
            "a\r\n\"b\r\nc\"\r\n\r\nd",
            "a\r\"b\rc\"\r\rd",
        ] {
            let source = Source::read("x.csv", text.as_bytes().to_vec()).unwrap();
            let mut rows = Rows::of(&source).unwrap();
            let mut lines = Vec::new();
            while let Some(line) = rows.advance().unwrap() {
                lines.push(line);
            }
            assert_eq!(lines, [1, 2, 5], "{text:?}");
            assert_eq!(rows.estimate(3), 3);
        }
    }

    #[test]
    fn missing_and_doubled_headings_are_named() {
        let find = |cells: Vec<&str>| Columns::find(&known(), &csv::StringRecord::from(cells));
        let Err(Refusal::Invalid(faults)) = find(vec!["フリガナ", "正式名称（フリガナ）"])
        else {
            panic!("refused")
        };
        let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
        assert_eq!(
            keys,
            ["fault-import-heading-missing", "fault-import-heading-twice"]
        );
        assert!(find(vec!["ID"]).is_ok());
    }
}
