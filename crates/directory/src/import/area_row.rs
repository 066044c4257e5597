//! One row of a list of areas: a municipality in an area of a kind, from when to when.

use jiff::civil::Date;
use renkei_base::code::MunicipalityCode;
use renkei_base::era;
use renkei_base::limits::LINE_CHARS;
use renkei_base::name::search_key;

use super::report::{Level, Remark};
use super::shape::Shape;
use super::table::{Column, Columns};
use crate::area::{AreaKind, Atlas, Validity};
use crate::municipality;

/// Digits of an area's code, where it begins with its prefecture's.
const AREA_DIGITS: usize = 4;
/// An area's code is not longer.
const CODE_CHARS: usize = 20;

/// Places of the columns in [`columns`].
const KIND: usize = 0;
const AREA: usize = 1;
const AREA_NAME: usize = 2;
const CODE: usize = 3;
const NAME: usize = 4;
const FROM: usize = 5;
const TO: usize = 6;

/// The columns, as `/opendata/areas.csv` has them. Without a kind, all are 二次保健医療圏.
pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::optional(&["圏域種別", "種別", "area kind", "area_kind", "kind"]),
        Column::required(&["圏域コード", "area code", "area_code"]).holds(Shape::Code),
        Column::required(&["圏域名", "圏域名称", "area name", "area_name"]),
        Column::required(&[
            "市区町村コード",
            "団体コード",
            "全国地方公共団体コード",
            "municipality code",
            "municipality_code",
        ]),
        Column::required(&[
            "市区町村名",
            "市区町村",
            "municipality name",
            "municipality_name",
        ])
        .holds(Shape::Municipality),
        Column::optional(&["有効開始日", "適用開始日", "valid from", "valid_from"]),
        Column::optional(&["有効終了日", "適用終了日", "valid to", "valid_to"]).after(FROM),
    ]
}

/// A row that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AreaRecord {
    pub(super) line: u64,
    pub(super) kind: AreaKind,
    pub(super) area: String,
    pub(super) area_name: String,
    pub(super) municipality: String,
    pub(super) municipality_name: String,
    /// `None` where the file has no columns for it.
    pub(super) validity: Option<Validity>,
    pub(super) warnings: Vec<Remark>,
}

/// Reads one row. `atlas` is asked which municipality a doubtful code can mean.
pub(super) fn read(
    columns: &Columns,
    row: &csv::StringRecord,
    line: u64,
    atlas: &Atlas,
) -> Result<AreaRecord, Remark> {
    let refused =
        |field: &str, reason, value: &str| Remark::new(line, Level::Refused, field, reason, value);
    let cell = |at: usize| columns.cell(row, at).unwrap_or_default();
    if row.len() < columns.width {
        return Err(refused(
            "",
            "fault-import-row-width",
            &row.len().to_string(),
        ));
    }
    for (at, field, most) in [
        (AREA, "圏域コード", CODE_CHARS),
        (AREA_NAME, "圏域名", LINE_CHARS),
        (NAME, "市区町村名", LINE_CHARS),
    ] {
        check_text(cell(at), most).map_err(|reason| refused(field, reason, cell(at)))?;
    }
    let kind = if columns.has(KIND) {
        AreaKind::parse(cell(KIND))
            .ok_or_else(|| refused("圏域種別", "fault-import-area-kind", cell(KIND)))?
    } else {
        AreaKind::SecondaryMedical
    };
    let mut warnings = Vec::new();
    let mut warn = |field: &str, reason, value: &str| {
        warnings.push(Remark::new(line, Level::Warned, field, reason, value));
    };
    let (code, restored) = municipality_code(cell(CODE), cell(NAME), atlas)
        .map_err(|reason| refused("市区町村コード", reason, cell(CODE)))?;
    if let Some(reason) = restored {
        warn("市区町村コード", reason, cell(CODE));
    }
    if let Some(known) = atlas.municipality(code.as_str())
        && search_key(&known.name) != search_key(cell(NAME))
    {
        warn("市区町村名", "fault-import-area-name-differs", cell(NAME));
    }
    let area = area_code(cell(AREA), &code);
    if area != cell(AREA) {
        warn("圏域コード", "fault-import-zero-restored", cell(AREA));
    }
    let validity = validity(columns, row).map_err(|(field, reason)| {
        refused(field, reason, &format!("{} {}", cell(FROM), cell(TO)))
    })?;
    Ok(AreaRecord {
        line,
        kind,
        area,
        area_name: cell(AREA_NAME).to_owned(),
        municipality: code.as_str().to_owned(),
        municipality_name: cell(NAME).to_owned(),
        validity,
        warnings,
    })
}

fn check_text(text: &str, most: usize) -> Result<(), &'static str> {
    match text.chars().count() {
        0 => Err("fault-import-empty"),
        count if count > most => Err("fault-import-too-long"),
        _ if text.chars().any(char::is_control) => Err("fault-import-control"),
        _ => Ok(()),
    }
}

/// The six digits, and what had to be done for them. Five digits are six without the leading zero where the check digit
/// proves it, or six without the check digit where the name proves it.
pub(super) fn municipality_code(
    text: &str,
    name: &str,
    atlas: &Atlas,
) -> Result<(MunicipalityCode, Option<&'static str>), &'static str> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let code = MunicipalityCode::parse(text);
    if digits != 5 {
        let code = code.map_err(|fault| fault.key())?;
        return if code.is_prefecture() {
            Err("fault-import-area-prefecture")
        } else {
            Ok((code, None))
        };
    }
    let named = |code: &MunicipalityCode| {
        let known = atlas
            .municipality(code.as_str())
            .map(|one| one.name.as_str());
        let known = known.or_else(|| municipality::known(code.as_str()));
        known.is_some_and(|known| search_key(known) == search_key(name))
    };
    let without_digit = code.ok().filter(named);
    match (without_digit, MunicipalityCode::from_spreadsheet(text)) {
        (Some(code), _) => Ok((code, Some("fault-import-area-digit-added"))),
        (None, Ok(code)) => Ok((code, Some("fault-import-area-zero-restored"))),
        (None, Err(fault)) => Err(fault.key()),
    }
}

/// `101` of a municipality in 北海道 is the area 0101.
fn area_code(text: &str, municipality: &MunicipalityCode) -> String {
    let padded = format!("0{text}");
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let prefecture = municipality.as_str().get(..2).unwrap_or_default();
    if digits && padded.len() == AREA_DIGITS && padded.starts_with(prefecture) {
        padded
    } else {
        text.to_owned()
    }
}

fn validity(
    columns: &Columns,
    row: &csv::StringRecord,
) -> Result<Option<Validity>, (&'static str, &'static str)> {
    if !columns.has(FROM) && !columns.has(TO) {
        return Ok(None);
    }
    let day = |at: usize, field| -> Result<Option<Date>, _> {
        let text = columns.cell(row, at).unwrap_or_default();
        if text.is_empty() {
            return Ok(None);
        }
        let day = era::parse(text);
        day.map(Some).map_err(|_| (field, "fault-import-area-date"))
    };
    let validity = Validity::new(day(FROM, "有効開始日")?, day(TO, "有効終了日")?);
    if validity.reversed() {
        return Err(("有効終了日", "fault-import-area-reversed"));
    }
    Ok(Some(validity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::tokyo::Tokyo;

    fn row(line: &str) -> Result<AreaRecord, Remark> {
        let headings = csv::StringRecord::from(vec![
            "市区町村名",
            "市区町村コード",
            "圏域名",
            "圏域コード",
            "圏域種別",
            "有効終了日",
            "有効開始日",
        ]);
        let columns = Columns::find(&columns(), &headings).unwrap();
        let cells: Vec<&str> = line.split(',').collect();
        read(
            &columns,
            &csv::StringRecord::from(cells),
            2,
            &Tokyo::atlas(),
        )
    }

    fn reason(line: &str) -> &'static str {
        row(line).unwrap_err().reason
    }

    #[test]
    fn codes_as_spreadsheets_leave_them() {
        let codes = |line: &str| {
            let row = row(line).unwrap();
            let warned: Vec<&str> = row.warnings.iter().map(|one| one.reason).collect();
            (row.municipality, row.area, warned.join(" "))
        };
        let expect = |line, municipality: &str, area: &str, warned: &str| {
            assert_eq!(
                codes(line),
                (municipality.to_owned(), area.to_owned(), warned.to_owned())
            );
        };
        expect(
            "目黒区,131105,区西南部,1303,二次保健医療圏,,",
            "131105",
            "1303",
            "",
        );
        expect(
            "目黒区,13110,区西南部,1303,構想区域,,",
            "131105",
            "1303",
            "fault-import-area-digit-added",
        );
        expect(
            "札幌市中央区,11011,札幌,104,二次医療圏,,",
            "011011",
            "0104",
            "fault-import-area-zero-restored fault-import-zero-restored",
        );
        expect(
            "日黒区,131105,区西南部,1303,二次医療圏,,",
            "131105",
            "1303",
            "fault-import-area-name-differs",
        );
    }

    #[test]
    fn dates_as_people_write_them() {
        let row = row("目黒区,131105,区西南部,1303,二次保健医療圏,2030/3/31,R6.4.1").unwrap();
        assert_eq!(
            row.validity.unwrap().text(),
            ("2024-04-01".to_owned(), "2030-03-31".to_owned())
        );
    }

    #[test]
    fn every_bad_row_has_its_reason() {
        for (line, reason_of) in [
            (
                "目黒区,131104,区西南部,1303,二次保健医療圏,,",
                "fault-municipality-code-check-digit",
            ),
            (
                "目黒区,1311,区西南部,1303,二次保健医療圏,,",
                "fault-municipality-code-shape",
            ),
            (
                "どこか,13999,区西南部,1303,二次保健医療圏,,",
                "fault-municipality-code-check-digit",
            ),
            (
                "東京都,130001,区西南部,1303,二次保健医療圏,,",
                "fault-import-area-prefecture",
            ),
            (
                "目黒区,131105,区西南部,1303,三次医療圏,,",
                "fault-import-area-kind",
            ),
            (
                "目黒区,131105,区西南部,,二次保健医療圏,,",
                "fault-import-empty",
            ),
            ("目黒区,131105,,1303,二次保健医療圏,,", "fault-import-empty"),
            (
                "目黒区,131105,区西南部,1303,二次保健医療圏,,2024-13-01",
                "fault-import-area-date",
            ),
            (
                "目黒区,131105,区西南部,1303,二次保健医療圏,2024-03-31,2024-04-01",
                "fault-import-area-reversed",
            ),
            ("目黒区,131105,区西南部", "fault-import-row-width"),
        ] {
            assert_eq!(reason(line), reason_of, "{line}");
        }
    }
}
