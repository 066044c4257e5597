//! Bed numbers of a row of 医療情報ネット. A blank stays a blank.

use super::shape::Shape;
use super::table::Column;

/// Codes of the kinds, with their columns' official headings. The first five add up to the total.
pub(super) const KINDS: [(&str, &str); 8] = [
    ("general", "一般病床"),
    ("long-term", "療養病床"),
    ("psychiatric", "精神病床"),
    ("tuberculosis", "結核病床"),
    ("infectious", "感染症病床"),
    ("long-term-medical", "療養病床のうち医療保険適用"),
    ("long-term-care", "療養病床のうち介護保険適用"),
    ("total", "合計病床数"),
];

const PARTS: usize = 5;
const LONG_TERM_MEDICAL: usize = 5;
const TOTAL: usize = 7;
/// More than the largest hospital of the country has.
const MOST: u32 = 5_000;

/// The columns of [`KINDS`], of which the first has this number among those that are known.
pub(super) fn columns(first: usize) -> Vec<Column> {
    let columns = KINDS.iter().enumerate().map(|(at, (code, heading))| {
        let column = Column::optional(&[heading]).holds(Shape::Count);
        match *code {
            "total" => column.sum_of(first..first + PARTS),
            "general" | "long-term-medical" => column,
            "long-term" => column.behind(first).at_least(first + LONG_TERM_MEDICAL),
            _ => column.behind(first + at - 1),
        }
    });
    columns.collect()
}

/// A reason and the heading of the column that it is about.
pub(super) type Doubt = (&'static str, &'static str);

/// The numbers by kind, and what is doubtful about them.
pub(super) fn read(cells: [Option<&str>; 8]) -> (Vec<(&'static str, u32)>, Vec<Doubt>) {
    let mut doubts = Vec::new();
    let mut numbers = [None; 8];
    for ((number, cell), (_, heading)) in numbers.iter_mut().zip(cells).zip(KINDS) {
        let cell = cell.unwrap_or_default();
        *number = cell.parse().ok().filter(|n| *n <= MOST);
        if number.is_none() && !cell.is_empty() {
            doubts.push(("fault-import-beds", heading));
        }
    }
    let parts: Vec<u32> = numbers.iter().take(PARTS).flatten().copied().collect();
    match numbers.get(TOTAL).copied().flatten() {
        // Columns that are not there at all say nothing.
        None if cells.get(TOTAL).copied().flatten() == Some("") => {
            let stated = parts.iter().any(|number| *number > 0);
            let key = if stated {
                "fault-import-beds-no-total"
            } else {
                "fault-import-beds-blank"
            };
            doubts.push((key, "合計病床数"));
        }
        Some(total) if total != parts.iter().sum::<u32>() => {
            doubts.push(("fault-import-beds-total", "合計病床数"));
        }
        _ => {}
    }
    let beds = numbers
        .iter()
        .zip(KINDS)
        .filter_map(|(number, (code, _))| Some((code, (*number)?)));
    (beds.collect(), doubts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_compared_and_blanks_stay_blank() {
        let cells = |general, total| [general, Some(""), Some("20"), None, None, None, None, total];
        assert_eq!(
            read(cells(Some("40"), Some("60"))),
            (
                vec![("general", 40), ("psychiatric", 20), ("total", 60)],
                vec![]
            )
        );
        let (beds, doubts) = read(cells(Some("40"), Some("")));
        assert_eq!(
            (beds.len(), doubts),
            (2, vec![("fault-import-beds-no-total", "合計病床数")])
        );
        assert_eq!(
            read(cells(Some("0"), Some("60"))).1,
            [("fault-import-beds-total", "合計病床数")]
        );
        assert_eq!(
            read(cells(Some("4O"), Some("20"))).1,
            [("fault-import-beds", "一般病床")]
        );
        assert_eq!(read([None; 8]), (vec![], vec![]));
    }
}
