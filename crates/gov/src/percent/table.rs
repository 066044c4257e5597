//! A table of percentages, pasted or from a file: each is judged by the n that stands above it or that is typed.

use renkei_base::text::usual_width;

use super::{MOST_N, MOST_PERCENTS, Percent, Verdict};

/// Rows that are looked at.
pub const MOST_ROWS: usize = 1_000;
/// Cells of a row that are looked at.
pub const MOST_CELLS: usize = 60;

/// A cell, and what was found where it is a percentage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub text: String,
    pub judged: Option<Judged>,
}

/// A percentage of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// None: no n is stated anywhere above it.
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
    /// Percentages without an n.
    pub without_n: usize,
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

/// Judges a table. `n`: what was typed; without it, `n=53` in the table itself holds for what stands below and beside it.
pub fn judge(rows: &[Vec<String>], n: Option<u32>) -> Table {
    let mut table = Table {
        cut: rows.len() > MOST_ROWS || rows.iter().any(|row| row.len() > MOST_CELLS),
        ..Table::default()
    };
    let mut stated: Vec<(usize, u32)> = Vec::new();
    let mut marked: Vec<bool> = Vec::new();
    for row in rows.iter().take(MOST_ROWS) {
        let row: Vec<&String> = row.iter().take(MOST_CELLS).collect();
        let here = ns(&row);
        if !here.is_empty() {
            stated = here;
        }
        let mut cells = Vec::new();
        for (at, text) in row.iter().enumerate() {
            let n = n.or_else(|| n_at(&stated, at));
            let before = at.checked_sub(1).and_then(|at| row.get(at));
            let under = marked.get(at).copied().unwrap_or(false);
            let judged =
                percent(text, under).map(|one| of(one, n, before.map(|cell| cell.as_str())));
            cells.push(Cell {
                text: (*text).clone(),
                judged,
            });
        }
        head(&row, &mut marked);
        table.count(&mut cells);
        table.rows.push(cells);
    }
    table
}

impl Table {
    fn count(&mut self, cells: &mut [Cell]) {
        for cell in cells {
            if self.percents >= MOST_PERCENTS && cell.judged.take().is_some() {
                self.cut = true;
            }
            let Some(judged) = &cell.judged else { continue };
            self.percents += 1;
            self.fitting += usize::from(judged.fits());
            self.without_n += usize::from(judged.n.is_none());
        }
    }
}

/// Columns under a heading such as `全体の%`, so that `92.5` is one there.
fn head(row: &[&String], marked: &mut Vec<bool>) {
    if row.iter().any(|cell| Percent::read(cell).is_some()) {
        return;
    }
    marked.resize(marked.len().max(row.len()), false);
    for (cell, mark) in row.iter().zip(marked.iter_mut()) {
        *mark |= ["%", "％", "割合", "率"]
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

fn of(percent: Percent, n: Option<u32>, before: Option<&str>) -> Judged {
    let verdict = n.map(|n| percent.judge(n)).unwrap_or_default();
    let count = before.and_then(whole).filter(|_| verdict.fits());
    Judged {
        n,
        beside: count.filter(|count| !verdict.counts.contains(count)),
        hint: if verdict.fits() {
            None
        } else {
            percent.other_n().first().copied()
        },
        verdict,
    }
}

/// `1,234`, `４９`, `49件`.
fn whole(cell: &str) -> Option<u32> {
    let text = usual_width(cell).replace(',', "");
    text.trim().parse().ok()
}

/// Every `n=53` of a row with its column.
fn ns(row: &[&String]) -> Vec<(usize, u32)> {
    let each = row.iter().enumerate();
    each.filter_map(|(at, cell)| Some((at, n_in(cell)?)))
        .collect()
}

/// `n=53`, `(ｎ＝５３)`, `N = 53`; not the n of a word.
fn n_in(cell: &str) -> Option<u32> {
    let text = usual_width(cell).to_lowercase();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('n') {
        let (before, after) = rest.split_at(at);
        let after = after.get(1..)?;
        let alone = !before.ends_with(|c: char| c.is_ascii_alphanumeric());
        let number = after.trim_start().strip_prefix('=').map(str::trim_start);
        let digits = number.map(|number| {
            let plain = number.replace(',', "");
            let end = plain.find(|c: char| !c.is_ascii_digit());
            plain
                .get(..end.unwrap_or(plain.len()))
                .unwrap_or_default()
                .to_owned()
        });
        if let Some(n) = digits
            .filter(|_| alone)
            .and_then(|digits| digits.parse().ok())
            && (1..=MOST_N).contains(&n)
        {
            return Some(n);
        }
        rest = after;
    }
    None
}

/// The n that holds in a column: the last one stated at it or before it, or the first one of the row.
fn n_at(stated: &[(usize, u32)], at: usize) -> Option<u32> {
    let before = stated.iter().rev().find(|(column, _)| *column <= at);
    before.or_else(|| stated.first()).map(|(_, n)| *n)
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
        assert_eq!(n_in("集計状況（ｎ＝５３）"), Some(53));
        assert_eq!(n_in("N = 1,741"), Some(1741));
        assert_eq!(n_in("plan=53"), None);
        assert_eq!(n_in("n=0"), None);
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
}
