//! Lists of respondents in pages.

use std::ops::Range;

/// Cells of one page: a table of the whole country is a hundred times that. The workbook holds all.
const CELLS: usize = 6_000;
/// Municipalities of one page, however many lines there are.
const ROWS: (usize, usize) = (20, 200);

/// Which rows one page shows, and the pages beside it.
pub(crate) struct Part {
    pub(crate) rows: Range<usize>,
    pub(crate) before: Option<usize>,
    pub(crate) after: Option<usize>,
}

impl Part {
    /// Nothing where there is no such page. `columns`: how much one row shows. `asked` counts from 1; empty is the first.
    pub(crate) fn of(found: usize, columns: usize, asked: &str) -> Option<Self> {
        let size = (CELLS / columns.max(1)).clamp(ROWS.0, ROWS.1);
        let number: usize = match asked {
            "" => 1,
            asked => asked.parse().ok().filter(|number| *number > 0)?,
        };
        let start = (number - 1).checked_mul(size)?;
        if number > 1 && start >= found {
            return None;
        }
        let end = found.min(start.saturating_add(size));
        Some(Self {
            rows: start..end,
            before: (number > 1).then(|| number - 1),
            after: (end < found).then_some(number + 1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_hold_every_row_once() {
        for (found, columns) in [(0, 120), (20, 120), (53, 12), (1_741, 120), (1_741, 6)] {
            let mut rows = Vec::new();
            let mut next = Some(1);
            while let Some(number) = next {
                let part = Part::of(found, columns, &number.to_string()).unwrap();
                assert_eq!(part.before, (number > 1).then(|| number - 1));
                rows.extend(part.rows);
                next = part.after;
            }
            assert_eq!(rows, (0..found).collect::<Vec<_>>(), "{found} {columns}");
        }
        assert_eq!(Part::of(1_741, 120, "").unwrap().rows, 0..50);
        for none in ["0", "-1", "x", "36", "18446744073709551615"] {
            assert!(Part::of(1_741, 120, none).is_none(), "{none}");
        }
    }
}
