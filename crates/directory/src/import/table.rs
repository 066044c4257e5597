//! Columns by their headings, wherever they stand.

use renkei_base::name::search_key;
use renkei_base::{Fault, Refusal};

/// A column that an import knows.
#[derive(Clone, Debug)]
pub struct Column {
    /// Headings that mean it; the first is the official one.
    pub headings: Vec<String>,
    pub required: bool,
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
        }
    }
}

/// Where the known columns stand in this file.
#[derive(Clone, Debug)]
pub struct Columns {
    at: Vec<Option<usize>>,
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
}

/// A reader that takes rows as they are: short ones, long ones, line breaks in quotes.
pub fn reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// The line, from 1, where a row begins. The reader's own position stands before the line break that the row follows.
pub fn line_of(text: &str, row: &csv::StringRecord) -> u64 {
    let Some(position) = row.position() else {
        return 0;
    };
    let at = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let breaks = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n'));
    position.line() + breaks.filter(|b| **b == b'\n').count() as u64
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
        for text in ["a\n\"b\nc\"\n\nd\n", "a\r\n\"b\r\nc\"\r\n\r\nd"] {
            let lines: Vec<u64> = reader(text)
                .records()
                .map(|row| line_of(text, &row.unwrap()))
                .collect();
            assert_eq!(lines, [1, 2, 5], "{text:?}");
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
