//! One row of a regional bureau's code list: nine digits, seven digits, name, postal code, address. No heading.

use renkei_base::code::{CodeFault, FeeTable, InstitutionCode, Kind, postal_code};
use renkei_base::limits::LINE_CHARS;

use super::report::{Level, Remark};
use super::shape::Shape;

/// Fields of a row.
const WIDTH: usize = 5;
const ADDRESS_CHARS: usize = 200;
/// Columns by their place with what they should hold. Codes are checked row by row.
pub(super) const SHAPES: [(usize, Shape); 3] = [
    (2, Shape::Name),
    (3, Shape::PostalCode),
    (4, Shape::Address),
];

/// A row that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRow {
    pub line: u64,
    pub code: InstitutionCode,
    /// With the legal person in front.
    pub name: String,
    /// `050-0813`, or empty.
    pub postal: String,
    pub address: String,
    /// Its check digit is right only with another fee table: never given to an institution without a person.
    pub doubtful: bool,
    pub warnings: Vec<Remark>,
}

/// Whether this may be the first row of such a list.
pub(super) fn looks(row: &csv::StringRecord) -> bool {
    let digits = |at: usize, count: usize| {
        let cell = row.get(at).unwrap_or_default().trim();
        cell.len() == count && cell.bytes().all(|b| b.is_ascii_digit())
    };
    row.len() == WIDTH && digits(0, 9) && digits(1, 7)
}

/// Reads one row of a list of the medical fee table.
pub fn read(row: &csv::StringRecord, line: u64) -> Result<CodeRow, Remark> {
    let refused =
        |field: &str, reason, value: &str| Remark::new(line, Level::Refused, field, reason, value);
    let cells: Vec<&str> = row.iter().map(str::trim).collect();
    let [nine, seven, name, postal, address] = cells.as_slice() else {
        return Err(refused(
            "",
            "fault-import-row-width",
            &row.len().to_string(),
        ));
    };
    debug_assert_eq!(cells.len(), WIDTH);
    let code = ten_digits(nine, seven).map_err(|reason| refused("1", reason, nine))?;
    for (field, text, chars) in [("3", name, LINE_CHARS), ("5", address, ADDRESS_CHARS)] {
        let reason = match text.chars().count() {
            0 => "fault-import-empty",
            count if count > chars => "fault-import-too-long",
            _ if text.chars().any(char::is_control) => "fault-import-control",
            _ => continue,
        };
        return Err(refused(field, reason, text));
    }
    let mut warnings = Vec::new();
    let doubtful = !code.check_digit_holds();
    if doubtful {
        warnings.push(Remark::new(
            line,
            Level::Warned,
            "1",
            "fault-import-code-other-table",
            nine,
        ));
    }
    let kept = postal_code(postal).unwrap_or_default();
    if kept.is_empty() && !postal.is_empty() {
        warnings.push(Remark::new(
            line,
            Level::Warned,
            "4",
            "fault-postal-code-shape",
            postal,
        ));
    }
    Ok(CodeRow {
        line,
        code,
        name: (*name).to_owned(),
        postal: kept,
        address: (*address).to_owned(),
        doubtful,
        warnings,
    })
}

/// Prefecture 2 + 1 for medical + 7. Digits are never added: a code that a spreadsheet shortened is refused.
fn ten_digits(nine: &str, seven: &str) -> Result<InstitutionCode, &'static str> {
    let plain = nine.len() == 9 && nine.bytes().all(|b| b.is_ascii_digit());
    if !plain {
        return Err(CodeFault::Shape(Kind::Institution).key());
    }
    if nine.get(2..) != Some(seven) {
        return Err("fault-import-code-parts");
    }
    let code = InstitutionCode::from_nine(nine, FeeTable::Medical).map_err(CodeFault::key)?;
    // A clinic with a dental department may stand in the list with the code of that.
    let dental = InstitutionCode::from_nine(nine, FeeTable::Dental).map_err(CodeFault::key)?;
    if code.check_digit_holds() || dental.check_digit_holds() {
        Ok(code)
    } else {
        Err(CodeFault::CheckDigit(Kind::Institution).key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(cells: [&str; 5]) -> &'static str {
        read(&csv::StringRecord::from(cells.to_vec()), 7)
            .unwrap_err()
            .reason
    }

    #[test]
    fn ten_digits_come_from_nine() {
        let row = csv::StringRecord::from(vec![
            "010112489",
            "0112489",
            "医療法人 愛全病院",
            "0050813",
            "札幌市南区川沿１３条２丁目",
        ]);
        let row = read(&row, 1).unwrap();
        assert_eq!(
            (row.code.as_str(), row.postal.as_str(), row.doubtful),
            ("0110112489", "005-0813", false)
        );
        let dental =
            csv::StringRecord::from(vec!["279400105", "9400105", "ある歯科病院", "x", "大阪市"]);
        let dental = read(&dental, 1).unwrap();
        assert!(dental.doubtful);
        assert_eq!(dental.warnings.len(), 2);
    }

    #[test]
    fn malformed_rows() {
        assert_eq!(
            reason(["10112489", "112489", "甲病院", "", "札幌市"]),
            "fault-institution-code-shape"
        );
        assert_eq!(
            reason(["010112489", "0112488", "甲病院", "", "札幌市"]),
            "fault-import-code-parts"
        );
        assert_eq!(
            reason(["010112488", "0112488", "甲病院", "", "札幌市"]),
            "fault-institution-code-check-digit"
        );
        assert_eq!(
            reason(["480112489", "0112489", "甲病院", "", "札幌市"]),
            "fault-institution-code-prefecture"
        );
        assert_eq!(
            reason(["010112489", "0112489", "", "", "札幌市"]),
            "fault-import-empty"
        );
        assert_eq!(
            reason(["010112489", "0112489", "甲\u{7}病院", "", "札幌市"]),
            "fault-import-control"
        );
        assert_eq!(
            reason(["010112489", "0112489", "甲病院", "", &"あ".repeat(201)]),
            "fault-import-too-long"
        );
    }
}
