//! Columns that seem to hold what belongs under another heading. One rule for all kinds of files; what a column should hold
//! is said where the column is (`Column::holds`, `after`, `at_least`, `sum_of`, `behind`).

use std::collections::BTreeMap;

use super::exchange::Exchanges;
use super::shape::Shape;

/// Rows that are looked at. Swapped headings are wrong from the first row on.
pub(super) const LOOKED_AT: u64 = 20_000;
/// Pairs of first and last from which it is said that they stand the wrong way round: a few may be nights, or slips.
const PAIRS: u64 = 3;
/// Columns that are told: nobody reads more.
const TOLD: usize = 8;

/// What is odd about a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd {
    /// Most of its values look like this.
    Like(Shape),
    /// Most of its values do not look like this, which they should.
    Unlike(Shape),
    /// Most of its values are later than those of the other one, which should come after.
    Later,
    /// Its numbers and those of the other one are right only the other way round.
    Exchanged,
    /// It stands before the other one, which looks the same and comes first in the official file.
    Moved,
}

impl Odd {
    /// Its words: `import-doubt-CODE`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Like(_) => "like",
            Self::Unlike(_) => "unlike",
            Self::Later => "later",
            Self::Exchanged => "exchanged",
            Self::Moved => "moved",
        }
    }

    pub const fn shape(self) -> Option<Shape> {
        match self {
            Self::Like(shape) | Self::Unlike(shape) => Some(shape),
            Self::Later | Self::Exchanged | Self::Moved => None,
        }
    }
}

/// A column that a person should look at before anything is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// As the file writes it.
    pub heading: String,
    pub odd: Odd,
    /// The heading of the column with which it may have been swapped.
    pub other: Option<String>,
    /// Values that are odd, of those that were looked at.
    pub count: u64,
    pub of: u64,
    /// One of them, at most 40 characters.
    pub example: String,
}

/// What is known of one column of this file.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected {
    pub(super) place: usize,
    pub(super) heading: String,
    pub(super) shape: Option<Shape>,
    /// The place of the column whose values come first, such as the beginning of an end.
    pub(super) after: Option<usize>,
    /// The place of the column whose numbers are no larger.
    pub(super) least: Option<usize>,
    /// The places of the columns that add up to it.
    pub(super) parts: Vec<usize>,
    /// The heading of the column that should stand before it, and stands behind it.
    pub(super) moved: Option<String>,
}

/// Looks at rows and says what is odd.
#[derive(Debug)]
pub(super) struct Judge {
    columns: Vec<Seen>,
    exchanges: Exchanges,
    /// Found otherwise, and told first.
    found: Vec<Doubt>,
}

#[derive(Debug)]
struct Seen {
    expected: Expected,
    filled: u64,
    odd: BTreeMap<Option<Shape>, u64>,
    example: String,
    pairs: u64,
    reversed: u64,
    pair: String,
}

impl Judge {
    pub(super) fn new(expected: Vec<Expected>) -> Self {
        let columns = expected.into_iter().map(|expected| Seen {
            expected,
            filled: 0,
            odd: BTreeMap::new(),
            example: String::new(),
            pairs: 0,
            reversed: 0,
            pair: String::new(),
        });
        Self {
            columns: columns.collect(),
            exchanges: Exchanges::default(),
            found: Vec::new(),
        }
    }

    /// What was found about parts of the file.
    pub(super) fn add(&mut self, found: impl IntoIterator<Item = Doubt>) {
        self.found.extend(found);
    }

    /// What else speaks for an exchange of numbers.
    pub(super) const fn exchanges(&mut self) -> &mut Exchanges {
        &mut self.exchanges
    }

    pub(super) fn see<'a>(&mut self, cell: impl Fn(usize) -> &'a str) {
        for one in &mut self.columns {
            let text = cell(one.expected.place).trim();
            if text.is_empty() {
                continue;
            }
            if let Some(shape) = one.expected.shape {
                one.shaped(shape, text);
            }
            if let Some(first) = one.expected.after {
                one.ordered(cell(first).trim(), text);
            }
            let place = one.expected.place;
            if let Some(small) = one.expected.least {
                self.exchanges
                    .larger((place, text), (small, cell(small).trim()));
            }
            let parts = one.expected.parts.iter();
            let parts: Vec<(usize, &str)> = parts.map(|part| (*part, cell(*part).trim())).collect();
            if !parts.is_empty() {
                self.exchanges.sum((place, text), &parts);
            }
        }
    }

    /// Columns of which more than half is odd.
    pub(super) fn doubts(self) -> Vec<Doubt> {
        let heading = |shape: Shape| {
            let mut fitting = self
                .columns
                .iter()
                .filter(|one| one.expected.shape == Some(shape));
            fitting.next().map(|one| one.expected.heading.clone())
        };
        let at = |place: usize| {
            let mut there = self
                .columns
                .iter()
                .filter(|one| one.expected.place == place);
            there.next().map(|one| one.expected.heading.clone())
        };
        let shapes = self.columns.iter().filter_map(|one| one.strange(heading));
        let sum = |of: fn(&Seen) -> u64| self.columns.iter().map(of).sum::<u64>();
        let (pairs, reversed) = (sum(|one| one.pairs), sum(|one| one.reversed));
        // All together: a band of its own may hold nothing but nights.
        let backwards = pairs >= PAIRS && is_most(reversed, pairs);
        let orders = self.columns.iter().filter(|_| backwards);
        let orders = orders.filter_map(|one| one.backwards(at));
        let moved = self.columns.iter().filter_map(Seen::moved);
        let exchanged = self.exchanges.clone().found().filter_map(|(pair, seen)| {
            Some(Doubt {
                heading: at(pair.0)?,
                odd: Odd::Exchanged,
                other: at(pair.1),
                count: seen.crossed,
                of: seen.of(),
                example: seen.example,
            })
        });
        let found = self.found.iter().cloned();
        let told: Vec<Doubt> = found.chain(shapes).chain(orders).chain(exchanged).collect();
        // The order says nothing of columns that are told already.
        let named: Vec<String> = told
            .iter()
            .flat_map(|one| [Some(one.heading.clone()), one.other.clone()])
            .flatten()
            .collect();
        let moved = moved.filter(|one| {
            let own = std::iter::once(&one.heading).chain(&one.other);
            !own.into_iter().any(|heading| named.contains(heading))
        });
        let moved: Vec<Doubt> = moved.collect();
        told.into_iter().chain(moved).take(TOLD).collect()
    }
}

impl Seen {
    fn shaped(&mut self, shape: Shape, text: &str) {
        self.filled += 1;
        if !shape.takes(text) {
            let like = Shape::of(text).filter(|other| *other != shape);
            *self.odd.entry(like).or_default() += 1;
            keep(&mut self.example, text);
        }
    }

    fn ordered(&mut self, first: &str, second: &str) {
        let (Some(from), Some(until)) = (digits(first), digits(second)) else {
            return;
        };
        self.pairs += 1;
        if from > until {
            self.reversed += 1;
            keep(&mut self.pair, &format!("{first}–{second}"));
        }
    }

    fn strange(&self, heading: impl Fn(Shape) -> Option<String>) -> Option<Doubt> {
        let count: u64 = self.odd.values().sum();
        let expected = self.expected.shape?;
        if !is_most(count, self.filled) {
            return None;
        }
        let most = self.odd.iter().max_by_key(|(_, count)| **count);
        let like = most.and_then(|(shape, _)| *shape);
        Some(Doubt {
            heading: self.expected.heading.clone(),
            odd: like.map_or(Odd::Unlike(expected), Odd::Like),
            other: like.and_then(heading),
            count,
            of: self.filled,
            example: self.example.clone(),
        })
    }

    fn moved(&self) -> Option<Doubt> {
        Some(Doubt {
            heading: self.expected.heading.clone(),
            odd: Odd::Moved,
            other: Some(self.expected.moved.clone()?),
            count: 0,
            of: 0,
            example: String::new(),
        })
    }

    fn backwards(&self, heading: impl Fn(usize) -> Option<String>) -> Option<Doubt> {
        if !is_most(self.reversed, self.pairs) {
            return None;
        }
        Some(Doubt {
            heading: self.expected.after.and_then(heading)?,
            odd: Odd::Later,
            other: Some(self.expected.heading.clone()),
            count: self.reversed,
            of: self.pairs,
            example: self.pair.clone(),
        })
    }
}

const fn is_most(count: u64, of: u64) -> bool {
    count * 2 > of
}

/// `9:00` and `17:00`, `2024-04-01` and `2030-03-31` as numbers that compare as they do.
fn digits(text: &str) -> Option<u64> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn keep(example: &mut String, text: &str) {
    if example.is_empty() {
        *example = text.chars().filter(|c| !c.is_control()).take(40).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(rows: &[[&str; 4]]) -> Vec<String> {
        let column = |place: usize, shape, after| Expected {
            place,
            heading: ["名称", "所在地", "開始", "終了"][place].to_owned(),
            shape,
            after,
            ..Expected::default()
        };
        let mut judge = Judge::new(vec![
            column(0, Some(Shape::Name), None),
            column(1, Some(Shape::Address), None),
            column(2, None, None),
            column(3, None, Some(2)),
        ]);
        for row in rows {
            judge.see(|at| row[at]);
        }
        let told = judge.doubts().into_iter().map(|doubt| {
            let other = doubt.other.unwrap_or_default();
            format!(
                "{} {:?} {other} {}/{} {}",
                doubt.heading, doubt.odd, doubt.count, doubt.of, doubt.example
            )
        });
        told.collect()
    }

    #[test]
    fn swapped_columns_are_named() {
        let right = ["甲病院", "東京都目黒区碑文谷1-2", "9:00", "17:00"];
        let night = ["乙病院", "東京都目黒区碑文谷3", "17:00", "8:30"];
        assert_eq!(
            judged(&[right, night]),
            [""; 0],
            "half of two is no more than half"
        );
        let swapped = ["東京都目黒区碑文谷1-2", "甲病院", "9:00", "17:00"];
        assert_eq!(
            judged(&[swapped, right, swapped]),
            [
                "名称 Like(Address) 所在地 2/3 東京都目黒区碑文谷1-2",
                "所在地 Like(Name) 名称 2/3 甲病院"
            ]
        );
        assert_eq!(
            judged(&[night, night, right]),
            ["開始 Later 終了 2/3 17:00–8:30"]
        );
        assert_eq!(judged(&[["", "", "", ""]]), [""; 0], "blanks say nothing");
    }
}
