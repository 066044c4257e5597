//! Whether 病床機能報告 adds up: the kinds of each institution to its total, the institutions to what is stated of the area.
//! Columns of numbers look the same; that they stand under each other's headings is seen by these sums alone.

use renkei_store::BedCount;

use super::bed_sheet::{BedRow, BedSheet, KINDS, StatedBeds};
use super::doubt::{Doubt, Expected, Judge};
use super::report::{Level, Remark};

/// What the sums of an area are worth, in rows of a file.
const AREA_ROWS: u64 = 3;

/// What is odd about the columns of beds of one sheet; their headings begin with its name.
pub(super) fn doubts(sheet: &str, read: &BedSheet) -> Vec<Doubt> {
    let columns = KINDS.iter().enumerate().map(|(place, (_, heading))| {
        let moved = read.moved.filter(|(own, _)| own == heading);
        Expected {
            place,
            heading: format!("{sheet} {heading}"),
            parts: match place {
                0 => (1..KINDS.len()).collect(),
                _ => Vec::new(),
            },
            moved: moved.map(|(_, before)| before.to_owned()),
            ..Expected::default()
        }
    });
    let mut judge = Judge::new(columns.collect());
    for row in &read.rows {
        let cells: Vec<String> = KINDS.iter().map(|(kind, _)| text(row, kind)).collect();
        judge.see(|at| cells.get(at).map_or("", String::as_str));
    }
    let all: Vec<Sum> = read
        .stated
        .iter()
        .filter_map(|one| sum(one, read))
        .collect();
    for (at, one) in all.iter().enumerate() {
        for other in all.get(at + 1..).unwrap_or_default() {
            if one.stated == other.stated {
                continue;
            }
            let straight = one.fits(one.beds) || other.fits(other.beds);
            let crossed = one.fits(other.beds) && other.fits(one.beds);
            if straight || crossed {
                let pair = (one.place, other.place);
                let example = format!("{} ≠ {}", one.beds, one.stated);
                let (crossed, rows) = (!straight, AREA_ROWS.max(read.rows.len() as u64));
                judge.exchanges().note(pair, crossed, rows, &example);
            }
        }
    }
    judge.doubts()
}

/// Kinds of which the institutions do not add up to what is stated of the area: half a sheet, or a slip.
pub(super) fn remarks(sheet: &str, read: &BedSheet) -> Vec<Remark> {
    let sums = read.stated.iter().filter_map(|one| sum(one, read));
    let differ = sums.filter(|one| !one.fits(one.beds));
    let told = differ.map(|one| {
        let heading = KINDS.get(one.place).map_or("", |(_, heading)| heading);
        let value = format!("{} ≠ {}", one.beds, one.stated);
        let line = read.rows.first().map_or(1, |row| row.line);
        let (field, key) = (format!("{sheet} {heading}"), "fault-import-beds-area");
        Remark::new(line, Level::Warned, &field, key, &value)
    });
    told.collect()
}

/// Of one kind of beds: what the institutions have together, and what is stated.
struct Sum {
    place: usize,
    beds: u32,
    stated: u32,
}

impl Sum {
    const fn fits(&self, beds: u32) -> bool {
        self.stated == beds
    }
}

fn sum((kind, stated): &StatedBeds, read: &BedSheet) -> Option<Sum> {
    let place = KINDS.iter().position(|(one, _)| one == kind)?;
    let beds = read.rows.iter().filter_map(|row| match of(row, kind)? {
        BedCount::Stated(beds) => Some(*beds),
        _ => None,
    });
    Some(Sum {
        place,
        beds: beds.fold(0, u32::saturating_add),
        stated: *stated,
    })
}

fn of<'a>(row: &'a BedRow, kind: &str) -> Option<&'a BedCount> {
    let mut all = row.beds.iter();
    all.find(|(one, _)| one == kind).map(|(_, beds)| beds)
}

/// A number as text, a sign for what is none, or nothing.
fn text(row: &BedRow, kind: &str) -> String {
    match of(row, kind) {
        None => String::new(),
        Some(BedCount::Stated(beds)) => beds.to_string(),
        Some(_) => "*".to_owned(),
    }
}
