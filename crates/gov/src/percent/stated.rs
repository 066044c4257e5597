//! Which n holds where in a table: a column of bases, `n=53` above, below or beside, or the one 「53団体」 of its heading.

use renkei_base::text::usual_width;

use super::table::whole;
use super::{MOST_N, Percent};

/// Headings of a column that has the n of each row.
const BASES: [&str; 5] = ["base", "n", "母数", "分母", "対象数"];
/// What is counted where a heading says it without `n=`.
const COUNTED: [&str; 5] = ["団体", "自治体", "区市町村", "市区町村", "市町村"];

/// `n=53` of one row with their columns.
type Line = Vec<(usize, u32)>;

/// The n of each row, by its column.
#[derive(Debug, Default)]
pub(super) struct Stated {
    /// The n of a column of bases.
    bases: Vec<Option<u32>>,
    /// The statements that hold for a row.
    lines: Vec<Line>,
}

impl Stated {
    /// One n alone holds for the whole table. Of several, each holds for what stands below it; for what stands above it where
    /// the table ends with one and begins without.
    pub(super) fn find(rows: &[Vec<&str>]) -> Self {
        let said: Vec<Line> = rows.iter().map(|row| ns(row)).collect();
        let percents: Vec<bool> = rows.iter().map(|row| has_percent(row)).collect();
        Self {
            bases: bases(rows),
            lines: match only(said.iter().flatten().map(|(_, n)| *n)) {
                Some(n) => vec![vec![(0, n)]; rows.len()],
                None if said.iter().all(Vec::is_empty) => {
                    let heading = heading(rows, &percents).map(|n| (0, n));
                    vec![heading.into_iter().collect(); rows.len()]
                }
                None if ends_with_n(&said, &percents) => {
                    let mut lines = downwards(said.into_iter().rev());
                    lines.reverse();
                    lines
                }
                None => downwards(said.into_iter()),
            },
        }
    }

    /// The n that holds for a cell: its row's base, else the last one stated at its column or before it, else the first.
    pub(super) fn at(&self, row: usize, column: usize) -> Option<u32> {
        let line = self.lines.get(row)?;
        let before = line.iter().rev().find(|(at, _)| *at <= column);
        let stated = before.or_else(|| line.first()).map(|(_, n)| *n);
        self.bases.get(row).copied().flatten().or(stated)
    }
}

/// The one number of them, however often.
fn only(mut numbers: impl Iterator<Item = u32>) -> Option<u32> {
    let first = numbers.next()?;
    numbers.all(|n| n == first).then_some(first)
}

fn downwards(said: impl Iterator<Item = Line>) -> Vec<Line> {
    said.scan(Line::new(), |last, line| {
        if !line.is_empty() {
            *last = line;
        }
        Some(last.clone())
    })
    .collect()
}

/// Whether percentages stand before the first n, and none behind the last one.
fn ends_with_n(said: &[Line], percents: &[bool]) -> bool {
    let first = said.iter().position(|line| !line.is_empty());
    let last = said.iter().rposition(|line| !line.is_empty());
    let begins = percents.iter().position(|here| *here);
    let ends = percents.iter().rposition(|here| *here);
    begins < first && ends <= last
}

fn has_percent(row: &[&str]) -> bool {
    row.iter()
        .any(|cell| cell.contains(['%', '％', '.', '．']) && Percent::read(cell).is_some())
}

/// Of each row the number below a heading of [`BASES`].
fn bases(rows: &[Vec<&str>]) -> Vec<Option<u32>> {
    let is_base = |cell: &&str| BASES.contains(&usual_width(cell).trim().to_lowercase().as_str());
    let mut column = None;
    let each = rows.iter().map(|row| {
        if let Some(at) = row.iter().position(is_base) {
            column = Some(at);
            return None;
        }
        column
            .and_then(|at: usize| row.get(at))
            .and_then(|cell| whole(cell))
            .filter(|n| (1..=MOST_N).contains(n))
    });
    each.collect()
}

/// 「53団体」 of the rows without percentages, where they name one number only.
fn heading(rows: &[Vec<&str>], percents: &[bool]) -> Option<u32> {
    let without = rows.iter().zip(percents).filter(|(_, percent)| !**percent);
    let cells = without.flat_map(|(row, _)| row.iter());
    only(cells.flat_map(|cell| counted_in(cell)))
}

/// The numbers before 「団体」 and its like.
fn counted_in(cell: &str) -> Vec<u32> {
    let text = usual_width(cell).replace(',', "");
    let mut found = Vec::new();
    let mut digits = String::new();
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let rest = text.get(at..).unwrap_or_default().trim_start();
        if COUNTED.iter().any(|word| rest.starts_with(word)) {
            found.extend(digits.parse::<u32>().ok());
        }
        digits.clear();
    }
    found.retain(|n| (1..=MOST_N).contains(n));
    found
}

/// Every `n=53` of a row with its column.
fn ns(row: &[&str]) -> Line {
    let each = row.iter().enumerate();
    each.filter_map(|(at, cell)| Some((at, n_in(cell)?)))
        .collect()
}

/// `n=53`, `(ｎ＝５３)`, `N = 53`; not the n of a word.
fn n_in(cell: &str) -> Option<u32> {
    let text = usual_width(cell).to_lowercase();
    let mut rest = text.as_str();
    let mut before = ' ';
    while let Some(at) = rest.find('n') {
        let (head, after) = rest.split_at(at);
        let after = after.get(1..)?;
        let alone = !head
            .chars()
            .next_back()
            .unwrap_or(before)
            .is_ascii_alphanumeric();
        let number = after.trim_start().strip_prefix('=').map(str::trim_start);
        let digits = number.map(|number| {
            let plain = number.replace(',', "");
            let end = plain.find(|c: char| !c.is_ascii_digit());
            let end = end.unwrap_or(plain.len());
            plain.get(..end).unwrap_or_default().to_owned()
        });
        if let Some(n) = digits
            .filter(|_| alone)
            .and_then(|digits| digits.parse().ok())
            && (1..=MOST_N).contains(&n)
        {
            return Some(n);
        }
        before = 'n';
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n_as_it_is_written() {
        assert_eq!(n_in("集計状況（ｎ＝５３）"), Some(53));
        assert_eq!(n_in("N = 1,741"), Some(1741));
        assert_eq!(n_in("plan=53"), None);
        assert_eq!(n_in("nn=53"), None);
        assert_eq!(n_in("n=0"), None);
        assert_eq!(counted_in("回答 ５３ 団体（島しょを除く）"), [53]);
        assert_eq!(counted_in("62区市町村のうち53団体"), [62, 53]);
        assert!(counted_in("平成27年度").is_empty());
    }
}
