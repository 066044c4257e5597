//! One row of a list of inhabitants: a municipality in a year.

use renkei_base::code::MunicipalityCode;
use renkei_base::era::{Meant, Stated};
use renkei_base::limits::LINE_CHARS;
use renkei_base::name::search_key;

use super::area_row::municipality_code;
use super::report::{Level, Remark};
use super::shape::Shape;
use super::table::{Column, Columns};
use crate::area::Atlas;

/// Places of the columns in [`columns`].
const CODE: usize = 0;
const NAME: usize = 1;
const YEAR: usize = 2;
const PEOPLE: usize = 3;
const OVER_65: usize = 4;
const SOURCE: usize = 5;

/// The official headings, as remarks name them.
pub(super) const CODE_NAME: &str = "市区町村コード";
pub(super) const YEAR_NAME: &str = "年";
const PEOPLE_NAME: &str = "人口";
const OVER_65_NAME: &str = "65歳以上人口";

/// The first census.
const FIRST_YEAR: i16 = 1920;
/// More than there are in any municipality.
const MOST: u32 = 100_000_000;

pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::required(&[
            CODE_NAME,
            "団体コード",
            "全国地方公共団体コード",
            "地域コード",
            "自治体コード",
            "municipality code",
            "municipality_code",
        ]),
        Column::optional(&[
            "市区町村名",
            "市区町村",
            "団体名",
            "地域",
            "municipality name",
            "municipality_name",
        ])
        .holds(Shape::Municipality),
        Column::required(&[
            YEAR_NAME,
            "年次",
            "年度",
            "時点",
            "基準日",
            "調査年月日",
            "year",
            "date",
        ]),
        Column::required(&[
            PEOPLE_NAME,
            "総人口",
            "人口総数",
            "人口（総数）",
            "総数",
            "population",
        ])
        .at_least(OVER_65),
        Column::optional(&[
            OVER_65_NAME,
            "65歳以上",
            "65歳以上人口（総数）",
            "高齢者人口",
            "老年人口",
            "population 65",
            "population_65",
            "over_65",
        ]),
        Column::optional(&["出典", "資料", "出所", "source"]),
    ]
}

/// A row that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FigureRecord {
    pub(super) line: u64,
    /// Six digits.
    pub(super) municipality: String,
    /// As the region knows it, else as the file writes it.
    pub(super) name: String,
    pub(super) year: i16,
    /// `2025-01-01`, `2025-01` or `2025`.
    pub(super) date: String,
    pub(super) people: u32,
    pub(super) over_65: Option<u32>,
    pub(super) source: String,
    pub(super) warnings: Vec<Remark>,
}

/// Reads one row. `atlas` is asked which municipality a doubtful code can mean; nobody has counted after `this_year`.
pub(super) fn read(
    columns: &Columns,
    row: &csv::StringRecord,
    line: u64,
    (atlas, this_year): (&Atlas, i16),
) -> Result<FigureRecord, Remark> {
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
    let (code, name) = place((cell(CODE), cell(NAME)), line, atlas, &mut warnings)?;
    let (year, date) = year(cell(YEAR))
        .filter(|(year, _)| (FIRST_YEAR..=this_year).contains(year))
        .ok_or_else(|| refused(YEAR_NAME, "fault-import-figure-year", cell(YEAR)))?;
    let people = number(cell(PEOPLE))
        .ok_or_else(|| refused(PEOPLE_NAME, "fault-import-figure-number", cell(PEOPLE)))?
        .ok_or_else(|| refused(PEOPLE_NAME, "fault-import-empty", ""))?;
    let over_65 = number(cell(OVER_65))
        .ok_or_else(|| refused(OVER_65_NAME, "fault-import-figure-number", cell(OVER_65)))?;
    if over_65.is_some_and(|over| over > people) {
        return Err(refused(
            OVER_65_NAME,
            "fault-import-figure-over",
            cell(OVER_65),
        ));
    }
    let source = cell(SOURCE);
    if source.chars().count() > LINE_CHARS {
        return Err(refused("出典", "fault-import-too-long", source));
    }
    Ok(FigureRecord {
        line,
        municipality: code,
        name,
        year,
        date,
        people,
        over_65,
        source: source.chars().filter(|c| !c.is_control()).collect(),
        warnings,
    })
}

/// Code and name of the municipality.
fn place(
    (text, named): (&str, &str),
    line: u64,
    atlas: &Atlas,
    warnings: &mut Vec<Remark>,
) -> Result<(String, String), Remark> {
    let mut warn = |field: &str, reason, value: &str| {
        warnings.push(Remark::new(line, Level::Warned, field, reason, value));
    };
    let refused = |reason| Remark::new(line, Level::Refused, CODE_NAME, reason, text);
    let (code, restored) = code(text, named, atlas).map_err(refused)?;
    if let Some(reason) = restored {
        let reason = match reason {
            // No name has proved it.
            "fault-import-area-digit-added" if named.is_empty() => {
                "fault-import-figure-digit-added"
            }
            other => other,
        };
        warn(CODE_NAME, reason, text);
    }
    let Some(known) = atlas.municipality(code.as_str()) else {
        warn(CODE_NAME, "fault-import-figure-unknown", text);
        return Ok((code.as_str().to_owned(), named.to_owned()));
    };
    if !named.is_empty() && search_key(&known.name) != search_key(named) {
        warn("市区町村名", "fault-import-area-name-differs", named);
    }
    Ok((code.as_str().to_owned(), known.name.clone()))
}

/// The six digits, and what had to be done for them.
fn code(
    text: &str,
    name: &str,
    atlas: &Atlas,
) -> Result<(MunicipalityCode, Option<&'static str>), &'static str> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let whole = MunicipalityCode::parse(text).map_err(|fault| fault.key());
    let is_prefecture = |code: &MunicipalityCode| code.is_prefecture();
    if whole.as_ref().is_ok_and(is_prefecture) {
        return Err("fault-import-area-prefecture");
    }
    if digits != 5 {
        return whole.map(|code| (code, None));
    }
    // Statistics write five digits; spreadsheets make five of six. The name says which, or that only one of them is known.
    let known = |code: &MunicipalityCode| atlas.municipality(code.as_str()).is_some();
    let added = |code| (code, Some("fault-import-area-digit-added"));
    if name.is_empty() && whole.as_ref().is_ok_and(known) {
        return whole.map(added);
    }
    municipality_code(text, name, atlas).or_else(|_| whole.map(added))
}

/// The year, and the day as far as it is said.
fn year(text: &str) -> Option<(i16, String)> {
    let stated = Stated::parse(text, None).ok()?;
    let (year, date) = match stated.meant {
        Meant::Day(day) => (day.year(), day.to_string()),
        Meant::Month(month) => (
            month.year(),
            format!("{}-{:02}", month.year(), month.month()),
        ),
        Meant::Years(years) if years.last == Some(years.first) => {
            (years.first.0, years.first.0.to_string())
        }
        _ => return None,
    };
    Some((year, date))
}

/// A count as tables write it; the inner `None` for a blank. `None` for what is no count.
#[expect(clippy::option_option, reason = "two different nothings")]
fn number(text: &str) -> Option<Option<u32>> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, ',' | '，' | ' ' | '\u{3000}' | '人'))
        .map(|c| match c {
            '０'..='９' => {
                char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c)
            }
            other => other,
        })
        .collect();
    if matches!(
        plain.as_str(),
        "" | "-" | "－" | "―" | "…" | "***" | "x" | "X"
    ) {
        return Some(None);
    }
    let digits = plain.bytes().all(|b| b.is_ascii_digit());
    let value = plain.parse().ok().filter(|_| digits);
    value.filter(|value| *value <= MOST).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::tokyo::Tokyo;

    fn row(line: &str) -> Result<FigureRecord, Remark> {
        let headings = csv::StringRecord::from(vec![
            "出典",
            "65歳以上",
            "総人口",
            "年",
            "市区町村",
            "団体コード",
        ]);
        let columns = Columns::find(&columns(), &headings).unwrap();
        let cells: Vec<&str> = line.split('|').collect();
        read(
            &columns,
            &csv::StringRecord::from(cells),
            2,
            (&Tokyo::atlas(), 2026),
        )
    }

    #[test]
    fn figures_as_statistics_write_them() {
        let read = |line: &str| {
            let row = row(line).unwrap();
            let warned: Vec<&str> = row.warnings.iter().map(|one| one.reason).collect();
            (
                row.municipality,
                row.date,
                (row.people, row.over_65),
                warned.join(" "),
            )
        };
        let expect = |line, code: &str, date: &str, counts, warned: &str| {
            let told = (code.to_owned(), date.to_owned(), counts, warned.to_owned());
            assert_eq!(read(line), told, "{line}");
        };
        let added = "fault-import-area-digit-added";
        expect(
            "国勢調査|55,566|288,088|令和2年10月1日|目黒区|131105",
            "131105",
            "2020-10-01",
            (288_088, Some(55_566)),
            "",
        );
        expect(
            "|５５５６６|288088人|R2|目黒区|13110",
            "131105",
            "2020",
            (288_088, Some(55_566)),
            added,
        );
        expect(
            "|-|288088|2020||13110",
            "131105",
            "2020",
            (288_088, None),
            "fault-import-figure-digit-added",
        );
        expect(
            "||248680|2020年|札幌市中央区|11011",
            "011011",
            "2020",
            (248_680, None),
            "fault-import-area-zero-restored fault-import-figure-unknown",
        );
        expect(
            "|1|2|2020|大阪市都島区|27102",
            "271021",
            "2020",
            (2, Some(1)),
            "fault-import-area-digit-added fault-import-figure-unknown",
        );
        expect(
            "||0|2020年10月|日黒区|131105",
            "131105",
            "2020-10",
            (0, None),
            "fault-import-area-name-differs",
        );
    }

    #[test]
    fn every_bad_row_has_its_reason() {
        for (line, reason) in [
            (
                "||1|2020|目黒区|131104",
                "fault-municipality-code-check-digit",
            ),
            ("||1|2020|全国|00000", "fault-municipality-code-prefecture"),
            ("||1|2020|東京都|130001", "fault-import-area-prefecture"),
            ("||1|2020|東京都|13000", "fault-import-area-prefecture"),
            ("||1|いつか|目黒区|131105", "fault-import-figure-year"),
            (
                "||1|2020～2022年度|目黒区|131105",
                "fault-import-figure-year",
            ),
            ("||1|1600|目黒区|131105", "fault-import-figure-year"),
            ("||1|2050|目黒区|131105", "fault-import-figure-year"),
            ("|||2020|目黒区|131105", "fault-import-empty"),
            ("||-5|2020|目黒区|131105", "fault-import-figure-number"),
            ("||28.8|2020|目黒区|131105", "fault-import-figure-number"),
            (
                "||4294967296|2020|目黒区|131105",
                "fault-import-figure-number",
            ),
            ("|3|2|2020|目黒区|131105", "fault-import-figure-over"),
            ("|千|2|2020|目黒区|131105", "fault-import-figure-number"),
            ("||1|2020", "fault-import-row-width"),
        ] {
            assert_eq!(row(line).unwrap_err().reason, reason, "{line}");
        }
    }
}
