//! How long each step of a referral may take, by priority. Loaded by the binary from its configuration.

use renkei_base::Micros;
use renkei_base::clock::Span;
use serde::{Deserialize, Serialize};

use crate::referral::State;

/// FHIR request-priority, in the words of a liaison office.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// 通常
    #[default]
    Routine,
    /// 準至急
    Urgent,
    /// 至急
    Asap,
    /// 緊急
    Stat,
}

impl Priority {
    pub const ALL: [Self; 4] = [Self::Routine, Self::Urgent, Self::Asap, Self::Stat];

    /// The FHIR code; the message key is `priority-` and this.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::Urgent => "urgent",
            Self::Asap => "asap",
            Self::Stat => "stat",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }
}

/// Minutes that the steps of one priority may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// Ready until the doctor sends.
    pub approve_minutes: i64,
    /// Sent until received.
    pub receive_minutes: i64,
    /// Received until accepted or declined.
    pub decide_minutes: i64,
    /// Accepted until booked.
    pub book_minutes: i64,
}

/// All deadlines of the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Deadlines {
    pub routine: Steps,
    pub urgent: Steps,
    pub asap: Steps,
    pub stat: Steps,
    /// After an appointment's end until somebody says whether the patient came.
    pub arrive_minutes: i64,
    /// Arrived until the first reply.
    pub reply_days: i64,
    /// An answer (first reply, declined, cancelled) until the other side has read it.
    pub read_days: i64,
}

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

const fn steps(approve: i64, receive: i64, decide: i64, book: i64) -> Steps {
    Steps {
        approve_minutes: approve,
        receive_minutes: receive,
        decide_minutes: decide,
        book_minutes: book,
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            routine: steps(DAY, DAY, 3 * DAY, 7 * DAY),
            urgent: steps(8 * HOUR, 8 * HOUR, DAY, 3 * DAY),
            asap: steps(2 * HOUR, 2 * HOUR, 4 * HOUR, DAY),
            stat: steps(30, 30, HOUR, 2 * HOUR),
            arrive_minutes: 2 * HOUR,
            reply_days: 7,
            read_days: 14,
        }
    }
}

impl Deadlines {
    const fn steps(&self, priority: Priority) -> &Steps {
        match priority {
            Priority::Routine => &self.routine,
            Priority::Urgent => &self.urgent,
            Priority::Asap => &self.asap,
            Priority::Stat => &self.stat,
        }
    }

    /// When the step that a state waits for must be done, if it was entered at `entered`. A booking waits for its `visit_end`.
    pub fn due(
        &self,
        state: State,
        priority: Priority,
        entered: Micros,
        visit_end: Option<Micros>,
    ) -> Option<Micros> {
        let steps = self.steps(priority);
        let minutes = match state {
            State::Draft => return None,
            State::Ready => steps.approve_minutes,
            State::Sent => steps.receive_minutes,
            State::Received | State::Triage => steps.decide_minutes,
            State::Accepted => steps.book_minutes,
            State::Booked | State::Rebooked => {
                return visit_end.map(|end| end + Span::minutes(self.arrive_minutes));
            }
            State::Arrived => self.reply_days * DAY,
            State::RepliedFirst | State::Declined | State::Closed | State::Cancelled => {
                self.read_days * DAY
            }
        };
        Some(entered + Span::minutes(minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_urgent_is_never_slower() {
        let deadlines = Deadlines::default();
        for state in State::ALL {
            let dues: Vec<_> = Priority::ALL
                .map(|p| deadlines.due(state, p, Micros(0), Some(Micros(5))))
                .to_vec();
            assert!(dues.is_sorted_by(|a, b| a >= b), "{state:?} {dues:?}");
        }
    }

    #[test]
    fn the_first_reply_is_due_a_week_after_arrival() {
        let due = Deadlines::default().due(State::Arrived, Priority::Stat, Micros(1), None);
        assert_eq!(due, Some(Micros(1) + Span::days(7)));
    }
}
