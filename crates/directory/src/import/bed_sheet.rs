//! One sheet of 病床機能報告 by area (構想区域): its area, its institutions with their beds. Columns are found by their headings.

use renkei_base::code::Prefecture;
use renkei_store::BedCount;

use super::report::{Level, Remark};
use super::workbook::{Sheet, SheetRow};

/// Kinds of beds with the beginning of their heading, in the order of the page.
pub const KINDS: [(&str, &str); 6] = [
    ("reported-total", "休棟中等含む計"),
    ("advanced", "高度急性期"),
    ("acute", "急性期"),
    ("recovery", "回復期"),
    ("chronic", "慢性期"),
    ("suspended", "休棟中等"),
];
/// Rows under the first heading in which the others are looked for.
const HEADING_ROWS: usize = 3;
/// More than the largest hospital of the country has.
const MOST: u32 = 5_000;

/// A 構想区域 as the sheet says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BedArea {
    /// Two digits.
    pub prefecture: String,
    /// Four digits: the sheet writes 101 for 0101.
    pub code: String,
    pub name: String,
}

/// One institution of the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BedRow {
    /// Of the sheet, from 1.
    pub line: u64,
    pub name: String,
    /// The municipality, or empty.
    pub place: String,
    pub beds: Vec<(String, BedCount)>,
}

/// A kind of beds with a number.
pub type StatedBeds = (&'static str, u32);

/// What a sheet says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BedSheet {
    pub area: BedArea,
    /// What is stated of the whole area, by kind; without those that it leaves out.
    pub stated: Vec<StatedBeds>,
    pub rows: Vec<BedRow>,
    pub remarks: Vec<Remark>,
    /// A heading, and the one that should stand before it and stands behind it.
    pub moved: Option<(&'static str, &'static str)>,
}

/// Reads a sheet. The refusal says what it is that it lacks.
pub fn read(sheet: &Sheet) -> Result<BedSheet, Remark> {
    let (area, stated) = area(sheet)?;
    let layout = Layout::find(sheet)?;
    let mut read = BedSheet {
        area,
        stated,
        rows: Vec::new(),
        remarks: Vec::new(),
        moved: layout.moved(),
    };
    let rows = sheet.rows.iter().filter(|row| row.number > layout.line);
    for row in rows.filter(|row| !row.cell(layout.name).is_empty()) {
        let beds = layout.beds.iter().zip(KINDS);
        let mut found = Vec::new();
        for (column, (kind, heading)) in beds {
            let text = row.cell(*column);
            match count(text) {
                Ok(Some(count)) => found.push((kind.to_owned(), count)),
                Ok(None) => {}
                Err(()) => {
                    let field = format!("{} {heading}", sheet.name);
                    let key = "fault-import-beds";
                    read.remarks
                        .push(Remark::new(row.number, Level::Warned, &field, key, text));
                }
            }
        }
        read.rows.push(BedRow {
            line: row.number,
            name: row.cell(layout.name).to_owned(),
            place: row.cell(layout.place).to_owned(),
            beds: found,
        });
    }
    Ok(read)
}

/// A number, one of the signs that the reports have instead, or nothing. A sign is never 0.
fn count(text: &str) -> Result<Option<BedCount>, ()> {
    Ok(Some(match text {
        "" => return Ok(None),
        "未報告" => BedCount::Unreported,
        "*" | "＊" | "※" => BedCount::Withheld,
        "-" | "－" | "―" | "ー" => BedCount::NotApplicable,
        "不明" => BedCount::Unknown,
        crosses if crosses.chars().all(|c| matches!(c, 'X' | 'Ｘ')) => BedCount::Unknown,
        number => {
            let number = number.replace(',', "").parse().map_err(|_| ())?;
            if number > MOST {
                return Err(());
            }
            BedCount::Stated(number)
        }
    }))
}

fn lacks(sheet: &Sheet, heading: &str) -> Remark {
    let key = "fault-import-sheet";
    Remark::new(1, Level::Refused, &sheet.name, key, heading)
}

/// Prefecture and area stand under their headings, the code below them; the sheet's name begins with it. Beside them stand
/// the beds of the whole area.
fn area(sheet: &Sheet) -> Result<(BedArea, Vec<StatedBeds>), Remark> {
    let under = |heading: &str| -> Option<(usize, u64)> {
        sheet.rows.iter().find_map(|row| {
            let at = row.cells().position(|cell| cell == heading)?;
            Some((at, row.number))
        })
    };
    let (column, line) = under("都道府県").ok_or_else(|| lacks(sheet, "都道府県"))?;
    let below = sheet.rows.iter().filter(|row| row.number > line);
    let found = below.clone().find_map(|row| {
        let prefecture = prefecture(row.cell(column))?;
        Some((row, prefecture))
    });
    let (row, prefecture) = found.ok_or_else(|| lacks(sheet, "都道府県"))?;
    let (column, _) = under("構想区域").ok_or_else(|| lacks(sheet, "構想区域"))?;
    let name = row.cell(column).to_owned();
    let digits: String = sheet
        .name
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let code = format!("{digits:0>4}");
    let fits = code.len() == 4 && code.starts_with(&prefecture.code());
    if name.is_empty() || !fits {
        return Err(lacks(sheet, "構想区域"));
    }
    let heads = sheet.rows.iter();
    let heads = heads.filter(|head| (line..row.number).contains(&head.number));
    let stated = KINDS.iter().skip(1).filter_map(|(kind, heading)| {
        let mut places = heads
            .clone()
            .filter_map(|head| head.cells().position(|cell| cell == *heading));
        match count(row.cell(places.next()?)) {
            Ok(Some(BedCount::Stated(beds))) => Some((*kind, beds)),
            _ => None,
        }
    });
    let stated = stated.collect();
    let area = BedArea {
        prefecture: prefecture.code(),
        code,
        name,
    };
    Ok((area, stated))
}

fn prefecture(text: &str) -> Option<Prefecture> {
    Prefecture::all().find(|one| one.name() == text || one.short() == text)
}

/// Where the columns stand, and the row of the kinds of beds: what is named below it is an institution.
struct Layout {
    line: u64,
    name: usize,
    place: usize,
    beds: [usize; KINDS.len()],
}

impl Layout {
    fn find(sheet: &Sheet) -> Result<Self, Remark> {
        let at = |row: &SheetRow, heading: &str| {
            row.cells()
                .position(|cell| unnumbered(cell).starts_with(heading))
        };
        let found = sheet.rows.iter().enumerate();
        let mut found = found.filter_map(|(place, row)| Some((place, at(row, "医療機関名")?)));
        let (place, name) = found.next().ok_or_else(|| lacks(sheet, "医療機関名"))?;
        let heads = sheet.rows.get(place..).unwrap_or_default();
        let heads = heads.get(..HEADING_ROWS).unwrap_or(heads);
        let column = |heading: &str| heads.iter().find_map(|row| at(row, heading));
        let mut beds = [0; KINDS.len()];
        let mut line = 0;
        for (to, (_, heading)) in beds.iter_mut().zip(KINDS) {
            let found = heads.iter().find_map(|row| {
                let at = row.cells().position(|cell| cell == heading)?;
                Some((at, row.number))
            });
            let (at, number) = found.ok_or_else(|| lacks(sheet, heading))?;
            (*to, line) = (at, number.max(line));
        }
        Ok(Self {
            line,
            name,
            place: column("所在地").ok_or_else(|| lacks(sheet, "所在地"))?,
            beds,
        })
    }
}

impl Layout {
    /// The first kind of beds that stands before the one that it should come after.
    fn moved(&self) -> Option<(&'static str, &'static str)> {
        let places = self.beds.iter().zip(KINDS);
        let next = places.clone().skip(1);
        let mut wrong = places.zip(next).filter(|((a, _), (b, _))| a > b);
        wrong
            .next()
            .map(|((_, (_, before)), (_, (_, heading)))| (heading, before))
    }
}

/// `①医療機関名` without its number.
fn unnumbered(heading: &str) -> &str {
    heading.trim_start_matches(|c: char| ('①'..='⑳').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_statuses_and_never_zero() {
        for (text, wanted) in [
            ("0", Some(BedCount::Stated(0))),
            ("1,020", Some(BedCount::Stated(1_020))),
            ("", None),
            ("未報告", Some(BedCount::Unreported)),
            ("*", Some(BedCount::Withheld)),
            ("-", Some(BedCount::NotApplicable)),
            ("ＸＸＸ", Some(BedCount::Unknown)),
        ] {
            assert_eq!(count(text), Ok(wanted), "{text}");
        }
        for text in ["1.5", "-3", "99999", "多数"] {
            assert_eq!(count(text), Err(()), "{text}");
        }
    }
}
