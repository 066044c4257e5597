//! 回答率: how many have answered, as of now.

use renkei_store::{RespondentRow, Store, StoreError};

use super::SheetState;

/// Sheets of a survey by where they stand; those that are not counted stand apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Those that are counted.
    pub expected: i64,
    /// Of them, those that have left their respondent.
    pub answered: i64,
    /// Of them, those that the owner has accepted.
    pub accepted: i64,
    /// Of them, those that are being written, or wait for approval inside.
    pub begun: i64,
    pub returned: i64,
    /// 集計外, and how many of these have answered.
    pub uncounted: i64,
    pub uncounted_answered: i64,
}

impl Rate {
    /// In which nothing was written.
    pub const fn untouched(&self) -> i64 {
        self.expected - self.answered - self.begun - self.returned
    }

    /// Tenths of a percent, half up; none of none is none.
    pub const fn permille(&self) -> i64 {
        if self.expected == 0 {
            return 0;
        }
        (self.answered * 2_000 + self.expected) / (self.expected * 2)
    }

    /// `92.5`
    pub fn percent(&self) -> String {
        format!("{}.{}", self.permille() / 10, self.permille() % 10)
    }

    /// Of these sheets.
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r RespondentRow>) -> Self {
        let mut rate = Self::default();
        for row in rows {
            rate.add(super::state_of(row), row.counted, 1);
        }
        rate
    }

    fn add(&mut self, state: SheetState, counted: bool, count: i64) {
        if !counted {
            self.uncounted += count;
            self.uncounted_answered += if state.counts() { count } else { 0 };
            return;
        }
        self.expected += count;
        match state {
            SheetState::Unanswered => {}
            SheetState::Answering | SheetState::Awaiting => self.begun += count,
            SheetState::Returned => self.returned += count,
            SheetState::Submitted | SheetState::Checked => self.answered += count,
            SheetState::Accepted => {
                self.answered += count;
                self.accepted += count;
            }
        }
    }
}

/// The rate of a survey now.
pub async fn rate(store: &Store, survey: &str) -> Result<Rate, StoreError> {
    let mut rate = Rate::default();
    for (state, counted, count) in store.response_counts(survey).await? {
        let state = SheetState::from_code(&state).unwrap_or(SheetState::Unanswered);
        rate.add(state, counted, count);
    }
    Ok(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_rounded_half_up() {
        let rate = |answered, expected| Rate {
            expected,
            answered,
            ..Rate::default()
        };
        assert_eq!(rate(49, 53).percent(), "92.5");
        assert_eq!(rate(27, 53).percent(), "50.9");
        assert_eq!(rate(1, 16).percent(), "6.3");
        assert_eq!(rate(0, 0).percent(), "0.0");
        assert_eq!(rate(53, 53).percent(), "100.0");
    }
}
