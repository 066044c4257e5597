//! CSV files that spreadsheets open as they are meant: UTF-8 with its mark, and no cell runs as a formula.

use std::borrow::Cow;

use axum::http::header;
use axum::response::{IntoResponse, Response};

/// What spreadsheets take for the beginning of a formula; the wide forms too, since Japanese ones fold them.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Rows of cells as a file to keep under this name.
pub(crate) fn csv<const N: usize>(name: &str, rows: impl Iterator<Item = [String; N]>) -> Response {
    let mut text = "\u{FEFF}".to_owned();
    for row in rows {
        let cells = row.map(|cell| quoted(&cell));
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!(r#"attachment; filename="{name}""#),
        ),
    ];
    (headers, text).into_response()
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", plain(cell).replace('"', "\"\""))
}

/// A cell that no spreadsheet takes for a formula.
pub(crate) fn plain(cell: &str) -> Cow<'_, str> {
    match cell.starts_with(FORMULA) {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_text_whatever_it_holds() {
        assert_eq!(quoted("岩田, 健"), "\"岩田, 健\"");
        assert_eq!(quoted("a \"b\"\nc"), "\"a \"\"b\"\"\nc\"");
        for formula in ["=1+1", "@SUM(A1)", "-2", "\t=1", "＝1"] {
            assert_eq!(quoted(formula), format!("\"'{formula}\""));
        }
    }
}
