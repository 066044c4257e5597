//! A table of percentages, pasted or from a file: each is judged by the n that is typed or that
//! the table states.

use renkei_base::text::usual_width;

use super::stated::Stated;
use super::{MOST_PERCENTS, Percent, Verdict};

/// Rows that are looked at.
pub const MOST_ROWS: usize = 1_000;
/// Cells of a row that are looked at.
pub const MOST_CELLS: usize = 60;
/// Longer cells with `%` in them are sentences and headings, not percentages that cannot be read.
const VALUE_CHARS: usize = 16;

/// A cell, and what was found where it is a percentage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub text: String,
    pub judged: Option<Judged>,
    /// Stands where a percentage is and cannot be read as one: `約30%`.
    pub unreadable: bool,
}

/// A percentage of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// None: it is not known, and nothing is judged.
    pub n: Option<u32>,
    pub verdict: Verdict,
    /// The whole number in the cell before it, where it is one that does not give the percentage.
    pub beside: Option<u32>,
    /// Where it does not fit: the smallest other n with its count.
    pub hint: Option<(u32, u32)>,
}

impl Judged {
    pub fn fits(&self) -> bool {
        self.verdict.fits() && self.beside.is_none()
    }
}

/// The table with everything judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub rows: Vec<Vec<Cell>>,
    pub percents: usize,
    pub fitting: usize,
    /// Percentages without an n: not judged.
    pub without_n: usize,
    /// Cells that look like percentages and are none.
    pub unreadable: usize,
    /// There was more than is looked at.
    pub cut: bool,
}

/// Cells of pasted text: by tabs, by `|`, by commas, or by blanks, whichever a line has first.
pub fn cells(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(cells_of)
        .collect()
}

fn cells_of(line: &str) -> Vec<String> {
    let split = |separator: char| line.trim_matches(separator).split(separator);
    let parts: Vec<&str> = if line.contains('\t') {
        line.split('\t').collect()
    } else if line.contains('|') {
        split('|').collect()
    } else if line.contains(',') {
        line.split(',').collect()
    } else {
        line.split_whitespace().collect()
    };
    parts
        .into_iter()
        .map(|cell| cell.trim().to_owned())
        .collect()
}

/// Judges a table. `n`: what was typed; without it the table itself is asked, see [`Stated`].
pub fn judge(rows: &[Vec<String>], n: Option<u32>) -> Table {
    let mut table = Table {
        cut: rows.len() > MOST_ROWS || rows.iter().any(|row| row.len() > MOST_CELLS),
        ..Table::default()
    };
    let looked: Vec<Vec<&str>> = rows.iter().take(MOST_ROWS).map(|row| row_of(row)).collect();
    let stated = Stated::find(&looked);
    let mut marked: Vec<bool> = Vec::new();
    for (number, row) in looked.iter().enumerate() {
        let mut cells = Vec::new();
        for (at, text) in row.iter().enumerate() {
            let n = n.or_else(|| stated.at(number, at));
            let before = at.checked_sub(1).and_then(|at| row.get(at)).copied();
            let under = marked.get(at).copied().unwrap_or(false);
            let found = percent(text, under);
            cells.push(Cell {
                text: (*text).to_owned(),
                unreadable: found.is_none() && unreadable(text, under),
                judged: found.map(|one| of(one, n, before)),
            });
        }
        head(row, &mut marked);
        table.count(&mut cells);
        table.rows.push(cells);
    }
    table
}

fn row_of(row: &[String]) -> Vec<&str> {
    row.iter().take(MOST_CELLS).map(String::as_str).collect()
}

impl Table {
    fn count(&mut self, cells: &mut [Cell]) {
        for cell in cells {
            if self.percents >= MOST_PERCENTS && cell.judged.take().is_some() {
                self.cut = true;
            }
            self.unreadable += usize::from(cell.unreadable);
            let Some(judged) = &cell.judged else { continue };
            self.percents += 1;
            self.fitting += usize::from(judged.fits());
            self.without_n += usize::from(judged.n.is_none());
        }
    }
}

/// Columns under a heading such as `全体の%`, so that `92.5` is one there.
fn head(row: &[&str], marked: &mut Vec<bool>) {
    if row.iter().any(|cell| Percent::read(cell).is_some()) {
        return;
    }
    marked.resize(marked.len().max(row.len()), false);
    for (cell, mark) in row.iter().zip(marked.iter_mut()) {
        *mark |= ["%", "％", "割合", "率", "percent"]
            .iter()
            .any(|word| cell.contains(word));
    }
}

/// A cell with its sign, or a number with decimals under such a heading.
fn percent(cell: &str, under: bool) -> Option<Percent> {
    let signed = cell.contains(['%', '％']);
    (signed || under && cell.contains(['.', '．']))
        .then(|| Percent::read(cell))
        .flatten()
}

/// A short cell with digits where a percentage stands: `約30%`, `30〜40%`, `約30.5` under such a heading.
fn unreadable(cell: &str, under: bool) -> bool {
    let text = usual_width(cell);
    text.chars().count() <= VALUE_CHARS
        && text.contains(|c: char| c.is_ascii_digit())
        && (text.contains('%') || under && text.contains('.'))
}

fn of(percent: Percent, n: Option<u32>, before: Option<&str>) -> Judged {
    let verdict = n.map(|n| percent.judge(n)).unwrap_or_default();
    let count = before.and_then(whole).filter(|_| verdict.fits());
    Judged {
        n,
        beside: count.filter(|count| !verdict.counts.contains(count)),
        hint: if verdict.fits() || n.is_none() {
            None
        } else {
            percent.other_n().first().copied()
        },
        verdict,
    }
}

/// `1,234`, `４９`.
pub(super) fn whole(cell: &str) -> Option<u32> {
    let text = usual_width(cell).replace(',', "");
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of 27年10月 as it is pasted, with its cells of several heights.
    const TABLE: &str = "在宅医療・介護連携推進事業の項目\t\t集計状況(n=53)\n\
        \t\t実施\t\t未実施\n\
        \t\t区市町村数\t全体の%\t区市町村数\t全体の%\n\
        (ア)\t①\t49\t92.5%\t4\t7.5%\n\
        \t③\t40\t75.5%\t13\t24.5%\n\
        (キ)\t③\tパンフレット等\t18\t34.0%\t35\t66.0%\n\
        \t\tホームページ等\t18\t34.0%\t35\t66.0%";

    #[test]
    fn a_pasted_table_fits() {
        let table = judge(&cells(TABLE), None);
        assert_eq!((table.percents, table.fitting, table.without_n), (8, 8, 0));
    }

    #[test]
    fn what_does_not_fit_is_told_with_what_would() {
        let rows = cells("n=30\n28\t71.8%\n20\t66.7%\n19\t66.7%");
        let table = judge(&rows, None);
        assert_eq!((table.percents, table.fitting), (3, 1));
        let judged = |row: usize| table.rows[row][1].judged.clone().unwrap();
        assert_eq!(judged(1).hint, Some((39, 28)));
        assert!(judged(2).fits());
        // The number beside it is of another row.
        assert_eq!(judged(3).beside, Some(19));
        assert_eq!(judged(3).verdict.counts, [20]);
    }

    #[test]
    fn n_is_where_it_is_stated() {
        let rows = cells("\tn=53\tn=49\nア③\t75.5%\t81.6%");
        let table = judge(&rows, None);
        assert_eq!(table.fitting, 2);
        // What is typed holds for all.
        assert_eq!(judge(&rows, Some(53)).fitting, 1);
        assert_eq!(judge(&cells("50.0%"), None).without_n, 1);
    }

    #[test]
    fn numbers_under_a_heading_of_percentages_are_percentages() {
        let rows = cells("n=53,件数,割合\nア①,49,92.5\nイ①,46,86.8");
        let table = judge(&rows, None);
        assert_eq!((table.percents, table.fitting), (2, 2));
    }

    fn told(text: &str) -> (usize, usize, usize) {
        let table = judge(&cells(text), None);
        (table.percents, table.fitting, table.without_n)
    }

    #[test]
    fn n_below_the_rows_is_taken() {
        assert_eq!(told("ア①\t49\t92.5%\nイ①\t40\t75.5%\n(n=53)"), (2, 2, 0));
        assert_eq!(told("ア①\t49\t92.5%\n注 ｎ＝５３"), (1, 1, 0));
        assert_eq!(told("53団体の集計\nア①\t49\t92.5%"), (1, 1, 0));
        // Two tables, each with its n below.
        let two = "ア①\t49\t92.5%\nn=53\nイ①\t20\t66.7%\nn=30";
        assert_eq!(told(two), (2, 2, 0));
        // Above each, and the first one without.
        let three = "ア①\t49\t92.5%\nn=53\nア①\t49\t92.5%\nn=30\nイ①\t20\t66.7%";
        assert_eq!(told(three), (3, 2, 1));
    }

    #[test]
    fn what_has_no_n_is_not_judged() {
        for text in ["ア①\t49\t92.5%", "62団体のうち53団体\nア①\t49\t92.5%"] {
            let table = judge(&cells(text), None);
            assert_eq!((table.percents, table.without_n), (1, 1));
            let judged = table.rows.last().unwrap()[2].judged.clone().unwrap();
            assert_eq!((judged.n, judged.hint, judged.fits()), (None, None, false));
        }
    }

    #[test]
    fn the_published_file_is_accepted() {
        let text = "item,question,base,yes,yes_percent,no,no_percent,not_asked,no_answer\n\
            ア,①,53,49,92.5,4,7.5,0,0\nア,③,49,40,81.6,9,18.4,4,0";
        assert_eq!(told(text), (4, 4, 0));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let table = judge(&cells("n=53\nア①\t49\t92.5%\nイ①\t16\t約30%"), None);
        assert_eq!((table.percents, table.unreadable), (1, 1));
        assert!(table.rows[2][2].unreadable);
        assert_eq!(judge(&cells("全体の%\n92.5%"), None).unreadable, 0);
    }
}
