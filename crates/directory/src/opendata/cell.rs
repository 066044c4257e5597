//! A row as CSV or JSON.

use serde_json::Value;

/// What a spreadsheet takes for the beginning of a formula; the wide forms too, since Japanese ones fold them.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Text(String),
    /// Degrees.
    Degrees(Option<f64>),
    /// In one cell of a CSV file with a bar between them.
    List(Vec<String>),
    Flag(bool),
}

impl Cell {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    fn plain(&self) -> String {
        match self {
            Self::Text(text) => safe(text),
            Self::Degrees(None) => String::new(),
            Self::Degrees(Some(degrees)) => degrees.to_string(),
            Self::List(texts) => safe(&texts.join("|")),
            Self::Flag(flag) => flag.to_string(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Degrees(degrees) => Value::from(*degrees),
            Self::List(texts) => Value::from(texts.clone()),
            Self::Flag(flag) => Value::from(*flag),
        }
    }
}

/// A text of an institution's own is no formula.
fn safe(text: &str) -> String {
    if text.starts_with(FORMULA) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Rows as lines of a CSV file.
pub(super) fn csv(rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail.
        let _ = writer.write_record(row.iter().map(Cell::plain));
    }
    writer.into_inner().unwrap_or_default()
}

/// Rows as objects, a comma between them; `first` where none stands before.
pub(super) fn json(headings: &[&str], rows: &[Vec<Cell>], first: bool) -> Vec<u8> {
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        if number > 0 || !first {
            text.push(',');
        }
        text.push('\n');
        let pairs = headings.iter().zip(row);
        let object: serde_json::Map<String, Value> = pairs
            .map(|(heading, cell)| ((*heading).to_owned(), cell.json()))
            .collect();
        text.push_str(&Value::Object(object).to_string());
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Vec<Cell> {
        vec![
            Cell::text("0101"),
            Cell::text("=SUM(A1), \"x\""),
            Cell::Degrees(Some(35.5)),
            Cell::Degrees(None),
            Cell::List(vec!["a".to_owned(), "b".to_owned()]),
            Cell::Flag(true),
        ]
    }

    #[test]
    fn codes_keep_their_zeros_and_nothing_runs() {
        let text = String::from_utf8(csv(&[row()])).unwrap();
        assert_eq!(text, "0101,\"'=SUM(A1), \"\"x\"\"\",35.5,,a|b,true\r\n");
    }

    #[test]
    fn objects_stand_in_one_array() {
        let headings = ["code", "name", "lat", "lon", "tags", "open"];
        let mut text = b"[".to_vec();
        text.extend(json(&headings, &[row()], true));
        text.extend(json(&headings, &[row()], false));
        text.extend(b"]");
        let value: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(value.as_array().unwrap().len(), 2);
        assert_eq!(value[1]["code"], "0101");
        assert_eq!(value[1]["lat"].to_string(), "35.5");
        assert_eq!(value[1]["lon"], Value::Null);
        assert_eq!(value[1]["name"], "=SUM(A1), \"x\"");
    }
}
